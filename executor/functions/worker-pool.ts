// The workers of one function: calls wait in one line, workers start as the line grows, a dead one is replaced.
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import type { FunctionCallError } from '../../shared/rpc/gen/mlsql/v1/FunctionCallError.js';
import { WORKER_CALLS_MAX, WORKER_CANCEL_PATIENCE_MS, WORKER_IDLE_MS } from '../limits.js';
import { parseError } from '../tasks/reports.js';
import { FunctionWorker, type WorkerCommand } from './function-worker.js';

/** How a call ended. */
export type CallOutcome = { readonly batch: Buffer } | { readonly error: FunctionCallError };

/** Why a worker never became ready. */
export interface StartFailure {
  /** The failed frame's JSON; undefined where the process ended without one. */
  readonly report: unknown;
  /** How the process ended, and what it printed last. */
  readonly how: string;
}

interface Call {
  readonly id: number;
  readonly batch: Uint8Array;
  readonly done: (outcome: CallOutcome) => void;
  /** Workers that died while this call was the one they worked on. */
  deaths: number;
  cancelled: boolean;
}

interface Worker {
  readonly process: FunctionWorker;
  ready: boolean;
  failed: boolean;
  /** In the order in which it answers; the first is in work. */
  readonly calls: Call[];
}

/** A call that two workers died of is not given to a third. */
const DEATHS_MAX = 2;
const DROPPED: StartFailure = { report: undefined, how: 'the function was dropped' };

export class WorkerPool {
  readonly #command: WorkerCommand;
  readonly #workersMax: number;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #workers = new Set<Worker>();
  readonly #waiting: Call[] = [];
  #nextId = 1;
  #startFailures = 0;
  #kind = '';
  #ready: { resolve: (kind: string) => void; reject: (failure: StartFailure) => void } | undefined;
  #cancelIdle: (() => void) | undefined;
  #closed = false;

  /** @param workersMax - processes at once */
  constructor(command: WorkerCommand, workersMax: number, clock: Clock, log: Logger) {
    this.#command = command;
    this.#workersMax = workersMax;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Starts the first worker.
   * @returns how the script answers, "row" or "batch"
   * @throws StartFailure where it does not come up, or the pool is closed before it has
   */
  async start(): Promise<string> {
    return await new Promise((resolve, reject) => {
      this.#ready = { resolve, reject };
      if (this.#closed) reject(DROPPED);
      else this.#startWorker();
    });
  }

  /**
   * Queues a batch.
   * @param done - called once, unless the result is called before: then nobody wants the outcome
   */
  call(batch: Uint8Array, done: (outcome: CallOutcome) => void): () => void {
    const call: Call = { id: this.#nextId++, batch, done, deaths: 0, cancelled: false };
    this.#waiting.push(call);
    this.#dispatch();
    return () => this.#cancel(call);
  }

  /** Ends all workers. Calls are answered as ones that another executor may take. */
  close(): void {
    this.#closed = true;
    this.#cancelIdle?.();
    // Nothing, where the first worker has come up.
    this.#ready?.reject(DROPPED);
    for (const call of this.#waiting.splice(0)) answer(call, { error: workerError(DROPPED.how) });
    for (const worker of this.#workers) worker.process.kill();
  }

  #dispatch(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = undefined;
    while (this.#waiting.length > 0) {
      const worker = this.#leastBusy();
      if (worker === undefined) break;
      const call = this.#waiting.shift()!;
      worker.calls.push(call);
      worker.process.call(call.id, call.batch);
    }
    // Work at hand for every worker, and still a line: one more, one at a time, so that a short burst starts few.
    const starting = [...this.#workers].some((worker) => !worker.ready);
    const idle = [...this.#workers].some((worker) => worker.calls.length === 0);
    const busy = this.#waiting.length > 0 || [...this.#workers].some((worker) => worker.calls.length > 1);
    if (busy && !starting && !idle && this.#workers.size < this.#workersMax && !this.#closed)
      this.#startWorker();
    else if (this.#waiting.length > 0 && this.#workers.size === 0 && !this.#closed) this.#startWorker();
    if (this.#waiting.length === 0 && [...this.#workers].every((worker) => worker.calls.length === 0))
      this.#idleFromNow();
  }

  #leastBusy(): Worker | undefined {
    let best: Worker | undefined;
    for (const worker of this.#workers) {
      if (!worker.ready || worker.calls.length >= WORKER_CALLS_MAX) continue;
      if (best === undefined || worker.calls.length < best.calls.length) best = worker;
    }
    return best;
  }

  #startWorker(): void {
    const process = new FunctionWorker(this.#command, {
      onReady: (value) => {
        worker.ready = true;
        this.#startFailures = 0;
        this.#kind = (value as { kind?: string } | null)?.kind ?? 'row';
        this.#ready?.resolve(this.#kind);
        this.#dispatch();
      },
      onFailed: (report) => {
        worker.failed = true;
        this.#onStartFailure({ report, how: process.output });
      },
      onReply: (id, payload) => this.#settle(worker, id, { batch: payload }),
      onError: (id, payload) => this.#settle(worker, id, { error: callError(payload) }),
      onEnd: (how) => this.#onEnd(worker, how),
    });
    const worker: Worker = { process, ready: false, failed: false, calls: [] };
    this.#workers.add(worker);
  }

  #settle(worker: Worker, id: number, outcome: CallOutcome): void {
    const index = worker.calls.findIndex((call) => call.id === id);
    if (index < 0) return;
    const [call] = worker.calls.splice(index, 1);
    answer(call!, outcome);
    this.#dispatch();
  }

  #onEnd(worker: Worker, how: string): void {
    this.#workers.delete(worker);
    if (this.#closed) {
      for (const call of worker.calls) answer(call, { error: workerError(DROPPED.how) });
      return;
    }
    const lastOutput = worker.process.output.trim();
    const story = lastOutput === '' ? how : `${how}; its last output: ${lastOutput.slice(-2000)}`;
    if (!worker.ready && !worker.failed) this.#onStartFailure({ report: undefined, how: story });
    const [suspect, ...others] = worker.calls.filter((call) => !call.cancelled);
    const wasAtWork = suspect !== undefined && suspect === worker.calls[0];
    if (worker.calls.length > 0)
      this.#log.warn({ how, calls: worker.calls.length }, 'a function worker died at work');
    // The worker answers in order: it was the first of its calls that it died of, the others only stood behind it.
    this.#waiting.unshift(...others);
    if (suspect !== undefined) {
      if (wasAtWork) suspect.deaths++;
      if (suspect.deaths < DEATHS_MAX) this.#waiting.unshift(suspect);
      else answer(suspect, { error: workerError(`the function's worker died: ${story}`) });
    }
    this.#dispatch();
  }

  /** A worker that does not come up is not started for ever: whoever waits hears why. */
  #onStartFailure(failure: StartFailure): void {
    this.#startFailures++;
    this.#ready?.reject(failure);
    const others = [...this.#workers].filter((worker) => worker.ready);
    if (others.length > 0 || this.#startFailures < DEATHS_MAX) return;
    this.#startFailures = 0;
    const error = parseError(failure.report);
    const message = error === undefined ? failure.how : `${error.type}: ${error.message}`;
    for (const call of this.#waiting.splice(0)) {
      answer(call, {
        error: { ...workerError(`no worker can be started: ${message}`), traceback: error?.traceback ?? '' },
      });
    }
  }

  #cancel(call: Call): void {
    call.cancelled = true;
    const index = this.#waiting.indexOf(call);
    if (index >= 0) {
      this.#waiting.splice(index, 1);
      this.#dispatch();
      return;
    }
    // In work: the answer goes nowhere. A script that hangs in it is ended.
    this.#clock.after(WORKER_CANCEL_PATIENCE_MS, () => {
      for (const worker of this.#workers) if (worker.calls[0] === call) worker.process.kill();
    });
  }

  #idleFromNow(): void {
    if (this.#workers.size === 0) return;
    this.#cancelIdle = this.#clock.after(WORKER_IDLE_MS, () => {
      for (const worker of this.#workers) worker.process.close();
      this.#workers.clear();
    });
  }
}

function answer(call: Call, outcome: CallOutcome): void {
  if (!call.cancelled) call.done(outcome);
}

function workerError(message: string): FunctionCallError {
  return { code: 'MLSQL_FUNCTION_WORKER', message, traceback: '', row: -1, arguments: '', retryable: true };
}

/** What the worker says of a function that raised. */
function callError(payload: Buffer): FunctionCallError {
  const raw = JSON.parse(payload.toString('utf8')) as Record<string, unknown>;
  const text = (name: string): string => (typeof raw[name] === 'string' ? raw[name] : '');
  return {
    code: text('code') || 'MLSQL_FUNCTION_ROW',
    message: text('message'),
    traceback: text('traceback'),
    row: typeof raw.row === 'number' ? raw.row : -1,
    arguments: text('arguments'),
    retryable: false,
  };
}
