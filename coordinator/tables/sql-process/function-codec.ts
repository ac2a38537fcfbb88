// Columns of arguments as docs/function-wire.md wants them, read and written as raw arrays: value by value costs 30 times as much.

import type { DuckDBVector } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false, mapsAsObjects: true });

/** An argument that no function can take; the message is for the user. */
export class ArgumentError extends Error {}

/** Rows of arguments as they travel: null rows are left out. Views into DuckDB's memory, to be used at once or copied. */
export interface ArgumentRows {
  /** Rows of the chunk. */
  readonly rows: number;
  /** The rows that travel, where not all do. */
  readonly present: Int32Array | undefined;
  /** Numbers of all travelling rows, one behind the other. */
  readonly values: Float64Array;
  /** Row i's numbers are values[offsets[i]:offsets[i + 1]]. */
  readonly offsets: Int32Array;
  /** Only where some row is sparse: 1 for those, their sizes, and the index of each value. */
  readonly sparse?: Uint8Array;
  readonly sizes?: Int32Array;
  readonly indices?: Int32Array;
}

/** Reads a column of arguments. */
export type ArgumentReader = (vector: DuckDBVector, rows: number) => ArgumentRows;

/** A flat list vector's storage. */
interface ListStorage<T> {
  readonly entryData: BigUint64Array;
  readonly childVector: { readonly items: T; readonly itemCount: number; readonly validity: Validity };
  readonly validity: Validity;
}

interface Validity {
  readonly data: BigUint64Array | null;
  itemValid(index: number): boolean;
}

interface StructStorage {
  readonly validity: Validity;
  entryVectorAt(index: number): DuckDBVector;
}

interface WireBatch {
  n: number;
  kind: 'dense' | 'ragged' | 'mixed';
  dim?: number;
  values: Uint8Array;
  offsets?: Uint8Array;
  sparse?: Uint8Array;
  sizes?: Uint8Array;
  indices?: Uint8Array;
}

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

/** Reads a DOUBLE[] vector. */
export function readLists(vector: DuckDBVector, rows: number): ArgumentRows {
  const list = vector as unknown as ListStorage<Float64Array>;
  const present = presentRows(list.validity, rows);
  return { rows, present, ...gather(list, present, present?.length ?? rows) };
}

/** Reads a vector of the struct of type, size, indices, values. */
export function readVectors(vector: DuckDBVector, rows: number): ArgumentRows {
  const struct = vector as unknown as StructStorage;
  const present = presentRows(struct.validity, rows);
  const count = present?.length ?? rows;
  const types = (struct.entryVectorAt(0) as unknown as { items: Int8Array }).items;
  const allSizes = (struct.entryVectorAt(1) as unknown as { items: Int32Array }).items;
  const indexLists = struct.entryVectorAt(2) as unknown as ListStorage<Int32Array>;
  const valueLists = struct.entryVectorAt(3) as unknown as ListStorage<Float64Array>;
  const { values, offsets } = gather(valueLists, present, count);
  const sparse = new Uint8Array(count);
  const sizes = new Int32Array(count);
  let anySparse = false;
  for (let at = 0; at < count; at++) {
    const row = present === undefined ? at : present[at]!;
    if (types[row] !== 0) continue;
    anySparse = true;
    sparse[at] = 1;
    sizes[at] = allSizes[row]!;
  }
  if (!anySparse) return { rows, present, values, offsets };
  const indices = new Int32Array(values.length);
  for (let at = 0; at < count; at++) {
    if (sparse[at] === 0) continue;
    const row = present === undefined ? at : present[at]!;
    const start = Number(indexLists.entryData[row * 2]);
    const length = Number(indexLists.entryData[row * 2 + 1]);
    if (length !== offsets[at + 1]! - offsets[at]!) {
      throw new ArgumentError('a sparse vector has another number of indices than of values');
    }
    indices.set(indexLists.childVector.items.subarray(start, start + length), offsets[at]);
  }
  return { rows, present, values, offsets, sparse, sizes, indices };
}

/** The same rows in memory of their own. */
export function copyRows(rows: ArgumentRows): ArgumentRows {
  return { ...rows, values: rows.values.slice() };
}

/** One batch of several chunks' rows; undefined where all are null. */
export function encodeRows(chunks: readonly ArgumentRows[]): Uint8Array | undefined {
  const count = chunks.reduce((sum, chunk) => sum + chunk.offsets.length - 1, 0);
  if (count === 0) return undefined;
  const { values, offsets } = chunks.length === 1 ? chunks[0]! : joined(chunks, count);
  if (!chunks.some((chunk) => chunk.sparse !== undefined))
    return packr.pack(denseBatch(values, offsets, count));
  const sparse = new Uint8Array(count);
  const sizes = new Int32Array(count);
  const indices = new Int32Array(values.length);
  let row = 0;
  for (const chunk of chunks) {
    if (chunk.sparse !== undefined) {
      sparse.set(chunk.sparse, row);
      sizes.set(chunk.sizes!, row);
      indices.set(chunk.indices!, offsets[row]);
    }
    row += chunk.offsets.length - 1;
  }
  const batch: WireBatch = {
    n: count,
    kind: 'mixed',
    values: bytes(values),
    offsets: bytes(offsets),
    sparse,
    sizes: bytes(sizes),
    indices: bytes(indices),
  };
  return packr.pack(batch);
}

function joined(
  chunks: readonly ArgumentRows[],
  count: number,
): { values: Float64Array; offsets: Int32Array } {
  const values = new Float64Array(chunks.reduce((sum, chunk) => sum + chunk.values.length, 0));
  const offsets = new Int32Array(count + 1);
  let row = 0;
  let at = 0;
  for (const chunk of chunks) {
    values.set(chunk.values, at);
    for (let index = 1; index < chunk.offsets.length; index++) offsets[++row] = at + chunk.offsets[index]!;
    at += chunk.values.length;
  }
  return { values, offsets };
}

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
  write(output: DuckDBVector, rows: number, present: Int32Array | undefined, first = 0): void {
    const raw = (output as unknown as { vector: duckdb.Vector }).vector;
    const answer = this.#answer;
    const dim = answer.dim ?? 0;
    const count = present?.length ?? rows;
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

  #start(row: number, dim: number): number {
    return this.#offsets === undefined ? row * dim : this.#offsets[row]!;
  }
}

/** Rows that are not null; undefined where all are there. */
function presentRows(validity: Validity, rows: number): Int32Array | undefined {
  if (validity.data === null) return undefined;
  const present = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (validity.itemValid(row)) present[count++] = row;
  return count === rows ? undefined : present.slice(0, count);
}

/** The numbers of the rows one behind the other; without a copy of each row where they lie that way already. */
function gather(
  list: ListStorage<Float64Array>,
  present: Int32Array | undefined,
  count: number,
): { values: Float64Array; offsets: Int32Array } {
  const entries = list.entryData;
  const offsets = new Int32Array(count + 1);
  let contiguous = true;
  let total = 0;
  const first = Number(entries[(present?.[0] ?? 0) * 2]);
  for (let at = 0; at < count; at++) {
    const row = present === undefined ? at : present[at]!;
    if (Number(entries[row * 2]) !== first + total) contiguous = false;
    total += Number(entries[row * 2 + 1]);
    offsets[at + 1] = total;
  }
  const child = list.childVector;
  let values: Float64Array;
  if (contiguous) values = child.items.subarray(first, first + total);
  else {
    values = new Float64Array(total);
    for (let at = 0; at < count; at++) {
      const row = present === undefined ? at : present[at]!;
      const start = Number(entries[row * 2]);
      values.set(child.items.subarray(start, start + offsets[at + 1]! - offsets[at]!), offsets[at]);
    }
  }
  if (child.validity.data !== null) refuseNullNumbers(list, present, count);
  return { values, offsets };
}

function refuseNullNumbers(
  list: ListStorage<Float64Array>,
  present: Int32Array | undefined,
  count: number,
): void {
  for (let at = 0; at < count; at++) {
    const row = present === undefined ? at : present[at]!;
    const start = Number(list.entryData[row * 2]);
    const end = start + Number(list.entryData[row * 2 + 1]);
    for (let index = start; index < end; index++) {
      if (!list.childVector.validity.itemValid(index)) {
        throw new ArgumentError(`number ${index - start} of an argument's numbers is null`);
      }
    }
  }
}

function denseBatch(values: Float64Array, offsets: Int32Array, count: number): WireBatch {
  const dim = offsets[1]!;
  for (let at = 1; at < count; at++) {
    if (offsets[at + 1]! - offsets[at]! !== dim) {
      return { n: count, kind: 'ragged', values: bytes(values), offsets: bytes(offsets) };
    }
  }
  return { n: count, kind: 'dense', dim, values: bytes(values) };
}

function bytes(array: Float64Array | Int32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** The bytes may lie unaligned: numbers of their own. */
function numbers(array: Uint8Array | undefined): Int32Array | undefined {
  return array === undefined ? undefined : new Int32Array(new Uint8Array(array).buffer);
}

function copy(vector: duckdb.Vector, data: Uint8Array | Int8Array | Int32Array | BigUint64Array): void {
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
