// Result tables and lists: drawn on a terminal, plain aligned lines elsewhere.
import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { TableEvent } from '../../library/events.js';
import { cellText, pad, shorten } from './cells.js';

/** A column narrower than this, or than its own values, cannot be read. */
const COLUMN_WIDTH_MIN = 10;
const COLUMN_WIDTH_MAX = 60;
/** Left border, space and space around a value, right border of the last. */
const BORDER_PER_COLUMN = 3;
const NUMERIC = /^(tinyint|smallint|int|bigint|float|double|decimal)/;

export interface Grid {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns whose values stand at the right. */
  readonly numeric?: readonly boolean[];
}

/** A run's result table as text, with a line about what is not shown. */
export function renderResult(table: TableEvent, terminal: { readonly columns: number } | undefined): string {
  const headers = table.columns.map((column) => cellText(column.name));
  const rows = table.rows.map((row) => table.columns.map((column) => cellText(row[column.name])));
  const grid = { headers, rows, numeric: table.columns.map((column) => NUMERIC.test(column.type)) };
  const lines = [
    terminal === undefined ? plainGrid(grid) : drawGrid(grid, terminal.columns),
    resultNote(table),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

/** What a reader should know of a table that he does not see whole. */
function resultNote({ rows, rowCount, truncated }: TableEvent): string {
  if (truncated) return `${rows.length} of ${rowCount} rows (--limit shows more)`;
  return `${rowCount} row${rowCount === 1 ? '' : 's'}`;
}

/** Columns aligned by spaces, values whole: for files, pipes and lists. */
export function plainGrid({ headers, rows, numeric = [] }: Grid): string {
  const widths = headers.map((header, column) =>
    Math.max(stringWidth(header), ...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => pad(cell, widths[column]!, numeric[column] ? 'right' : 'left'))
      .join('  ')
      .trimEnd();
  return [headers, ...rows].map(line).join('\n');
}

/**
 * A table with borders that fits the terminal. The widest columns give way first, down to what can still be read; where
 * that is not enough, the last columns are left out and named.
 */
export function drawGrid({ headers, rows, numeric = [] }: Grid, columns: number): string {
  const natural = headers.map((header, column) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[column] ?? '')), stringWidth(header)),
  );
  const shown = columnsThatFit(natural, columns - 1);
  const widths = fitWidths(natural.slice(0, shown), columns - 1 - shown * BORDER_PER_COLUMN);
  const cut = (cells: readonly string[]): string[] =>
    widths.map((width, column) => shorten(cells[column] ?? '', width));
  const table = new Table({
    head: cut(headers),
    colAligns: widths.map((_, column) => (numeric[column] ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(cut(row));
  if (shown === headers.length) return table.toString();
  const hidden = headers.slice(shown);
  return `${table.toString()}\n${shorten(`${hidden.length} more columns (--json shows all): ${hidden.slice(0, columns).join(', ')}`, columns)}`;
}

/** How many of the first columns can be read side by side. */
function columnsThatFit(natural: readonly number[], room: number): number {
  let left = room;
  const first = natural.findIndex((width) => {
    left -= Math.min(width, COLUMN_WIDTH_MIN) + BORDER_PER_COLUMN;
    return left < 0;
  });
  return first < 0 ? natural.length : Math.max(1, first);
}

/** The widths cut to a sum: one limit for all, so that narrow columns keep theirs. */
export function fitWidths(natural: readonly number[], room: number): number[] {
  let limit = COLUMN_WIDTH_MAX;
  const sum = (): number => natural.reduce((total, width) => total + Math.min(width, limit), 0);
  while (limit > 1 && sum() > room) limit -= 1;
  return natural.map((width) => Math.min(width, limit));
}
