// Checks the options of a statement against what it takes, before it does any work.
import { MlsqlError, type Position } from '../errors.js';
import type { Option, Span } from './ast.js';
import { nearest } from './nearest.js';
import { substitute } from './substitute.js';
import { BadValueError, type ValueParser } from './values.js';

/** An option with its variables filled in. */
export interface ResolvedOption {
  readonly key: string;
  readonly value: string;
  readonly keyPosition: Position;
  readonly valuePosition: Position;
}

/** Keys that share a beginning, as `kafkaParam.…`: any name may follow. */
export interface OptionFamily {
  readonly prefix: string;
  /** How such a key looks, for hints. */
  readonly example: string;
  readonly matches: (key: string) => boolean;
}

type Parsers = Readonly<Record<string, ValueParser<unknown>>>;

export interface OptionSchema<K extends Parsers = Parsers> {
  /** Who takes these options, for messages: `load csv`. */
  readonly subject: string;
  readonly keys: K;
  /** Other spellings: alias → key. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly families?: readonly OptionFamily[];
  readonly required?: readonly string[];
  /** True where Spark's rule holds: keys in any case. */
  readonly anyCase?: boolean;
}

export interface CheckedOptions<K extends Parsers> {
  /** Parsed values of the known keys that were given. */
  readonly values: { readonly [P in keyof K]?: ReturnType<K[P]> };
  /** Options of the families, as given. */
  readonly others: readonly ResolvedOption[];
  /** Where a known key was given. */
  option(key: keyof K & string): ResolvedOption | undefined;
}

const KNOWN_KEYS_SHOWN_MAX = 16;

/**
 * Fills the variables into options.
 * @throws MlsqlError MLSQL_SCRIPT_VARIABLE_UNKNOWN
 */
export function resolveOptions(
  options: readonly Option[],
  variables: ReadonlyMap<string, string>,
): readonly ResolvedOption[] {
  return options.map((option) => ({
    key: substitute(option.key, variables),
    value: substitute(option.value, variables),
    keyPosition: { line: option.key.span.line, column: option.key.span.column },
    valuePosition: { line: option.value.span.line, column: option.value.span.column },
  }));
}

/**
 * Checks and parses a statement's options.
 * @param statement - where the statement begins, for what is missing
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_DUPLICATE or MLSQL_SCRIPT_OPTION_UNKNOWN at the key,
 * MLSQL_SCRIPT_OPTION_VALUE at the value, MLSQL_SCRIPT_OPTION_MISSING at the statement
 */
export function checkOptions<const K extends Parsers>(
  options: readonly ResolvedOption[],
  schema: OptionSchema<K>,
  statement: Span,
): CheckedOptions<K> {
  const given = new Map<string, ResolvedOption>();
  const values: Record<string, unknown> = {};
  const others: ResolvedOption[] = [];
  for (const option of options) {
    const known = knownKey(option.key, schema);
    const isOther =
      known === undefined && schema.families?.some((family) => family.matches(option.key)) === true;
    if (known === undefined && !isOther) throw unknown(option, schema);
    const key = known ?? option.key;
    const first = given.get(key);
    if (first !== undefined) throw duplicate(option, first);
    given.set(key, option);
    if (known === undefined) others.push(option);
    else values[known] = parseOption(option, schema.keys[known]!);
  }
  for (const key of schema.required ?? []) {
    if (!given.has(key)) throw missingOption(schema.subject, key, statement);
  }
  return { values: values as CheckedOptions<K>['values'], others, option: (key) => given.get(key) };
}

/**
 * Parses one option's value.
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE at the value
 */
export function parseOption<T>(option: ResolvedOption, parse: ValueParser<T>): T {
  try {
    return parse(option.value);
  } catch (error) {
    if (error instanceof BadValueError) throw badValue(option, error.message, error.hint);
    throw error;
  }
}

/** The error for a value that an option cannot take; the problem reads on from `key="value" `. */
export function badValue(option: ResolvedOption, problem: string, hint?: string): MlsqlError {
  const value = option.value.length > 100 ? `${option.value.slice(0, 100)}…` : option.value;
  return new MlsqlError('MLSQL_SCRIPT_OPTION_VALUE', `${option.key}="${value}" ${problem}`, {
    position: option.valuePosition,
    ...(hint !== undefined && { hint }),
  });
}

/** The error for a required option that is not given. */
export function missingOption(subject: string, key: string, statement: Span, hint?: string): MlsqlError {
  return new MlsqlError('MLSQL_SCRIPT_OPTION_MISSING', `${subject} needs the option ${key}`, {
    position: { line: statement.line, column: statement.column },
    hint: hint ?? `write ${key}="…"`,
  });
}

function knownKey(key: string, schema: OptionSchema): string | undefined {
  const names = [...Object.keys(schema.keys), ...Object.keys(schema.aliases ?? {})];
  const name = names.find(
    (known) => known === key || (schema.anyCase === true && known.toLowerCase() === key.toLowerCase()),
  );
  return name === undefined ? undefined : (schema.aliases?.[name] ?? name);
}

function unknown(option: ResolvedOption, schema: OptionSchema): MlsqlError {
  const keys = Object.keys(schema.keys);
  const families = schema.families ?? [];
  const dot = option.key.indexOf('.');
  // `fitparam.0.x` is near to a family: what stands behind the first dot is the user's own.
  const likely = dot < 0 ? [] : families.map((family) => family.prefix + option.key.slice(dot));
  const best = nearest(
    option.key,
    [...keys, ...Object.keys(schema.aliases ?? {}), ...likely].filter((key) => key !== option.key),
  );
  const beginning = families.find((family) => `${option.key}.`.startsWith(`${family.prefix}.`));
  const all = [...keys, ...families.map((family) => family.example)];
  const shown =
    all.slice(0, KNOWN_KEYS_SHOWN_MAX).join(', ') + (all.length > KNOWN_KEYS_SHOWN_MAX ? ', …' : '');
  const takes = all.length === 0 ? 'it takes no options' : `it takes ${shown}`;
  return new MlsqlError('MLSQL_SCRIPT_OPTION_UNKNOWN', `${schema.subject} has no option "${option.key}"`, {
    position: option.keyPosition,
    hint:
      beginning !== undefined
        ? `write it like ${beginning.example}`
        : best !== undefined
          ? `did you mean "${best}"?`
          : takes,
  });
}

function duplicate(option: ResolvedOption, first: ResolvedOption): MlsqlError {
  const same = option.key === first.key ? '' : `, as ${first.key},`;
  return new MlsqlError('MLSQL_SCRIPT_OPTION_DUPLICATE', `the option ${option.key} is given twice`, {
    position: option.keyPosition,
    hint: `it stands${same} at line ${first.keyPosition.line}, column ${first.keyPosition.column} already: keep one of the two`,
  });
}
