// Rows between JSON text and MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), byte by byte: what a
// number was it stays, 1.0 a float and 2^60 + 1 itself, which no way through JavaScript's own numbers can do. Pure.
import { MlsqlError } from '../errors.js';

/** Deeper values are no rows of a table. */
const DEPTH_MAX = 200;
/** Digits that a JavaScript number holds exactly whatever they are. */
const EXACT_DIGITS = 15;
/** An integer beyond 64 bits: its decimal digits as an extension of this type. */
const BIG_INTEGER = 1;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, POINT] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e];
/** The group is there where it is no integer. */
const NUMBER = /^-?\d+((?:\.\d+)?(?:[eE][+-]?\d+)|\.\d+)?$/;
/** 10^0, 10^1, …, each exact. */
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
const [OPEN_MAP, CLOSE_MAP, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Bytes that grow as they are written. */
class Output {
  bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  used = 0;

  /** Makes room for so many more. */
  room(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + count));
    this.bytes.copy(grown, 0, 0, this.used);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.room(1);
    this.bytes[this.used++] = value;
  }

  copy(from: Buffer, start: number, end: number): void {
    this.room(end - start);
    from.copy(this.bytes, this.used, start, end);
    this.used += end - start;
  }

  text(value: string): void {
    this.room(value.length * 3);
    this.used += this.bytes.write(value, this.used, 'utf8');
  }

  ascii(value: string): void {
    this.room(value.length);
    this.used += this.bytes.write(value, this.used, 'latin1');
  }

  /** What was written, as bytes of its own. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.used));
    this.used = 0;
    return taken;
  }
}

/** JSON objects to MessagePack maps. */
export class RowEncoder {
  readonly #out = new Output();
  #json: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /**
   * @param json - holds one JSON object from start to end, UTF-8
   * @throws MlsqlError MLSQL_STORE_CORRUPT: it is none
   */
  encode(json: Buffer, start = 0, end = json.length): Buffer {
    this.#json = json;
    this.#at = start;
    this.#end = end;
    this.#out.used = 0;
    this.#blank();
    if (json[this.#at] !== OPEN_MAP) throw this.#malformed();
    this.#value(0);
    if (this.#at !== end) throw this.#malformed();
    return this.#out.take();
  }

  #value(depth: number): void {
    if (depth > DEPTH_MAX) throw this.#malformed();
    const first = this.#json[this.#at];
    if (first === QUOTE) this.#string();
    else if (first === OPEN_LIST) this.#entries(depth, false);
    else if (first === OPEN_MAP) this.#entries(depth, true);
    else if (first === 0x6e) this.#word('null', 0xc0);
    else if (first === 0x74) this.#word('true', 0xc3);
    else if (first === 0x66) this.#word('false', 0xc2);
    else this.#number();
    this.#blank();
  }

  /** A list or map: its head is written when its length is known. */
  #entries(depth: number, isMap: boolean): void {
    const close = isMap ? CLOSE_MAP : CLOSE_LIST;
    const head = this.#out.used;
    this.#out.room(5);
    this.#out.used += 5;
    this.#at += 1;
    this.#blank();
    let count = 0;
    if (this.#json[this.#at] === close) this.#at += 1;
    else
      for (;;) {
        if (isMap) {
          if (this.#json[this.#at] !== QUOTE) throw this.#malformed();
          this.#string();
          this.#blank();
          if (this.#json[this.#at++] !== COLON) throw this.#malformed();
          this.#blank();
        }
        this.#value(depth + 1);
        count += 1;
        const next = this.#json[this.#at++];
        if (next === close) break;
        if (next !== COMMA || this.#at >= this.#end) throw this.#malformed();
        this.#blank();
      }
    this.#head(head, count, isMap);
  }

  #head(at: number, count: number, isMap: boolean): void {
    const out = this.#out;
    const { bytes } = out;
    const size = count < 16 ? 1 : count < 0x10000 ? 3 : 5;
    if (size === 1) bytes[at] = (isMap ? 0x80 : 0x90) | count;
    else if (size === 3) {
      bytes[at] = isMap ? 0xde : 0xdc;
      bytes.writeUInt16BE(count, at + 1);
    } else {
      bytes[at] = isMap ? 0xdf : 0xdd;
      bytes.writeUInt32BE(count, at + 1);
    }
    bytes.copyWithin(at + size, at + 5, out.used);
    out.used -= 5 - size;
  }

  #string(): void {
    const json = this.#json;
    const start = ++this.#at;
    let escaped = false;
    for (; this.#at < this.#end && json[this.#at] !== QUOTE; this.#at++) {
      if (json[this.#at] !== BACKSLASH) continue;
      escaped = true;
      this.#at += 1;
    }
    if (this.#at >= this.#end) throw this.#malformed();
    const end = this.#at++;
    const out = this.#out;
    if (!escaped) {
      this.#stringHead(end - start);
      out.copy(json, start, end);
      return;
    }
    let text: string;
    try {
      text = JSON.parse(json.toString('utf8', start - 1, end + 1)) as string;
    } catch {
      throw this.#malformed();
    }
    const bytes = Buffer.from(text);
    this.#stringHead(bytes.length);
    out.copy(bytes, 0, bytes.length);
  }

  #stringHead(length: number): void {
    const out = this.#out;
    out.room(5);
    if (length < 32) out.bytes[out.used++] = 0xa0 | length;
    else if (length < 0x100) {
      out.bytes[out.used++] = 0xd9;
      out.bytes[out.used++] = length;
    } else if (length < 0x10000) {
      out.bytes[out.used++] = 0xda;
      out.used = out.bytes.writeUInt16BE(length, out.used);
    } else {
      out.bytes[out.used++] = 0xdb;
      out.used = out.bytes.writeUInt32BE(length, out.used);
    }
  }

  #word(word: string, code: number): void {
    const end = this.#at + word.length;
    if (this.#json.toString('latin1', this.#at, Math.min(end, this.#end)) !== word) throw this.#malformed();
    this.#at = end;
    this.#out.byte(code);
  }

  /** Most numbers are short: read as they are scanned, without a text between. */
  #number(): void {
    const json = this.#json;
    const start = this.#at;
    const isNegative = json[start] === MINUS;
    let at = isNegative ? start + 1 : start;
    const digitsAt = at;
    let mantissa = 0;
    let point = -1;
    for (; at < this.#end; at++) {
      const byte = json[at]!;
      if (byte >= 0x30 && byte <= 0x39) mantissa = mantissa * 10 + byte - 0x30;
      else if (byte === POINT && point === -1 && at > digitsAt) point = at;
      else break;
    }
    const next = at < this.#end ? json[at]! : 0;
    const digits = at - digitsAt - (point === -1 ? 0 : 1);
    const isWhole = next === COMMA || next === CLOSE_MAP || next === CLOSE_LIST || next <= 0x20;
    if (!isWhole || digits === 0 || digits > EXACT_DIGITS || point === at - 1) {
      this.#longNumber(start);
      return;
    }
    this.#at = at;
    if (point === -1) this.#integer(isNegative ? -mantissa : mantissa);
    else {
      // Both are exact, so their quotient is the nearest double: https://doi.org/10.1145/93542.93557
      const value = mantissa / POWERS_OF_TEN[at - point - 1]!;
      this.#float(isNegative ? -value : value);
    }
  }

  #longNumber(start: number): void {
    for (this.#at = start; this.#at < this.#end; this.#at++) {
      const byte = this.#json[this.#at]!;
      if (byte <= 0x20 || byte === COMMA || byte === CLOSE_MAP || byte === CLOSE_LIST) break;
    }
    const text = this.#json.toString('latin1', start, this.#at);
    const match = NUMBER.exec(text);
    if (match === null) throw this.#malformed();
    if (match[1] === undefined) this.#bigInteger(text);
    else this.#float(Number(text));
  }

  #float(value: number): void {
    const out = this.#out;
    out.room(9);
    out.bytes[out.used++] = 0xcb;
    out.used = out.bytes.writeDoubleBE(value, out.used);
  }

  #integer(value: number): void {
    const out = this.#out;
    out.room(9);
    const { bytes } = out;
    if (value >= 0) {
      if (value < 0x80) bytes[out.used++] = value;
      else if (value < 0x100) {
        bytes[out.used++] = 0xcc;
        bytes[out.used++] = value;
      } else if (value < 0x10000) {
        bytes[out.used++] = 0xcd;
        out.used = bytes.writeUInt16BE(value, out.used);
      } else if (value < 0x1_0000_0000) {
        bytes[out.used++] = 0xce;
        out.used = bytes.writeUInt32BE(value, out.used);
      } else {
        bytes[out.used++] = 0xcf;
        out.used = bytes.writeBigUInt64BE(BigInt(value), out.used);
      }
    } else if (value >= -0x20) bytes[out.used++] = value & 0xff;
    else if (value >= -0x80) {
      bytes[out.used++] = 0xd0;
      out.used = bytes.writeInt8(value, out.used);
    } else if (value >= -0x8000) {
      bytes[out.used++] = 0xd1;
      out.used = bytes.writeInt16BE(value, out.used);
    } else if (value >= -0x8000_0000) {
      bytes[out.used++] = 0xd2;
      out.used = bytes.writeInt32BE(value, out.used);
    } else {
      bytes[out.used++] = 0xd3;
      out.used = bytes.writeBigInt64BE(BigInt(value), out.used);
    }
  }

  #bigInteger(text: string): void {
    const out = this.#out;
    const value = BigInt(text);
    out.room(9);
    if (value >= 0n && value <= UINT64_MAX) {
      out.bytes[out.used++] = 0xcf;
      out.used = out.bytes.writeBigUInt64BE(value, out.used);
    } else if (value < 0n && value >= INT64_MIN) {
      out.bytes[out.used++] = 0xd3;
      out.used = out.bytes.writeBigInt64BE(value, out.used);
    } else {
      if (text.length > 255) throw this.#malformed();
      out.bytes[out.used++] = 0xc7;
      out.bytes[out.used++] = text.length;
      out.bytes[out.used++] = BIG_INTEGER;
      out.text(text);
    }
  }

  #blank(): void {
    for (; this.#at < this.#end; this.#at++) {
      const byte = this.#json[this.#at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return;
    }
  }

  #malformed(): MlsqlError {
    return new MlsqlError(
      'MLSQL_STORE_CORRUPT',
      `not a JSON object: byte ${this.#at} of the line is unexpected`,
    );
  }
}

/** MessagePack maps to JSON lines. */
export class RowDecoder {
  readonly #out = new Output();
  #from: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Bytes that are ready to be taken. */
  get size(): number {
    return this.#out.used;
  }

  /** Lines since the last call, each with its end. */
  take(): Buffer {
    return this.#out.take();
  }

  /**
   * Adds one line.
   * @returns false where the value is no map of this kind: whoever wrote it, it was not RowEncoder; nothing is added
   */
  add(value: Buffer): boolean {
    const before = this.#out.used;
    this.#from = value;
    this.#at = 0;
    const first = value[0] ?? 0;
    const isMap = (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;
    if (isMap && this.#value(0) && this.#at === value.length) {
      this.#out.byte(0x0a);
      return true;
    }
    this.#out.used = before;
    return false;
  }

  #value(depth: number): boolean {
    const from = this.#from;
    if (depth > DEPTH_MAX || this.#at >= from.length) return false;
    const code = from[this.#at++]!;
    if (code < 0x80) return this.#print(String(code));
    if (code < 0x90) return this.#entries(code & 0x0f, depth, true);
    if (code < 0xa0) return this.#entries(code & 0x0f, depth, false);
    if (code < 0xc0) return this.#string(code & 0x1f);
    if (code >= 0xe0) return this.#print(String(code - 0x100));
    const left = from.length - this.#at;
    const take = (size: number): number => {
      this.#at += size;
      return this.#at - size;
    };
    switch (code) {
      case 0xc0:
        return this.#print('null');
      case 0xc2:
        return this.#print('false');
      case 0xc3:
        return this.#print('true');
      case 0xc7: {
        if (left < 2 || left < 2 + from[this.#at]! || from[this.#at + 1] !== BIG_INTEGER) return false;
        const length = from[take(2)]!;
        const digits = from.toString('latin1', this.#at, take(length) + length);
        return /^-?\d+$/.test(digits) && this.#print(digits);
      }
      case 0xcb:
        return left >= 8 && this.#print(floatText(from.readDoubleBE(take(8))));
      case 0xcc:
        return left >= 1 && this.#print(String(from[take(1)]));
      case 0xcd:
        return left >= 2 && this.#print(String(from.readUInt16BE(take(2))));
      case 0xce:
        return left >= 4 && this.#print(String(from.readUInt32BE(take(4))));
      case 0xcf:
        return left >= 8 && this.#print(String(from.readBigUInt64BE(take(8))));
      case 0xd0:
        return left >= 1 && this.#print(String(from.readInt8(take(1))));
      case 0xd1:
        return left >= 2 && this.#print(String(from.readInt16BE(take(2))));
      case 0xd2:
        return left >= 4 && this.#print(String(from.readInt32BE(take(4))));
      case 0xd3:
        return left >= 8 && this.#print(String(from.readBigInt64BE(take(8))));
      case 0xd9:
        return left >= 1 && this.#string(from[take(1)]!);
      case 0xda:
        return left >= 2 && this.#string(from.readUInt16BE(take(2)));
      case 0xdb:
        return left >= 4 && this.#string(from.readUInt32BE(take(4)));
      case 0xdc:
      case 0xde:
        return left >= 2 && this.#entries(from.readUInt16BE(take(2)), depth, code === 0xde);
      case 0xdd:
      case 0xdf:
        return left >= 4 && this.#entries(from.readUInt32BE(take(4)), depth, code === 0xdf);
      default:
        return false;
    }
  }

  #entries(count: number, depth: number, isMap: boolean): boolean {
    const out = this.#out;
    out.byte(isMap ? OPEN_MAP : OPEN_LIST);
    for (let index = 0; index < count; index++) {
      if (index > 0) out.byte(COMMA);
      if (isMap) {
        const code = this.#from[this.#at] ?? 0;
        const isString = (code >= 0xa0 && code < 0xc0) || (code >= 0xd9 && code <= 0xdb);
        if (!isString || !this.#value(depth + 1)) return false;
        out.byte(COLON);
      }
      if (!this.#value(depth + 1)) return false;
    }
    out.byte(isMap ? CLOSE_MAP : CLOSE_LIST);
    return true;
  }

  #string(length: number): boolean {
    const from = this.#from;
    const start = this.#at;
    const end = start + length;
    if (end > from.length) return false;
    this.#at = end;
    const out = this.#out;
    for (let at = start; at < end; at++) {
      const byte = from[at]!;
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH)
        return this.#printText(JSON.stringify(from.toString('utf8', start, end)));
    }
    out.byte(QUOTE);
    out.copy(from, start, end);
    out.byte(QUOTE);
    return true;
  }

  #print(ascii: string): true {
    this.#out.ascii(ascii);
    return true;
  }

  #printText(text: string): true {
    this.#out.text(text);
    return true;
  }
}

/** As Python reads a float: with a point or an exponent. */
function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}
