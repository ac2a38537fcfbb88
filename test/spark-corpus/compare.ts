// Compares an engine's rows with Spark's: exact for everything but floating point.
import type { CorpusColumn } from './corpus.js';
import { type ExactJson, type JsonValue, readJson } from './exact-json.js';

/** Doubles may differ by this part of their size: sums in another order, other libraries of functions. */
const DOUBLE_TOLERANCE = 1e-12;
const FLOAT_TOLERANCE = 1e-6;

/** What an engine answered; rowsJson as TableEngine.rows() gives it: one JSON object a row, columns in order. */
export interface EngineAnswer {
  readonly columns: readonly CorpusColumn[];
  readonly rowsJson: readonly string[];
}

/** The first difference between the columns' names, for a person; undefined where they are the same. */
export function compareNames(
  expected: readonly CorpusColumn[],
  actual: readonly CorpusColumn[],
): string | undefined {
  return firstDifference(
    expected.map((it) => it.name),
    actual.map((it) => it.name),
  );
}

/** As compareNames, of the columns' types. Back-quotes around names of fields do not count. */
export function compareTypes(
  expected: readonly CorpusColumn[],
  actual: readonly CorpusColumn[],
): string | undefined {
  return firstDifference(
    expected.map((it) => it.type),
    actual.map((it) => it.type.replaceAll('`', '')),
  );
}

function firstDifference(expected: readonly string[], actual: readonly string[]): string | undefined {
  if (expected.length !== actual.length) return `${expected.length} columns expected, ${actual.length} found`;
  const at = expected.findIndex((it, index) => it !== actual[index]);
  return at < 0 ? undefined : `column ${at + 1}: expected ${expected[at]}, found ${actual[at]}`;
}

/**
 * The first difference between rows, for a person; undefined where they are the same. Columns go by position and
 * Spark's types, so names do not count. Unordered: both sides are put in one order first.
 */
export function compareRows(
  expected: { readonly columns: readonly CorpusColumn[]; readonly rows: readonly (readonly JsonValue[])[] },
  actual: EngineAnswer,
  unordered: boolean,
): string | undefined {
  const types = expected.columns.map((column) => parseType(column.type));
  let wanted: readonly (readonly JsonValue[])[] = expected.rows;
  let found: readonly (readonly JsonValue[])[] = actual.rowsJson.map((row) => plainRow(readJson(row), types));
  if (wanted.length !== found.length) {
    return `${wanted.length} rows expected, ${found.length} found: ${text(wanted)} / ${text(found)}`;
  }
  if (unordered) {
    wanted = inOneOrder(wanted);
    found = inOneOrder(found);
  }
  for (const [index, row] of wanted.entries()) {
    const other = found[index]!;
    if (row.length !== other.length)
      return `row ${index + 1}: ${row.length} values expected, ${other.length} found`;
    for (const [column, value] of row.entries()) {
      if (!same(value, other[column]!, types[column]!)) {
        return `row ${index + 1}, ${expected.columns[column]!.name}: expected ${text(value)}, found ${text(other[column]!)}`;
      }
    }
  }
  return undefined;
}

type Type =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'array'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'struct'; readonly fields: readonly Type[] };

function parseType(source: string): Type {
  const inner = source.slice(source.indexOf('<') + 1, -1);
  if (source.startsWith('array<')) return { kind: 'array', element: parseType(inner) };
  if (source.startsWith('map<')) {
    const [key, value] = splitTopLevel(inner);
    return { kind: 'map', key: parseType(key!), value: parseType(value!) };
  }
  if (source.startsWith('struct<')) {
    const fields = inner === '' ? [] : splitTopLevel(inner);
    return { kind: 'struct', fields: fields.map((field) => parseType(field.slice(field.indexOf(':') + 1))) };
  }
  return { kind: 'plain', name: source };
}

/** Splits at commas that stand in no brackets. */
function splitTopLevel(source: string): string[] {
  const pieces = [''];
  let depth = 0;
  for (const character of source) {
    if (character === '<' || character === '(') depth += 1;
    if (character === '>' || character === ')') depth -= 1;
    if (character === ',' && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces;
}

function plainRow(row: ExactJson, types: readonly Type[]): readonly JsonValue[] {
  return row.fields!.map(([, value], index) =>
    plain(value, types[index] ?? { kind: 'plain', name: 'string' }),
  );
}

/** The canonical form (README.md) of an engine's value, read by Spark's type where it fits. */
function plain(value: ExactJson, type: Type): JsonValue {
  if (value.kind === 'null') return null;
  if (type.kind === 'array' && value.items !== undefined)
    return value.items.map((item) => plain(item, type.element));
  if (type.kind === 'struct' && value.fields !== undefined && value.fields.length === type.fields.length) {
    return value.fields.map(([, item], index) => plain(item, type.fields[index]!));
  }
  if (type.kind === 'map' && value.fields !== undefined) {
    return value.fields.map(([key, item]) => [plainKey(key, type.key), plain(item, type.value)]);
  }
  if (type.kind === 'plain' && value.kind === 'number' && isExactNumber(type.name)) return value.source;
  return JSON.parse(value.source) as JsonValue;
}

/** Keys of JSON objects are texts, whatever the map's keys are. */
function plainKey(key: string, type: Type): JsonValue {
  if (type.kind !== 'plain') return key;
  if (
    /^(tinyint|smallint|int|double|float)$/.test(type.name) &&
    key.trim() !== '' &&
    !Number.isNaN(Number(key))
  )
    return Number(key);
  return type.name === 'boolean' ? key === 'true' : key;
}

function isExactNumber(name: string): boolean {
  return name === 'bigint' || name.startsWith('decimal(');
}

function same(expected: JsonValue, actual: JsonValue, type: Type): boolean {
  if (expected === null || actual === null) return expected === actual;
  if (type.kind === 'plain') {
    if (typeof expected !== 'number' || typeof actual !== 'number') return expected === actual;
    if (type.name !== 'double' && type.name !== 'float') return expected === actual;
    const tolerance = type.name === 'double' ? DOUBLE_TOLERANCE : FLOAT_TOLERANCE;
    return Math.abs(expected - actual) <= tolerance * Math.max(Math.abs(expected), Math.abs(actual));
  }
  if (!Array.isArray(expected) || !Array.isArray(actual) || expected.length !== actual.length) return false;
  const typeAt = (index: number): Type => {
    if (type.kind === 'array') return type.element;
    if (type.kind === 'struct') return type.fields[index]!;
    return { kind: 'struct', fields: [type.key, type.value] };
  };
  return expected.every((item, index) => same(item as JsonValue, actual[index] as JsonValue, typeAt(index)));
}

function inOneOrder(rows: readonly (readonly JsonValue[])[]): readonly (readonly JsonValue[])[] {
  const keyed = rows.map((row) => [JSON.stringify(row), row] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, row]) => row);
}

function text(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 300 ? `${json.slice(0, 300)}…` : json;
}
