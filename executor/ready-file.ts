// A file that is there while a coordinator gives this executor work: for health checks, which have no port to ask.
import { rmSync, writeFileSync } from 'node:fs';
import type { Logger } from '../shared/logger.js';

export class ReadyFile {
  /** @param path - undefined: there is no such file */
  constructor(
    private readonly path: string | undefined,
    private readonly log: Logger,
  ) {
    // A predecessor that was killed had no time to remove it.
    this.hide();
  }

  show(): void {
    this.#change((path) => writeFileSync(path, `${process.pid}\n`));
  }

  hide(): void {
    this.#change((path) => rmSync(path, { force: true }));
  }

  /** Work goes on whether or not somebody can see it. */
  #change(change: (path: string) => void): void {
    if (this.path === undefined) return;
    try {
      change(this.path);
    } catch (error) {
      this.log.warn({ err: error, path: this.path }, 'the ready file could not be changed');
    }
  }
}
