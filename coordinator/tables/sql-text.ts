// Names and values as they stand in the text of a DuckDB statement.

/** `"a ""b"""`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `'it''s'`. */
export function quoteText(value: string): string {
  if (!value.includes('\0')) return `'${value.replaceAll("'", "''")}'`;
  return value
    .split('\0')
    .map((piece) => `'${piece.replaceAll("'", "''")}'`)
    .join(' || chr(0) || ');
}

/** `['a', 'b']`. */
export function textList(values: readonly string[]): string {
  return `[${values.map(quoteText).join(', ')}]`;
}

/** The name of a view's column by its place: user names are kept beside the view, so none can trouble DuckDB. */
export function columnAt(index: number): string {
  return `c${index}`;
}
