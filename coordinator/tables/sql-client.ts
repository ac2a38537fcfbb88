// The coordinator's end of the SQL process: started on first use, every request answered or failed, calls of functions relayed.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { DIST_ROOT } from '../../shared/paths.js';
import type { FunctionLinkAddress } from '../../shared/rpc/function-link.js';
import type {
  CallAnswer,
  ExchangeOutcome,
  FailedWork,
  FromSqlProcess,
  SessionRequest,
  SessionSettings,
  Stage,
  StatementRows,
  ToSqlProcess,
} from './sql-process/messages.js';
import type { FunctionBatch } from './table-engine.js';

/** The compiled program of the SQL process. */
export const SQL_PROCESS_PATH = join(DIST_ROOT, 'coordinator/tables/sql-process/main.js');

/** Statements of all sessions that run at once; more wait. */
const STATEMENTS_AT_ONCE = 64;

/** Work of a session failed in the SQL process. */
export class SqlWorkError extends Error {
  constructor(readonly failure: FailedWork) {
    super(failure.message);
  }
}

/** Answers one batch of a registered function, undefined where that is done already; a rejection fails the statement. */
export type CallHandler = (
  session: string,
  functionId: string,
  batch: FunctionBatch,
) => Promise<Uint8Array | undefined>;

interface Pending {
  resolve(rows: StatementRows | undefined): void;
  reject(error: Error): void;
}

interface Running {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly pending: Map<number, Pending>;
  /** Executors that are linked to it. */
  readonly linked: Set<string>;
  readonly exchanges: Map<number, (outcome: ExchangeOutcome) => void>;
  readonly fetches: Map<number, (batch: Uint8Array | undefined) => void>;
}

export class SqlClient {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #onCall: CallHandler;
  readonly #onLink: (link: FunctionLinkAddress) => void;
  #running: Running | undefined;
  #generation = 0;
  #nextId = 1;
  #closed = false;

  constructor(options: {
    path: string;
    logger: Logger;
    onCall: CallHandler;
    /** A process has started: where executors may link up with it. */
    onLink: (link: FunctionLinkAddress) => void;
  }) {
    this.#path = options.path;
    this.#logger = options.logger;
    this.#onCall = options.onCall;
    this.#onLink = options.onLink;
  }

  /** Rises with each start of the process: what was defined in an earlier one is gone. */
  get generation(): number {
    return this.#generation;
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Starts the process where none runs. */
  async ensureStarted(): Promise<void> {
    if (this.#closed) throw new MlsqlError('MLSQL_SQL_PROCESS_LOST', 'the table engine is closed');
    this.#running ??= this.#start();
    await this.#running.ready;
  }

  async open(session: string, settings: SessionSettings): Promise<void> {
    await this.#request((id) => ({ op: 'open', id, session, settings }));
  }

  async closeSession(session: string): Promise<void> {
    if (this.#running === undefined) return;
    await this.#request((id) => ({ op: 'close', id, session }));
  }

  /**
   * Runs one statement. Fails with SqlWorkError where DuckDB does, with MLSQL_SQL_PROCESS_LOST where the process ends.
   * @param signal - an aborted one keeps it from being sent; what is sent already ends by `interrupt`
   */
  async run(session: string, sql: string, signal?: AbortSignal): Promise<StatementRows> {
    const rows = await this.#work(session, (id) => ({ id, op: 'run', sql }), signal);
    if (rows === undefined) throw new Error('the SQL process answered a statement without rows');
    return rows;
  }

  async defineFunction(session: string, name: string, functionId: string): Promise<void> {
    await this.#work(session, (id) => ({ id, op: 'defineFunction', name, functionId }));
  }

  /**
   * Makes the calls of a stage; its table stays until it is dropped.
   * @returns by call: how many columns of numbers hold its answers (number-columns.ts), null where a column of vectors does
   */
  async runStage(session: string, stage: Stage, signal?: AbortSignal): Promise<readonly (number | null)[]> {
    const kept = await this.#work(session, (id) => ({ id, op: 'stage', stage }), signal);
    return (kept?.rows[0] ?? []) as (number | null)[];
  }

  /** Cancels whatever was asked of the session until now, also what still waits for its turn. */
  interrupt(session: string): void {
    // Where the process just ended, its end fails what it ran.
    this.#running?.child.send({ op: 'interrupt', session } satisfies ToSqlProcess, () => undefined);
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running;
    if (running === undefined) return;
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  #work(
    session: string,
    request: (id: number) => SessionRequest,
    signal?: AbortSignal,
  ): Promise<StatementRows | undefined> {
    return this.#request((id) => ({ op: 'work', session, request: request(id) }), signal);
  }

  async #request(
    message: (id: number) => ToSqlProcess,
    signal?: AbortSignal,
  ): Promise<StatementRows | undefined> {
    await this.ensureStarted();
    signal?.throwIfAborted();
    const running = this.#running;
    if (running === undefined) throw lost('it ended while it started');
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      running.pending.set(id, { resolve, reject });
      running.child.send(message(id), (error) => {
        if (error !== null && running.pending.delete(id)) reject(lost(error.message));
      });
    });
  }

  #start(): Running {
    this.#generation += 1;
    const child = fork(this.#path, [], {
      serialization: 'advanced',
      execArgv: [],
      env: {
        PATH: process.env.PATH ?? '',
        TZ: 'UTC',
        LANG: 'C.UTF-8',
        // DuckDB's threads each keep a malloc arena otherwise; memory that a query freed would stay resident.
        MALLOC_ARENA_MAX: '2',
        // Each running statement holds one; of the usual four, four long statements would stop all sessions.
        UV_THREADPOOL_SIZE: String(STATEMENTS_AT_ONCE),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const pending = new Map<number, Pending>();
    const ready = new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code, signal) =>
        reject(lost(`it did not start (${signal ?? `exit code ${code}`})`)),
      );
      child.once('error', (error) => reject(lost(error.message)));
    });
    ready.catch(() => undefined);
    const running: Running = {
      child,
      ready,
      pending,
      linked: new Set(),
      exchanges: new Map(),
      fetches: new Map(),
    };
    const gone = (why: string): void => {
      if (this.#running !== running) return;
      this.#running = undefined;
      if (!this.#closed) this.#logger.warn({ why }, 'SQL process ended');
      for (const request of pending.values()) request.reject(lost(why));
      pending.clear();
      for (const settle of running.exchanges.values()) settle({ kind: 'lost' });
      for (const settle of running.fetches.values()) settle(undefined);
      running.linked.clear();
    };
    child.on('message', (message: FromSqlProcess) => this.#receive(running, message));
    child.on('exit', (code, signal) => gone(signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.on('error', (error) => gone(error.message));
    return running;
  }

  #batch(running: Running, session: string, call: number): FunctionBatch {
    return {
      bytes: () =>
        new Promise((resolve, reject) => {
          const fetch = this.#nextId++;
          running.fetches.set(fetch, (batch) => {
            if (batch === undefined) reject(lost('the call is over'));
            else resolve(batch);
          });
          send(running, { op: 'fetch', fetch, session, call });
        }),
      reaches: (executor) => running.linked.has(executor),
      exchange: (executor, functionId, signal) => {
        signal.throwIfAborted();
        const exchange = this.#nextId++;
        return new Promise((resolve, reject) => {
          const abandon = (): void => {
            running.exchanges.delete(exchange);
            send(running, { op: 'abandon', exchange });
            reject(signal.reason as Error);
          };
          signal.addEventListener('abort', abandon, { once: true });
          running.exchanges.set(exchange, (outcome) => {
            signal.removeEventListener('abort', abandon);
            resolve(outcome);
          });
          send(running, { op: 'exchange', exchange, session, call, executor, functionId });
        });
      },
    };
  }

  #receive(running: Running, message: FromSqlProcess): void {
    switch (message.op) {
      case 'ready':
        if (message.link !== undefined) this.#onLink(message.link);
        return;
      case 'linked':
        running.linked.add(message.executor);
        return;
      case 'unlinked':
        running.linked.delete(message.executor);
        return;
      case 'exchanged':
        running.exchanges.get(message.exchange)?.(message.outcome);
        running.exchanges.delete(message.exchange);
        return;
      case 'batch':
        running.fetches.get(message.fetch)?.(message.batch);
        running.fetches.delete(message.fetch);
        return;
      case 'done':
      case 'failed': {
        const request = running.pending.get(message.id);
        running.pending.delete(message.id);
        if (message.op === 'done') request?.resolve(message.rows);
        else request?.reject(new SqlWorkError(message.failure));
        return;
      }
      case 'call': {
        const { session, call } = message;
        const answer = (body: CallAnswer): void =>
          send(running, { op: 'answer', session, call, answer: body });
        this.#onCall(session, message.functionId, this.#batch(running, session, call)).then(
          (batch) => {
            if (batch !== undefined) answer({ batch });
          },
          () => answer({ failed: true }),
        );
        return;
      }
    }
  }
}

/** Where the process just ended, its end settles whatever waits for it. */
function send({ child }: Running, message: ToSqlProcess): void {
  child.send(message, () => undefined);
}

function lost(why: string): MlsqlError {
  return new MlsqlError('MLSQL_SQL_PROCESS_LOST', `the SQL process ended: ${why}`, {
    hint: 'Run the script again; a new SQL process is started on the next use.',
  });
}
