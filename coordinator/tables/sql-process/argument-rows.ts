// Columns of arguments as DuckDB holds them, read as raw arrays: value by value costs 30 times as much.
import type { DuckDBVector } from '@duckdb/node-api';

/** An argument that no function can take; the message is for the user. */
export class ArgumentError extends Error {}

/** Rows of arguments as they travel: null rows are left out. Views into DuckDB's memory, to be used at once or copied. */
export interface ArgumentRows {
  /** Rows of the chunk. */
  readonly rows: number;
  /** The rows that travel, where not all do. */
  readonly present: Int32Array | undefined;
  /** How many travel. */
  readonly count: number;
  /** Numbers of all travelling rows, one behind the other. */
  readonly values: Float64Array;
  /** Numbers of each row, where all are dense and have as many; else offsets tell. */
  readonly dim: number | undefined;
  /** Row i's numbers are values[offsets[i]:offsets[i + 1]]. Given where dim is not. */
  readonly offsets: Int32Array | undefined;
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

/** Reads a DOUBLE[] vector. */
export function readLists(vector: DuckDBVector, rows: number): ArgumentRows {
  const list = vector as unknown as ListStorage<Float64Array>;
  const present = presentRows(list.validity, rows);
  const count = present?.length ?? rows;
  return { rows, present, count, ...gather(list, present, count) };
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
  const gathered = gather(valueLists, present, count);
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
  if (!anySparse) return { rows, present, count, ...gathered };
  const { values } = gathered;
  const offsets = gathered.offsets ?? evenOffsets(count, gathered.dim!);
  const entries = words(indexLists.entryData);
  const indices = new Int32Array(values.length);
  for (let at = 0; at < count; at++) {
    if (sparse[at] === 0) continue;
    const row = present === undefined ? at : present[at]!;
    const start = entries[row * ENTRY_WORDS]!;
    const length = entries[row * ENTRY_WORDS + LENGTH_WORD]!;
    if (length !== offsets[at + 1]! - offsets[at]!) {
      throw new ArgumentError('a sparse vector has another number of indices than of values');
    }
    indices.set(indexLists.childVector.items.subarray(start, start + length), offsets[at]);
  }
  return { rows, present, count, values, dim: undefined, offsets, sparse, sizes, indices };
}

/** The offsets of rows that all have as many numbers. */
export function evenOffsets(count: number, dim: number): Int32Array {
  const offsets = new Int32Array(count + 1);
  for (let at = 1; at <= count; at++) offsets[at] = at * dim;
  return offsets;
}

/** Rows that are not null; undefined where all are there. */
function presentRows(validity: Validity, rows: number): Int32Array | undefined {
  if (validity.data === null) return undefined;
  const present = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (validity.itemValid(row)) present[count++] = row;
  return count === rows ? undefined : present.slice(0, count);
}

/** A list's entry is two numbers of 64 bits, offset and length; a chunk has never so many numbers that 32 do not do. */
const ENTRY_WORDS = 4;
const LENGTH_WORD = 2;

function words(entries: BigUint64Array): Uint32Array {
  return new Uint32Array(entries.buffer, entries.byteOffset, entries.length * 2);
}

/** The numbers of the rows one behind the other; without a copy where they lie that way already. */
function gather(
  list: ListStorage<Float64Array>,
  present: Int32Array | undefined,
  count: number,
): Pick<ArgumentRows, 'values' | 'dim' | 'offsets'> {
  const child = list.childVector;
  if (child.validity.data !== null) refuseNullNumbers(list, present, count);
  if (count === 0) return { values: new Float64Array(0), dim: 0, offsets: undefined };
  const entries = words(list.entryData);
  const firstRow = present?.[0] ?? 0;
  const first = entries[firstRow * ENTRY_WORDS]!;
  const dim = entries[firstRow * ENTRY_WORDS + LENGTH_WORD]!;
  if (isEven(entries, present, count, first, dim))
    return { values: child.items.subarray(first, first + count * dim), dim, offsets: undefined };
  const offsets = new Int32Array(count + 1);
  for (let at = 0; at < count; at++) {
    const row = present === undefined ? at : present[at]!;
    offsets[at + 1] = offsets[at]! + entries[row * ENTRY_WORDS + LENGTH_WORD]!;
  }
  const values = new Float64Array(offsets[count]!);
  let same = true;
  for (let at = 0; at < count; at++) {
    const row = present === undefined ? at : present[at]!;
    const start = entries[row * ENTRY_WORDS]!;
    const length = offsets[at + 1]! - offsets[at]!;
    if (length !== dim) same = false;
    values.set(child.items.subarray(start, start + length), offsets[at]);
  }
  return same ? { values, dim, offsets: undefined } : { values, dim: undefined, offsets };
}

/** True where each row has dim numbers, right behind those of the row before. */
function isEven(
  entries: Uint32Array,
  present: Int32Array | undefined,
  count: number,
  first: number,
  dim: number,
): boolean {
  for (let at = 0; at < count; at++) {
    const place = (present === undefined ? at : present[at]!) * ENTRY_WORDS;
    if (entries[place] !== first + at * dim || entries[place + LENGTH_WORD] !== dim) return false;
  }
  return true;
}

function refuseNullNumbers(
  list: ListStorage<Float64Array>,
  present: Int32Array | undefined,
  count: number,
): void {
  const entries = words(list.entryData);
  for (let at = 0; at < count; at++) {
    const place = (present === undefined ? at : present[at]!) * ENTRY_WORDS;
    const start = entries[place]!;
    const end = start + entries[place + LENGTH_WORD]!;
    for (let index = start; index < end; index++) {
      if (!list.childVector.validity.itemValid(index))
        throw new ArgumentError(`number ${index - start} of an argument's numbers is null`);
    }
  }
}
