// An object store in memory, exact and without faults. Whoever watches it is told of each change before anyone can read it.

import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MlsqlError } from '../../../shared/errors.js';
import { compareBytes } from '../../../shared/object-store/byte-order.js';
import { checkKey, checkPrefix } from '../../../shared/object-store/object-key.js';
import type {
  GetOptions,
  GivenFile,
  ListEntry,
  ObjectInfo,
  ObjectStore,
  PutOptions,
} from '../../../shared/object-store/object-store.js';

interface Stored {
  readonly info: ObjectInfo;
  readonly bytes: Buffer;
}

export interface StoreChange {
  readonly key: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

export class MemoryStore implements ObjectStore {
  readonly url = 'memory://store';
  readonly #objects = new Map<string, Stored>();
  #sorted: string[] | undefined;
  #writes = 0;

  constructor(
    private readonly now: () => number,
    private readonly changed: (change: StoreChange) => void = () => undefined,
  ) {}

  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.headNow(key);
  }

  async get(key: string, options: GetOptions = {}): Promise<{ info: ObjectInfo; body: Readable }> {
    const { info, bytes } = this.getNow(key);
    options.signal?.throwIfAborted();
    const { start, end } = options.range ?? { start: 0, end: bytes.length };
    return { info, body: Readable.from([bytes.subarray(start, end)], { objectMode: false }) };
  }

  async put(key: string, body: Buffer | Readable | GivenFile, options: PutOptions = {}): Promise<ObjectInfo> {
    checkKey(key);
    options.signal?.throwIfAborted();
    const bytes = await bytesOf(body);
    options.signal?.throwIfAborted();
    return this.putNow(key, bytes, options);
  }

  async copy(source: string, target: string): Promise<ObjectInfo> {
    return this.copyNow(source, target);
  }

  async *list(
    prefix: string,
    options: { shallow?: boolean; startAfter?: string; limit?: number } = {},
  ): AsyncIterable<ListEntry> {
    yield* this.listNow(prefix, options);
  }

  async delete(keys: readonly string[]): Promise<void> {
    this.deleteNow(keys);
  }

  localPath(key: string): undefined {
    checkKey(key);
    return undefined;
  }

  headNow(key: string): ObjectInfo | undefined {
    checkKey(key);
    return this.#objects.get(key)?.info;
  }

  getNow(key: string): Stored {
    checkKey(key);
    const found = this.#objects.get(key);
    if (found === undefined) throw new MlsqlError('MLSQL_STORE_NOT_FOUND', `"/${key}" is not there`);
    return found;
  }

  putNow(key: string, bytes: Buffer, { ifAbsent, ifMatch, sizeBytes }: PutOptions = {}): ObjectInfo {
    checkKey(key);
    const before = this.#objects.get(key);
    if (
      (ifAbsent === true && before !== undefined) ||
      (ifMatch !== undefined && before?.info.etag !== ifMatch)
    )
      throw new MlsqlError('MLSQL_STORE_PRECONDITION', `"/${key}" is not as it was expected`);
    if (sizeBytes !== undefined && sizeBytes !== bytes.length)
      throw new MlsqlError('MLSQL_STORE_CORRUPT', `${bytes.length} bytes came instead of ${sizeBytes}`);
    this.#writes += 1;
    const info = { key, sizeBytes: bytes.length, etag: `e${this.#writes}`, modifiedMs: this.now() };
    if (before === undefined) this.#sorted = undefined;
    this.#objects.set(key, { info, bytes });
    this.changed({ key, before: before?.bytes, after: bytes });
    return info;
  }

  copyNow(source: string, target: string): ObjectInfo {
    checkKey(target);
    return this.putNow(target, this.getNow(source).bytes);
  }

  deleteNow(keys: readonly string[]): void {
    for (const key of keys) checkKey(key);
    for (const key of keys) {
      const before = this.#objects.get(key);
      if (before === undefined) continue;
      this.#objects.delete(key);
      this.#sorted = undefined;
      this.changed({ key, before: before.bytes, after: undefined });
    }
  }

  listNow(
    prefix: string,
    { shallow, startAfter, limit }: { shallow?: boolean; startAfter?: string; limit?: number } = {},
  ): ListEntry[] {
    checkPrefix(prefix);
    this.#sorted ??= [...this.#objects.keys()].sort(compareBytes);
    const entries: ListEntry[] = [];
    let last = '';
    for (const key of this.#sorted) {
      if (entries.length >= (limit ?? Number.POSITIVE_INFINITY)) break;
      if (!key.startsWith(prefix)) continue;
      const slash = shallow === true ? key.indexOf('/', prefix.length) : -1;
      const own = slash === -1 ? key : key.slice(0, slash + 1);
      if (own === last || (startAfter !== undefined && compareBytes(own, startAfter) <= 0)) continue;
      last = own;
      const found = this.#objects.get(key)!;
      entries.push(slash === -1 ? { kind: 'object', info: found.info } : { kind: 'prefix', key: own });
    }
    return entries;
  }
}

export async function bytesOf(body: Buffer | Readable | GivenFile): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return Buffer.from(body);
  return body instanceof Readable ? await buffer(body) : await readFile(body.file);
}
