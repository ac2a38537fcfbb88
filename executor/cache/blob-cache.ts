// Contents by their hash on the local disk: fetched once however many want them, verified, and copied out to attempts.
import { constants, type FSWatcher, watch } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
import type { Logger } from '../../shared/logger.js';
import { livenessOf, PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import { retrying } from '../../shared/retry.js';
import { COPIES_MAX, DOWNLOADS_MAX, SYNC_DEADLINE_MS } from '../limits.js';
import { type Blob, download, type FetchBlob } from './download.js';
import { type CacheEntry, type CacheQuota, chooseVictims } from './eviction.js';
import type { WorkDir } from './work-dir.js';

/** Contents that came and went since the last call of takeChanges. */
export interface CacheChanges {
  readonly added: string[];
  readonly dropped: string[];
}

interface Entry extends CacheEntry {
  pins: number;
  /** When the file's access time was last set. */
  touchedMs: number;
}

interface Download {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  waiters: number;
}

/**
 * Every blob carries this modification time. A write to it, by whomever, gives it another one, so that size and time
 * together tell on each use whether it still is what was verified. The access time says when it was last used: set by
 * us, since file systems are mounted without keeping it. Both hold for every executor that shares the folder.
 */
const VERIFIED_TIME_S = 1_000_000_000;
/** The access time need not be more exact than this. */
const TOUCH_INTERVAL_MS = 60_000;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * A blob never leaves the cache by a hard link: a script may write into what it is given, one that runs as root even
 * into a read-only file, and through a link that write would reach the cache and every other attempt. It is copied,
 * as a reflink where the file system can, inside the kernel otherwise.
 *
 * Executors that share the folder need no lock: a blob appears by rename, a copy holds the file open, and one that is
 * gone when a copy starts is fetched again.
 */
export class BlobCache {
  readonly #workDir: WorkDir;
  readonly #partial: string;
  readonly #quota: CacheQuota;
  readonly #log: Logger;
  readonly #downloads = new Map<string, Download>();
  readonly #downloadQueue = new PQueue({ concurrency: DOWNLOADS_MAX });
  readonly #copyQueue = new PQueue({ concurrency: COPIES_MAX });
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** Bytes and files of downloads that have begun. */
  readonly #coming = { bytes: 0, entries: 0 };
  #added = new Set<string>();
  #dropped = new Set<string>();
  #watcher: FSWatcher | undefined;
  #partialCounter = 0;

  private constructor(workDir: WorkDir, quota: CacheQuota, log: Logger) {
    this.#workDir = workDir;
    this.#partial = join(workDir.partial, PROCESS_IDENTITY);
    this.#quota = quota;
    this.#log = log;
  }

  /**
   * Opens the cache at once; scan() then learns what lies in it.
   * @param workDir - made by openWorkDir
   */
  static async open(workDir: WorkDir, quota: CacheQuota, log: Logger): Promise<BlobCache> {
    const cache = new BlobCache(workDir, quota, log);
    await mkdir(cache.#partial, { recursive: true, mode: 0o700 });
    return cache;
  }

  /** Bytes of all contents. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The contents, most recently used first. */
  contents(limit: number): string[] {
    return [...this.#entries.keys()].slice(-limit).reverse();
  }

  /** Contents that came and went since the last call. */
  takeChanges(): CacheChanges {
    const changes = { added: [...this.#added], dropped: [...this.#dropped] };
    this.#added = new Set();
    this.#dropped = new Set();
    return changes;
  }

  /** Learns what lies in the folder, follows what other executors do there, and removes leftovers of dead ones. */
  async scan(): Promise<void> {
    this.#follow();
    const found: { name: string; sizeBytes: number; usedMs: number }[] = [];
    const names = (await readdir(this.#workDir.blobs)).filter((name) => SHA256.test(name));
    for (let start = 0; start < names.length; start += 256) {
      const some = names.slice(start, start + 256);
      await Promise.all(
        some.map(async (name) => {
          const info = await stat(join(this.#workDir.blobs, name)).catch(() => undefined);
          if (info !== undefined) found.push({ name, sizeBytes: info.size, usedMs: info.atimeMs });
        }),
      );
    }
    const known = new Map(this.#entries);
    this.#entries.clear();
    this.#bytes = 0;
    for (const { name, sizeBytes, usedMs } of found.sort((a, b) => a.usedMs - b.usedMs)) {
      if (!known.has(name)) this.#put(name, { sizeBytes, pins: 0, touchedMs: usedMs });
    }
    // What was used while we looked is newer than all of them.
    for (const [name, entry] of known) this.#put(name, entry);
    for (const owner of await readdir(this.#workDir.partial)) {
      if (livenessOf(owner) === 'dead')
        await rm(join(this.#workDir.partial, owner), { recursive: true, force: true });
    }
  }

  /**
   * Copies a content to a path that does not exist yet, fetching it first where it is missing.
   * @param options - executable: with the execute bit; signal: ends the waiting, not a download that others wait for
   * @returns bytes that were fetched for this call: 0 where the cache, or someone else's download, had it
   * @throws MlsqlError MLSQL_STORE_CORRUPT where what is fetched has another hash or size
   */
  async give(
    blob: Blob,
    fetch: FetchBlob,
    target: string,
    options: { readonly executable?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    return await this.use(blob, fetch, options.signal, async (path) => {
      await this.#copyQueue.add(() =>
        copyFile(path, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL),
      );
      if (options.executable === true) await chmod(target, 0o700);
    });
  }

  /**
   * Has a content at hand while the action reads it. The action never hands the path on.
   * @returns bytes that were fetched for this call
   */
  async use(
    blob: Blob,
    fetch: FetchBlob,
    signal: AbortSignal | undefined,
    action: (path: string) => Promise<void>,
  ): Promise<number> {
    if (!SHA256.test(blob.sha256)) throw new Error(`not a SHA-256: ${blob.sha256}`);
    let fetched = 0;
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      if (!(await this.#isPresent(blob))) fetched += await this.#download(blob, fetch, signal);
      const entry = this.#entries.get(blob.sha256);
      if (entry === undefined) continue;
      entry.pins++;
      try {
        await action(this.#path(blob.sha256));
        return fetched;
      } catch (error) {
        // Another executor's quota took it in this very moment.
        const gone = (error as NodeJS.ErrnoException).code === 'ENOENT' && !(await this.#isPresent(blob));
        if (!gone || tries >= 5) throw error;
      } finally {
        entry.pins--;
      }
    }
  }

  /** Lets go of the folder; what lies in it stays for the next. */
  async close(): Promise<void> {
    this.#watcher?.close();
    for (const download of this.#downloads.values()) download.abort.abort();
    await Promise.allSettled([...this.#downloads.values()].map((download) => download.done));
    await rm(this.#partial, { recursive: true, force: true });
  }

  /** Whether the blob is there as it was verified; a changed one is dropped. */
  async #isPresent(blob: Blob): Promise<boolean> {
    const path = this.#path(blob.sha256);
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) {
      this.#forget(blob.sha256);
      return false;
    }
    if (info.size !== blob.sizeBytes || info.mtimeMs !== VERIFIED_TIME_S * 1000) {
      this.#log.warn({ blob: blob.sha256 }, 'a cached content was changed and is fetched again');
      await this.#drop(blob.sha256);
      return false;
    }
    const now = Date.now();
    const entry = this.#entries.get(blob.sha256) ?? { sizeBytes: info.size, pins: 0, touchedMs: 0 };
    this.#put(blob.sha256, entry);
    if (now - entry.touchedMs > TOUCH_INTERVAL_MS) {
      entry.touchedMs = now;
      await utimes(path, now / 1000, VERIFIED_TIME_S).catch(() => undefined);
    }
    return true;
  }

  /** Joins the download of this content, or starts it. */
  async #download(blob: Blob, fetch: FetchBlob, signal: AbortSignal | undefined): Promise<number> {
    let download = this.#downloads.get(blob.sha256);
    const started = download === undefined;
    if (download === undefined) {
      const abort = new AbortController();
      // What waits for its next try holds up no other download.
      const done = retrying(() => this.#downloadQueue.add(() => this.#fetch(blob, fetch, abort.signal)), {
        deadlineMs: SYNC_DEADLINE_MS,
        signal: abort.signal,
        onRetry: (error) => this.#log.warn({ blob: blob.sha256, err: error }, 'a download is tried again'),
      });
      download = { done, abort, waiters: 0 };
      this.#downloads.set(blob.sha256, download);
    }
    download.waiters++;
    try {
      await orAborted(download.done, signal);
      return started ? blob.sizeBytes : 0;
    } finally {
      // The last one to go, for whatever reason, ends it; a newcomer must not join what has ended.
      if (--download.waiters === 0) {
        this.#downloads.delete(blob.sha256);
        download.abort.abort();
      }
    }
  }

  async #fetch(blob: Blob, fetch: FetchBlob, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#coming.bytes += blob.sizeBytes;
    this.#coming.entries++;
    const partial = join(this.#partial, `${blob.sha256}.${++this.#partialCounter}`);
    try {
      await this.#makeRoom();
      await download(fetch, partial, blob, signal);
      // No fsync: after a crash of the machine a file that never reached the disk is too short, which every use checks.
      await utimes(partial, Date.now() / 1000, VERIFIED_TIME_S);
      await rename(partial, this.#path(blob.sha256));
      const entry = this.#put(blob.sha256, { sizeBytes: blob.sizeBytes, pins: 0, touchedMs: Date.now() });
      // Those who waited for it are the first to have it, whoever needs room now.
      entry.pins++;
      setImmediate(() => entry.pins--);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    } finally {
      this.#coming.bytes -= blob.sizeBytes;
      this.#coming.entries--;
    }
  }

  async #makeRoom(): Promise<void> {
    const held = { bytes: this.#bytes, entries: this.#entries.size };
    const victims = chooseVictims(this.#entries, held, this.#coming, this.#quota);
    await Promise.all(victims.map((victim) => this.#drop(victim)));
  }

  async #drop(sha256: string): Promise<void> {
    this.#forget(sha256);
    await unlink(this.#path(sha256)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }

  /** Makes the content the most recently used one. What is known of it already stays, with its pins. */
  #put(sha256: string, fresh: Entry): Entry {
    const known = this.#entries.get(sha256);
    if (known === undefined) {
      this.#bytes += fresh.sizeBytes;
      this.#added.add(sha256);
      this.#dropped.delete(sha256);
    }
    const entry = known ?? fresh;
    this.#entries.delete(sha256);
    this.#entries.set(sha256, entry);
    return entry;
  }

  #forget(sha256: string): void {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return;
    this.#entries.delete(sha256);
    this.#bytes -= entry.sizeBytes;
    this.#added.delete(sha256);
    this.#dropped.add(sha256);
  }

  /** What other executors add to and drop from the folder counts here too. */
  #follow(): void {
    try {
      this.#watcher = watch(this.#workDir.blobs, { persistent: false }, (_event, name) => {
        if (name !== null && SHA256.test(name)) void this.#look(name);
      });
      this.#watcher.on('error', (error) =>
        this.#log.warn({ err: error }, 'the cache folder is not followed any more'),
      );
    } catch (error) {
      // No watches left on this machine: then each executor keeps the quota by what it knows.
      this.#log.warn({ err: error }, 'the cache folder cannot be followed');
    }
  }

  async #look(name: string): Promise<void> {
    const info = await stat(this.#path(name)).catch(() => undefined);
    if (info === undefined) this.#forget(name);
    else if (!this.#entries.has(name))
      this.#put(name, { sizeBytes: info.size, pins: 0, touchedMs: info.atimeMs });
  }

  #path(sha256: string): string {
    return join(this.#workDir.blobs, sha256);
  }
}

/** The promise, or the signal's reason as soon as it is aborted. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
