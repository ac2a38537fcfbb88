// The resident Python process that turns Spark SQL into DuckDB SQL: JSON lines over its standard input and output.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ErrorCode, MlsqlError, type Position } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { PYTHON_ROOT } from '../../shared/paths.js';
import type { ColumnInfo } from './table-engine.js';

/** A table that a select may name. */
export interface KnownTable {
  /** The name users write. */
  readonly name: string;
  /** DuckDB's view, with columns c0, c1, …. */
  readonly view: string;
  readonly columns: readonly ColumnInfo[];
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
  resolve(translation: Translation): void;
  reject(error: Error): void;
}

export class TranslatorClient {
  readonly #pythonPath: string;
  readonly #logger: Logger;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #nextId = 1;

  constructor(options: { pythonPath: string; logger: Logger }) {
    this.#pythonPath = options.pythonPath;
    this.#logger = options.logger;
  }

  /** Starts the process ahead of its first use. */
  warmUp(): void {
    this.#child ??= this.#start();
  }

  /** Fails with MLSQL_SQL_INVALID, _UNSUPPORTED, _FORBIDDEN, _FUNCTION_UNKNOWN, MLSQL_TABLE_UNKNOWN or _COLUMN_UNKNOWN. */
  translate(sql: string, tables: readonly KnownTable[], functions: readonly string[]): Promise<Translation> {
    this.#child ??= this.#start();
    const child = this.#child;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id, op: 'select', sql, tables, functions })}\n`);
    });
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  #start(): ChildProcessWithoutNullStreams {
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
    createInterface({ input: child.stdout }).on('line', (line) => this.#receive(JSON.parse(line) as Reply));
    const gone = (why: string): void => {
      if (this.#child === child) this.#child = undefined;
      const waiting = [...this.#pending.values()];
      this.#pending.clear();
      if (waiting.length > 0) this.#logger.error({ why, lastWords }, 'SQL translator ended');
      for (const request of waiting) {
        request.reject(
          new MlsqlError('MLSQL_SQL_PROCESS_LOST', `the SQL translator ended: ${why}\n${lastWords}`, {
            hint: `Check that ${this.#pythonPath} exists and has sqlglot installed: mlsql doctor.`,
          }),
        );
      }
    };
    // A write to a process that just ended fails here; its requests are failed by `exit`.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => gone(error.message));
    child.on('exit', (code, signal) => gone(signal === null ? `exit code ${code}` : `signal ${signal}`));
    return child;
  }

  #receive(reply: Reply): void {
    const request = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
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
