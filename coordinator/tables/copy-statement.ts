// COPY statements that write a table's rows in each of the formats, under the names that users gave the columns.
import { MlsqlError } from '../../shared/errors.js';
import type { LoadedColumn } from './formats/loader.js';
import { jsonLine } from './json-line.js';
import { duckType, type SparkType, sparkTypeText } from './spark-type.js';
import { columnAt, quoteName, quoteText } from './sql-text.js';
import { type TimeZone, timestampText } from './time-zone.js';

export type CopyFormat = 'json' | 'csv' | 'parquet' | 'text' | 'libsvm';

export interface CopySettings {
  /** Whose clocks timestamps in text are written by. */
  readonly zone: TimeZone;
  /** Spark's writer options, keys in lower case. */
  readonly options?: ReadonlyMap<string, string>;
  /**
   * Parquet: timestamps are marked as instants, so that readers in other time zones show their own wall time. Without
   * the mark they are in UTC, which is how Python reads what Spark writes.
   */
  readonly markInstants?: boolean;
}

/** How lines that are text already are written: as they are. */
const RAW_LINES = `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', NULLSTR ''`;

/**
 * SQL that writes the rows of a source with columns c0, c1, … into one file.
 */
export function copyStatement(
  source: string,
  columns: readonly LoadedColumn[],
  format: CopyFormat,
  path: string,
  { zone, options = new Map(), markInstants = false }: CopySettings,
): string {
  const target = quoteText(path);
  switch (format) {
    case 'json':
      return `COPY (SELECT ${jsonLine(columns, 'part', zone)} AS line FROM ${source}) TO ${target} (${RAW_LINES})`;
    case 'text':
      return `COPY (SELECT coalesce(c0, '') AS line FROM ${source}) TO ${target} (${RAW_LINES})`;
    case 'libsvm':
      return `COPY (SELECT ${libsvmLine()} AS line FROM ${source}) TO ${target} (${RAW_LINES})`;
    case 'parquet':
      refuseTwins(columns);
      return `COPY (SELECT ${columns.map((column, index) => `${markInstants ? asInstant(columnAt(index), column.type) : columnAt(index)} AS ${quoteName(column.name)}`).join(', ')} FROM ${source}) TO ${target} (FORMAT parquet, COMPRESSION ${parquetCompression(options)})`;
    case 'csv': {
      const values = columns.map(
        (column, index) => `${csvValue(columnAt(index), column.type, zone)} AS ${quoteName(column.name)}`,
      );
      return `COPY (SELECT ${values.join(', ')} FROM ${source}) TO ${target} (${csvSettings(options)})`;
    }
  }
}

function asInstant(value: string, type: SparkType): string {
  const instants = duckType(type, 'TIMESTAMPTZ');
  return instants === duckType(type) ? value : `CAST(${value} AS ${instants})`;
}

/** SQL of the bytes that one row takes when written. */
export function rowBytes(columns: readonly LoadedColumn[], format: CopyFormat, zone: TimeZone): string {
  if (format === 'parquet') return `octet_length(encode(${jsonLine(columns, 'part', zone)})) / 4`;
  return `octet_length(encode(${jsonLine(columns, 'part', zone)})) + 1`;
}

function csvSettings(options: ReadonlyMap<string, string>): string {
  const delimiter = (options.get('delimiter') ?? options.get('sep') ?? ',').replace(/\\t/g, '\t');
  const quote = options.get('quote') ?? '"';
  return [
    'FORMAT csv',
    `HEADER ${(options.get('header') ?? 'false').toLowerCase() === 'true'}`,
    `DELIMITER ${quoteText(delimiter)}`,
    `QUOTE ${quoteText(quote)}`,
    `ESCAPE ${quoteText(options.get('escape') ?? quote)}`,
    `NULLSTR ${quoteText(options.get('nullvalue') ?? '')}`,
  ].join(', ');
}

/** CSV has no nested values: they are written as the JSON text that they have in JSON files. */
function csvValue(value: string, type: SparkType, zone: TimeZone): string {
  switch (type.kind) {
    case 'timestamp':
      return timestampText(value, zone);
    case 'array':
    case 'map':
    case 'struct': {
      const line = jsonLine([{ name: 'v', type }], 'part', zone).replaceAll('c0', value);
      return `CASE WHEN ${value} IS NOT NULL THEN substr(${line}, 6, length(${line}) - 6) END`;
    }
    case 'binary':
      return `base64(${value})`;
    default:
      return value;
  }
}

function libsvmLine(): string {
  const pair = (index: string, value: string): string => `(${index})::VARCHAR || ':' || (${value})::VARCHAR`;
  const sparse = `list_transform(range(1, len(c1."values") + 1), lambda i: ${pair('c1.indices[i] + 1', 'c1."values"[i]')})`;
  const dense = `list_transform(list_filter(range(1, len(c1."values") + 1), lambda i: c1."values"[i] <> 0), lambda i: ${pair('i', 'c1."values"[i]')})`;
  return `concat_ws(' ', c0::VARCHAR, array_to_string(CASE WHEN c1."type" = 0 THEN ${sparse} ELSE ${dense} END, ' '))`;
}

function parquetCompression(options: ReadonlyMap<string, string>): string {
  const name = (options.get('compression') ?? 'snappy').toLowerCase();
  const known: Record<string, string> = {
    none: 'uncompressed',
    uncompressed: 'uncompressed',
    snappy: 'snappy',
    gzip: 'gzip',
    zstd: 'zstd',
    lz4: 'lz4_raw',
    brotli: 'brotli',
  };
  const compression = known[name];
  if (compression === undefined) {
    throw new MlsqlError('MLSQL_SCRIPT_OPTION_VALUE', `compression: unknown codec '${name}'`, {
      hint: `Use one of ${Object.keys(known).join(', ')}.`,
    });
  }
  return compression;
}

/** Spark refuses to write two columns of one name, too. */
export function refuseTwins(columns: readonly LoadedColumn[]): void {
  const seen = new Set<string>();
  for (const { name, type } of columns) {
    if (seen.has(name.toLowerCase())) {
      throw new MlsqlError('MLSQL_SQL_INVALID', `two columns are named ${name} (${sparkTypeText(type)})`, {
        hint: 'Give each column a name of its own with `as`.',
      });
    }
    seen.add(name.toLowerCase());
  }
}
