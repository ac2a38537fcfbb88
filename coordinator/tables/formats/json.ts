// JSON lines as Spark reads them: the schema is inferred from every row, fields in the order of their names.
import { MlsqlError } from '../../../shared/errors.js';
import { duckType, parseSparkType, type SparkType, VECTOR_TYPE_TEXT } from '../spark-type.js';
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

export async function loadJson(context: LoadContext): Promise<LoadedTable> {
  const { files } = context;
  const objects = `read_json_objects(${pathList(files)}, format = 'newline_delimited', maximum_object_size = ${ROW_MAX_BYTES})`;
  let structure: unknown;
  try {
    const { rows } = await context.run(
      `SELECT json_group_structure(json), coalesce(bool_and(json_type(json) = 'OBJECT'), true) FROM ${objects}`,
    );
    if (rows[0]![1] !== true) throw new Error('a row is no object');
    structure = rows[0]![0] === null ? {} : JSON.parse(rows[0]![0] as string);
  } catch (error) {
    throw (await firstBadRow(context)) ?? error;
  }
  const type = structType(structure as Record<string, unknown>);
  const columns =
    type.kind === 'struct'
      ? type.fields.map((field): LoadedColumn => ({ name: field.name, type: field.type }))
      : [];
  if (columns.length === 0) {
    return withPartitionColumns(
      files,
      [],
      (group) =>
        `SELECT ${columnAt(0)}: NULL FROM read_json_objects(${pathList(group)}, format = 'newline_delimited')`,
    );
  }
  refuseCaseTwins(columns);
  const spec = columns
    .map((column) => `${quoteText(column.name)}: ${quoteText(duckType(column.type))}`)
    .join(', ');
  const renamed = columns
    .map((column, index) => `${quoteName(column.name)} AS ${columnAt(index)}`)
    .join(', ');
  return withPartitionColumns(
    files,
    columns,
    (group) =>
      `SELECT ${renamed} FROM read_json(${pathList(group)}, format = 'newline_delimited', records = true, auto_detect = false, maximum_object_size = ${ROW_MAX_BYTES}, columns = {${spec}})`,
  );
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

/** The type of json_group_structure's description of a value, after Spark's rules. */
function typeOf(structure: unknown): SparkType {
  if (Array.isArray(structure)) return { kind: 'array', element: typeOf(structure[0]) };
  if (typeof structure === 'object' && structure !== null)
    return structType(structure as Record<string, unknown>);
  switch (structure) {
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'BIGINT':
    case 'UBIGINT':
      return { kind: 'bigint' };
    case 'DOUBLE':
    case 'HUGEINT':
      return { kind: 'double' };
    default:
      // NULL: never a value; VARCHAR; JSON: values of several kinds, which Spark keeps as their text.
      return { kind: 'string' };
  }
}

function structType(structure: Record<string, unknown>): SparkType {
  if (isVector(structure)) return parseSparkType(VECTOR_TYPE_TEXT);
  const names = Object.keys(structure).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const fields = names.map((name) => ({ name, type: typeOf(structure[name]) }));
  return { kind: 'struct', fields };
}

/** `{"type":1,"values":[…]}` and `{"type":0,"size":n,"indices":[…],"values":[…]}` in any mixture. */
function isVector(structure: Record<string, unknown>): boolean {
  const { type, size, indices, values, ...rest } = structure;
  if (Object.keys(rest).length > 0) return false;
  const isInteger = (value: unknown): boolean => value === 'UBIGINT' || value === 'BIGINT';
  const isNumbers = (value: unknown): boolean =>
    Array.isArray(value) && (isInteger(value[0]) || value[0] === 'DOUBLE' || value[0] === 'NULL');
  if (!isInteger(type) || !isNumbers(values)) return false;
  return (
    (size === undefined || isInteger(size) || size === 'NULL') &&
    (indices === undefined || isNumbers(indices) || indices === 'NULL')
  );
}
