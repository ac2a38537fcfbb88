// One session's tables and what of them the SQL process knows, so that a new process can be told again.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { SessionId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { LoadedColumn } from './formats/loader.js';
import { SourceFiles } from './source-files.js';
import { sparkTypeText } from './spark-type.js';
import { type SqlClient, SqlWorkError } from './sql-client.js';
import type { SessionSettings, Stage, StatementRows } from './sql-process/messages.js';
import { quoteName } from './sql-text.js';
import type { ColumnInfo, TableInfo } from './table-engine.js';
import { type TimeZone, UTC } from './time-zone.js';

/** An immutable table: a view in DuckDB with columns c0, c1, …, and the names that users gave them. */
export interface Table {
  readonly name: string;
  readonly view: string;
  readonly columns: readonly LoadedColumn[];
  readonly fingerprint: string | undefined;
  /** True where its rows come in the same order each time: files, not a select that is evaluated anew. */
  readonly stable: boolean;
}

export class TableSession {
  readonly id: SessionId;
  readonly folder: string;
  readonly files: SourceFiles;
  /** Whose clocks tell the days and hours of timestamps in what the session does from now on. */
  timeZone: TimeZone = UTC;
  readonly #client: SqlClient;
  readonly #settings: Omit<SessionSettings, 'temporaryFolder'>;
  readonly #tables = new Map<string, Table>();
  /** Views by name, in the order in which they were made: later ones read earlier ones. */
  readonly #views = new Map<string, string>();
  /** Registered functions: id → DuckDB's name of it. */
  readonly #functions = new Map<string, string>();
  readonly #defined = new Set<string>();
  #generation = -1;
  #opening: Promise<void> | undefined;
  #openings = 0;
  #abort = new AbortController();
  #closed = false;

  constructor(options: {
    id: SessionId;
    folder: string;
    store: ObjectStore;
    client: SqlClient;
    settings: Omit<SessionSettings, 'temporaryFolder'>;
  }) {
    this.id = options.id;
    this.folder = options.folder;
    this.files = new SourceFiles(options.store, join(options.folder, 'files'));
    this.#client = options.client;
    this.#settings = options.settings;
  }

  /** Aborts when what the session does now is interrupted. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Cancels what runs now; what comes later is not touched. */
  interrupt(): void {
    if (this.#closed) return;
    this.#abort.abort(new MlsqlError('MLSQL_RUN_CANCELLED', 'the run was cancelled'));
    this.#abort = new AbortController();
    this.#client.interrupt(this.id);
  }

  /** Ends what runs, the session's thread and its files; a session of a process that is gone has no thread any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#abort.abort(new MlsqlError('MLSQL_RUN_CANCELLED', 'the session was closed'));
    try {
      // The caller who opens it hears of a failure.
      await this.#opening?.catch(() => undefined);
      await this.#client.closeSession(this.id);
    } catch (error) {
      if (!isMlsqlError(error, 'MLSQL_SQL_PROCESS_LOST')) throw error;
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  /** Runs a statement in the session, opening it where the SQL process is new. */
  async run(sql: string, signal: AbortSignal = this.signal): Promise<StatementRows> {
    return this.#inThread(signal, () => this.#client.run(this.id, sql, signal));
  }

  /**
   * Makes calls of functions ahead of a select.
   * @returns how each call's answers are kept, see SqlClient.runStage
   */
  async runStage(stage: Stage, signal: AbortSignal): Promise<readonly (number | null)[]> {
    return this.#inThread(signal, () => this.#client.runStage(this.id, stage, signal));
  }

  /** Makes a view unless one of that name is there; names tell content, so it is the same. */
  async defineView(view: string, sql: string, signal: AbortSignal = this.signal): Promise<void> {
    if (this.#views.has(view)) return;
    await this.run(createView(view, sql), signal);
    this.#views.set(view, sql);
  }

  add(table: Table): TableInfo {
    this.#tables.set(table.name.toLowerCase(), table);
    return tableInfo(table);
  }

  get(name: string): Table {
    const table = this.#tables.get(name.toLowerCase());
    if (table === undefined) throw new MlsqlError('MLSQL_TABLE_UNKNOWN', `no table named ${name}`);
    return table;
  }

  has(name: string): boolean {
    return this.#tables.has(name.toLowerCase());
  }

  get tables(): readonly Table[] {
    return [...this.#tables.values()];
  }

  /** DuckDB's name of a registered function; defined in the SQL process where it is not yet. */
  async functionAlias(functionId: string, signal: AbortSignal): Promise<string> {
    return this.#inThread(signal, () => this.#functionAlias(functionId));
  }

  async #functionAlias(functionId: string): Promise<string> {
    let alias = this.#functions.get(functionId);
    if (alias === undefined) {
      alias = `user_function_${this.#functions.size}`;
      this.#functions.set(functionId, alias);
    }
    if (!this.#defined.has(functionId)) {
      this.#defined.add(functionId);
      try {
        await this.#client.defineFunction(this.id, alias, functionId);
      } catch (error) {
        this.#defined.delete(functionId);
        throw error;
      }
    }
    return alias;
  }

  /** Work in the session's thread. One that ended is started anew by the next use. */
  async #inThread<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    await this.#ensureOpen();
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (error instanceof SqlWorkError && error.failure.cause === 'session') this.#generation = -1;
      throw error;
    }
  }

  async #ensureOpen(): Promise<void> {
    await this.#client.ensureStarted();
    while (this.#generation !== this.#client.generation) {
      // Closed while the process started: the current signal is only ever aborted by that.
      this.signal.throwIfAborted();
      this.#opening ??= this.#open().finally(() => {
        this.#opening = undefined;
      });
      await this.#opening;
    }
  }

  async #open(): Promise<void> {
    const generation = this.#client.generation;
    // A thread that is just ending may still hold files of its own there.
    const temporaryFolder = join(this.folder, `spill-${++this.#openings}`);
    await mkdir(temporaryFolder, { recursive: true });
    await this.#client.open(this.id, { ...this.#settings, temporaryFolder });
    this.#defined.clear();
    for (const [functionId, alias] of this.#functions) {
      await this.#client.defineFunction(this.id, alias, functionId);
      this.#defined.add(functionId);
    }
    for (const [view, sql] of this.#views) await this.#client.run(this.id, createView(view, sql));
    this.#generation = generation;
  }
}

export function tableInfo(table: Table): TableInfo {
  return {
    name: table.name,
    columns: columnInfo(table.columns),
    ...(table.fingerprint === undefined ? {} : { fingerprint: table.fingerprint }),
  };
}

export function columnInfo(columns: Table['columns']): ColumnInfo[] {
  return columns.map(({ name, type }) => ({ name, type: sparkTypeText(type) }));
}

/** A hash of whatever decides a table's rows. */
export function fingerprintOf(...facts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** The view of a table with that fingerprint; a new name for rows that nothing tells in advance. */
export function viewName(fingerprint: string | undefined): string {
  return fingerprint === undefined ? `u_${randomBytes(12).toString('hex')}` : `t_${fingerprint.slice(0, 32)}`;
}

function createView(view: string, sql: string): string {
  return `CREATE OR REPLACE VIEW ${quoteName(view)} AS ${sql}`;
}
