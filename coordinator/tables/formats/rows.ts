// A table of rows that the coordinator itself made, as JSON in the style that rows() gives.
import { duckType, type SparkType } from '../spark-type.js';
import { columnAt, quoteName, quoteText } from '../sql-text.js';
import type { LoadedColumn } from './loader.js';

/** A query over a file of JSON lines with columns of known types. */
export function tableOfRows(columns: readonly LoadedColumn[], path: string): string {
  if (columns.length === 0) return 'SELECT NULL AS none WHERE false';
  const spec = columns
    .map((column) => `${quoteText(column.name)}: ${quoteText(readType(column.type))}`)
    .join(', ');
  const values = columns.map((column, index) => {
    const value = quoteName(column.name);
    return `${column.type.kind === 'binary' ? `from_base64(${value})` : value} AS ${columnAt(index)}`;
  });
  return `SELECT ${values.join(', ')} FROM read_json(${quoteText(path)}, format = 'newline_delimited', records = true, auto_detect = false, columns = {${spec}})`;
}

function readType(type: SparkType): string {
  return type.kind === 'binary' ? 'VARCHAR' : duckType(type);
}
