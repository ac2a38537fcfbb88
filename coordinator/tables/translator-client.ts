// The resident Python process that turns Spark SQL into DuckDB SQL: JSON lines over its standard input and output.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ErrorCode, MlsqlError, type Position } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { PYTHON_ROOT } from '../../shared/paths.js';
import type { ColumnInfo } from './table-engine.js';
import type { TimeZone } from './time-zone.js';

/** A table that a select may name. */
export interface KnownTable {
  /** The name users write. */
  readonly name: string;
  /** DuckDB's view, with columns c0, c1, …. */
  readonly view: string;
  readonly columns: readonly ColumnInfo[];
  /** True where its rows come in the same order each time they are read. */
  readonly stable: boolean;
}

/** A select in DuckDB's words. */
export interface Translation {
  readonly sql: string;
  readonly columns: readonly ColumnInfo[];
  /** Names of the tables it reads, as users write them. */
  readonly inputs: readonly string[];
  /** True where two evaluations may differ (rand(), current_timestamp). */
  readonly volatile: boolean;
  /** Registered functions it calls: name as written in SQL. */
  readonly calls: readonly FunctionCallSite[];
  readonly stages: readonly TranslatedStage[];
}

/**
 * Calls to be made ahead of the select, on all rows of a query. The select reads the answers from a table that its text
 * calls `"stage:<number>"`.
 */
export interface TranslatedStage {
  readonly number: number;
  /** Where the query has to be evaluated once, into the table `"stage:<number>:rows"`; else empty. */
  readonly rows: string;
  /** Gives the arguments, a column a call. */
  readonly sql: string;
  readonly calls: readonly {
    readonly name: string;
    readonly column: string;
    readonly variant: 'list' | 'vector';
  }[];
}

/** A call that stands directly on a named table, so that a failing row has a number. */
export interface FunctionCallSite {
  readonly name: string;
  /** Whether its argument is a list of numbers or a vector. */
  readonly variant: 'list' | 'vector';
  readonly table?: string;
  /** The argument over that table's view. */
  readonly argument?: string;
}

interface Reply {
  readonly id: number;
  readonly ok?: Translation;
  readonly error?: { code: ErrorCode; message: string; hint?: string; position?: Position };
}

interface Pending {
  /** The request as it is sent, for sending it again. */
  readonly line: string;
  resolve(translation: Translation): void;
  reject(error: Error): void;
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** In the order of sending: the first one is what the process works on. */
  readonly pending: Map<number, Pending>;
  /** Ends it and fails what it has not answered. */
  fail(why: string): void;
}

export class TranslatorClient {
  readonly #pythonPath: string;
  readonly #logger: Logger;
  #running: Running | undefined;
  #nextId = 1;

  constructor(options: { pythonPath: string; logger: Logger }) {
    this.#pythonPath = options.pythonPath;
    this.#logger = options.logger;
  }

  /** Starts the process ahead of its first use. */
  warmUp(): void {
    this.#running ??= this.#start();
  }

  /**
   * Fails with MLSQL_SQL_INVALID, _UNSUPPORTED, _FORBIDDEN, _FUNCTION_UNKNOWN, MLSQL_TABLE_UNKNOWN or _COLUMN_UNKNOWN,
   * with MLSQL_CLUSTER_SETUP where the process cannot be started, MLSQL_SQL_PROCESS_LOST where it ends, and with the signal's reason where that aborts.
   */
  async translate(
    sql: string,
    tables: readonly KnownTable[],
    functions: readonly string[],
    zone: TimeZone,
    signal: AbortSignal,
  ): Promise<Translation> {
    signal.throwIfAborted();
    const id = this.#nextId++;
    const line = `${JSON.stringify({ id, op: 'select', sql, tables, functions, zone })}\n`;
    let cancel = (): void => undefined;
    try {
      return await new Promise((resolve, reject) => {
        cancel = (): void => {
          reject(signal.reason);
          this.#forget(id);
        };
        signal.addEventListener('abort', cancel, { once: true });
        this.#send(id, { line, resolve, reject });
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    const child = this.#running?.child;
    this.#running?.fail('it was closed');
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  #send(id: number, request: Pending): void {
    this.#running ??= this.#start();
    this.#running.pending.set(id, request);
    this.#running.child.stdin.write(request.line);
  }

  /** Drops a request. Where the process works on it, only its end ends that: a new one gets what else it had to do. */
  #forget(id: number): void {
    const running = this.#running;
    if (running === undefined || !running.pending.has(id)) return;
    const [first] = running.pending.keys();
    running.pending.delete(id);
    if (first !== id) return;
    const others = [...running.pending];
    running.pending.clear();
    running.fail('what it worked on was cancelled');
    for (const [other, request] of others) this.#send(other, request);
  }

  #start(): Running {
    const child = spawn(this.#pythonPath, ['-E', '-s', '-m', 'mlsql_sql'], {
      cwd: PYTHON_ROOT,
      env: {
        PATH: process.env.PATH ?? '',
        TZ: 'UTC',
        LANG: 'C.UTF-8',
        PYTHONIOENCODING: 'utf-8',
        PYTHONUTF8: '1',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let lastWords = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-4000);
    });
    const pending = new Map<number, Pending>();
    const fail = (why: string, error?: MlsqlError): void => {
      if (this.#running === running) this.#running = undefined;
      child.kill('SIGKILL');
      const waiting = [...pending.values()];
      pending.clear();
      if (waiting.length > 0) this.#logger.error({ why, lastWords }, 'SQL translator ended');
      for (const request of waiting) {
        request.reject(
          error ??
            new MlsqlError('MLSQL_SQL_PROCESS_LOST', `the SQL translator ended: ${why}\n${lastWords}`, {
              hint: `Check that ${this.#pythonPath} exists and has sqlglot installed: mlsql doctor.`,
            }),
        );
      }
    };
    // A write to a process that just ended fails here; its requests are failed by `exit`.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => fail(error.message, this.#notStarted(error)));
    child.on('exit', (code, signal) => fail(signal === null ? `exit code ${code}` : `signal ${signal}`));
    const running: Running = { child, pending, fail };
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = parseReply(line);
      // What stands between two answers may have torn one of them.
      if (reply === undefined) fail(`it wrote what is no answer: ${line.slice(0, 200)}`);
      else this.#receive(pending, reply);
    });
    return running;
  }

  #notStarted(error: Error): MlsqlError {
    const why = (error as NodeJS.ErrnoException).code ?? error.message;
    return new MlsqlError(
      'MLSQL_CLUSTER_SETUP',
      `the SQL translator's interpreter ${this.#pythonPath} cannot be started: ${why}`,
      { hint: 'npm run setup makes its environment; mlsql doctor looks at it' },
    );
  }

  #receive(pending: Map<number, Pending>, reply: Reply): void {
    const request = pending.get(reply.id);
    pending.delete(reply.id);
    if (request === undefined) return;
    if (reply.ok !== undefined) request.resolve(reply.ok);
    else if (reply.error !== undefined) {
      const { code, message, hint, position } = reply.error;
      request.reject(
        new MlsqlError(code, message, {
          ...(hint === undefined ? {} : { hint }),
          ...(position === undefined ? {} : { position }),
        }),
      );
    } else request.reject(new Error(`the SQL translator answered neither a select nor an error`));
  }
}

function parseReply(line: string): Reply | undefined {
  try {
    const reply = JSON.parse(line) as Reply | null;
    return typeof reply?.id === 'number' ? reply : undefined;
  } catch {
    return undefined;
  }
}
