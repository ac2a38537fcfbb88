// CSV files as Spark reads them: all strings, or types inferred from every value; short rows are filled with nulls.

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { MlsqlError } from '../../../shared/errors.js';
import type { LocalFile } from '../source-files.js';
import { duckType } from '../spark-type.js';
import { columnAt, quoteText, textList } from '../sql-text.js';
import { type ColumnReading, inferColumns, STRING_COLUMN } from './csv-inference.js';
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

export async function loadCsv(context: LoadContext): Promise<LoadedTable> {
  const { files, options } = context;
  const header = booleanOption(options, 'header', false);
  const dialect = dialectOf(options);
  const first = await firstRowOf(files, dialect);
  const names = header ? headerNames(first) : first.map((_, index) => `_c${index}`);
  if (names.length === 0) return { columns: [], sql: 'SELECT 1 AS none WHERE false', stable: true };
  const texts = names.map(() => STRING_COLUMN);
  const infer = booleanOption(options, 'inferSchema', false);
  const { found, parallel } = await inParallelWherePossible(async (attempt) => {
    const source = readCsv(files, texts, dialect, header, attempt);
    const [inferred, quoted] = await Promise.all([
      infer ? inferColumns(context, source, names.length) : undefined,
      attempt && dialect.quote !== '' && anyFileContains(files, dialect.quote),
    ]);
    // Whether files with quotes can be read in parallel shows when all of them are.
    if (quoted && inferred?.allRowsRead !== true) await context.run(`SELECT count(*) FROM ${source}`);
    return inferred?.columns ?? texts;
  });
  const columns = names.map((name, index): LoadedColumn => ({ name, type: found[index]!.type }));
  const values = found.map(({ type, fromText }, index) => {
    const column = columnAt(index);
    return fromText === undefined ? column : `CAST(${fromText(column)} AS ${duckType(type)}) AS ${column}`;
  });
  return withPartitionColumns(context, columns, (group) => [
    `SELECT ${values.join(', ')} FROM ${readCsv(group, found, dialect, header, parallel)}`,
  ]);
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
  readings: readonly ColumnReading[],
  dialect: Dialect,
  header: boolean,
  parallel: boolean,
): string {
  const columns = readings
    .map(({ type, fromText }, index) => {
      const read = fromText === undefined ? duckType(type) : 'VARCHAR';
      return `'${columnAt(index)}': '${read}'`;
    })
    .join(', ');
  const settings = [
    pathList(files),
    'auto_detect = false',
    `columns = {${columns}}`,
    `header = ${header}`,
    `delim = ${quoteText(dialect.delimiter)}`,
    `quote = ${quoteText(dialect.quote)}`,
    `escape = ${quoteText(dialect.escape)}`,
    // Spark compares values with nullValue whether they were quoted or not; nothing at all is null, too.
    `nullstr = ${textList([...new Set([dialect.nullText, ''])])}`,
    'allow_quoted_nulls = true',
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
 * DuckDB cannot read in parallel a file whose quoted values contain line breaks and whose short rows are to be filled;
 * it says so while it reads.
 */
async function inParallelWherePossible<T>(
  read: (parallel: boolean) => Promise<T>,
): Promise<{ found: T; parallel: boolean }> {
  try {
    return { found: await read(true), parallel: true };
  } catch (error) {
    if (!(error instanceof Error && /parallel/i.test(error.message))) throw error;
    return { found: await read(false), parallel: false };
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
