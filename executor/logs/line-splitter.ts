// Bytes of a script's output, split into the lines that people read.
import { stripVTControlCharacters } from 'node:util';
import { LOG_LINE_MAX_BYTES } from '../../shared/limits.js';

/** A line and where it ends in the bytes, behind its newline. */
export interface LogLine {
  readonly text: string;
  readonly endOffset: number;
}

const NEWLINE = 0x0a;
/** The shim cuts at the limit and adds a remark of its own; this leaves room for it. */
const KEPT_MAX_BYTES = LOG_LINE_MAX_BYTES + 1024;

/**
 * Splits at newlines, whatever the chunks. What it returns depends on the bytes alone, so that a second pass over a
 * file finds the same lines: bytes that are no UTF-8 become U+FFFD, of a progress bar drawn with carriage returns its
 * last state stays, terminal colours go.
 */
export class LineSplitter {
  #offset: number;
  #parts: Buffer[] = [];
  #partsBytes = 0;

  /** @param offset - where the first chunk starts in the bytes; has to be the start of a line */
  constructor(offset = 0) {
    this.#offset = offset;
  }

  /** Takes a chunk, returns the lines that it ends. The chunk may be reused afterwards. */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push({ text: this.#take(chunk.subarray(start, end)), endOffset: this.#offset + end + 1 });
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    this.#offset += chunk.length;
    return lines;
  }

  /** The last line where no newline ends it. */
  end(): LogLine[] {
    if (this.#partsBytes === 0) return [];
    return [{ text: this.#take(Buffer.alloc(0)), endOffset: this.#offset }];
  }

  #take(rest: Buffer): string {
    if (this.#partsBytes === 0) return readable(rest.subarray(0, KEPT_MAX_BYTES));
    this.#keep(rest);
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partsBytes = 0;
    return readable(whole);
  }

  #keep(bytes: Buffer): void {
    const kept = bytes.subarray(0, Math.max(0, KEPT_MAX_BYTES - this.#partsBytes));
    if (kept.length === 0) return;
    this.#parts.push(Buffer.from(kept));
    this.#partsBytes += kept.length;
  }
}

function readable(bytes: Buffer): string {
  let text = bytes.toString('utf8');
  if (text.includes('\r')) {
    text = text.replace(/\r+$/, '');
    text = text.slice(text.lastIndexOf('\r') + 1);
  }
  return text.includes('\u001b') || text.includes('\u009b') ? stripVTControlCharacters(text) : text;
}
