// What each format's loader gets and gives: files in, a query over them with columns c0, c1, … out.

import type { LocalFile } from '../source-files.js';
import { duckType, type SparkType } from '../spark-type.js';
import type { StatementRows } from '../sql-process/messages.js';
import { columnAt, quoteText, textList } from '../sql-text.js';
import { instantOf, type TimeZone } from '../time-zone.js';

export interface LoadedColumn {
  readonly name: string;
  readonly type: SparkType;
}

export interface LoadedTable {
  readonly columns: readonly LoadedColumn[];
  readonly sql: string;
  /** True where each query reads the rows in the same order: one scan does, a union of several need not. */
  readonly stable: boolean;
}

export interface LoadContext {
  readonly files: readonly LocalFile[];
  /** Options by lower-case key. */
  readonly options: ReadonlyMap<string, string>;
  /** Aborts when the load is cancelled. */
  readonly signal: AbortSignal;
  /** Whose clocks timestamps without an offset were written by. */
  readonly timeZone: TimeZone;
  /** Runs a statement in the session, unless the load is cancelled. */
  run(sql: string): Promise<StatementRows>;
}

export type Loader = (context: LoadContext) => Promise<LoadedTable>;

/** Boolean options as Spark reads them. */
export function booleanOption(options: ReadonlyMap<string, string>, key: string, fallback: boolean): boolean {
  const value = options.get(key.toLowerCase());
  return value === undefined ? fallback : value.toLowerCase() === 'true';
}

export const pathList = (files: readonly LocalFile[]): string => textList(files.map((file) => file.path));

/** What messages call a file that DuckDB knows by its path. */
export function displayName(files: readonly LocalFile[], path: string): string {
  return files.find((file) => file.path === path)?.source.displayName ?? path;
}

/** The longest line of a text file. */
const LINE_MAX_BYTES = 16 * 1024 * 1024;
const READ_BUFFER_BYTES = 32 * 1024 * 1024;

/** DuckDB's settings for the longest line of these files; it takes the memory at once, so small files ask for little. */
export function lineLimits(files: readonly LocalFile[]): string {
  const largest = Math.max(
    64 * 1024,
    ...files.map((file) => file.source.sizeBytes * (/\.(gz|zst)$/.test(file.path) ? 20 : 1)),
  );
  const line = Math.min(largest + 1, LINE_MAX_BYTES);
  return `max_line_size = ${line}, buffer_size = ${Math.max(line, Math.min(largest + 1, READ_BUFFER_BYTES))}`;
}

const INTEGER_MAX = 2_147_483_647;

/**
 * One query over all files, with the values of partition folders as columns behind the files' own.
 * @param timeZone - whose clocks timestamps in the folders' names are of
 * @param scans - the queries over some of the files, mostly one, columns c0 … in order
 */
export function withPartitionColumns(
  { files, timeZone }: Pick<LoadContext, 'files' | 'timeZone'>,
  columns: readonly LoadedColumn[],
  scans: (files: readonly LocalFile[]) => readonly string[],
): LoadedTable {
  const names = [...new Set(files.flatMap((file) => Object.keys(file.source.partitionValues ?? {})))];
  if (names.length === 0) return unionOf(columns, scans(files));
  const added = names.map((name) => ({
    name,
    type: partitionType(files.map((file) => file.source.partitionValues?.[name])),
  }));
  const groups = new Map<string, LocalFile[]>();
  for (const file of files) {
    const key = JSON.stringify(names.map((name) => file.source.partitionValues?.[name] ?? null));
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const queries = [...groups.values()].flatMap((group) => {
    const values = added.map((column, index) => {
      const value = group[0]!.source.partitionValues?.[column.name];
      const text = value === undefined || value === '__HIVE_DEFAULT_PARTITION__' ? 'NULL' : quoteText(value);
      const cast = `CAST(${text} AS ${duckType(column.type)})`;
      const typed = column.type.kind === 'timestamp' ? instantOf(cast, timeZone) : cast;
      return `${typed} AS ${columnAt(columns.length + index)}`;
    });
    return scans(group).map((scan) => `SELECT *, ${values.join(', ')} FROM (${scan})`);
  });
  return unionOf([...columns, ...added], queries);
}

function unionOf(columns: readonly LoadedColumn[], scans: readonly string[]): LoadedTable {
  return { columns, sql: scans.join(' UNION ALL '), stable: scans.length === 1 };
}

/** Spark's inference for partition folders: int, bigint, double, date, timestamp, else string. */
function partitionType(values: readonly (string | undefined)[]): SparkType {
  const texts = values.filter(
    (value): value is string => value !== undefined && value !== '__HIVE_DEFAULT_PARTITION__',
  );
  if (texts.length === 0) return { kind: 'string' };
  if (texts.every((text) => /^[+-]?\d{1,18}$/.test(text))) {
    return { kind: texts.every((text) => Math.abs(Number(text)) <= INTEGER_MAX) ? 'int' : 'bigint' };
  }
  if (texts.every((text) => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text))) return { kind: 'double' };
  if (texts.every((text) => /^\d{4}-\d{2}-\d{2}$/.test(text))) return { kind: 'date' };
  if (texts.every((text) => /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text)))
    return { kind: 'timestamp' };
  return { kind: 'string' };
}
