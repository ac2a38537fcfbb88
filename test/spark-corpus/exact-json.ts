// JSON read without loss: numbers keep their digits, objects their order and duplicate keys.

/** A value as JSON.parse would give it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface ExactJson {
  /** The value's text without the white space around it; of a number, its digits as written. */
  readonly source: string;
  readonly kind: 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';
  /** Of strings. */
  readonly text?: string;
  /** Of arrays. */
  readonly items?: readonly ExactJson[];
  /** Of objects, in the order written. */
  readonly fields?: readonly (readonly [name: string, value: ExactJson])[];
}

/** Reads one JSON text; throws a SyntaxError where it is none. */
export function readJson(text: string): ExactJson {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): ExactJson {
    this.#match(/\s*/y);
    const start = this.#at;
    const source = () => this.#text.slice(start, this.#at);
    switch (this.#text[start]) {
      case '{': {
        const fields = this.#list('}', () => {
          this.#match(/\s*/y);
          const name = this.#string();
          this.#match(/\s*:/y);
          return [name, this.value()] as const;
        });
        return { kind: 'object', fields, source: source() };
      }
      case '[': {
        const items = this.#list(']', () => this.value());
        return { kind: 'array', items, source: source() };
      }
      case '"': {
        const text = this.#string();
        return { kind: 'string', text, source: source() };
      }
    }
    const word = this.#match(/null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    return { kind: word === 'null' ? 'null' : /^[tf]/.test(word) ? 'boolean' : 'number', source: word };
  }

  end(): void {
    this.#match(/\s*$/y);
  }

  #list<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    this.#at += 1;
    this.#match(/\s*/y);
    while (this.#text[this.#at] !== close) {
      if (items.length > 0) this.#match(/,/y);
      items.push(item());
      this.#match(/\s*/y);
    }
    this.#at += 1;
    return items;
  }

  #string(): string {
    return JSON.parse(this.#match(/"(?:[^"\\]|\\.)*"/y)) as string;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null)
      throw new SyntaxError(`not JSON at character ${this.#at}: ${this.#text.slice(0, 200)}`);
    this.#at += match[0].length;
    return match[0];
  }
}

/** The value on one line, without white space between its parts. */
export function compactJson(value: ExactJson): string {
  if (value.items !== undefined) return `[${value.items.map(compactJson).join(',')}]`;
  if (value.fields === undefined) return value.source;
  return `{${value.fields.map(([name, item]) => `${JSON.stringify(name)}:${compactJson(item)}`).join(',')}}`;
}
