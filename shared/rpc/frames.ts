// Frames of function calls, between the SQL process and executors on its machine, and between executor and worker:
// u32 length of what follows | u64 call id | u8 type | payload.
import type { Writable } from 'node:stream';
import { FRAME_MAX_BYTES } from '../limits.js';
import type { PayloadMemory } from './payload-memory.js';

/** Types of frames, docs/python-boundary.md. */
export const FRAME_BATCH = 0;
export const FRAME_ERROR = 1;
export const FRAME_READY = 2;
export const FRAME_FAILED = 3;
/** Nobody waits for the call any more. Only from the SQL process. */
export const FRAME_CANCEL = 4;

/** A frame that has arrived. */
export interface Frame {
  readonly callId: number;
  readonly type: number;
  readonly payload: Buffer<ArrayBuffer>;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 8 + 1;

/**
 * Writes a frame without copying its payload.
 * @param payload - in parts, one behind the other
 * @param sent - called when the whole of it is written: nothing reads the payload's memory any more
 */
export function writeFrame(
  output: Writable,
  callId: number,
  type: number,
  payload: readonly Uint8Array[],
  sent?: () => void,
): void {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  const bytes = payload.reduce((sum, part) => sum + part.length, 0);
  head.writeUInt32LE(HEAD_BYTES - LENGTH_BYTES + bytes, 0);
  head.writeBigUInt64LE(BigInt(callId), LENGTH_BYTES);
  head.writeUInt8(type, HEAD_BYTES - 1);
  output.cork();
  const last = payload.length;
  for (const [index, part] of [head, ...payload].entries())
    output.write(part, (error) => {
      // A socket that is destroyed reports no error of what it did not write.
      if (index === last && error == null && !output.destroyed) sent?.();
    });
  output.uncork();
}

/** Bytes that are read at once where no long payload is under way. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Puts frames together, from chunks (`push`), or from a socket that reads into memory given to it (`space` and `filled`, net's
 * `onread`): the most of a long payload is then never copied.
 */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #memory: PayloadMemory | undefined;
  readonly #head = Buffer.allocUnsafe(HEAD_BYTES);
  #headBytes = 0;
  #payload: Buffer<ArrayBuffer> | undefined;
  #payloadBytes = 0;
  #chunk: Buffer | undefined;

  /** @param memory - payloads are taken from it; without it each has fresh memory */
  constructor(onFrame: (frame: Frame) => void, memory?: PayloadMemory) {
    this.#onFrame = onFrame;
    this.#memory = memory;
  }

  /** Where the next bytes are to be read to. */
  space(): Buffer {
    const rest = this.#payload?.subarray(this.#payloadBytes);
    if (rest !== undefined && rest.length >= CHUNK_BYTES) return rest;
    this.#chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
    return this.#chunk;
  }

  /**
   * So many bytes have been read to the start of `space`.
   * @throws as push does
   */
  filled(bytes: number, space: Uint8Array): void {
    if (space === this.#chunk) {
      this.push(this.#chunk.subarray(0, bytes));
      return;
    }
    this.#payloadBytes += bytes;
    if (this.#payloadBytes === this.#payload!.length) this.#finish(this.#payload!);
  }

  /** @throws Error where the length is none that a worker sends: the stream is broken, nothing after it can be read */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload === undefined) {
        const count = Math.min(HEAD_BYTES - this.#headBytes, chunk.length - at);
        chunk.copy(this.#head, this.#headBytes, at, at + count);
        this.#headBytes += count;
        at += count;
        if (this.#headBytes < HEAD_BYTES) return;
        const bytes = payloadBytes(this.#head.readUInt32LE(0));
        this.#payload = this.#memory?.take(bytes) ?? Buffer.allocUnsafe(bytes);
        this.#payloadBytes = 0;
      }
      const count = Math.min(this.#payload.length - this.#payloadBytes, chunk.length - at);
      chunk.copy(this.#payload, this.#payloadBytes, at, at + count);
      this.#payloadBytes += count;
      at += count;
      if (this.#payloadBytes === this.#payload.length) this.#finish(this.#payload);
    }
  }

  #finish(payload: Buffer<ArrayBuffer>): void {
    this.#payload = undefined;
    this.#headBytes = 0;
    this.#onFrame({
      callId: Number(this.#head.readBigUInt64LE(LENGTH_BYTES)),
      type: this.#head.readUInt8(HEAD_BYTES - 1),
      payload,
    });
  }
}

function payloadBytes(length: number): number {
  const bytes = length - (HEAD_BYTES - LENGTH_BYTES);
  if (bytes < 0 || bytes > FRAME_MAX_BYTES) throw new Error(`a frame of ${length} bytes`);
  return bytes;
}
