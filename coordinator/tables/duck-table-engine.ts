// The table engine: descriptors and plans here, DuckDB in a process of its own, Spark SQL translated by another.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MlsqlError } from '../../shared/errors.js';
import type { SessionId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import { memoryAllowed } from '../../shared/memory.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { FunctionLinkAddress } from '../../shared/rpc/function-link.js';
import { loadCsv } from './formats/csv.js';
import { loadJson } from './formats/json.js';
import { loadLibsvm } from './formats/libsvm.js';
import { loadText } from './formats/lines.js';
import type { LoadedColumn, Loader } from './formats/loader.js';
import { loadParquet } from './formats/parquet.js';
import { tableOfRows } from './formats/rows.js';
import { FunctionCalls } from './function-calls.js';
import { jsonLine } from './json-line.js';
import { saveTable } from './save-table.js';
import { SavesUnderWay } from './save-target.js';
import { evaluateSelect } from './select-table.js';
import { shownColumns } from './shown-columns.js';
import { hasTimestamp, parseSparkType } from './spark-type.js';
import { makeSpoolFolder, removeSpoolFolder } from './spool-folder.js';
import { SQL_PROCESS_PATH, SqlClient } from './sql-client.js';
import { type SqlActivity, sqlError } from './sql-errors.js';
import { quoteText } from './sql-text.js';
import type {
  ColumnInfo,
  FunctionCaller,
  LoadRequest,
  RowsResult,
  Saved,
  SaveRequest,
  SelectRequest,
  TableEngine,
  TableInfo,
  WritePartsRequest,
  WrittenPart,
} from './table-engine.js';
import { columnInfo, fingerprintOf, type Table, TableSession, tableInfo, viewName } from './table-session.js';
import { isUtc, readTimeZone } from './time-zone.js';
import { TranslatorClient } from './translator-client.js';
import { writeParts } from './write-parts.js';

export interface TableEngineOptions {
  readonly storage: ObjectStore;
  readonly functionCaller: FunctionCaller;
  /** Where the engine makes a folder of its own for downloads, spilled data and parts being written; what else lies there stays. */
  readonly spoolDir: string;
  /** The interpreter that has sqlglot. */
  readonly pythonPath: string;
  /** DuckDB's memory a session; default a quarter of what the container or machine has, at most 4 GiB. Beyond it, it spills to spoolDir. */
  readonly memoryLimitBytes?: number;
  /** DuckDB's threads a session; default one a core. */
  readonly threads?: number;
  readonly logger: Logger;
  /** The compiled SQL process; default the one in dist. */
  readonly processPath?: string;
}

const LOADERS: Readonly<Record<Exclude<LoadRequest['format'], 'jsonStr' | 'script'>, Loader>> = {
  csv: loadCsv,
  json: loadJson,
  parquet: loadParquet,
  text: loadText,
  libsvm: loadLibsvm,
};

const MEMORY_MAX_BYTES = 4 * 1024 ** 3;
/** Below this a CSV file of any size, or a sort that spills, may not fit. */
const MEMORY_MIN_BYTES = 128 * 1024 ** 2;
/** What each thread may need for its share of a file. */
const THREAD_MEMORY_BYTES = 128 * 1024 ** 2;

/** Starts nothing: both processes start on first use. */
export function createTableEngine(options: TableEngineOptions): TableEngine {
  return new DuckTableEngine(options);
}

class DuckTableEngine implements TableEngine {
  readonly #options: TableEngineOptions;
  readonly #client: SqlClient;
  readonly #translator: TranslatorClient;
  readonly #calls: FunctionCalls;
  readonly #sessions = new Map<SessionId, TableSession>();
  readonly #saves = new SavesUnderWay();
  #prepared: Promise<string> | undefined;
  #link: FunctionLinkAddress | undefined;
  readonly #linkListeners: ((link: FunctionLinkAddress) => void)[] = [];

  constructor(options: TableEngineOptions) {
    this.#options = options;
    this.#calls = new FunctionCalls(options.functionCaller);
    this.#client = new SqlClient({
      path: options.processPath ?? SQL_PROCESS_PATH,
      logger: options.logger,
      onCall: (session, functionId, batch) => this.#calls.call(session, functionId, batch),
      onLink: (link) => {
        this.#link = link;
        for (const listener of this.#linkListeners) listener(link);
      },
    });
    this.#translator = new TranslatorClient({ pythonPath: options.pythonPath, logger: options.logger });
  }

  get pid(): number | undefined {
    return this.#client.pid;
  }

  onFunctionLink(listener: (link: FunctionLinkAddress) => void): void {
    this.#linkListeners.push(listener);
    if (this.#link !== undefined) listener(this.#link);
  }

  async openSession(id: SessionId): Promise<void> {
    if (this.#sessions.has(id)) throw new Error(`session ${id} is open already`);
    const spool = await this.#spool();
    const { storage, threads } = this.#options;
    const memory = this.#options.memoryLimitBytes ?? sessionMemory(memoryAllowed());
    const session = new TableSession({
      id,
      folder: join(spool, `s-${randomBytes(8).toString('hex')}`),
      store: storage,
      client: this.#client,
      settings: {
        memoryLimitBytes: memory,
        threads: threads ?? threadsWithin(memory),
        allowedFolders: [`${spool}/`, ...storeFolder(storage)],
      },
    });
    this.#sessions.set(id, session);
    this.#translator.warmUp();
  }

  async closeSession(id: SessionId): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    this.#calls.forget(id);
    await session.close();
  }

  async setTimeZone(id: SessionId, name: string): Promise<void> {
    const session = this.#session(id);
    session.timeZone = await this.#guard(session, 'read', (signal) =>
      readTimeZone(name, async (text) => {
        const { rows } = await session.run(
          `SELECT name FROM pg_timezone_names() WHERE lower(name) = lower(${quoteText(text)}) ORDER BY name = ${quoteText(text)} DESC`,
          signal,
        );
        return rows.map((row) => row[0] as string);
      }),
    );
  }

  async load(id: SessionId, request: LoadRequest): Promise<TableInfo> {
    const session = this.#session(id);
    return this.#guard(session, 'load', async (signal) => {
      if (request.format === 'script') return this.#loadScript(session, request, signal);
      const options = new Map(
        Object.entries(request.options).map(([key, value]) => [key.toLowerCase(), value]),
      );
      const files =
        request.format === 'jsonStr'
          ? [await inlineFile(session, request.inlineText ?? '')]
          : await session.files.localize(request.files, signal);
      if (files.length === 0) {
        throw new MlsqlError('MLSQL_TABLE_DATA_INVALID', 'the folder holds no data files', {
          hint: 'Files whose names begin with _ or . are not read.',
        });
      }
      const loader = LOADERS[request.format === 'jsonStr' ? 'json' : request.format];
      const run = (statement: string) => session.run(statement, signal);
      const { timeZone } = session;
      const { columns, sql, stable } = await loader({ files, options, signal, run, timeZone });
      const identity = files.map(({ source }) => [
        ...(source.store === undefined ? [] : [source.store.url]),
        source.key,
        source.etag,
        source.sizeBytes,
        source.partitionValues ?? null,
      ]);
      const zoned = !isUtc(timeZone) && columns.some(({ type }) => hasTimestamp(type));
      const facts = zoned ? [columns, timeZone.name] : [columns];
      const fingerprint = fingerprintOf('load', request.format, [...options], identity, ...facts);
      return this.#define(session, { name: request.table, columns, fingerprint, stable }, sql, signal);
    });
  }

  async select(id: SessionId, request: SelectRequest): Promise<TableInfo> {
    const session = this.#session(id);
    return this.#guard(session, 'select', async (signal) => {
      const text = request.sql.toLowerCase();
      const tables = session.tables
        .filter((table) => text.includes(table.name.toLowerCase()))
        .map((table) => ({ ...tableInfo(table), view: table.view, stable: table.stable }));
      const names = [...request.functions.keys()];
      const translation = await this.#translator.translate(
        request.sql,
        tables,
        names,
        session.timeZone,
        signal,
      );
      const columns = translation.columns.map((column) => ({
        name: column.name,
        type: parseSparkType(column.type),
      }));
      const name = request.table ?? `result_${randomBytes(6).toString('hex')}`;
      const inputs = translation.inputs.map((input) => session.get(input).fingerprint);
      const lazy = !translation.volatile && translation.calls.length === 0;
      const known = lazy && !inputs.includes(undefined);
      const fingerprint = known ? fingerprintOf('select', translation.sql, inputs, columns) : undefined;
      const idOf = (called: string): string => functionIdOf(request.functions, called);
      const sql = lazy
        ? translation.sql
        : await evaluateSelect(session, this.#calls, translation, idOf, signal);
      return this.#define(session, { name, columns, fingerprint, stable: !lazy }, sql, signal);
    });
  }

  async fromRows(
    id: SessionId,
    name: string,
    columns: readonly ColumnInfo[],
    rowsJson: readonly string[],
  ): Promise<TableInfo> {
    const session = this.#session(id);
    return this.#guard(session, 'load', async (signal) => {
      const typed = columns.map((column) => ({ name: column.name, type: parseSparkType(column.type) }));
      const file = await inlineFile(session, rowsJson.map((row) => `${row}\n`).join(''));
      const fingerprint = fingerprintOf('rows', typed, file.source.etag);
      const sql = tableOfRows(typed, file.path);
      return this.#define(session, { name, columns: typed, fingerprint }, sql, signal);
    });
  }

  async describe(id: SessionId, table: string): Promise<TableInfo> {
    return tableInfo(this.#session(id).get(table));
  }

  async list(id: SessionId): Promise<readonly TableInfo[]> {
    return this.#session(id).tables.map(tableInfo);
  }

  async rows(id: SessionId, name: string, limit: number): Promise<RowsResult> {
    const session = this.#session(id);
    const table = session.get(name);
    const columns = shownColumns(table.columns);
    return this.#guard(session, 'read', async (signal) => {
      const { rows } = await session.run(
        `SELECT ${jsonLine(columns, 'row', session.timeZone)} FROM "${table.view}" LIMIT ${limit + 1}`,
        signal,
      );
      const rowsJson = rows.slice(0, limit).map((row) => row[0] as string);
      const truncated = rows.length > limit;
      const rowCount = truncated
        ? Number((await session.run(`SELECT count(*) FROM "${table.view}"`, signal)).rows[0]![0])
        : rowsJson.length;
      return { columns: columnInfo(columns), rowsJson, rowCount, truncated };
    });
  }

  async writeParts(id: SessionId, request: WritePartsRequest): Promise<readonly WrittenPart[]> {
    const session = this.#session(id);
    const table = session.get(request.table);
    return this.#guard(session, 'write', (signal) =>
      writeParts(session, this.#options.storage, table, request, signal),
    );
  }

  async save(id: SessionId, request: SaveRequest): Promise<Saved> {
    const session = this.#session(id);
    const table = session.get(request.table);
    return this.#guard(session, 'write', (signal) =>
      this.#saves.run(request.id, () =>
        saveTable(session, request.store ?? this.#options.storage, this.#saves, table, request, signal),
      ),
    );
  }

  async interrupt(id: SessionId): Promise<void> {
    this.#sessions.get(id)?.interrupt();
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) session.interrupt();
    await Promise.all([this.#client.close(), this.#translator.close()]);
    try {
      await Promise.all(sessions.map((session) => session.close()));
    } finally {
      if (this.#prepared !== undefined) await removeSpoolFolder(await this.#prepared);
    }
  }

  #session(id: SessionId): TableSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new Error(`session ${id} is not open`);
    return session;
  }

  /** The real path of the engine's own folder, empty at first. A failure to make it is not kept: the disk may be back. */
  async #spool(): Promise<string> {
    this.#prepared ??= makeSpoolFolder(this.#options.spoolDir);
    const preparing = this.#prepared;
    try {
      return await preparing;
    } catch (error) {
      if (this.#prepared === preparing) this.#prepared = undefined;
      throw error;
    }
  }

  async #define(
    session: TableSession,
    table: Omit<Table, 'view' | 'stable'> & { readonly stable?: boolean },
    sql: string,
    signal: AbortSignal,
  ): Promise<TableInfo> {
    const view = viewName(table.fingerprint);
    await session.defineView(view, sql, signal);
    return session.add({ stable: true, ...table, view } satisfies Table);
  }

  /** `load script`: one row with the text, as it stands. */
  #loadScript(session: TableSession, request: LoadRequest, signal: AbortSignal): Promise<TableInfo> {
    const text = request.inlineText ?? '';
    const columns: LoadedColumn[] = [{ name: 'value', type: { kind: 'string' } }];
    const table = { name: request.table, columns, fingerprint: fingerprintOf('script', text) };
    return this.#define(session, table, `SELECT ${quoteText(text)} AS c0`, signal);
  }

  /** Runs one call of the engine. Its signal is taken once: an interrupt between two of its steps ends it, too. */
  async #guard<T>(
    session: TableSession,
    activity: SqlActivity,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { signal } = session;
    try {
      return await work(signal);
    } catch (error) {
      // Streams that a signal cut short do not tell its reason.
      if (signal.aborted && error instanceof Error && error.name === 'AbortError') throw signal.reason;
      throw sqlError(error, activity, session.files.displayNames);
    }
  }
}

/** Where the store is a local directory, the folder that DuckDB may read in place. */
function storeFolder(store: ObjectStore): string[] {
  return store.url.startsWith('file://') ? [`${fileURLToPath(encodeURI(store.url))}/`] : [];
}

function functionIdOf(functions: ReadonlyMap<string, string>, name: string): string {
  for (const [known, id] of functions) if (known.toLowerCase() === name.toLowerCase()) return id;
  throw new Error(`the translator called a function that it was not told of: ${name}`);
}

/** Text as a file of the session, named by its content. */
async function inlineFile(
  session: TableSession,
  text: string,
): Promise<{ source: LoadRequest['files'][number]; path: string }> {
  const etag = createHash('sha256').update(text).digest('hex');
  const path = join(session.folder, `inline-${etag.slice(0, 32)}.json`);
  await mkdir(session.folder, { recursive: true });
  await writeFile(path, text);
  return {
    source: {
      key: `inline/${etag}`,
      sizeBytes: Buffer.byteLength(text),
      etag,
      displayName: 'the given text',
    },
    path,
  };
}

/** A quarter of what there is; more where that is little, never more than half. */
function sessionMemory(allowedBytes: number): number {
  const quarter = Math.min(MEMORY_MAX_BYTES, Math.floor(allowedBytes / 4));
  return Math.max(quarter, Math.min(MEMORY_MIN_BYTES, Math.floor(allowedBytes / 2)));
}

function threadsWithin(memoryBytes: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memoryBytes / THREAD_MEMORY_BYTES)));
}
