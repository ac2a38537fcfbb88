// One python process that has run the user's predict script, and answers batches one behind the other.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import {
  FRAME_BATCH,
  FRAME_ERROR,
  FRAME_FAILED,
  FRAME_READY,
  type Frame,
  FrameReader,
  writeFrame,
} from '../../shared/rpc/frames.js';
import { WORKER_OUTPUT_MAX_BYTES } from '../limits.js';

/** How to start a worker. */
export interface WorkerCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a worker tells. */
export interface WorkerEvents {
  /** The script has run; value is the ready frame's JSON. */
  readonly onReady: (value: unknown) => void;
  /** The script failed; value is the failed frame's JSON. The worker ends. */
  readonly onFailed: (value: unknown) => void;
  readonly onReply: (callId: number, payload: Buffer) => void;
  /** The function raised; payload is JSON. */
  readonly onError: (callId: number, payload: Buffer) => void;
  /** The process has ended, for whatever reason; nothing follows. */
  readonly onEnd: (how: string) => void;
}

/** The process and its two pipes. It ends when its input does. */
export class FunctionWorker {
  readonly #process: ChildProcess;
  readonly #events: WorkerEvents;
  readonly #input: Writable;
  /** Calls whose batch is still being written, and what was said of them already: it is told when it is written. */
  readonly #sending = new Map<number, Frame | undefined>();
  #output = '';
  #ended = false;

  constructor(command: WorkerCommand, events: WorkerEvents) {
    this.#events = events;
    this.#process = spawn(command.program, command.arguments, {
      cwd: command.cwd,
      env: command.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A group of its own, so that what the script starts ends with it.
      detached: true,
    });
    const { stdout, stderr, stdio } = this.#process;
    this.#input = stdio[3] as Writable;
    const answers = stdio[4] as Readable;
    for (const stream of [stdout!, stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => this.#keepOutput(text));
    // A worker that has just died breaks the pipe; its end is told below.
    for (const stream of [this.#input, answers]) stream.on('error', () => undefined);
    const reader = new FrameReader((frame) => this.#onFrame(frame));
    answers.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#end((error as Error).message);
      }
    });
    this.#process.on('error', (error) => this.#end(error.message));
    this.#process.on('close', (code, signal) =>
      this.#end(signal === null ? `exit code ${code}` : `ended by ${signal}`),
    );
  }

  /** The last of what the script printed. */
  get output(): string {
    return this.#output;
  }

  /** Sends a batch. The bytes must not change until the reply; then nothing reads them any more. */
  call(callId: number, batch: Uint8Array): void {
    this.#sending.set(callId, undefined);
    writeFrame(this.#input, callId, FRAME_BATCH, [batch], () => {
      const early = this.#sending.get(callId);
      this.#sending.delete(callId);
      if (early !== undefined) this.#onFrame(early);
    });
  }

  /** Lets it finish what it has and end. */
  close(): void {
    this.#input.end();
  }

  /** Ends it, and whatever its script started, at once. */
  kill(): void {
    const { pid } = this.#process;
    if (pid === undefined || this.#ended) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Ended in this moment.
    }
  }

  #onFrame(frame: Frame): void {
    if (this.#ended) return;
    const { callId, type, payload } = frame;
    if (this.#sending.has(callId)) this.#sending.set(callId, frame);
    else if (type === FRAME_BATCH) this.#events.onReply(callId, payload);
    else if (type === FRAME_ERROR) this.#events.onError(callId, payload);
    else if (type === FRAME_READY) this.#events.onReady(JSON.parse(payload.toString('utf8')));
    else if (type === FRAME_FAILED) this.#events.onFailed(JSON.parse(payload.toString('utf8')));
    else this.#end(`a frame of unknown type ${type}`);
  }

  #end(how: string): void {
    if (this.#ended) return;
    this.kill();
    this.#ended = true;
    this.#events.onEnd(how);
  }

  #keepOutput(text: string): void {
    this.#output = (this.#output + text).slice(-WORKER_OUTPUT_MAX_BYTES);
  }
}
