// Rows of result tables: JSON text in, JavaScript values out, no digit lost.
import type { Row } from './events.js';

/** Strings (skipped), or integers that may be longer than a JavaScript number holds. */
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** One row. Integers beyond ±2^53 become strings, since a number would hold another value. */
export function parseRow(json: string): Row {
  const exact = /\d{16}/.test(json) ? json.replace(STRING_OR_LONG_INTEGER, quoteUnsafe) : json;
  return JSON.parse(exact) as Row;
}

function quoteUnsafe(token: string): string {
  return token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`;
}
