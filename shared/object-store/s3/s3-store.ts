// An object store on S3, or on any server that speaks it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMlsqlError } from '../../errors.js';
import { compareBytes } from '../byte-order.js';
import { checkKey, checkPrefix } from '../object-key.js';
import type {
  CopyOptions,
  GetOptions,
  GivenFile,
  ListEntry,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Written,
} from '../object-store.js';
import {
  bareEtag,
  deleteBody,
  field,
  mayBeListed,
  type Page,
  parseDeleted,
  parsePage,
} from './s3-answers.js';
import { escaped, S3Client, type S3Request } from './s3-client.js';
import type { S3Config } from './s3-config.js';
import type { S3Credentials } from './s3-credentials.js';
import { parseFailure, S3Failure, storeError } from './s3-errors.js';
import {
  copyInParts,
  otherLength,
  PART_BYTES,
  type Target,
  uploadFile,
  uploadStream,
} from './s3-multipart.js';
import { textOf } from './s3-text.js';

/** Objects up to this size are read at once, and their etag is checked. */
const SMALL_MAX_BYTES = 64 * 1024;
/** Reads of an object whose etag is another one's. */
const READS_MAX = 10;
const PAGE_MAX = 1_000;
/** Objects of one DeleteObjects. */
const DELETES_MAX = 1_000;
/** DeleteObjects at once. */
const DELETE_LANES = 4;
/** A copy in one request takes up to this size. */
const COPY_MAX_BYTES = 5 * 1024 ** 3;
/** Tries of a conditional write that meets another one under way. */
const CONFLICTS_MAX = 20;
const CONFLICT_PAUSE_MS = 50;

export class S3Store implements ObjectStore {
  readonly url: string;
  readonly #client: S3Client;
  readonly #prefix: string;
  readonly #etags = new Etags();

  constructor(config: S3Config, credentials: S3Credentials) {
    this.url = config.url;
    this.#client = new S3Client(config, credentials);
    this.#prefix = config.prefix;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const answer = await this.#send(key, { method: 'HEAD' });
      answer.resume();
      return infoOf(key, answer);
    } catch (error) {
      if (isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async get(key: string, { range, signal }: GetOptions = {}): Promise<{ info: ObjectInfo; body: Readable }> {
    const object = this.#object(key);
    const given = signal === undefined ? {} : { signal };
    if (range !== undefined && range.end <= range.start) return await this.#nothingOf(key);
    const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
    try {
      for (let tries = 1; ; tries++) {
        const answer = await this.#client.sendRaw({ method: 'GET', object, headers, ...given });
        const info = infoOf(key, answer);
        if (range !== undefined || info.sizeBytes > SMALL_MAX_BYTES) return { info, body: answer };
        const bytes = await collect(answer, info.sizeBytes, key);
        if (this.#etags.agree(info.etag, bytes) || tries >= READS_MAX)
          return { info, body: Readable.from([bytes], { objectMode: false }) };
      }
    } catch (error) {
      // A range behind the end.
      if (error instanceof S3Failure && error.status === 416) return await this.#nothingOf(key);
      throw this.#error(error, key);
    }
  }

  async #nothingOf(key: string): Promise<{ info: ObjectInfo; body: Readable }> {
    const info = await this.head(key);
    if (info === undefined)
      throw this.#error(new S3Failure(404, 'NoSuchKey', 'not found', undefined, false), key);
    return { info, body: Readable.from([], { objectMode: false }) };
  }

  async put(key: string, body: Buffer | Readable | GivenFile, options: PutOptions = {}): Promise<Written> {
    const object = this.#object(key);
    const { ifAbsent, ifMatch, signal } = options;
    if (ifAbsent === true && ifMatch !== undefined)
      throw new Error('put: ifAbsent and ifMatch exclude each other');
    const headers: Record<string, string> = {
      ...(ifAbsent === true && { 'if-none-match': '*' }),
      ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    };
    const target = { client: this.#client, object, key, headers, signal };
    try {
      const { sizeBytes, etag } = await this.#upload(target, body, options.sizeBytes);
      return { key, sizeBytes, etag };
    } catch (error) {
      // What is gone is not what it was.
      if (ifMatch !== undefined && isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND'))
        throw this.#error(new S3Failure(412, 'NoSuchKey', 'not found', undefined, false), key);
      throw error;
    } finally {
      if (body instanceof Readable) body.destroy();
    }
  }

  async #upload(
    target: Target,
    body: Buffer | Readable | GivenFile,
    expected: number | undefined,
  ): Promise<{ sizeBytes: number; etag: string }> {
    const { key } = target;
    if (Buffer.isBuffer(body)) {
      if (expected !== undefined && body.length !== expected)
        throw otherLength(key, expected, String(body.length));
      const etag =
        body.length <= PART_BYTES
          ? await this.#putWhole(target, body)
          : await uploadStream(target, Readable.from([body]), body.length);
      return { sizeBytes: body.length, etag };
    }
    if (!(body instanceof Readable)) {
      const { size } = await stat(body.file);
      if (expected !== undefined && size !== expected) throw otherLength(key, expected, String(size));
      const etag =
        size <= PART_BYTES
          ? await this.#putWhole(target, await collect(createReadStream(body.file), size, key))
          : await uploadFile(target, body.file, size);
      return { sizeBytes: size, etag };
    }
    if (expected === undefined) throw new TypeError(`a stream for "${key}" was put without its size`);
    const etag =
      expected <= PART_BYTES
        ? await this.#putWhole(target, await collect(body, expected, key))
        : await uploadStream(target, body, expected);
    return { sizeBytes: expected, etag };
  }

  /** @returns the etag */
  async #putWhole({ key, headers, signal }: Target, body: Buffer): Promise<string> {
    const given = signal === undefined ? {} : { signal };
    const request = { method: 'PUT', object: this.#prefix + key, headers, body, ...given } as const;
    for (let conflicts = 1; ; conflicts++) {
      try {
        const answer = await this.#client.sendRaw(request);
        answer.resume();
        return bareEtag(answer.headers.etag ?? '');
      } catch (error) {
        // Neither won nor lost: a write of another one is under way. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        const tryAgain =
          error instanceof S3Failure &&
          error.status === 409 &&
          Object.keys(headers).length > 0 &&
          conflicts < CONFLICTS_MAX;
        if (!tryAgain) throw this.#error(error, key);
        await sleep(CONFLICT_PAUSE_MS * (0.5 + Math.random()), undefined, given);
      }
    }
  }

  async copy(source: string, target: string, _options?: CopyOptions): Promise<Written> {
    const object = this.#object(target);
    const info = await this.head(source);
    if (info === undefined) throw this.#missing(source);
    const { sizeBytes } = info;
    // S3 refuses to copy an object onto itself.
    if (source === target) return info;
    const headers = {
      'x-amz-copy-source': `${this.#client.config.bucket}/${this.#prefix}${source}`
        .split('/')
        .map(escaped)
        .join('/'),
      'x-amz-copy-source-if-match': `"${info.etag}"`,
    };
    const to = {
      client: this.#client,
      object,
      key: target,
      headers,
      signal: undefined,
    };
    if (sizeBytes > COPY_MAX_BYTES) return { key: target, sizeBytes, etag: await copyInParts(to, sizeBytes) };
    const text = await textOf(await this.#send(target, { method: 'PUT', headers }));
    // The status was sent before the outcome was known.
    const etag = field(text, 'CopyObjectResult', 'ETag');
    if (etag === undefined) throw this.#error(parseFailure(500, {}, text), target);
    return { key: target, sizeBytes, etag: bareEtag(etag) };
  }

  async *list(
    prefix: string,
    {
      shallow = false,
      startAfter,
      limit = Number.POSITIVE_INFINITY,
    }: { shallow?: boolean; startAfter?: string; limit?: number } = {},
  ): AsyncGenerator<ListEntry> {
    checkPrefix(prefix);
    let left = limit;
    let token: string | undefined;
    while (left > 0) {
      const query = {
        'list-type': 2,
        'encoding-type': 'url',
        'max-keys': Math.min(left, PAGE_MAX),
        prefix: this.#prefix + prefix,
        ...(shallow && { delimiter: '/' }),
        ...(token !== undefined
          ? { 'continuation-token': token }
          : startAfter !== undefined && { 'start-after': this.#prefix + startAfter }),
      };
      const page = this.#page(await textOf(await this.#send(undefined, { method: 'GET', query })));
      for (const entry of this.#entries(page)) {
        // A prefix that the last page ended with may begin this one.
        if (startAfter !== undefined && compareBytes(keyOf(entry), startAfter) <= 0) continue;
        if (left-- <= 0) return;
        yield entry;
      }
      token = page.next;
      if (token === undefined) return;
    }
  }

  #page(text: string): Page {
    try {
      return parsePage(text);
    } catch {
      const shown = JSON.stringify(text.trim().slice(0, 80));
      const failure = new S3Failure(200, '', shown, undefined, true);
      throw storeError(failure, { config: this.#client.config, key: undefined });
    }
  }

  /** Objects and prefixes of a page in order of their bytes, as users know them. */
  #entries({ objects, prefixes }: Page): ListEntry[] {
    const cut = this.#prefix.length;
    const entries: ListEntry[] = objects
      // Other tools mark folders by objects whose names end with a slash.
      .filter(({ object }) => !object.endsWith('/'))
      .map(({ object, ...facts }) => ({ kind: 'object', info: { key: object.slice(cut), ...facts } }));
    if (prefixes.length === 0) return entries;
    for (const prefix of prefixes) entries.push({ kind: 'prefix', key: prefix.slice(cut) });
    return entries.sort((a, b) => compareBytes(keyOf(a), keyOf(b)));
  }

  async delete(keys: readonly string[]): Promise<void> {
    const objects = [...new Set(keys)].map((key) => this.#object(key));
    const one = objects.length === 1 ? objects : objects.filter((object) => !mayBeListed(object));
    const many = objects.length === 1 ? [] : objects.filter(mayBeListed);
    const work = one.map((object) => () => this.#deleteOne(object));
    for (let start = 0; start < many.length; start += DELETES_MAX) {
      const batch = many.slice(start, start + DELETES_MAX);
      work.push(() => this.#deleteMany(batch));
    }
    const lane = async (): Promise<void> => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) await next();
    };
    await Promise.all(Array.from({ length: DELETE_LANES }, lane));
  }

  async #deleteOne(object: string): Promise<void> {
    const key = object.slice(this.#prefix.length);
    try {
      (await this.#send(key, { method: 'DELETE' })).resume();
    } catch (error) {
      if (!isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) throw error;
    }
  }

  async #deleteMany(objects: readonly string[]): Promise<void> {
    const body = Buffer.from(deleteBody(objects));
    const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
    const answer = await this.#send(undefined, { method: 'POST', query: { delete: '' }, headers, body });
    const [failed] = parseDeleted(await textOf(answer)).filter(({ Code }) => Code !== 'NoSuchKey');
    if (failed === undefined) return;
    const failure = new S3Failure(
      failed.Code === 'AccessDenied' ? 403 : 500,
      failed.Code,
      failed.Message,
      undefined,
      false,
    );
    throw this.#error(failure, failed.Key.slice(this.#prefix.length));
  }

  localPath(key: string): undefined {
    this.#object(key);
    return undefined;
  }

  /** @param key - undefined: the request is for the bucket */
  async #send(key: string | undefined, request: Omit<S3Request, 'object'>): Promise<IncomingMessage> {
    if (key === undefined) return await this.#client.send(request, undefined);
    return await this.#client.send({ ...request, object: this.#object(key) }, key);
  }

  /** The whole name in the bucket. */
  #object(key: string): string {
    checkKey(key);
    const object = this.#prefix + key;
    if (this.#prefix !== '') checkKey(object);
    return object;
  }

  #missing(key: string): unknown {
    return this.#error(new S3Failure(404, 'NoSuchKey', 'not found', undefined, false), key);
  }

  #error(error: unknown, key: string): unknown {
    return storeError(error, { config: this.#client.config, key });
  }
}

const keyOf = (entry: ListEntry): string => (entry.kind === 'object' ? entry.info.key : entry.key);

function infoOf(key: string, { headers }: IncomingMessage): ObjectInfo {
  const whole = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['content-length'];
  return {
    key,
    sizeBytes: Number(whole ?? 0),
    etag: bareEtag(headers.etag ?? ''),
    modifiedMs: Date.parse(headers['last-modified'] ?? '') || 0,
  };
}

/** The whole of a small stream. @throws MlsqlError MLSQL_STORE_CORRUPT where it has another length than it should */
async function collect(body: Readable, sizeBytes: number, key: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > sizeBytes) throw otherLength(key, sizeBytes, 'more');
    pieces.push(piece);
  }
  if (size !== sizeBytes) throw otherLength(key, sizeBytes, `only ${size}`);
  return Buffer.concat(pieces);
}

/**
 * Most servers' etag of a small object is the MD5 of its bytes. Where it is, one that does not fit means that the server read
 * the etag and the bytes while the object was replaced in between (versitygw with a sidecar does), and a write on that
 * condition would undo a write of another one.
 */
class Etags {
  #areHashes = true;
  #misfits = 0;

  /** False: read it again. */
  agree(etag: string, bytes: Buffer): boolean {
    if (!this.#areHashes || !/^[0-9a-f]{32}$/.test(etag)) return true;
    if (createHash('md5').update(bytes).digest('hex') === etag) {
      this.#misfits = 0;
      return true;
    }
    // So many in a row: its etags are something else.
    if (++this.#misfits >= READS_MAX * 3) this.#areHashes = false;
    return false;
  }
}
