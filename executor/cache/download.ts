// A content on its way from the store to a file: verified as it comes, in one stream, or in several ranges at once.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import PQueue from 'p-queue';
import { MlsqlError } from '../../shared/errors.js';
import { isRemote, type ObjectStore } from '../../shared/object-store/object-store.js';
import { RANGE_BYTES, RANGES_MAX } from '../limits.js';

/** A content: what it has to be. */
export interface Blob {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where it lies in the store, for errors. */
  readonly key?: string;
  /** True: it comes over a network, where several connections bring a large one sooner than one. */
  readonly ranges?: boolean;
}

/**
 * Opens the content where it comes from, or the bytes from start to before end. Aborted when nobody waits for it any more.
 */
export type FetchBlob = (
  signal: AbortSignal,
  range?: { readonly start: number; readonly end: number },
) => Promise<Readable>;

/** What an object of the store holds, as it is fetched. */
export function objectBlob(
  store: ObjectStore,
  { key, sha256, size }: { readonly key: string; readonly sha256: string; readonly size: number },
): { readonly blob: Blob; readonly fetch: FetchBlob } {
  return {
    blob: { sha256, sizeBytes: size, key, ranges: isRemote(store) },
    fetch: async (signal, range) => (await store.get(key, { signal, ...(range && { range }) })).body,
  };
}

/**
 * Brings the content into a file that does not exist yet.
 * @throws MlsqlError MLSQL_STORE_CORRUPT where it is not what it has to be
 */
export async function download(
  fetch: FetchBlob,
  path: string,
  blob: Blob,
  signal: AbortSignal,
): Promise<void> {
  const isRanged = blob.ranges === true && blob.sizeBytes > 2 * RANGE_BYTES;
  const actual = isRanged
    ? await inRanges(fetch, path, blob, signal)
    : await inOneStream(await fetch(signal), path, blob, signal);
  if (actual !== blob.sha256) throw corrupt(blob, `the hash ${actual}`);
}

async function inOneStream(body: Readable, path: string, blob: Blob, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const verify = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      // More than promised never ends well, however much there is.
      done(sizeBytes > blob.sizeBytes ? corrupt(blob, `more than ${blob.sizeBytes} bytes`) : null, chunk);
    },
  });
  await pipeline(body, verify, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  if (sizeBytes !== blob.sizeBytes) throw corrupt(blob, `${sizeBytes} bytes`);
  return hash.digest('hex');
}

/** The hash goes by the order of the bytes: each range is read again, from memory mostly, when all before it are there. */
async function inRanges(fetch: FetchBlob, path: string, blob: Blob, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx+', 0o600);
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const queue = new PQueue({ concurrency: RANGES_MAX });
  try {
    const ranges: Promise<void>[] = [];
    for (let start = 0; start < blob.sizeBytes; start += RANGE_BYTES) {
      const range = { start, end: Math.min(start + RANGE_BYTES, blob.sizeBytes) };
      const coming = queue.add(async () => writeRange(await fetch(both, range), file, range, blob));
      // Awaited in their order, below.
      coming.catch(() => undefined);
      ranges.push(coming);
    }
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let hashed = 0;
    for (const [index, coming] of ranges.entries()) {
      await coming;
      const end = Math.min((index + 1) * RANGE_BYTES, blob.sizeBytes);
      while (hashed < end) {
        const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - hashed), hashed);
        if (bytesRead === 0) throw corrupt(blob, `${hashed} bytes`);
        hash.update(buffer.subarray(0, bytesRead));
        hashed += bytesRead;
      }
    }
    return hash.digest('hex');
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    // No range writes into a file that is closed.
    await queue.onIdle();
    await file.close();
  }
}

async function writeRange(
  body: Readable,
  file: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
  blob: Blob,
): Promise<void> {
  let at = start;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (at + chunk.length > end) throw corrupt(blob, `more than ${end - start} bytes from ${start} on`);
    await file.write(chunk, 0, chunk.length, at);
    at += chunk.length;
  }
  if (at !== end)
    throw corrupt(blob, `${at - start} bytes from ${start} on, where ${end - start} were asked for`);
}

function corrupt(blob: Blob, actual: string): MlsqlError {
  return new MlsqlError(
    'MLSQL_STORE_CORRUPT',
    `${blob.key === undefined ? '' : `${blob.key}: `}expected ${blob.sizeBytes} bytes with SHA-256 ${blob.sha256}, the store delivered ${actual}`,
  );
}
