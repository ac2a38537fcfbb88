// The last lines of a terminal, drawn again and again below what scrolls by.
import type { WriteStream } from 'node:tty';

/** Redraws closer together than this are gathered: eyes see no more, and slow terminals stay usable. */
const REDRAW_MS = 100;

export class LiveArea {
  #lines: readonly string[] = [];
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly terminal: Pick<WriteStream, 'write' | 'rows'>) {}

  /** Prints lines for good, above the area. */
  print(text: string): void {
    this.#clear();
    this.terminal.write(`${text}\n`);
    this.#schedule();
  }

  /** What the area shows from now on. */
  show(lines: readonly string[]): void {
    this.#lines = lines;
    this.#schedule();
  }

  /** Removes the area. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lines = [];
    this.#clear();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#clear();
      // More lines than the terminal has could not be taken back.
      const shown = this.#lines.slice(0, Math.max(1, (this.terminal.rows || 24) - 1));
      if (shown.length > 0) this.terminal.write(`${shown.join('\n')}\n`);
      this.#drawn = shown.length;
    }, REDRAW_MS);
  }

  #clear(): void {
    if (this.#drawn > 0) this.terminal.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }
}
