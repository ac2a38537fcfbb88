// Small parquet files: typed columns written so that Spark, DuckDB and pyarrow read them, and rows of any such file read.
//
// hyparquet-writer, since it is plain JavaScript, takes a millisecond for a table of this size, and writes the standard
// three-level maps and lists: checked against pyarrow, DuckDB and Spark, with and without its vectorised reader.
import { type FileMetaData, parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { MlsqlError } from '../../shared/errors.js';

export type ColumnType =
  | 'string'
  | 'int'
  | 'long'
  | 'double'
  | 'boolean'
  | { readonly map: ColumnType }
  | { readonly list: ColumnType }
  | { readonly struct: readonly Column[] };

/** All columns and fields may be null. Keys of maps are strings. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export type Row = Readonly<Record<string, unknown>>;

const PRIMITIVES: Readonly<Record<ColumnType & string, Partial<SchemaElement>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
};
const OPTIONAL = { repetition_type: 'OPTIONAL' } as const;
const REPEATED = { repetition_type: 'REPEATED' } as const;

/**
 * A parquet file of the rows.
 * @param keyValues - for the file's footer, where readers of tables do not look
 */
export function writeParquet(
  columns: readonly Column[],
  rows: readonly Row[],
  keyValues: Readonly<Record<string, string>> = {},
): Buffer {
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }];
  for (const column of columns) schema.push(...elements(column.name, column.type));
  const bytes = parquetWriteBuffer({
    columnData: columns.map((column) => ({
      name: column.name,
      data: rows.map((row) => physical(column.type, row[column.name])),
    })),
    schema,
    kvMetadata: Object.entries(keyValues).map(([key, value]) => ({ key, value })),
    createdBy: 'mlsql',
  });
  return Buffer.from(bytes);
}

/**
 * The rows of a parquet file: longs as numbers, maps as objects, lists as arrays, missing values as null or undefined.
 * @param name - for messages
 * @throws MLSQL_MODEL_CORRUPT where it is no parquet file
 */
export async function readParquet(
  bytes: Buffer,
  name: string,
): Promise<{ rows: Row[]; keyValues: Record<string, string> }> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const metadata = parquetMetadata(file);
    const { compressors } = needsCompressor(metadata) ? await import('hyparquet-compressors') : {};
    const rows = await parquetReadObjects({
      file,
      metadata,
      ...(compressors === undefined ? {} : { compressors }),
    });
    const keyValues = (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']);
    return { rows: rows.map((row) => plain(row) as Row), keyValues: Object.fromEntries(keyValues) };
  } catch (error) {
    throw new MlsqlError(
      'MLSQL_MODEL_CORRUPT',
      `${name} is not a readable parquet file: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

/** Snappy and uncompressed pages need none. */
function needsCompressor(metadata: FileMetaData): boolean {
  const codecs = metadata.row_groups.flatMap((group) =>
    group.columns.map((column) => column.meta_data?.codec),
  );
  return codecs.some((codec) => codec !== undefined && codec !== 'SNAPPY' && codec !== 'UNCOMPRESSED');
}

function elements(name: string, type: ColumnType): SchemaElement[] {
  if (typeof type === 'string') return [{ name, ...OPTIONAL, ...PRIMITIVES[type] }];
  if ('map' in type) {
    return [
      { name, ...OPTIONAL, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
      { name: 'key_value', ...REPEATED, num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', ...PRIMITIVES.string },
      ...elements('value', type.map),
    ];
  }
  if ('list' in type) {
    return [
      { name, ...OPTIONAL, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', ...REPEATED, num_children: 1 },
      ...elements('element', type.list),
    ];
  }
  return [
    { name, ...OPTIONAL, num_children: type.struct.length },
    ...type.struct.flatMap((field) => elements(field.name, field.type)),
  ];
}

/** The value as the writer takes it. */
function physical(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'long') return BigInt(value as number);
  if (typeof type === 'string') return value;
  if ('map' in type)
    return Object.entries(value).map(([key, item]) => ({ key, value: physical(type.map, item) }));
  if ('list' in type) return (value as unknown[]).map((item) => physical(type.list, item));
  return Object.fromEntries(
    type.struct.map((field) => [field.name, physical(field.type, (value as Row)[field.name])]),
  );
}

/** Numbers for bigints, all the way down. Times and sizes are far below the limit of exact numbers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  }
  return value;
}
