// Arguments of several chunks as the one batch that travels: docs/function-wire.md. Dense rows of one length, which most
// are, are written straight to their place in it, once.
import { Packr } from 'msgpackr';
import { PayloadMemory } from '../../../shared/rpc/payload-memory.js';
import { type ArgumentRows, evenOffsets } from './argument-rows.js';

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/** A chunk's place in a batch. */
export interface ChunkPlace {
  readonly rows: number;
  /** Rows that travel, where not all do. */
  readonly present: Int32Array | undefined;
  /** How many do. */
  readonly count: number;
}

interface DenseBatch {
  readonly dim: number;
  buffer: ArrayBuffer;
}

interface WireBatch {
  n: number;
  kind: 'ragged' | 'mixed';
  values: Uint8Array;
  offsets: Uint8Array;
  sparse?: Uint8Array;
  sizes?: Uint8Array;
  indices?: Uint8Array;
}

/** Room for what stands before the numbers of a dense batch; a multiple of 8. */
const HEAD_BYTES = 64;
const NUMBER_BYTES = 8;
/** Room that is made before the numbers are there. */
const ROOM_NUMBERS_MAX = 1024 * 1024;
/** MessagePack's marks of a map of fewer than 16 entries (in the low bits), and of bytes with a length of 32 bits. */
const FIXMAP = 0x80;
const BIN_32 = 0xc6;

export class ArgumentBatch {
  readonly places: ChunkPlace[] = [];
  #count = 0;
  #numbers = 0;
  #dense: DenseBatch | undefined;
  /** Copies of all rows, once they are not all dense and of one length. */
  #chunks: ArgumentRows[] | undefined;

  /**
   * @param rowsExpected - about how many rows will be added, so that room is made once
   * @param memory - where the room is taken from
   */
  constructor(
    private readonly rowsExpected: number,
    private readonly memory = new PayloadMemory(),
  ) {}

  /** Rows that travel. */
  get count(): number {
    return this.#count;
  }

  /** Numbers of all of them. */
  get numbers(): number {
    return this.#numbers;
  }

  /** Adds a chunk. Its arrays are free again when the call returns. */
  add(rows: ArgumentRows): void {
    const { present, count, values, dim } = rows;
    this.places.push({ rows: rows.rows, present, count });
    if (count > 0) {
      if (this.#chunks === undefined && this.#count === 0 && dim !== undefined)
        this.#dense = this.#begin(rows, dim);
      if (this.#dense?.dim === dim && this.#dense !== undefined) this.#append(this.#dense, values);
      else this.#copy(rows);
    }
    this.#count += count;
    this.#numbers += values.length;
  }

  /** The batch, in memory of its own; undefined where no row travels. Nothing can be added any more. */
  encode(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#count === 0) return undefined;
    return this.#dense === undefined
      ? this.#encodeChunks(this.#chunks ?? [])
      : this.#encodeDense(this.#dense);
  }

  #begin({ values, count }: ArgumentRows, dim: number): DenseBatch {
    const expected = Math.min(Math.max(count, this.rowsExpected) * dim, ROOM_NUMBERS_MAX);
    const numbers = Math.max(values.length, expected);
    return { dim, buffer: this.#room(numbers) };
  }

  #room(numbers: number): ArrayBuffer {
    return this.memory.take(HEAD_BYTES + numbers * NUMBER_BYTES).buffer;
  }

  #append(dense: DenseBatch, values: Float64Array): void {
    const end = HEAD_BYTES + (this.#numbers + values.length) * NUMBER_BYTES;
    if (end > dense.buffer.byteLength) {
      const larger = this.#room((this.#numbers + values.length) * 2);
      new Uint8Array(larger).set(new Uint8Array(dense.buffer));
      dense.buffer = larger;
    }
    new Float64Array(dense.buffer, HEAD_BYTES + this.#numbers * NUMBER_BYTES, values.length).set(values);
  }

  #copy(rows: ArgumentRows): void {
    if (this.#chunks === undefined) {
      const before = this.#dense;
      this.#dense = undefined;
      this.#chunks = before === undefined ? [] : [denseRows(before, this.#count, this.#numbers)];
    }
    this.#chunks.push({ ...rows, values: rows.values.slice() });
  }

  #encodeDense({ dim, buffer }: DenseBatch): Uint8Array<ArrayBuffer> {
    const bytes = this.#numbers * NUMBER_BYTES;
    const length = Buffer.alloc(5);
    length[0] = BIN_32;
    length.writeUInt32BE(bytes, 1);
    // All but the numbers, which lie at their place already.
    const parts = ['n', this.#count, 'kind', 'dense', 'dim', dim, 'values'].map((part) =>
      packr.pack(part).slice(),
    );
    const head = Buffer.concat([Buffer.of(FIXMAP | ((parts.length + 1) / 2)), ...parts, length]);
    if (head.length > HEAD_BYTES) throw new Error(`a head of ${head.length} bytes`);
    new Uint8Array(buffer).set(head, HEAD_BYTES - head.length);
    return new Uint8Array(buffer, HEAD_BYTES - head.length, head.length + bytes);
  }

  #encodeChunks(chunks: readonly ArgumentRows[]): Uint8Array<ArrayBuffer> {
    const count = this.#count;
    const values = new Float64Array(this.#numbers);
    const offsets = new Int32Array(count + 1);
    const anySparse = chunks.some((chunk) => chunk.sparse !== undefined);
    const sparse = new Uint8Array(anySparse ? count : 0);
    const sizes = new Int32Array(anySparse ? count : 0);
    const indices = new Int32Array(anySparse ? this.#numbers : 0);
    let row = 0;
    let at = 0;
    for (const chunk of chunks) {
      values.set(chunk.values, at);
      if (chunk.sparse !== undefined) {
        sparse.set(chunk.sparse, row);
        sizes.set(chunk.sizes!, row);
        indices.set(chunk.indices!, at);
      }
      const own = chunk.offsets ?? evenOffsets(chunk.count, chunk.dim!);
      for (let index = 1; index < own.length; index++) offsets[++row] = at + own[index]!;
      at += chunk.values.length;
    }
    const batch: WireBatch = {
      n: count,
      kind: anySparse ? 'mixed' : 'ragged',
      values: bytesOf(values),
      offsets: bytesOf(offsets),
      ...(anySparse && { sparse, sizes: bytesOf(sizes), indices: bytesOf(indices) }),
    };
    return new Uint8Array(packr.pack(batch));
  }
}

function denseRows({ dim, buffer }: DenseBatch, count: number, numbers: number): ArgumentRows {
  const values = new Float64Array(buffer, HEAD_BYTES, numbers);
  return { rows: count, present: undefined, count, values, dim, offsets: undefined };
}

function bytesOf(array: Float64Array | Int32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
