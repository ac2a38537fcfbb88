// Frames of function calls, between the SQL process and executors on its machine, and between executor and worker:
// u32 length of what follows | u64 call id | u8 type | payload.
import type { Writable } from 'node:stream';
import { FRAME_MAX_BYTES } from '../limits.js';

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
  readonly payload: Buffer;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 8 + 1;

/** Writes a frame without copying its payload, which may come in parts. */
export function writeFrame(output: Writable, callId: number, type: number, ...payload: Uint8Array[]): void {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  const bytes = payload.reduce((sum, part) => sum + part.length, 0);
  head.writeUInt32LE(HEAD_BYTES - LENGTH_BYTES + bytes, 0);
  head.writeBigUInt64LE(BigInt(callId), LENGTH_BYTES);
  head.writeUInt8(type, HEAD_BYTES - 1);
  output.cork();
  output.write(head);
  for (const part of payload) output.write(part);
  output.uncork();
}

/** Puts frames together from chunks. Each payload is copied once, into a buffer of its own. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #head = Buffer.allocUnsafe(HEAD_BYTES);
  #headBytes = 0;
  #payload: Buffer | undefined;
  #payloadBytes = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
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
        this.#payload = Buffer.allocUnsafe(payloadBytes(this.#head.readUInt32LE(0)));
        this.#payloadBytes = 0;
      }
      const count = Math.min(this.#payload.length - this.#payloadBytes, chunk.length - at);
      chunk.copy(this.#payload, this.#payloadBytes, at, at + count);
      this.#payloadBytes += count;
      at += count;
      if (this.#payloadBytes === this.#payload.length) this.#finish(this.#payload);
    }
  }

  #finish(payload: Buffer): void {
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
