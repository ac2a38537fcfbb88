// How the rows of a table lie in a topic: each is a message, a MessagePack map; behind the last row of a partition of the
// data stands a `_stop_` mark. The key says which row it is, so that whoever reads knows what came twice, and what is missing.
// A partition of the data lies in one partition of the topic, in order. Pure.
import { RowDecoder, RowEncoder } from './row-codec.js';

/** Of a topic, which has as many as the data has, up to this. */
export const TOPIC_PARTITIONS_MAX = 32;
/** `_stop_` as a MessagePack string. */
export const STOP_MARK = Buffer.from('\xa6_stop_', 'latin1');
const KEY_BYTES = 10;

/** In the place of a partition of the data: no more rows will come. */
const FAILURE = 0xffff_ffff;

/** Which row a message holds. */
export interface RowKey {
  /** Index of the data's partition. */
  readonly part: number;
  /** From 0 in its partition; of a mark: how many rows it has. */
  readonly row: number;
}

export function rowKey({ part, row }: RowKey): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  key.writeUInt32BE(part, 0);
  key.writeUIntBE(row, 4, 6);
  return key;
}

/** The message that ends a topic which will not have all rows. */
export function failureMark(why: string): { readonly key: Buffer; readonly value: Buffer } {
  const value = new RowEncoder().encode(Buffer.from(JSON.stringify({ _failed_: why })));
  return { key: rowKey({ part: FAILURE, row: 0 }), value };
}

/** Why a topic will not have all rows; undefined where the message does not say so. */
export function readFailure({ part }: RowKey, value: Buffer): string | undefined {
  if (part !== FAILURE) return undefined;
  const decoder = new RowDecoder();
  const said = decoder.add(value) ? (JSON.parse(decoder.take().toString()) as { _failed_?: unknown }) : {};
  return String(said._failed_ ?? 'whoever writes it gave up');
}

/** Undefined for the key of another's message. */
export function readRowKey(key: Buffer | null): RowKey | undefined {
  if (key?.length !== KEY_BYTES) return undefined;
  return { part: key.readUInt32BE(0), row: key.readUIntBE(4, 6) };
}

/** The partition of the topic that holds a partition of the data. */
export const topicPartition = (part: number, partitions: number): number => part % partitions;
