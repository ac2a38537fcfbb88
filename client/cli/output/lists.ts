// Output of commands that list or show things: JSON lines, or aligned columns.
import { cellText } from './cells.js';
import type { Streams } from './run-output.js';
import { plainGrid } from './tables.js';

/** A column of a list: its head, and the text of a row's cell. */
export interface ListColumn<T> {
  readonly head: string;
  readonly text: (item: T) => string | number | null;
  readonly numeric?: boolean;
}

/** Writes items: with json one object a line, else a table of columns, or a line that says there is nothing. */
export function writeList<T>(
  streams: Streams,
  json: boolean,
  items: readonly T[],
  columns: readonly ListColumn<T>[],
  nothing: string,
): void {
  if (json) {
    for (const item of items) streams.stdout.write(`${JSON.stringify(item)}\n`);
    return;
  }
  if (items.length === 0) {
    streams.stderr.write(`${nothing}\n`);
    return;
  }
  const rows = items.map((item) => columns.map((column) => cellText(column.text(item) ?? '')));
  streams.stdout.write(
    `${plainGrid({ headers: columns.map((column) => column.head), rows, numeric: columns.map((column) => column.numeric ?? false) })}\n`,
  );
}

/** Writes one thing: with json as one object, else as lines `name  value`, leaving out what is empty. */
export function writeFacts(
  streams: Streams,
  facts: readonly (readonly [name: string, value: string | number | null])[],
): void {
  const shown = facts.filter(([, value]) => value !== null && value !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown)
    streams.stdout.write(`${name.padEnd(width)}  ${cellText(String(value))}\n`);
}
