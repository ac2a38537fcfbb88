// A line of a script drawn with a caret under the character at fault, for terminals.
import stringWidth from 'string-width';
import type { Position } from '../errors.js';
import { BYTE_ORDER_MARK, LINE_END } from './positions.js';

/** Longest line that is drawn; of a longer one only the part around the caret. */
const CARET_LINE_MAX_CHARACTERS = 200;

/**
 * The script's line at the position, and below it a caret under the character. Tabs and wide characters are kept in
 * step, so the caret stands right on a terminal; of a very long line only the part around the caret is drawn.
 * @returns two lines, or an empty string where the script has no such line
 * @example
 * 3 | selct * from t;
 *     ^
 */
export function formatCaret(script: string, position: Position): string {
  const lines = script.replace(BYTE_ORDER_MARK, '').split(LINE_END);
  const line = lines[position.line - 1];
  if (line === undefined) return '';
  const characters = Array.from(line);
  const at = Math.min(Math.max(position.column - 1, 0), characters.length);
  const from =
    characters.length <= CARET_LINE_MAX_CHARACTERS ? 0 : Math.max(0, at - CARET_LINE_MAX_CHARACTERS / 2);
  const shown = characters.slice(from, from + CARET_LINE_MAX_CHARACTERS);
  const before = (from > 0 ? ['…'] : []).concat(shown.slice(0, at - from));
  const after = shown.slice(at - from).concat(from + shown.length < characters.length ? ['…'] : []);
  const label = `${position.line} | `;
  const padding = before
    .map((character) => (character === '\t' ? '\t' : ' '.repeat(stringWidth(character))))
    .join('');
  return `${label}${before.concat(after).join('')}\n${' '.repeat(label.length)}${padding}^`;
}
