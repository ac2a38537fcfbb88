// CSV files as Spark reads them: all strings, or types inferred from every value; short rows are filled with nulls.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { MlsqlError } from '../../../shared/errors.js';
import type { LocalFile } from '../source-files.js';
import { duckType, type PlainKind, type SparkType } from '../spark-type.js';
import { columnAt, quoteText } from '../sql-text.js';
import {
  booleanOption,
  type LoadContext,
  type LoadedColumn,
  type LoadedTable,
  lineLimits,
  pathList,
  withPartitionColumns,
} from './loader.js';

/** Bytes of a file's beginning that must hold its first row. */
const FIRST_ROW_MAX_BYTES = 16 * 1024 * 1024;
/** Rows that suggest a column's type, before all rows confirm it. */
const SAMPLE_ROWS = 2_000;

/** What a column's values can all be, narrowest first, with the test that one value has to pass. */
const CANDIDATES: readonly { kind: PlainKind; test: (value: string) => string }[] = [
  {
    kind: 'int',
    test: (v) => `regexp_full_match(${v}, '[+-]?\\d{1,10}') AND TRY_CAST(${v} AS INTEGER) IS NOT NULL`,
  },
  {
    kind: 'bigint',
    test: (v) => `regexp_full_match(${v}, '[+-]?\\d{1,19}') AND TRY_CAST(${v} AS BIGINT) IS NOT NULL`,
  },
  {
    kind: 'double',
    test: (v) =>
      `regexp_full_match(${v}, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*|NaN|[+-]?Infinity|[+-]?Inf')`,
  },
  {
    kind: 'date',
    test: (v) => `regexp_full_match(${v}, '\\d{4}-\\d{2}-\\d{2}') AND TRY_CAST(${v} AS DATE) IS NOT NULL`,
  },
  {
    kind: 'timestamp',
    test: (v) =>
      `regexp_full_match(${v}, '\\d{4}-\\d{2}-\\d{2}([ T]\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2})?)?') AND TRY_CAST(${v} AS TIMESTAMP) IS NOT NULL`,
  },
  { kind: 'boolean', test: (v) => `lower(${v}) IN ('true', 'false')` },
];

export async function loadCsv(context: LoadContext): Promise<LoadedTable> {
  const { files, options } = context;
  const header = booleanOption(options, 'header', false);
  const dialect = dialectOf(options);
  const first = await firstRowOf(files, dialect);
  const names = header ? headerNames(first) : first.map((_, index) => `_c${index}`);
  if (names.length === 0) return { columns: [], sql: 'SELECT 1 AS none WHERE false' };
  const parallel = !(await anyQuotedLineBreak(context, names.length, dialect, header));
  const reader = (group: readonly LocalFile[], types: readonly SparkType[]): string =>
    readCsv(group, types, dialect, header, parallel);
  const strings = names.map((): SparkType => ({ kind: 'string' }));
  const types = booleanOption(options, 'inferSchema', false)
    ? await inferTypes(context, reader(files, strings), names.length)
    : strings;
  const columns = names.map((name, index): LoadedColumn => ({ name, type: types[index]! }));
  return withPartitionColumns(files, columns, (group) => `SELECT * FROM ${reader(group, types)}`);
}

interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly nullText: string;
  readonly comment: string;
  readonly encoding: string;
}

function dialectOf(options: ReadonlyMap<string, string>): Dialect {
  const delimiter = unescaped(options.get('delimiter') ?? options.get('sep') ?? options.get('delim') ?? ',');
  const quote = options.get('quote') ?? '"';
  for (const [key, value] of [
    ['delimiter', delimiter],
    ['quote', quote],
  ] as const) {
    if (value.length > (key === 'delimiter' ? 4 : 1) || (key === 'delimiter' && value === '')) {
      throw new MlsqlError(
        'MLSQL_SCRIPT_OPTION_VALUE',
        `csv option ${key}: '${value}' is not ${key === 'quote' ? 'one character' : 'one to four characters'}`,
        {
          hint: `Give ${key} as ${key === 'quote' ? 'a single character' : 'one to four characters, \\t for a tab'}.`,
        },
      );
    }
  }
  return {
    delimiter,
    quote,
    // Files in the wild double their quotes; DuckDB's way of reading them covers Spark's own files too.
    escape: options.get('escape') ?? quote,
    nullText: options.get('nullvalue') ?? '',
    comment: options.get('comment') ?? '',
    encoding: (options.get('encoding') ?? options.get('charset') ?? 'utf-8').toLowerCase(),
  };
}

function unescaped(text: string): string {
  return text.replace(/\\t/g, '\t').replace(/\\\\/g, '\\');
}

function readCsv(
  files: readonly LocalFile[],
  types: readonly SparkType[],
  dialect: Dialect,
  header: boolean,
  parallel: boolean,
): string {
  const columns = types.map((type, index) => `'${columnAt(index)}': '${duckType(type)}'`).join(', ');
  const settings = [
    pathList(files),
    'auto_detect = false',
    `columns = {${columns}}`,
    `header = ${header}`,
    `delim = ${quoteText(dialect.delimiter)}`,
    `quote = ${quoteText(dialect.quote)}`,
    `escape = ${quoteText(dialect.escape)}`,
    `nullstr = ${quoteText(dialect.nullText)}`,
    'allow_quoted_nulls = false',
    'null_padding = true',
    'strict_mode = false',
    `parallel = ${parallel}`,
    lineLimits(files),
    ...(dialect.comment === '' ? [] : [`comment = ${quoteText(dialect.comment)}`]),
    ...(dialect.encoding === 'utf-8' || dialect.encoding === 'utf8'
      ? []
      : [`encoding = ${quoteText(dialect.encoding)}`]),
  ];
  return `read_csv(${settings.join(', ')})`;
}

/**
 * DuckDB cannot read in parallel a file whose quoted values contain line breaks and whose short rows are to be filled.
 * A file without quotes has none; the others are tried.
 */
async function anyQuotedLineBreak(
  context: LoadContext,
  columns: number,
  dialect: Dialect,
  header: boolean,
): Promise<boolean> {
  if (dialect.quote === '') return false;
  if (!(await anyFileContains(context.files, dialect.quote))) return false;
  const strings = Array.from({ length: columns }, (): SparkType => ({ kind: 'string' }));
  try {
    await context.run(`SELECT count(*) FROM ${readCsv(context.files, strings, dialect, header, true)}`);
    return false;
  } catch (error) {
    if (error instanceof Error && /parallel/i.test(error.message)) return true;
    throw error;
  }
}

async function anyFileContains(files: readonly LocalFile[], character: string): Promise<boolean> {
  for (const { path } of files) {
    if (/\.(gz|zst)$/.test(path)) return true;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      if ((chunk as Buffer).includes(character)) return true;
    }
  }
  return false;
}

/** The values of the first row of the first file that has one. */
async function firstRowOf(files: readonly LocalFile[], dialect: Dialect): Promise<string[]> {
  for (const { path } of files) {
    const text = (await beginningOf(path)).replace(/^\uFEFF/, '').replace(/^(\r?\n)+/, '');
    const lines =
      dialect.comment === '' ? text : text.replace(new RegExp(`^(\\${dialect.comment}[^\\n]*\\n)+`), '');
    if (lines !== '') return splitRow(lines, dialect);
  }
  return [];
}

async function beginningOf(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  const file = await open(path);
  try {
    const raw = file.createReadStream({ autoClose: false });
    const source = path.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
    for await (const piece of source) {
      pieces.push(piece as Buffer);
      size += (piece as Buffer).length;
      if (size > FIRST_ROW_MAX_BYTES || (piece as Buffer).includes(10)) break;
    }
  } finally {
    await file.close();
  }
  return Buffer.concat(pieces).toString('utf8');
}

function splitRow(text: string, dialect: Dialect): string[] {
  const values: string[] = [];
  let value = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted) {
      if (character === dialect.escape && text[at + 1] === dialect.quote) value += text[++at];
      else if (character === dialect.quote) quoted = false;
      else value += character;
    } else if (character === dialect.quote && value === '') quoted = true;
    else if (text.startsWith(dialect.delimiter, at)) {
      values.push(value);
      value = '';
      at += dialect.delimiter.length - 1;
    } else if (character === '\n' || (character === '\r' && text[at + 1] === '\n')) break;
    else value += character;
  }
  values.push(value);
  return values;
}

/** Names as Spark makes them safe: empty ones get their place, repeated ones their place behind them. */
function headerNames(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value.toLowerCase(), (counts.get(value.toLowerCase()) ?? 0) + 1);
  return values.map((value, index) => {
    if (value === '') return `_c${index}`;
    return counts.get(value.toLowerCase())! > 1 ? `${value}${index}` : value;
  });
}

/** The narrowest type that every value of a column has: guessed from the first rows, then confirmed by all. */
async function inferTypes(context: LoadContext, source: string, columns: number): Promise<SparkType[]> {
  const sample = `(SELECT * FROM ${source} LIMIT ${SAMPLE_ROWS})`;
  const candidates = Array.from({ length: columns }, () => 0);
  await widen(context, sample, candidates, [...candidates.keys()]);
  let unsure = [...candidates.keys()].filter((index) => candidates[index]! < CANDIDATES.length);
  while (unsure.length > 0) unsure = await widen(context, source, candidates, unsure);
  const empty = await emptyColumns(context, source, candidates);
  return candidates.map((candidate, index) => ({
    kind: empty.has(index) ? 'string' : (CANDIDATES[candidate]?.kind ?? 'string'),
  }));
}

/** Moves the columns on that fail their candidate, until the rows given pass; answers those that moved. */
async function widen(
  context: LoadContext,
  source: string,
  candidates: number[],
  columns: readonly number[],
): Promise<number[]> {
  const moved = new Set<number>();
  let open = columns.filter((index) => candidates[index]! < CANDIDATES.length);
  while (open.length > 0) {
    const tests = open.map(
      (index) => `coalesce(bool_and(${CANDIDATES[candidates[index]!]!.test(columnAt(index))}), true)`,
    );
    const { rows } = await context.run(`SELECT ${tests.join(', ')} FROM ${source}`);
    open = open.filter((_, place) => rows[0]![place] === false);
    for (const index of open) {
      candidates[index]! += 1;
      moved.add(index);
    }
    open = open.filter((index) => candidates[index]! < CANDIDATES.length);
    if (!source.startsWith('(')) return [...moved].filter((index) => candidates[index]! < CANDIDATES.length);
  }
  return [];
}

/** Columns without any value are strings. */
async function emptyColumns(
  context: LoadContext,
  source: string,
  candidates: readonly number[],
): Promise<Set<number>> {
  const first = [...candidates.keys()].filter((index) => candidates[index] === 0);
  if (first.length === 0) return new Set();
  const { rows } = await context.run(
    `SELECT ${first.map((index) => `bool_or(${columnAt(index)} IS NOT NULL)`).join(', ')} FROM (SELECT * FROM ${source} LIMIT ${SAMPLE_ROWS})`,
  );
  const suspects = first.filter((_, place) => rows[0]![place] !== true);
  if (suspects.length === 0) return new Set();
  const all = await context.run(
    `SELECT ${suspects.map((index) => `bool_or(${columnAt(index)} IS NOT NULL)`).join(', ')} FROM ${source}`,
  );
  return new Set(suspects.filter((_, place) => all.rows[0]![place] !== true));
}
