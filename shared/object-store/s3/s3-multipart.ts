// Large objects in parts: two under way at once, a failed one sent again, an upload that fails removed.
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import PQueue from 'p-queue';
import { MlsqlError } from '../../errors.js';
import { retrying } from '../../retry.js';
import { bareEtag, completeBody, field } from './s3-answers.js';
import type { S3Client } from './s3-client.js';
import { parseFailure, storeError } from './s3-errors.js';
import { textOf } from './s3-text.js';

/** Bytes of a part; more where there would be too many. A body up to this size goes in one request. */
export const PART_BYTES = 8 * 1024 * 1024;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const PARTS_MAX = 10_000;
/** Bytes of a part that is copied within the store. */
const COPY_PART_BYTES = 512 * 1024 * 1024;
/** Parts of one upload on their way, each in memory where it is of a stream. */
const PARTS_AT_ONCE = 2;
const PART_DEADLINE_MS = 60_000;

export interface Target {
  readonly client: S3Client;
  readonly object: string;
  /** As users know it. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

const partBytes = (sizeBytes: number): number =>
  Math.max(PART_BYTES, Math.ceil(sizeBytes / PARTS_MAX / 1024) * 1024);

/** Uploads a stream of that many bytes. @returns its etag */
export async function uploadStream(target: Target, body: Readable, sizeBytes: number): Promise<string> {
  return await inParts(target, async (send) => {
    for await (const part of cut(body, partBytes(sizeBytes), sizeBytes, target.key))
      await send(() => part, part.length);
  });
}

/** Uploads a file. @returns its etag */
export async function uploadFile(target: Target, file: string, sizeBytes: number): Promise<string> {
  const step = partBytes(sizeBytes);
  return await inParts(target, async (send) => {
    for (let start = 0; start < sizeBytes; start += step) {
      const end = Math.min(start + step, sizeBytes);
      await send(() => createReadStream(file, { start, end: end - 1 }), end - start);
    }
  });
}

/**
 * Copies within the store.
 * @param target - with the headers that name the source
 * @returns the copy's etag
 */
export async function copyInParts(target: Target, sizeBytes: number): Promise<string> {
  const { client, object, key, headers, signal } = target;
  return await multipart({ ...target, headers: {} }, async (uploadId, parts) => {
    for (let start = 0, part = 1; start < sizeBytes; start += COPY_PART_BYTES, part++) {
      const end = Math.min(start + COPY_PART_BYTES, sizeBytes);
      await parts.take(async () => {
        const answer = await client.send(
          {
            method: 'PUT',
            object,
            query: { partNumber: part, uploadId },
            headers: { ...headers, 'x-amz-copy-source-range': `bytes=${start}-${end - 1}` },
            ...(signal !== undefined && { signal }),
          },
          key,
        );
        const text = await textOf(answer);
        const etag = field(text, 'CopyPartResult', 'ETag');
        if (etag === undefined) throw storeError(parseFailure(500, {}, text), { config: client.config, key });
        return bareEtag(etag);
      });
    }
  });
}

/** Sends a part; its body is made anew for each try. */
type Send = (body: () => Buffer | Readable, sizeBytes: number) => Promise<void>;

async function inParts(target: Target, produce: (send: Send) => Promise<void>): Promise<string> {
  const { client, object, key, signal } = target;
  return await multipart(target, async (uploadId, parts) => {
    let last = 0;
    await produce(async (body, sizeBytes) => {
      const partNumber = ++last;
      await parts.take(async () => {
        const answer = await client.send(
          {
            method: 'PUT',
            object,
            query: { partNumber, uploadId },
            headers: { 'content-length': sizeBytes },
            body: body(),
            ...(signal !== undefined && { signal }),
          },
          key,
        );
        answer.resume();
        return bareEtag(answer.headers.etag ?? '');
      });
    });
  });
}

/** The parts of one upload, a few at once. */
class Parts {
  readonly etags: string[] = [];
  readonly #queue = new PQueue({ concurrency: PARTS_AT_ONCE });
  #failed: { readonly error: unknown } | undefined;
  #next = 0;

  constructor(private readonly signal: AbortSignal | undefined) {}

  /** Resolves when there is room for the next one. */
  async take(upload: () => Promise<string>): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed.error;
    const at = this.#next++;
    const how = { deadlineMs: PART_DEADLINE_MS, ...(this.signal !== undefined && { signal: this.signal }) };
    this.#queue
      .add(async () => {
        this.etags[at] = await retrying(upload, how);
      })
      .catch((error: unknown) => {
        this.#failed ??= { error };
        this.#queue.clear();
      });
    await this.#queue.onSizeLessThan(1);
  }

  /** Resolves when all are there. */
  async all(): Promise<readonly string[]> {
    await this.settled();
    if (this.#failed !== undefined) throw this.#failed.error;
    return this.etags;
  }

  async settled(): Promise<void> {
    await this.#queue.onIdle();
  }
}

async function multipart(
  { client, object, key, headers, signal }: Target,
  upload: (uploadId: string, parts: Parts) => Promise<void>,
): Promise<string> {
  const given = signal === undefined ? {} : { signal };
  const begun = await textOf(
    await client.send({ method: 'POST', object, query: { uploads: '' }, ...given }, key),
  );
  const uploadId = field(begun, 'InitiateMultipartUploadResult', 'UploadId');
  if (uploadId === undefined) throw storeError(parseFailure(500, {}, begun), { config: client.config, key });
  const parts = new Parts(signal);
  try {
    await upload(uploadId, parts);
    const body = Buffer.from(completeBody(await parts.all()));
    const done = await textOf(
      await client.send({ method: 'POST', object, query: { uploadId }, headers, body, ...given }, key),
    );
    // The status was sent before the outcome was known.
    const etag = field(done, 'CompleteMultipartUploadResult', 'ETag');
    if (etag === undefined)
      throw storeError(parseFailure(statusOf(done), {}, done), { config: client.config, key });
    return bareEtag(etag);
  } catch (error) {
    await parts.settled();
    await client
      .send({ method: 'DELETE', object, query: { uploadId } }, key)
      .then((answer) => answer.resume())
      .catch(() => undefined);
    throw error;
  }
}

const statusOf = (answer: string): number => (answer.includes('PreconditionFailed') ? 412 : 500);

/**
 * Cuts a stream into parts.
 * @throws MlsqlError MLSQL_STORE_CORRUPT where it has another length than it should
 */
async function* cut(body: Readable, step: number, sizeBytes: number, key: string): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let held = 0;
  let seen = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    seen += piece.length;
    if (seen > sizeBytes) throw otherLength(key, sizeBytes, 'more');
    pieces.push(piece);
    held += piece.length;
    while (held >= step) {
      const all = Buffer.concat(pieces);
      yield all.subarray(0, step);
      pieces = [all.subarray(step)];
      held -= step;
    }
  }
  if (seen !== sizeBytes) throw otherLength(key, sizeBytes, `only ${seen}`);
  if (held > 0) yield Buffer.concat(pieces);
}

export function otherLength(key: string, expected: number, found: string): MlsqlError {
  return new MlsqlError(
    'MLSQL_STORE_CORRUPT',
    `"/${key}" should have ${expected} bytes, and its source gave ${found}.`,
  );
}
