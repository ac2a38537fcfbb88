// Memory of long payloads, used again and again: fresh memory for each of a stream of them has the garbage collector go
// through the whole heap every few dozen, and the kernel fill every page with zeros first.

/** Shorter payloads cost less than to keep them. */
const KEPT_BYTES_MIN = 64 * 1024;
/** Bytes that are kept for the next payloads, in all. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;
/** A buffer is taken for payloads of at least this part of it. */
const USED_PART_MIN = 1 / 4;

export class PayloadMemory {
  /** Free buffers, the one that was given back last at the end. */
  readonly #free: ArrayBuffer[] = [];
  #bytes = 0;

  /** Memory for a payload, shared with no other; what it holds is anything. */
  take(bytes: number): Buffer<ArrayBuffer> {
    const index = this.#free.findLastIndex(
      ({ byteLength }) => byteLength >= bytes && byteLength * USED_PART_MIN <= bytes,
    );
    if (index < 0) return Buffer.allocUnsafeSlow(bytes);
    const [buffer] = this.#free.splice(index, 1);
    this.#bytes -= buffer!.byteLength;
    return Buffer.from(buffer!, 0, bytes);
  }

  /** Nobody reads or writes the payload any more. It is one that was taken here, or was given to us with all its memory. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    const bytes = buffer.byteLength;
    if (bytes < KEPT_BYTES_MIN || this.#bytes + bytes > KEPT_BYTES_MAX) return;
    this.#free.push(buffer);
    this.#bytes += bytes;
  }

  /** Lets go of all that is free. */
  clear(): void {
    this.#free.length = 0;
    this.#bytes = 0;
  }
}
