// The resident Python that starts attempts behind shims: orders and events as JSON lines.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '../../shared/logger.js';
import { PYTHON_ROOT } from '../../shared/paths.js';
import type { ProcessRef } from './process-ref.js';

interface Waiting {
  readonly resolve: (shim: ProcessRef) => void;
  readonly reject: (error: Error) => void;
}

interface LauncherEvent {
  readonly event: 'started' | 'exited';
  readonly attemptDir: string;
  readonly shimPid?: number;
  readonly shimStart?: number;
}

/** Starts the process when it is first needed, and again should it die; attempts outlive it. */
export class Launcher {
  readonly #python: () => string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #log: Logger;
  readonly #starting = new Map<string, Waiting>();
  readonly #exited = new Map<string, () => void>();
  #process: ChildProcess | undefined;

  /**
   * @param python - the interpreter, asked for when the process is started
   * @param environment - the process's whole environment; scripts can read it
   */
  constructor(python: () => string, environment: Readonly<Record<string, string>>, log: Logger) {
    this.#python = python;
    this.#environment = environment;
    this.#log = log;
  }

  /** Starts the process ahead of the first attempt. A failure shows when an attempt needs it. */
  warm(): void {
    try {
      this.#ensure();
    } catch (error) {
      this.#log.warn({ err: error }, 'the launcher cannot be started yet');
    }
  }

  /**
   * Starts an attempt whose folder is ready.
   * @param exited - called when the shim has ended, and also when the launcher itself did and cannot tell: look for
   *   exit.json
   */
  async start(attemptDir: string, exited: () => void): Promise<ProcessRef> {
    const process = this.#ensure();
    this.#exited.set(attemptDir, exited);
    return await new Promise((resolve, reject) => {
      this.#starting.set(attemptDir, { resolve, reject });
      process.stdin!.write(`${JSON.stringify({ op: 'start', attemptDir })}\n`);
    });
  }

  /** The attempt is over; nobody wants to hear of it any more. */
  forget(attemptDir: string): void {
    this.#exited.delete(attemptDir);
  }

  /** Takes no more orders. Running attempts go on. */
  close(): void {
    this.#process?.stdin?.end();
    this.#process?.unref();
  }

  #ensure(): ChildProcess {
    if (this.#process !== undefined) return this.#process;
    const script = join(PYTHON_ROOT, 'mlsql_runtime/launcher.py');
    const child = spawn(this.#python(), ['-I', '-S', script], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...this.#environment, PYTHONDONTWRITEBYTECODE: '1' },
      cwd: '/',
      // A Ctrl-C at the terminal is for the executor, which then decides.
      detached: true,
    });
    this.#process = child;
    createInterface({ input: child.stdout! }).on('line', (line) => this.#onEvent(line));
    let complaints = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-4000);
    });
    // Writing to one that has just died; `exit` says so as well.
    child.stdin!.on('error', () => undefined);
    child.on('error', (error) => this.#onEnd(child, error.message));
    child.on('exit', (code, signal) =>
      this.#onEnd(child, `${signal ?? `exit code ${code}`} ${complaints}`.trim()),
    );
    return child;
  }

  #onEvent(line: string): void {
    const event = JSON.parse(line) as LauncherEvent;
    if (event.event === 'started') {
      this.#starting
        .get(event.attemptDir)
        ?.resolve({ pid: event.shimPid ?? 0, startTicks: Number(event.shimStart ?? 0) });
    } else {
      this.#starting.get(event.attemptDir)?.reject(new Error('no process could be made for the attempt'));
      this.#exited.get(event.attemptDir)?.();
      this.#exited.delete(event.attemptDir);
    }
    this.#starting.delete(event.attemptDir);
  }

  #onEnd(child: ChildProcess, how: string): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    const waiting = [...this.#starting.values()];
    const orphans = [...this.#exited.values()];
    this.#starting.clear();
    this.#exited.clear();
    if (waiting.length + orphans.length > 0) this.#log.error({ how }, 'the launcher ended');
    for (const { reject } of waiting) reject(new Error(`the launcher ended: ${how}`));
    for (const exited of orphans) exited();
  }
}
