// The object store as a local directory. A key is a file's path below the root, so any tool can look at the store.
//
// Writes go to a file of their own, are synced, and get their name in one step: by a hard link where the key must not
// exist (the kernel lets one racer win), by a rename under the key's lock where it does. Whatever replaces or removes an
// existing object holds that lock, in any process, so compare-and-replace is exact. A directory cannot hold both `a` and
// `a/b`: writing the second fails with MLSQL_STORE_PATH_INVALID. Symbolic links are never followed.
import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsync,
  futimes,
  lstatSync,
  open as openDescriptor,
  realpathSync,
  write,
} from 'node:fs';
import {
  copyFile,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { MlsqlError } from '../errors.js';
import { makeFolder } from '../make-folder.js';
import { FolderLocks } from './folder-lock.js';
import { collision, errnoOf, notFound, preconditionFailed, storeError } from './local-errors.js';
import { LocalFolders } from './local-folders.js';
import { listFolder } from './local-list.js';
import { LOCAL_FOLDER } from './local-reserved.js';
import { entryInfo, stampNow } from './local-stat.js';
import { checkKey, checkPrefix } from './object-key.js';
import type {
  CopyOptions,
  GetOptions,
  GivenFile,
  ListEntry,
  ObjectInfo,
  ObjectStore,
  PutOptions,
} from './object-store.js';
import { livenessOf, ownedName } from './process-identity.js';

const READ_CHUNK_BYTES = 256 * 1024;
/** Up to this size writing a body costs less than asking first whether its key is free. */
const SMALL_BODY_BYTES = 64 * 1024;
/** Keys share so many locks. */
const LOCK_STRIPES = 256;
const DELETES_AT_ONCE = 8;
/** Unfinished files of processes on other machines are swept when nothing was written to them for so long. */
const FOREIGN_TEMP_STALE_MS = 24 * 3600 * 1000;
/** A folder can vanish (pruned by a delete) between being made and used; so many times in a row it does not. */
const PLACE_TRIES = 100;

/**
 * Opens the directory as an object store, making it where it is missing. Any number of processes may open it at once.
 * Unfinished files of processes that are gone are swept.
 * @param rootDir - path of the directory, relative ones from the working directory; a symbolic link is resolved once
 * @throws MLSQL_STORE_UNAVAILABLE where it cannot be made or written, or its file system lacks hard links
 */
export async function createLocalStore(rootDir: string): Promise<ObjectStore> {
  const given = resolve(rootDir);
  try {
    makeFolder(given);
    const root = await realpath(given);
    const temp = join(root, LOCAL_FOLDER, 'tmp');
    await mkdir(temp, { recursive: true });
    await sweep(temp);
    await probe(temp);
    return new LocalStore(root);
  } catch (error) {
    if (!(error instanceof Error) || errnoOf(error) === '') throw error;
    throw new MlsqlError(
      'MLSQL_STORE_UNAVAILABLE',
      `The store folder ${given} cannot be used: ${error.message}.`,
      {
        hint: 'It must be a folder that this user may write to, on a file system with hard links and symbolic links.',
        cause: error,
      },
    );
  }
}

class LocalStore implements ObjectStore {
  readonly url: string;
  readonly #root: string;
  readonly #temp: string;
  readonly #folders: LocalFolders;
  readonly #locks: FolderLocks;

  constructor(root: string) {
    this.url = `file://${root}`;
    this.#root = root;
    this.#temp = join(root, LOCAL_FOLDER, 'tmp');
    this.#folders = new LocalFolders(root);
    this.#locks = new FolderLocks(join(root, LOCAL_FOLDER, 'lock'));
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    checkLocalKey(key);
    return guard('read', key, () => this.#look(key));
  }

  async get(key: string, options: GetOptions = {}): Promise<{ info: ObjectInfo; body: Readable }> {
    checkLocalKey(key);
    const range = options.range;
    if (range !== undefined && !(range.start >= 0 && range.end >= range.start)) {
      throw new RangeError(`no byte range: ${range.start} to ${range.end}`);
    }
    options.signal?.throwIfAborted();
    return guard('read', key, async () => {
      if (!(await this.#folders.check(key))) throw notFound(key);
      const { handle, stats } = await openFile(key, this.#folders.pathOf(key));
      const info = entryInfo(key, stats);
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? info.sizeBytes, info.sizeBytes);
      if (start >= end) {
        await handle.close();
        return { info, body: Readable.from([]) };
      }
      const body = handle.createReadStream({ start, end: end - 1, highWaterMark: READ_CHUNK_BYTES });
      return { info, body: options.signal === undefined ? body : addAbortSignal(options.signal, body) };
    });
  }

  async put(key: string, body: Buffer | Readable | GivenFile, options: PutOptions = {}): Promise<ObjectInfo> {
    checkLocalKey(key);
    if (options.ifAbsent === true && options.ifMatch !== undefined)
      throw new Error('put: ifAbsent and ifMatch exclude each other');
    if (body instanceof Readable && options.sizeBytes === undefined)
      throw new Error('put: a stream needs sizeBytes');
    const temp = join(this.#temp, ownedName());
    return guard('write', key, async () => {
      try {
        options.signal?.throwIfAborted();
        await this.#refuseEarly(key, body, options);
        const stats =
          'file' in body
            ? await takeFile(temp, key, body.file, options)
            : await writeFile(temp, key, body, options);
        options.signal?.throwIfAborted();
        await this.#place(temp, key, options);
        return entryInfo(key, stats);
      } finally {
        if (body instanceof Readable) body.destroy();
        await unlinkIfThere(temp);
      }
    });
  }

  async copy(source: string, target: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    checkLocalKey(source);
    checkLocalKey(target);
    const temp = join(this.#temp, ownedName());
    return guard('copy', source, async () => {
      try {
        const shared = options.sourceDiscarded === true && (await this.#share(source, temp));
        const stats = shared || (await this.#duplicate(source, temp));
        await guard('write', target, () => this.#place(temp, target, {}));
        return entryInfo(target, stats);
      } finally {
        await unlinkIfThere(temp);
      }
    });
  }

  async *list(
    prefix: string,
    options: { shallow?: boolean; startAfter?: string; limit?: number } = {},
  ): AsyncGenerator<ListEntry> {
    checkPrefix(prefix);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    // Links on the way: the objects behind them are not in this store.
    if (prefix.includes('/') && !(await this.#folders.check(`${prefix}x`).catch(ignoreLinks))) return;
    const request = { prefix, shallow: options.shallow ?? false, startAfter: options.startAfter ?? '' };
    try {
      for await (const entry of listFolder(this.#root, request)) {
        yield entry;
        if (--left <= 0) return;
      }
    } catch (error) {
      throw storeError(error, 'list', prefix);
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkLocalKey(key);
    const stripes = new Map<string, string[]>();
    for (const key of new Set(keys)) {
      const stripe = stripeOf(key);
      stripes.set(stripe, [...(stripes.get(stripe) ?? []), key]);
    }
    /** One removed key for each folder that lost some. */
    const folders = new Map<string, string>();
    const queue = [...stripes];
    const work = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const [stripe, members] = next;
        await this.#locks.withLock(stripe, async () => {
          for (const key of members) if (await this.#remove(key)) folders.set(dirname(key), key);
        });
      }
    };
    await Promise.all(Array.from({ length: DELETES_AT_ONCE }, work));
    const changed = new Set(await Promise.all([...folders.values()].map((key) => this.#folders.prune(key))));
    await Promise.all([...changed].map((folder) => this.#folders.sync(folder)));
  }

  localPath(key: string): string | undefined {
    checkLocalKey(key);
    const path = this.#folders.pathOf(key);
    try {
      const inPlace = realpathSync.native(dirname(path)) === dirname(path);
      return inPlace && lstatSync(path).isFile() ? path : undefined;
    } catch {
      return undefined;
    }
  }

  /** True where an object was removed. */
  #remove(key: string): Promise<boolean> {
    return guard('remove', key, async () => {
      if ((await this.#look(key)) === undefined) return false;
      await unlink(this.#folders.pathOf(key));
      return true;
    });
  }

  async #look(key: string): Promise<ObjectInfo | undefined> {
    const stats = await this.#stat(key);
    return stats?.isFile() ? entryInfo(key, stats) : undefined;
  }

  /** What stands at the key's path itself; undefined where nothing does. */
  async #stat(key: string): Promise<BigIntStats | undefined> {
    if (!(await this.#folders.check(key))) return undefined;
    try {
      return await lstat(this.#folders.pathOf(key), { bigint: true });
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  /** Spares writing the body where the condition fails already. */
  async #refuseEarly(key: string, body: Buffer | Readable | GivenFile, options: PutOptions): Promise<void> {
    const costly = !Buffer.isBuffer(body) || body.length > SMALL_BODY_BYTES;
    if (!(options.ifAbsent === true && costly) && options.ifMatch === undefined) return;
    const found = await this.#look(key);
    if (options.ifAbsent === true && found !== undefined) throw preconditionFailed(key, 'exists');
    if (options.ifMatch !== undefined) checkMatch(key, found, options.ifMatch);
  }

  /** Gives a finished file its name under the condition, durably. */
  async #place(temp: string, key: string, options: PutOptions): Promise<void> {
    const changed = new Set([dirname(this.#folders.pathOf(key))]);
    for (let tries = 1; ; tries++) {
      try {
        if (!(await this.#folders.check(key))) {
          if (options.ifMatch !== undefined) throw preconditionFailed(key, 'missing');
          for (const folder of await this.#folders.make(key)) changed.add(folder);
        }
        if (options.ifMatch !== undefined || !(await this.#create(temp, key, options.ifAbsent === true))) {
          await this.#replace(temp, key, options.ifMatch);
        }
        break;
      } catch (error) {
        if (errnoOf(error) === 'ENOTDIR') throw collision(key, dirname(key));
        if (errnoOf(error) !== 'ENOENT' || tries >= PLACE_TRIES) throw error;
      }
    }
    await Promise.all([...changed].map((folder) => this.#folders.sync(folder)));
  }

  /** Links the file where nothing stands at its key. False where an object does and may be replaced. */
  async #create(temp: string, key: string, only: boolean): Promise<boolean> {
    const path = this.#folders.pathOf(key);
    for (;;) {
      try {
        await link(temp, path);
        return true;
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
      const found = await this.#stat(key);
      if (found === undefined) continue;
      if (found.isFile()) {
        if (only) throw preconditionFailed(key, 'exists');
        return false;
      }
      if (!found.isDirectory() || !(await this.#folders.removeEmpty(path))) throw collision(key, `${key}/`);
    }
  }

  async #replace(temp: string, key: string, etag: string | undefined): Promise<void> {
    await this.#locks.withLock(stripeOf(key), async () => {
      if (etag !== undefined) checkMatch(key, await this.#look(key), etag);
      await rename(temp, this.#folders.pathOf(key));
    });
  }

  /** The source's own bytes under a second name; false where the file system allows no further link to it. */
  async #share(source: string, temp: string): Promise<BigIntStats | false> {
    if (!(await this.#folders.check(source))) throw notFound(source);
    try {
      await link(this.#folders.pathOf(source), temp);
    } catch (error) {
      if (['EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP'].includes(errnoOf(error))) return false;
      throw error;
    }
    const stats = await lstat(temp, { bigint: true });
    if (stats.isFile()) return stats;
    throw notFound(source);
  }

  /** A copy of the source's bytes, by reflink where the file system can. */
  async #duplicate(source: string, temp: string): Promise<BigIntStats> {
    if ((await this.#look(source)) === undefined) throw notFound(source);
    await copyFile(this.#folders.pathOf(source), temp, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    const descriptor = await openFd(temp, 'r');
    try {
      return await finish(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

function checkLocalKey(key: string): void {
  checkKey(key);
  if (`${key}/`.startsWith(LOCAL_FOLDER)) {
    throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `"/${key}" belongs to the store itself.`, {
      hint: 'Choose another path.',
    });
  }
}

function checkMatch(key: string, found: ObjectInfo | undefined, etag: string): void {
  if (found === undefined) throw preconditionFailed(key, 'missing');
  if (found.etag !== etag) throw preconditionFailed(key, 'changed');
}

function ignoreLinks(error: unknown): false {
  if (error instanceof MlsqlError) return false;
  throw error;
}

function stripeOf(key: string): string {
  return (createHash('sha1').update(key).digest()[0]! % LOCK_STRIPES).toString(16).padStart(2, '0');
}

async function guard<T>(doing: string, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeError(error, doing, key);
  }
}

async function openFile(key: string, path: string): Promise<{ handle: FileHandle; stats: BigIntStats }> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a named pipe that someone put there would block the open for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(errnoOf(error))) throw notFound(key);
    throw error;
  }
  try {
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  throw notFound(key);
}

async function writeFile(
  temp: string,
  key: string,
  body: Buffer | Readable,
  options: PutOptions,
): Promise<BigIntStats> {
  const size = options.sizeBytes ?? (body as Buffer).length;
  const descriptor = await openFd(temp, 'wx');
  try {
    let written = 0;
    for await (const chunk of Buffer.isBuffer(body) ? [body] : body) {
      options.signal?.throwIfAborted();
      const bytes: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (written + bytes.length > size) throw wrongSize(key, size, 'more');
      for (let start = 0; start < bytes.length; )
        start += (await writeFd(descriptor, bytes, start)).bytesWritten;
      written += bytes.length;
    }
    if (written < size) throw wrongSize(key, size, `${written}`);
    return await finish(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The given file itself, under the temporary name; its bytes where it lies on another file system. */
async function takeFile(temp: string, key: string, file: string, options: PutOptions): Promise<BigIntStats> {
  try {
    await rename(file, temp);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await copyFile(file, temp, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  }
  const { handle, stats } = await openFile(key, temp);
  try {
    const size = options.sizeBytes ?? Number(stats.size);
    if (stats.size !== BigInt(size)) throw wrongSize(key, size, `${stats.size}`);
    return await finish(handle.fd);
  } finally {
    await handle.close();
  }
}

function wrongSize(key: string, announced: number, got: string): MlsqlError {
  return new MlsqlError(
    'MLSQL_STORE_CORRUPT',
    `"/${key}" was not written: ${announced} bytes were announced, ${got} came.`,
    { hint: 'The source broke off or changed while it was read; send it again.' },
  );
}

// Each call that may wait for the disk goes to a thread of its own, which costs more than the call: a small object takes
// some twenty. What never waits (facts and end of a file that was just synced) is asked on the spot.
const openFd = promisify(openDescriptor);
const writeFd = promisify(write<Buffer>);
const futimesFd = promisify(futimes);
const fsyncFd = promisify(fsync);

/** Stamps and syncs a finished file. */
async function finish(descriptor: number): Promise<BigIntStats> {
  const now = stampNow();
  await futimesFd(descriptor, now, now);
  await fsyncFd(descriptor);
  return fstatSync(descriptor, { bigint: true });
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** Removes unfinished files whose writers are gone. */
async function sweep(temp: string): Promise<void> {
  for (const name of await readdir(temp)) {
    const path = join(temp, name);
    const liveness = livenessOf(name);
    if (liveness === 'alive') continue;
    if (liveness === 'foreign') {
      const info = await lstat(path).catch(() => undefined);
      if (info === undefined || Date.now() - info.mtimeMs < FOREIGN_TEMP_STALE_MS) continue;
    }
    await rm(path, { force: true });
  }
}

/** The adapter stands and falls with hard links that refuse an existing name. */
async function probe(temp: string): Promise<void> {
  const [first, second] = [join(temp, ownedName()), join(temp, ownedName())];
  try {
    await (await open(first, 'wx')).close();
    await link(first, second);
    const refused = await link(first, second).then(
      () => false,
      (error: unknown) => errnoOf(error) === 'EEXIST',
    );
    if (!refused || (await stat(first)).nlink < 2) {
      throw new MlsqlError('MLSQL_STORE_UNAVAILABLE', `The file system of ${temp} has no true hard links.`, {
        hint: 'Put the store on a local file system such as ext4, xfs, btrfs or APFS.',
      });
    }
  } finally {
    await Promise.all([rm(first, { force: true }), rm(second, { force: true })]);
  }
}
