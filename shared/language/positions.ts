// From an offset in a script to the line and column an editor shows, and to the line drawn with a caret.
import stringWidth from 'string-width';
import type { Position } from '../errors.js';

const LINE_END = /\r\n|\n|\r/g;
const BYTE_ORDER_MARK = '\uFEFF';
/** Longest line that is drawn; of a longer one only the part around the caret. */
const CARET_LINE_MAX_CHARACTERS = 200;

/** Where the lines of a text begin. Offsets count UTF-16 units, columns count Unicode code points from 1, a tab as one. */
export class LineIndex {
  readonly #starts: number[];

  constructor(private readonly text: string) {
    // A byte order mark belongs to no column.
    this.#starts = [text.startsWith(BYTE_ORDER_MARK) ? 1 : 0];
    for (const match of text.matchAll(LINE_END)) this.#starts.push(match.index + match[0].length);
  }

  /** Line and column, both from 1, of the character at the offset; the end of the text is a place too. */
  positionAt(offset: number): Position {
    const line = this.#lineOf(offset);
    return { line: line + 1, column: codePoints(this.text, this.#starts[line]!, offset) + 1 };
  }

  /** Index of the last line that starts at or before the offset. */
  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The position that is `offset` UTF-16 units into a text which itself begins at `start`. */
export function advance(start: Position, text: string, offset: number): Position {
  let lines = 0;
  let lineStart = 0;
  for (const match of text.matchAll(LINE_END)) {
    if (match.index + match[0].length > offset) break;
    lines += 1;
    lineStart = match.index + match[0].length;
  }
  const column = codePoints(text, lineStart, offset);
  return lines === 0
    ? { line: start.line, column: start.column + column }
    : { line: start.line + lines, column: column + 1 };
}

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

function codePoints(text: string, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < Math.min(end, text.length); count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
