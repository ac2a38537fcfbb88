// The DuckDB expression that writes one row as one JSON object, exactly as Spark's JSON writer would.

import { isVectorType, type SparkType, type StructField } from './spark-type.js';
import { columnAt, quoteText } from './sql-text.js';
import { type TimeZone, timestampText, UTC, wallTime } from './time-zone.js';

/**
 * `part`: Spark's JSON files — null fields are left out, timestamps are `2024-01-01T08:00:00.000+08:00`.
 * `row`: what a user is shown — nulls stand as null, timestamps are `2024-01-01 00:00:00`.
 */
export type JsonStyle = 'part' | 'row';

interface JsonForm {
  readonly style: JsonStyle;
  readonly zone: TimeZone;
}

interface Column {
  readonly name: string;
  readonly type: SparkType;
}

/** The widest row for which the fast way is worth its text. */
const FAST_COLUMNS_MAX = 200;

/**
 * SQL of the whole row's JSON text, over columns c0, c1, … .
 * @param zone - whose clocks timestamps are written by
 */
export function jsonLine(columns: readonly Column[], style: JsonStyle, zone: TimeZone): string {
  const form = { style, zone };
  const fields = columns.map((column, index) => ({ ...column, value: columnAt(index) }));
  const exact = objectText(fields, form);
  const guards = fields.map((field) => fastGuard(field.value, field.type, style));
  const names = new Set(columns.map((column) => column.name.toLowerCase()));
  if (columns.length > FAST_COLUMNS_MAX || names.size < columns.length || guards.includes(undefined))
    return exact;
  // DuckDB writes whole structs half as fast again as text piece by piece, but writes nulls, and NaN as no JSON at all.
  const struct = `to_json({${fields.map((field) => `${quoteText(field.name)}: ${field.value}`).join(', ')}})::VARCHAR`;
  const conditions = guards.filter((guard) => guard !== '');
  if (conditions.length === 0) return fields.length === 0 ? "'{}'" : struct;
  return `CASE WHEN ${conditions.join(' AND ')} THEN ${struct} ELSE ${exact} END`;
}

/** The condition under which to_json alone writes a value right: '' for always, undefined for never. */
function fastGuard(value: string, type: SparkType, style: JsonStyle): string | undefined {
  const present = style === 'part' ? `${value} IS NOT NULL` : '';
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'string':
    case 'date':
      return present;
    case 'double':
    case 'float':
      return style === 'part' ? `isfinite(${value})` : `coalesce(isfinite(${value}), true)`;
    default:
      return undefined;
  }
}

/** JSON text of a value that is not null; null where it is null. */
function valueText(value: string, type: SparkType, form: JsonForm, depth: number): string {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'string':
    case 'date':
      return `to_json(${value})::VARCHAR`;
    case 'void':
      return 'NULL::VARCHAR';
    case 'double':
    case 'float':
      return `CASE WHEN isfinite(${value}) THEN to_json(${value})::VARCHAR WHEN isnan(${value}) THEN '"NaN"' WHEN ${value} > 0 THEN '"Infinity"' WHEN ${value} < 0 THEN '"-Infinity"' END`;
    case 'decimal':
      // Where no digit stands before the point DuckDB writes none.
      return type.precision > type.scale ? `${value}::VARCHAR` : `spark_leading_zero(${value}::VARCHAR)`;
    case 'timestamp':
      return form.style === 'part'
        ? `('"' || ${timestampText(value, form.zone)} || '"')`
        : `('"' || ${wallTime(value, form.zone)}::VARCHAR || '"')`;
    case 'binary':
      return `('"' || base64(${value}) || '"')`;
    case 'array':
      return arrayText(value, type.element, form, depth);
    case 'map': {
      const entry = `e${depth}`;
      const key = `to_json(${keyValue(`${entry}.key`, type.key, form)}::VARCHAR)::VARCHAR`;
      const item = `coalesce(${valueText(`${entry}.value`, type.value, form, depth + 1)}, 'null')`;
      return `('{' || array_to_string(list_transform(map_entries(${value}), lambda ${entry}: ${key} || ':' || ${item}), ',') || '}')`;
    }
    case 'struct': {
      if (isVectorType(type)) return vectorText(value);
      const fields = type.fields.map((field) => ({
        ...field,
        value: `struct_extract(${value}, ${quoteText(field.name)})`,
      }));
      return `CASE WHEN ${value} IS NOT NULL THEN ${objectText(fields, form, depth)} END`;
    }
  }
}

/** What stands for a map's key: Spark writes its own number of a date or timestamp into files, days or microseconds. */
function keyValue(key: string, type: SparkType, form: JsonForm): string {
  if (form.style === 'row') return type.kind === 'timestamp' ? wallTime(key, form.zone) : key;
  if (type.kind === 'date') return `date_diff('day', DATE '1970-01-01', ${key})`;
  return type.kind === 'timestamp' ? `epoch_us(${key})` : key;
}

function arrayText(value: string, element: SparkType, form: JsonForm, depth: number): string {
  const item = `e${depth}`;
  const exact = `('[' || array_to_string(list_transform(${value}, lambda ${item}: coalesce(${valueText(item, element, form, depth + 1)}, 'null')), ',') || ']')`;
  switch (element.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'string':
    case 'date':
      return `to_json(${value})::VARCHAR`;
    case 'double':
    case 'float':
      // The sum of finite numbers may overflow to infinity: then the exact way, which is right for them too.
      return `CASE WHEN isfinite(coalesce(list_sum(${value}), 0)) THEN to_json(${value})::VARCHAR ELSE ${exact} END`;
    default:
      return exact;
  }
}

/** Dense vectors have no size and no indices, not even null: old scripts test with `in`. */
function vectorText(value: string): string {
  const values = arrayText(`${value}."values"`, { kind: 'double' }, { style: 'part', zone: UTC }, 900);
  return `CASE WHEN ${value}."type" = 0 THEN '{"type":0,"size":' || ${value}."size" || ',"indices":' || to_json(${value}.indices)::VARCHAR || ',"values":' || ${values} || '}' WHEN ${value} IS NOT NULL THEN '{"type":1,"values":' || ${values} || '}' END`;
}

function objectText(
  fields: readonly (StructField & { readonly value: string })[],
  form: JsonForm,
  depth = 0,
): string {
  if (fields.length === 0) return "'{}'";
  const pieces = fields.map((field) => {
    const text = valueText(field.value, field.type, form, depth);
    const name = quoteText(`${JSON.stringify(field.name)}:`);
    return form.style === 'part' ? `${name} || ${text}` : `${name} || coalesce(${text}, 'null')`;
  });
  return `('{' || concat_ws(',', ${pieces.map((piece) => `(${piece})`).join(', ')}) || '}')`;
}
