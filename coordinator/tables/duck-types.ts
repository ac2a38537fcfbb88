// DuckDB's names of types, as DESCRIBE prints them, read as Spark's types.
import type { PlainKind, SparkType, StructField } from './spark-type.js';

const PLAIN: Readonly<Record<string, PlainKind>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'tinyint',
  SMALLINT: 'smallint',
  INTEGER: 'int',
  BIGINT: 'bigint',
  UTINYINT: 'smallint',
  USMALLINT: 'int',
  UINTEGER: 'bigint',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  UUID: 'string',
  JSON: 'string',
  ENUM: 'string',
  BLOB: 'binary',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
};

/**
 * The Spark type that holds every value of a DuckDB type; undefined where there is none.
 * @param plain - the types without parts, where they are read otherwise
 */
export function sparkTypeOf(
  text: string,
  plain: (name: string) => SparkType | undefined = plainType,
): SparkType | undefined {
  const trimmed = text.trim();
  if (trimmed.endsWith(']')) {
    const element = sparkTypeOf(trimmed.slice(0, trimmed.lastIndexOf('[')), plain);
    return element === undefined ? undefined : { kind: 'array', element };
  }
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(trimmed);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (trimmed.startsWith('ENUM(')) return { kind: 'string' };
  if (trimmed.startsWith('MAP(')) {
    const [key, value] = splitTopLevel(trimmed.slice(4, -1)).map((part) => sparkTypeOf(part, plain));
    return key === undefined || value === undefined ? undefined : { kind: 'map', key, value };
  }
  if (trimmed.startsWith('STRUCT(')) {
    const fields: StructField[] = [];
    for (const piece of splitTopLevel(trimmed.slice(7, -1))) {
      const match = /^\s*(?:"((?:[^"]|"")*)"|(\S+))\s+(.*)$/s.exec(piece);
      const type = match === null ? undefined : sparkTypeOf(match[3]!, plain);
      if (match === null || type === undefined) return undefined;
      fields.push({ name: match[1]?.replaceAll('""', '"') ?? match[2]!, type });
    }
    return { kind: 'struct', fields };
  }
  return plain(trimmed);
}

function plainType(name: string): SparkType | undefined {
  if (name === 'UBIGINT') return { kind: 'decimal', precision: 20, scale: 0 };
  if (name === 'HUGEINT') return { kind: 'decimal', precision: 38, scale: 0 };
  const kind = PLAIN[name];
  return kind === undefined ? undefined : { kind };
}

/** Splits at commas that stand in no parentheses and no quotes. */
function splitTopLevel(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      pieces.push(text.slice(start, at));
      start = at + 1;
    }
  }
  pieces.push(text.slice(start));
  return pieces;
}
