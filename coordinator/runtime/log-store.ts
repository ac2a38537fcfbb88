// All logs of all attempts, below `logs/<jobId>/<algIndex>-<attempt>.log`: appended to by executors, read from anywhere,
// followed live without polling.
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.js';
import type { AttemptRef, JobId } from '../../shared/ids.js';
import { LOG_BATCH_MAX_BYTES } from '../../shared/limits.js';
import { AttemptLog } from './attempt-log.js';

/** How long the last lines of an ended attempt may take to come. */
const LAST_LINES_WAIT_MS = 10_000;
/** Lines read at once; also a limit for one chunk. */
const CHUNK_LINES = 256;

/** `jobId/algIndex/attempt`, the job's id as text so that messages can be passed as they are. */
export interface LogRef {
  readonly jobId: string;
  readonly algIndex: number;
  readonly attempt: number;
}

export interface LogLines {
  readonly firstSeq: number;
  readonly lines: string[];
}

export interface FollowOptions {
  /** Default 1. */
  readonly fromSeq?: number;
  /** Only the last so many of the lines that are there, instead of fromSeq; 0: all. */
  readonly tail?: number;
  /** True: goes on until the attempt's log is complete. Default false: what is there. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** Lines firstSeq to firstSeq + count - 1 of an attempt are there now. */
export interface LogAppended {
  readonly ref: AttemptRef;
  readonly firstSeq: number;
  readonly count: number;
}

export type LogListener = (appended: LogAppended) => void;

export class LogStore {
  readonly #folder: string;
  /** By job, then by attempt. */
  readonly #logs = new Map<string, Map<string, AttemptLog>>();
  readonly #listeners = new Map<string, Set<LogListener>>();
  /** Jobs that have a folder: most of many small ones print nothing, and are forgotten without a look at the disk. */
  readonly #kept: Set<string>;

  /** @param stateDir - the coordinator's; logs lie in its `logs` folder */
  constructor(
    stateDir: string,
    private readonly clock: Clock,
  ) {
    this.#folder = join(stateDir, 'logs');
    this.#kept = new Set(existsSync(this.#folder) ? readdirSync(this.#folder) : []);
  }

  /**
   * Appends what is new of a batch; a batch may come again.
   * @returns the number up to which lines are kept, which the executor is told
   */
  async append(ref: AttemptRef, firstSeq: number, lines: readonly string[]): Promise<number> {
    this.#kept.add(ref.jobId);
    const { ackSeq, firstNew, newLines } = await this.#log(ref).append(firstSeq, lines);
    if (newLines > 0) {
      const appended = { ref, firstSeq: firstNew, count: newLines };
      for (const listener of [...(this.#listeners.get(ref.jobId) ?? [])]) listener(appended);
    }
    return ackSeq;
  }

  /** Lines that are kept of an attempt. */
  async count(ref: LogRef): Promise<number> {
    if (!this.#has(ref)) return 0;
    const log = this.#log(ref);
    await log.open();
    return log.lines;
  }

  /** Lines of these numbers, as far as they are there. */
  async read(ref: LogRef, firstSeq: number, count: number): Promise<string[]> {
    return this.#has(ref) ? this.#log(ref).read(firstSeq, count) : [];
  }

  /** Lines in order, in chunks of at most 256 lines and about 256 KiB; with `follow` live, until the log is complete. */
  async *follow(ref: LogRef, options: FollowOptions = {}): AsyncGenerator<LogLines> {
    if (options.follow !== true && !this.#has(ref)) return;
    const log = this.#log(ref);
    await log.open();
    const signal = options.signal ?? new AbortController().signal;
    let next =
      options.tail !== undefined && options.tail > 0
        ? Math.max(1, log.lines - options.tail + 1)
        : (options.fromSeq ?? 1);
    while (!signal.aborted) {
      if (next <= log.lines) {
        const lines = await log.read(next, CHUNK_LINES);
        for (const chunk of split(next, lines)) yield chunk;
        next += lines.length;
      } else if (options.follow !== true || log.complete) {
        return;
      } else {
        await log.more(next - 1, signal);
      }
    }
  }

  /** Calls back for lines that were appended to any attempt of the job; the result takes the listener away. */
  onAppended(jobId: string, listener: LogListener): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(jobId) === listeners) this.#listeners.delete(jobId);
    };
  }

  /** The attempt has ended after so many lines; undefined: what is there is all that will come. */
  finish(ref: AttemptRef, lines: number | undefined): void {
    const log = this.#log(ref);
    log.expect(lines);
    if (!log.complete) this.clock.after(LAST_LINES_WAIT_MS, () => log.close());
  }

  /** Resolves when the attempt's log is complete, or at abort. */
  async completed(ref: LogRef, signal: AbortSignal): Promise<void> {
    if (!this.#has(ref)) return;
    const log = this.#log(ref);
    while (!log.complete && !signal.aborted) await log.more(log.lines, signal);
  }

  /** Removes all logs of a job. */
  async forget(jobId: JobId): Promise<void> {
    for (const log of this.#logs.get(jobId)?.values() ?? []) log.close();
    this.#logs.delete(jobId);
    if (this.#kept.delete(jobId)) await rm(join(this.#folder, jobId), { recursive: true, force: true });
  }

  /** Ends everyone who follows. */
  close(): void {
    for (const logs of this.#logs.values()) for (const log of logs.values()) log.close();
  }

  #file(ref: LogRef): string {
    return join(this.#folder, ref.jobId, `${attemptOf(ref)}.log`);
  }

  #has(ref: LogRef): boolean {
    return this.#logs.get(ref.jobId)?.has(attemptOf(ref)) === true || existsSync(this.#file(ref));
  }

  #log(ref: LogRef): AttemptLog {
    let logs = this.#logs.get(ref.jobId);
    if (logs === undefined) {
      logs = new Map();
      this.#logs.set(ref.jobId, logs);
    }
    let log = logs.get(attemptOf(ref));
    if (log === undefined) {
      log = new AttemptLog(this.#file(ref));
      logs.set(attemptOf(ref), log);
    }
    return log;
  }
}

/** An attempt within its job; its log's name, too. */
const attemptOf = ({ algIndex, attempt }: LogRef): string => `${algIndex}-${attempt}`;

/** Chunks that a message can carry, however long the lines are. */
function* split(firstSeq: number, lines: readonly string[]): Generator<LogLines> {
  let start = 0;
  while (start < lines.length) {
    let end = start;
    let bytes = 0;
    do {
      bytes += Buffer.byteLength(lines[end] ?? '');
      end += 1;
    } while (end < lines.length && bytes + Buffer.byteLength(lines[end] ?? '') <= LOG_BATCH_MAX_BYTES);
    yield { firstSeq: firstSeq + start, lines: lines.slice(start, end) };
    start = end;
  }
}
