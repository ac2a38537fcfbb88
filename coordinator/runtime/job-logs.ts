// A job's log as a user reads it: all groups or one, each group's last attempt, and, while he follows, every attempt that
// starts meanwhile.
import type { AttemptRef, JobId } from '../../shared/ids.js';
import { attemptKey } from '../../shared/ids.js';
import type { JobView } from './job-view.js';
import type { LogStore } from './log-store.js';

export interface ReadLogsOptions {
  /** Absent: all groups. */
  readonly algIndex?: number;
  /** Absent: each group's last attempt. */
  readonly attempt?: number;
  /** Only the last so many lines of each group; 0 or absent: all. */
  readonly tail?: number;
  /** True: goes on until the job has ended. */
  readonly follow?: boolean;
}

export interface JobLogChunk {
  readonly algIndex: number;
  readonly attempt: number;
  readonly firstSeq: number;
  readonly lines: string[];
}

interface JobSource {
  get(jobId: JobId): JobView | undefined;
  subscribe(jobId: JobId, listener: () => void): () => void;
}

/** Reads, and with `follow` goes on; ends at abort, too. The job is there. */
export async function* readJobLogs(
  jobs: JobSource,
  logs: LogStore,
  jobId: JobId,
  options: ReadLogsOptions,
  signal: AbortSignal,
): AsyncGenerator<JobLogChunk> {
  const reader = new JobLogReader(jobs, logs, jobId, options, signal);
  try {
    yield* reader.read();
  } finally {
    reader.close();
  }
}

class JobLogReader {
  /** Next line of each attempt that is read. */
  readonly #cursors = new Map<string, { readonly ref: AttemptRef; next: number }>();
  /** Attempts with lines behind their cursor. */
  readonly #dirty = new Set<string>();
  readonly #unsubscribe: (() => void)[] = [];
  #wake: (() => void) | undefined;

  constructor(
    private readonly jobs: JobSource,
    private readonly logs: LogStore,
    private readonly jobId: JobId,
    private readonly options: ReadLogsOptions,
    private readonly signal: AbortSignal,
  ) {}

  async *read(): AsyncGenerator<JobLogChunk> {
    if (this.options.follow === true) this.#listen();
    await this.#start();
    for (;;) {
      for (const key of this.#dirty) {
        this.#dirty.delete(key);
        yield* this.#drain(key);
        if (this.signal.aborted) return;
      }
      if (this.#dirty.size > 0) continue;
      if (this.options.follow !== true || this.signal.aborted) return;
      if (this.#ended()) {
        await this.#lastLines();
        if (this.#dirty.size === 0) return;
      } else {
        await this.#news();
      }
    }
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#wake?.();
  }

  #listen(): void {
    const wake = (): void => this.#wake?.();
    this.#unsubscribe.push(
      this.jobs.subscribe(this.jobId, wake),
      this.logs.onAppended(this.jobId, ({ ref, firstSeq }) => {
        if (!this.#wanted(ref)) return;
        const key = attemptKey(ref);
        if (!this.#cursors.has(key)) this.#cursors.set(key, { ref, next: firstSeq });
        this.#dirty.add(key);
        wake();
      }),
    );
    this.signal.addEventListener('abort', wake, { once: true });
    this.#unsubscribe.push(() => this.signal.removeEventListener('abort', wake));
  }

  async #start(): Promise<void> {
    const { tail } = this.options;
    for (const ref of this.#lastAttempts()) {
      const next =
        tail === undefined || tail === 0 ? 1 : Math.max(1, (await this.logs.count(ref)) - tail + 1);
      this.#cursors.set(attemptKey(ref), { ref, next });
      this.#dirty.add(attemptKey(ref));
    }
  }

  /** The wanted groups' last attempts, or the one that was asked for. */
  #lastAttempts(): AttemptRef[] {
    const refs: AttemptRef[] = [];
    for (const { algIndex, attempt: last } of this.jobs.get(this.jobId)?.groups ?? []) {
      const ref = { jobId: this.jobId, algIndex, attempt: this.options.attempt ?? last };
      if (ref.attempt > 0 && this.#wanted(ref)) refs.push(ref);
    }
    return refs;
  }

  async *#drain(key: string): AsyncGenerator<JobLogChunk> {
    const cursor = this.#cursors.get(key);
    if (cursor === undefined) return;
    const { algIndex, attempt } = cursor.ref;
    for await (const { firstSeq, lines } of this.logs.follow(cursor.ref, {
      fromSeq: cursor.next,
      signal: this.signal,
    })) {
      cursor.next = firstSeq + lines.length;
      yield { algIndex, attempt, firstSeq, lines };
    }
  }

  /** Lines may come behind the news that the attempt has ended, even an attempt's first. */
  async #lastLines(): Promise<void> {
    for (const ref of this.#lastAttempts()) {
      if (!this.#cursors.has(attemptKey(ref))) this.#cursors.set(attemptKey(ref), { ref, next: 1 });
    }
    for (const { ref } of [...this.#cursors.values()]) await this.logs.completed(ref, this.signal);
    for (const [key, { ref, next }] of this.#cursors)
      if ((await this.logs.count(ref)) >= next) this.#dirty.add(key);
  }

  #wanted(ref: AttemptRef): boolean {
    const { algIndex, attempt } = this.options;
    return (
      (algIndex === undefined || algIndex === ref.algIndex) &&
      (attempt === undefined || attempt === ref.attempt)
    );
  }

  #ended(): boolean {
    const state = this.jobs.get(this.jobId)?.state;
    return state !== 'PENDING' && state !== 'RUNNING';
  }

  /** Resolves at the next line, change of the job, or abort. */
  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      if (this.signal.aborted || this.#dirty.size > 0 || this.#ended()) this.#wake();
    });
  }
}
