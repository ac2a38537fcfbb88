// What the rest of the coordinator sees of tables and SQL. The engine behind it is DuckDB in a child process.

import type { Readable } from 'node:stream';
import type { SessionId } from '../../shared/ids.js';
import type { SaveMode } from '../../shared/language/ast.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { FunctionLinkAddress } from '../../shared/rpc/function-link.js';
import type { ExchangeOutcome } from './sql-process/messages.js';

export interface ColumnInfo {
  readonly name: string;
  /** Spark's name of the type (`bigint`, `array<double>`, `struct<type:tinyint,…>`). */
  readonly type: string;
}

export interface TableInfo {
  readonly name: string;
  readonly columns: readonly ColumnInfo[];
  /**
   * Hash of everything that decides the rows: plan text, options, and identity of the files below it. Equal
   * fingerprints mean equal rows. Undefined where the rows cannot be told in advance (rand(), a function's answers).
   */
  readonly fingerprint?: string;
}

/** An object of the store as a table reads it. */
export interface SourceFile {
  readonly key: string;
  /** Where it lies; default: the cluster's own. */
  readonly store?: ObjectStore;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Name for messages: the path as the user knows it. */
  readonly displayName: string;
  /** Values of partition folders on the way (`dt=2024-01-01`). */
  readonly partitionValues?: Readonly<Record<string, string>>;
}

export type LoadFormat = 'csv' | 'json' | 'parquet' | 'text' | 'libsvm' | 'jsonStr' | 'script';

export interface LoadRequest {
  readonly table: string;
  readonly format: LoadFormat;
  readonly files: readonly SourceFile[];
  /** For jsonStr and script: the text itself. */
  readonly inlineText?: string;
  /** Checked options, keys as written. */
  readonly options: Readonly<Record<string, string>>;
}

export interface SelectRequest {
  /** Result's name; a session-unique one is made where absent. */
  readonly table?: string;
  /** Spark SQL, variables substituted. */
  readonly sql: string;
  /** Functions it may call beside the built-in ones: name as written in SQL → id for FunctionCaller. */
  readonly functions: ReadonlyMap<string, string>;
}

export interface RowsResult {
  readonly columns: readonly ColumnInfo[];
  /** One JSON object a row, columns in order. Doubles that JSON lacks are the strings "NaN", "Infinity", "-Infinity". */
  readonly rowsJson: readonly string[];
  readonly rowCount: number;
  readonly truncated: boolean;
}

export type PartFormat = 'json' | 'csv' | 'parquet';

export interface WrittenPart {
  readonly key: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly rows: number;
  /** False where an object of this content lay there already. */
  readonly written: boolean;
}

export interface WritePartsRequest {
  readonly table: string;
  readonly format: PartFormat;
  /** Key prefix, without a slash at its end; parts are `<prefix>/part-00000-<hash>.<ext>`. */
  readonly prefix: string;
  /** Absent: one per 32 MiB written. Never an empty part, never more than rows. */
  readonly partitions?: number;
}

/** What a save wrote. */
export interface Saved {
  readonly files: number;
  readonly rows: number;
  readonly sizeBytes: number;
}

export interface SaveRequest {
  readonly table: string;
  readonly format: 'csv' | 'json' | 'parquet' | 'text' | 'libsvm';
  /** Where it is written to; default: the cluster's own. */
  readonly store?: ObjectStore;
  /** Key of the folder. */
  readonly prefix: string;
  readonly mode: SaveMode;
  /** Names the save, in letters and digits: tried again under the same name after a crash, it leaves nothing twice. */
  readonly id: string;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionBy: readonly string[];
}

/** Asked by the engine for each chunk of a registered function's arguments. docs/function-wire.md gives the encoding. */
export interface FunctionCaller {
  /** @returns the answer; undefined where an exchange took it to its place already */
  call(functionId: string, batch: FunctionBatch, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** One batch of arguments; its bytes come here only where they have to. */
export interface FunctionBatch {
  bytes(): Promise<Uint8Array>;
  /** True where the executor can be asked without the bytes coming here. */
  reaches(executor: string): boolean;
  /** Asks such an executor. An answer goes straight to the statement that waits for it. */
  exchange(executor: string, functionId: string, signal: AbortSignal): Promise<ExchangeOutcome>;
}

export type { ExchangeOutcome };

/** Tables live in sessions; sessions do not see each other's. All errors are MlsqlErrors; SQL ones carry a position within the SQL text. */
export interface TableEngine {
  /** Calls back with where executors of this machine may link up for calls: now, where that is known, and whenever it changes. */
  onFunctionLink(listener: (link: FunctionLinkAddress) => void): void;
  openSession(session: SessionId): Promise<void>;
  closeSession(session: SessionId): Promise<void>;
  /**
   * Sets the time zone of what the session does from now on; it begins in UTC. Tables that are there stay as they are:
   * timestamps are instants.
   * @param zone - a region, an offset, or a name of UTC, as Spark reads it
   * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE where there is no such zone
   */
  setTimeZone(session: SessionId, zone: string): Promise<void>;
  load(session: SessionId, request: LoadRequest): Promise<TableInfo>;
  select(session: SessionId, request: SelectRequest): Promise<TableInfo>;
  /** A table of the given rows; timestamps in them are in UTC. */
  fromRows(
    session: SessionId,
    table: string,
    columns: readonly ColumnInfo[],
    rowsJson: readonly string[],
  ): Promise<TableInfo>;
  describe(session: SessionId, table: string): Promise<TableInfo>;
  list(session: SessionId): Promise<readonly TableInfo[]>;
  rows(session: SessionId, table: string, limit: number): Promise<RowsResult>;
  writeParts(session: SessionId, request: WritePartsRequest): Promise<readonly WrittenPart[]>;
  /** Its files become visible together, when all are written; of those that fail or are cancelled, none. */
  save(session: SessionId, request: SaveRequest): Promise<Saved>;
  /** Interrupts what runs in a session; its call fails with MLSQL_RUN_CANCELLED. */
  interrupt(session: SessionId): Promise<void>;
  close(): Promise<void>;
  /** For the memory report. */
  readonly pid: number | undefined;
}

/** How the engine reads and writes the store. */
export interface TableStorage {
  read(key: string): Promise<Readable>;
  /** A path DuckDB may read in place, where the store is a local directory. */
  localPath(key: string): string | undefined;
}
