// Spark's types as the engine knows them: their text (`array<bigint>`), and the DuckDB type that holds their values.

export interface StructField {
  readonly name: string;
  readonly type: SparkType;
}

export type SparkType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: SparkType }
  | { readonly kind: 'map'; readonly key: SparkType; readonly value: SparkType }
  | { readonly kind: 'struct'; readonly fields: readonly StructField[] };

const DUCK_NAMES = {
  void: 'INTEGER',
  boolean: 'BOOLEAN',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
} as const;

export type PlainKind = keyof typeof DUCK_NAMES;

/** The text of the vector type: Spark's own form in parquet. */
export const VECTOR_TYPE_TEXT = 'struct<type:tinyint,size:int,indices:array<int>,values:array<double>>';

/** Spark's names that mean one of the names used here. */
const SYNONYMS: Readonly<Record<string, PlainKind>> = {
  byte: 'tinyint',
  short: 'smallint',
  integer: 'int',
  long: 'bigint',
  real: 'float',
  bool: 'boolean',
  null: 'void',
};

/** Reads a type's text. Fails with a plain Error, since all such texts are made by the product. */
export function parseSparkType(text: string): SparkType {
  const reader = new TypeReader(text);
  const type = reader.type();
  reader.end();
  return type;
}

/** The text of a type. Field names that are not plain words stand in back-quotes. */
export function sparkTypeText(type: SparkType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'array':
      return `array<${sparkTypeText(type.element)}>`;
    case 'map':
      return `map<${sparkTypeText(type.key)},${sparkTypeText(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${fieldName(field.name)}:${sparkTypeText(field.type)}`).join(',')}>`;
    default:
      return type.kind;
  }
}

/**
 * The DuckDB type that holds values of a type.
 * @param timestamp - the type for timestamps; the engine holds them in UTC, without a zone
 */
export function duckType(type: SparkType, timestamp: 'TIMESTAMP' | 'TIMESTAMPTZ' = 'TIMESTAMP'): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'array':
      return `${duckType(type.element, timestamp)}[]`;
    case 'map':
      return `MAP(${duckType(type.key, timestamp)}, ${duckType(type.value, timestamp)})`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `"${field.name.replaceAll('"', '""')}" ${duckType(field.type, timestamp)}`).join(', ')})`;
    default:
      return type.kind === 'timestamp' ? timestamp : DUCK_NAMES[type.kind];
  }
}

/** True where a type holds timestamps somewhere. */
export function hasTimestamp(type: SparkType): boolean {
  return duckType(type) !== duckType(type, 'TIMESTAMPTZ');
}

/** True for the struct of type, size, indices, values that holds vectors. */
export function isVectorType(type: SparkType): boolean {
  return sparkTypeText(type) === VECTOR_TYPE_TEXT;
}

function fieldName(name: string): string {
  return /^\w+$/u.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}

class TypeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  type(): SparkType {
    const word = this.#match(/[a-z_]+/iy).toLowerCase();
    if (word === 'array') {
      this.#expect('<');
      const element = this.type();
      this.#expect('>');
      return { kind: 'array', element };
    }
    if (word === 'map') {
      this.#expect('<');
      const key = this.type();
      this.#expect(',');
      const value = this.type();
      this.#expect('>');
      return { kind: 'map', key, value };
    }
    if (word === 'struct') return { kind: 'struct', fields: this.#fields() };
    if (word === 'decimal') {
      if (this.#text[this.#at] !== '(') return { kind: 'decimal', precision: 10, scale: 0 };
      const [, precision, scale] =
        /\((\d+)(?:,\s*(\d+))?\)/y.exec(this.#text.slice(this.#at)) ?? this.#fail();
      this.#at = this.#text.indexOf(')', this.#at) + 1;
      return { kind: 'decimal', precision: Number(precision), scale: Number(scale ?? 0) };
    }
    const plain = SYNONYMS[word] ?? word;
    if (!(plain in DUCK_NAMES)) return this.#fail();
    return { kind: plain as PlainKind };
  }

  end(): void {
    if (this.#at !== this.#text.length) this.#fail();
  }

  #fields(): StructField[] {
    const fields: StructField[] = [];
    this.#expect('<');
    while (this.#text[this.#at] !== '>') {
      if (fields.length > 0) this.#expect(',');
      const name = this.#text[this.#at] === '`' ? this.#quotedName() : this.#match(/[^:,<>]+/y);
      this.#expect(':');
      fields.push({ name, type: this.type() });
    }
    this.#at += 1;
    return fields;
  }

  #quotedName(): string {
    const quoted = this.#match(/`(?:[^`]|``)*`/y);
    return quoted.slice(1, -1).replaceAll('``', '`');
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? this.#fail();
    this.#at += match[0].length;
    return match[0];
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#fail();
    this.#at += 1;
  }

  #fail(): never {
    throw new Error(`not a type at character ${this.#at}: ${this.#text}`);
  }
}
