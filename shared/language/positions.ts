// From an offset in a script to the line and column that an editor shows.
import type { Position } from '../errors.js';

/** What ends a line. */
export const LINE_END = /\r\n|\n|\r/g;
export const BYTE_ORDER_MARK = '\uFEFF';

/** Where the lines of a text begin. Offsets count UTF-16 units, columns count Unicode code points from 1, a tab as one. */
export class LineIndex {
  readonly #starts: number[];
  /** The last answer: who reads a script asks forwards, and a line may hold all of it. */
  #last = { line: 0, offset: 0, column: 0 };

  constructor(private readonly text: string) {
    // A byte order mark belongs to no column.
    this.#starts = [text.startsWith(BYTE_ORDER_MARK) ? 1 : 0];
    for (const match of text.matchAll(LINE_END)) this.#starts.push(match.index + match[0].length);
    this.#last.offset = this.#starts[0]!;
  }

  /** Line and column, both from 1, of the character at the offset; the end of the text is a place too. */
  positionAt(offset: number): Position {
    const line = this.#lineOf(offset);
    const { line: lastLine, offset: lastOffset, column: lastColumn } = this.#last;
    const column =
      line === lastLine && offset >= lastOffset
        ? lastColumn + codePoints(this.text, lastOffset, offset)
        : codePoints(this.text, this.#starts[line]!, offset);
    this.#last = { line, offset: Math.max(offset, this.#starts[line]!), column };
    return { line: line + 1, column: column + 1 };
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

function codePoints(text: string, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < Math.min(end, text.length); count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
