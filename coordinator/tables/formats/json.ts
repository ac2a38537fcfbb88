// JSON lines as Spark reads them: the schema is inferred from every row, fields in the order of their names.
import { MlsqlError } from '../../../shared/errors.js';
import { sparkTypeOf } from '../duck-types.js';
import type { LocalFile } from '../source-files.js';
import { duckType, parseSparkType, type SparkType, VECTOR_TYPE_TEXT } from '../spark-type.js';
import { SqlWorkError } from '../sql-client.js';
import type { StatementRows } from '../sql-process/messages.js';
import { columnAt, quoteName, quoteText } from '../sql-text.js';
import { readLines } from './lines.js';
import {
  displayName,
  type LoadContext,
  type LoadedColumn,
  type LoadedTable,
  pathList,
  withPartitionColumns,
} from './loader.js';

/** Largest single row. */
const ROW_MAX_BYTES = 64 * 1024 * 1024;

/** Spark's type of whole numbers beyond a long, as far as DuckDB tells them from doubles: below 2^64. */
const BEYOND_LONG: SparkType = { kind: 'decimal', precision: 20, scale: 0 };

export async function loadJson(context: LoadContext): Promise<LoadedTable> {
  const type = structType((await describedStructure(context)) ?? (await groupedStructure(context)));
  const found =
    type.kind === 'struct'
      ? type.fields.map((field): LoadedColumn => ({ name: field.name, type: field.type }))
      : [];
  if (found.length === 0) {
    return withPartitionColumns(context, [], (group) => [
      `SELECT ${columnAt(0)}: NULL FROM read_json_objects(${pathList(group)}, format = 'newline_delimited')`,
    ]);
  }
  refuseCaseTwins(found);
  const columns = await withLongs(context, found);
  const renamed = columns
    .map((column, index) => `${quoteName(column.name)} AS ${columnAt(index)}`)
    .join(', ');
  return withPartitionColumns(context, columns, (group) => [
    `SELECT ${renamed} FROM ${readJson(group, columns)}`,
  ]);
}

function readJson(files: readonly LocalFile[], columns: readonly LoadedColumn[]): string {
  const spec = columns
    .map((column) => `${quoteText(column.name)}: ${quoteText(duckType(column.type))}`)
    .join(', ');
  return `read_json(${pathList(files)}, format = 'newline_delimited', records = true, auto_detect = false, maximum_object_size = ${ROW_MAX_BYTES}, columns = {${spec}})`;
}

/** DuckDB's inference cannot tell whole numbers of both signs from ones beyond a long: reading them as longs does. */
async function withLongs(context: LoadContext, columns: readonly LoadedColumn[]): Promise<LoadedColumn[]> {
  const longs = columns.map(({ name, type }): LoadedColumn => ({ name, type: asLong(type) }));
  const areLongs = async (some: readonly LoadedColumn[]): Promise<boolean> => {
    const counts = some.map(({ name }) => `count(${quoteName(name)})`).join(', ');
    const read = context.run(`SELECT ${counts} FROM ${readJson(context.files, some)}`);
    return (await unlessRefused(read)) !== undefined;
  };
  const doubtful = longs.filter((_, index) => hasDecimal(columns[index]!.type));
  if (doubtful.length === 0 || (await areLongs(doubtful))) return longs;
  const exact: LoadedColumn[] = [];
  for (const [index, column] of columns.entries())
    exact.push(hasDecimal(column.type) && (await areLongs([longs[index]!])) ? longs[index]! : column);
  return exact;
}

function asLong(type: SparkType): SparkType {
  if (type.kind === 'array') return { kind: 'array', element: asLong(type.element) };
  if (type.kind !== 'struct') return type.kind === 'decimal' ? { kind: 'bigint' } : type;
  return { kind: 'struct', fields: type.fields.map(({ name, type }) => ({ name, type: asLong(type) })) };
}

function hasDecimal(type: SparkType): boolean {
  if (type.kind === 'array') return hasDecimal(type.element);
  return type.kind === 'struct'
    ? type.fields.some((field) => hasDecimal(field.type))
    : type.kind === 'decimal';
}

/** What a statement answers; undefined where DuckDB refuses it. */
async function unlessRefused(answer: Promise<StatementRows>): Promise<StatementRows | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof SqlWorkError && error.failure.cause === 'sql') return undefined;
    throw error;
  }
}

/** What values there are below a name: a kind in DuckDB's words, `[element]`, or fields by name. */
type Structure = string | Structure[] | { readonly [name: string]: Structure };
type Fields = Exclude<Structure, string | Structure[]>;

/**
 * The structure of all rows as DuckDB's own reader finds it, in a fraction of the time and memory that groupedStructure
 * takes. Undefined where that fails, or does not tell all that matters.
 */
async function describedStructure({ files, run }: LoadContext): Promise<Fields | undefined> {
  const options = `format = 'newline_delimited', records = false, sample_size = -1, maximum_object_size = ${ROW_MAX_BYTES}, field_appearance_threshold = 0, map_inference_threshold = -1, convert_strings_to_integers = false`;
  // Refused: a row that does not parse, or names that differ in case only. The other way says more about them.
  const described = await unlessRefused(
    run(`DESCRIBE SELECT * FROM read_json(${pathList(files)}, ${options})`),
  );
  const type = described === undefined ? undefined : sparkTypeOf(String(described.rows[0]![1]), plainType);
  if (type?.kind !== 'struct') return undefined;
  const structure = structureOf(type) as Fields;
  return mayHideVector(structure) ? undefined : structure;
}

/** What stands in quotes is a string, also where it reads like a date; `void` stands for JSON: any mixture, or nulls only. */
function plainType(name: string): SparkType {
  switch (name) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'BIGINT':
      return { kind: 'bigint' };
    case 'DOUBLE':
      return { kind: 'double' };
    case 'HUGEINT':
      return BEYOND_LONG;
    case 'JSON':
      return { kind: 'void' };
    default:
      return { kind: 'string' };
  }
}

function structureOf(type: SparkType): Structure {
  switch (type.kind) {
    case 'struct':
      return Object.fromEntries(type.fields.map((field) => [field.name, structureOf(field.type)]));
    case 'array':
      return [structureOf(type.element)];
    case 'bigint':
    case 'double':
    case 'boolean':
      return type.kind.toUpperCase();
    case 'decimal':
      return 'HUGEINT';
    default:
      return type.kind === 'void' ? 'JSON' : 'VARCHAR';
  }
}

/** Nulls make a vector where a mixture makes none, and here they look the same. */
function mayHideVector(structure: Structure): boolean {
  if (typeof structure === 'string') return false;
  if (Array.isArray(structure)) return structure.some(mayHideVector);
  const { type, size = 'NULL', indices = 'NULL', values, ...rest } = structure;
  const asNulls = (value: Structure): Structure =>
    JSON.parse(JSON.stringify(value).replaceAll('"JSON"', '"NULL"'));
  if (type !== undefined && values !== undefined && Object.keys(rest).length === 0) {
    const nulls = { type, size: asNulls(size), indices: asNulls(indices), values: asNulls(values) };
    return isVector(nulls) && !isVector(structure);
  }
  return Object.values(structure).some(mayHideVector);
}

/** The structure of all rows, exactly, with each kind of value that occurs. */
async function groupedStructure(context: LoadContext): Promise<Fields> {
  const objects = `read_json_objects(${pathList(context.files)}, format = 'newline_delimited', maximum_object_size = ${ROW_MAX_BYTES})`;
  try {
    const { rows } = await context.run(
      `SELECT json_group_structure(json), coalesce(bool_and(json_type(json) = 'OBJECT'), true) FROM ${objects}`,
    );
    if (rows[0]![1] !== true) throw new Error('a row is no object');
    return rows[0]![0] === null ? {} : (JSON.parse(rows[0]![0] as string) as Fields);
  } catch (error) {
    throw (await firstBadRow(context)) ?? error;
  }
}

/** The error that names the first row that is no JSON object; undefined where all are. */
async function firstBadRow(context: LoadContext): Promise<MlsqlError | undefined> {
  for (const file of context.files) {
    const lines = await readLines(context, [file]);
    const { rows } = await context.run(
      `SELECT line, left(value, 80) FROM (SELECT row_number() OVER () AS line, value FROM ${lines}) WHERE trim(value) <> '' AND (NOT json_valid(value) OR json_type(TRY_CAST(value AS JSON)) <> 'OBJECT') ORDER BY line LIMIT 1`,
    );
    if (rows.length === 0) continue;
    const [line, text] = rows[0]!;
    return new MlsqlError(
      'MLSQL_TABLE_DATA_INVALID',
      `${displayName(context.files, file.path)}, line ${String(line)}: not a JSON object: ${String(text)}`,
      { hint: 'Each line must be one complete JSON object.' },
    );
  }
  return undefined;
}

function refuseCaseTwins(columns: readonly LoadedColumn[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined) {
      throw new MlsqlError(
        'MLSQL_TABLE_DATA_INVALID',
        `two fields differ only in case: '${twin}' and '${name}'`,
        {
          hint: 'Column names do not distinguish case; rename one of the fields.',
        },
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}

/** The type of a structure, after Spark's rules. */
function typeOf(structure: Structure): SparkType {
  if (Array.isArray(structure)) return { kind: 'array', element: typeOf(structure[0]!) };
  if (typeof structure === 'object') return structType(structure);
  switch (structure) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'BIGINT':
    case 'UBIGINT':
      return { kind: 'bigint' };
    case 'DOUBLE':
      return { kind: 'double' };
    case 'HUGEINT':
      return BEYOND_LONG;
    default:
      // NULL: never a value; VARCHAR; JSON: values of several kinds, which Spark keeps as their text.
      return { kind: 'string' };
  }
}

function structType(structure: Fields): SparkType {
  if (isVector(structure)) return parseSparkType(VECTOR_TYPE_TEXT);
  const names = Object.keys(structure).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const fields = names.map((name) => ({ name, type: typeOf(structure[name]!) }));
  return { kind: 'struct', fields };
}

/** `{"type":1,"values":[…]}` and `{"type":0,"size":n,"indices":[…],"values":[…]}` in any mixture. */
function isVector(structure: Fields): boolean {
  const { type, size, indices, values, ...rest } = structure;
  if (Object.keys(rest).length > 0) return false;
  const isInteger = (value: unknown): boolean => value === 'UBIGINT' || value === 'BIGINT';
  const isNumbers = (value: unknown): boolean =>
    Array.isArray(value) &&
    (isInteger(value[0]) || ['HUGEINT', 'DOUBLE', 'NULL'].includes(value[0] as string));
  if (!isInteger(type) || !isNumbers(values)) return false;
  return (
    (size === undefined || isInteger(size) || size === 'NULL') &&
    (indices === undefined || isNumbers(indices) || indices === 'NULL')
  );
}
