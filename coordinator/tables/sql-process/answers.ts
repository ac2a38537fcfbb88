// A batch of answers (docs/function-wire.md), written into DuckDB's vectors as raw arrays.
import type { DuckDBVector } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { Packr } from 'msgpackr';
import type { ChunkPlace } from './argument-batch.js';

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

interface WireAnswer {
  n: number;
  values: Uint8Array;
  offsets?: Uint8Array;
  dim?: number;
  sparse?: Uint8Array;
  sizes?: Uint8Array;
  indices?: Uint8Array;
  nulls?: Uint8Array;
}

/** Rows of a full vector; the arrays that all dense answers share have as many. */
const VECTOR_ROWS = 2048;

/** A batch of answers, decoded once and written chunk by chunk. */
export class Answers {
  readonly #answer: WireAnswer;
  readonly #offsets: Int32Array | undefined;
  readonly #sizes: Int32Array | undefined;

  /** @param count - rows asked for; undefined text where none was */
  constructor(encoded: Uint8Array | undefined, count: number) {
    this.#answer =
      encoded === undefined
        ? { n: 0, values: new Uint8Array(0), dim: 0 }
        : (packr.unpack(encoded) as WireAnswer);
    if (this.#answer.n !== count) throw new Error(`a function answered ${this.#answer.n} rows to ${count}`);
    this.#offsets = numbers(this.#answer.offsets);
    this.#sizes = numbers(this.#answer.sizes);
  }

  /**
   * Writes answers into a result vector of the vector struct.
   * @param first - the batch's row that is the first of these
   */
  write(output: DuckDBVector, { rows, present, count }: ChunkPlace, first = 0): void {
    const raw = (output as unknown as { vector: duckdb.Vector }).vector;
    const answer = this.#answer;
    const dim = answer.dim ?? 0;
    if (present === undefined && this.#isPlain && rows <= VECTOR_ROWS) {
      this.#writePlain(raw, rows, dim, first);
      return;
    }
    const begin = this.#start(first, dim);
    const end = this.#start(first + count, dim);
    const validity = new BigUint64Array(Math.ceil(rows / 64)).fill(0xffffffffffffffffn);
    const types = new Int8Array(rows).fill(1);
    const sizes = new Int32Array(rows);
    const noSize = new BigUint64Array(validity.length);
    const valueEntries = new BigUint64Array(rows * 2);
    const indexEntries = new BigUint64Array(rows * 2);
    let anyNull = false;
    let position = 0;
    for (let row = 0; row < rows; row++) {
      const isPresent = present === undefined || present[position] === row;
      const at = first + position;
      if (isPresent) position += 1;
      if (!isPresent || answer.nulls?.[at] === 1) {
        anyNull = true;
        validity[row >> 6]! &= ~(1n << BigInt(row & 63));
        continue;
      }
      const start = this.#start(at, dim);
      const length = this.#start(at + 1, dim) - start;
      valueEntries[row * 2] = BigInt(start - begin);
      valueEntries[row * 2 + 1] = BigInt(length);
      if (answer.sparse?.[at] === 1) {
        types[row] = 0;
        sizes[row] = this.#sizes![at]!;
        noSize[row >> 6]! |= 1n << BigInt(row & 63);
        indexEntries[row * 2] = BigInt(start - begin);
        indexEntries[row * 2 + 1] = BigInt(length);
      }
    }
    copy(duckdb.struct_vector_get_child(raw, 0), types);
    const sizeVector = duckdb.struct_vector_get_child(raw, 1);
    copy(sizeVector, sizes);
    setValidity(sizeVector, noSize);
    const indices =
      answer.sparse === undefined ? new Uint8Array(0) : answer.indices!.subarray(begin * 4, end * 4);
    writeList(duckdb.struct_vector_get_child(raw, 2), indexEntries, indices, 4, noSize);
    const values = answer.values.subarray(begin * 8, end * 8);
    writeList(
      duckdb.struct_vector_get_child(raw, 3),
      valueEntries,
      values,
      8,
      anyNull ? validity : undefined,
    );
    if (anyNull) setValidity(raw, validity);
  }

  /** Numbers of each answer, where all are dense, of one length and there; else undefined. */
  get plainDim(): number | undefined {
    return this.#isPlain ? (this.#answer.dim ?? 0) : undefined;
  }

  /** Writes one of the numbers of each of some answers, which must be plain, into a DOUBLE vector. */
  writeNumbers(output: DuckDBVector, number: number, first: number, rows: number): void {
    const { vector } = output as unknown as { vector: duckdb.Vector };
    const { values } = this.#answer;
    const dim = this.#answer.dim ?? 0;
    if (dim === 1) {
      copy(vector, values.subarray(first * 8, (first + rows) * 8));
      return;
    }
    const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
    const numbers = new Float64Array(rows);
    for (let row = 0; row < rows; row++)
      numbers[row] = view.getFloat64(((first + row) * dim + number) * 8, true);
    copy(vector, numbers);
  }

  /** True where every answer is dense, of one length and there. */
  get #isPlain(): boolean {
    const { sparse, nulls } = this.#answer;
    return this.#offsets === undefined && sparse === undefined && nulls === undefined;
  }

  #writePlain(raw: duckdb.Vector, rows: number, dim: number, first: number): void {
    copy(duckdb.struct_vector_get_child(raw, 0), ONES.subarray(0, rows));
    const sizes = duckdb.struct_vector_get_child(raw, 1);
    setValidity(sizes, NOTHING_VALID.subarray(0, Math.ceil(rows / 64)));
    const noEntries = NO_ENTRIES.subarray(0, rows * 2);
    const noIndices = new Uint8Array(0);
    writeList(
      duckdb.struct_vector_get_child(raw, 2),
      noEntries,
      noIndices,
      4,
      NOTHING_VALID.subarray(0, Math.ceil(rows / 64)),
    );
    const values = this.#answer.values.subarray(first * dim * 8, (first + rows) * dim * 8);
    writeList(
      duckdb.struct_vector_get_child(raw, 3),
      evenEntries(dim).subarray(0, rows * 2),
      values,
      8,
      undefined,
    );
  }

  #start(row: number, dim: number): number {
    return this.#offsets === undefined ? row * dim : this.#offsets[row]!;
  }
}

const ONES = new Int8Array(VECTOR_ROWS).fill(1);
const NOTHING_VALID = new BigUint64Array(VECTOR_ROWS / 64);
const NO_ENTRIES = new BigUint64Array(VECTOR_ROWS * 2);

/** List entries of rows that all have as many numbers, of the last length that was asked for. */
let even: { readonly dim: number; readonly entries: BigUint64Array } | undefined;

function evenEntries(dim: number): BigUint64Array {
  if (even?.dim !== dim) {
    const entries = new BigUint64Array(VECTOR_ROWS * 2);
    for (let row = 0; row < VECTOR_ROWS; row++) {
      entries[row * 2] = BigInt(row * dim);
      entries[row * 2 + 1] = BigInt(dim);
    }
    even = { dim, entries };
  }
  return even.entries;
}

/** The bytes may lie unaligned: numbers of their own. */
function numbers(array: Uint8Array | undefined): Int32Array | undefined {
  return array === undefined ? undefined : new Int32Array(new Uint8Array(array).buffer);
}

function copy(
  vector: duckdb.Vector,
  data: Uint8Array | Int8Array | Int32Array | Float64Array | BigUint64Array,
): void {
  if (data.byteLength === 0) return;
  duckdb.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

function setValidity(vector: duckdb.Vector, validity: BigUint64Array): void {
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(
    vector,
    0,
    validity.buffer as ArrayBuffer,
    validity.byteOffset,
    validity.byteLength,
  );
}

function writeList(
  vector: duckdb.Vector,
  entries: BigUint64Array,
  items: Uint8Array,
  itemBytes: number,
  validity: BigUint64Array | undefined,
): void {
  const length = items.byteLength / itemBytes;
  duckdb.list_vector_reserve(vector, length);
  duckdb.list_vector_set_size(vector, length);
  copy(duckdb.list_vector_get_child(vector), items);
  copy(vector, entries);
  if (validity !== undefined) setValidity(vector, validity);
}
