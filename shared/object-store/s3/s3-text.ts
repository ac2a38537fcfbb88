import type { IncomingMessage } from 'node:http';

/** An answer that is longer than this is none of S3's. */
const TEXT_MAX_BYTES = 32 * 1024 * 1024;

/** The whole answer. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > TEXT_MAX_BYTES)
      throw new Error(`an answer of the store has more than ${TEXT_MAX_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
