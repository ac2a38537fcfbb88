// The set of checkpoint files that a group has in the store.
//
// Files lie under names that are never used twice, and `set.json` names them. It is replaced by a conditional write once all
// of its files are there, so a reader finds a set whole or not at all. It also names the attempt that wrote it: one that was
// given up changes nothing once a later one has begun.
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { type Retrying, retrying } from '../../shared/retry.js';
import { download, objectBlob } from '../cache/download.js';
import { SYNC_DEADLINE_MS } from '../limits.js';
import { makeParents, pathWithin } from './attempt-folder.js';

/** Files of one set. */
export const CHECKPOINT_FILES_MAX = 10_000;
const SET_MAX_BYTES = 8 * 1024 * 1024;
/** Tries to take or replace a set that another attempt replaces meanwhile. */
const RACES_MAX = 5;

const setSchema = z.object({
  attempt: z.number().int().positive(),
  files: z
    .array(
      z.object({
        path: z.string().min(1),
        key: z.string().min(1),
        size: z.number().int().nonnegative(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(CHECKPOINT_FILES_MAX),
});

type CheckpointSet = z.infer<typeof setSchema>;
export type KeptFile = CheckpointSet['files'][number];

export class CheckpointStore {
  readonly #setKey: string;

  /**
   * @param prefix - of the group's set
   * @param attempt - number of the attempt within its group, from 1
   */
  constructor(
    private readonly store: ObjectStore,
    private readonly prefix: string,
    private readonly attempt: number,
  ) {
    this.#setKey = `${prefix}/set.json`;
  }

  /** A name for a file, never used before. */
  newKey(): string {
    return `${this.prefix}/files/${newId(String(this.attempt))}`;
  }

  /**
   * Brings what an earlier attempt kept into the folder, and lets no earlier attempt change it any more.
   * @returns the files; none where nothing was kept
   * @throws MlsqlError MLSQL_STORE_CORRUPT where the set is not what its writer said
   */
  async take(folder: string, how: Retrying): Promise<readonly KeptFile[]> {
    for (let race = 1; ; race++) {
      const found = await this.#read(how);
      if (found === undefined) return [];
      const { files } = found.set;
      try {
        await this.#write({ attempt: this.attempt, files }, found.etag);
      } catch (error) {
        if (isMlsqlError(error, 'MLSQL_STORE_PRECONDITION') && race < RACES_MAX) continue;
        throw error;
      }
      await makeParents(files.map(({ path }) => pathWithin(folder, path)));
      for (const file of files) await this.#fetch(file, folder, how);
      return files;
    }
  }

  /**
   * Makes these the group's set; they lie in the store already.
   * @returns the files of the set before; undefined where a later attempt has begun: then nothing was changed
   */
  async replace(files: readonly KeptFile[]): Promise<readonly KeptFile[] | undefined> {
    for (let race = 1; ; race++) {
      const found = await this.#read({ deadlineMs: SYNC_DEADLINE_MS });
      if (found !== undefined && found.set.attempt > this.attempt) return undefined;
      try {
        await this.#write({ attempt: this.attempt, files: [...files] }, found?.etag);
        return found?.set.files ?? [];
      } catch (error) {
        if (!isMlsqlError(error, 'MLSQL_STORE_PRECONDITION') || race >= RACES_MAX) throw error;
      }
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    await this.store.delete(keys);
  }

  async #read(how: Retrying): Promise<{ readonly set: CheckpointSet; readonly etag: string } | undefined> {
    try {
      return await retrying(async () => {
        const { info, body } = await this.store.get(this.#setKey);
        if (info.sizeBytes > SET_MAX_BYTES) throw corrupt(this.#setKey, 'is too large');
        const pieces: Buffer[] = [];
        for await (const piece of body) pieces.push(piece as Buffer);
        const set = setSchema.safeParse(JSON.parse(Buffer.concat(pieces).toString('utf8')));
        if (!set.success) throw corrupt(this.#setKey, 'is no list of files');
        return { set: set.data, etag: info.etag };
      }, how);
    } catch (error) {
      if (isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) return undefined;
      throw error instanceof SyntaxError ? corrupt(this.#setKey, 'is no JSON') : error;
    }
  }

  async #write(set: CheckpointSet, etag: string | undefined): Promise<void> {
    const condition = etag === undefined ? { ifAbsent: true } : { ifMatch: etag };
    await this.store.put(this.#setKey, Buffer.from(JSON.stringify(set)), condition);
  }

  async #fetch(file: KeptFile, folder: string, how: Retrying): Promise<void> {
    // A list that somebody else wrote names only what lies beside it.
    if (!file.key.startsWith(`${this.prefix}/files/`)) throw corrupt(this.#setKey, `names ${file.key}`);
    const target = pathWithin(folder, file.path);
    const { blob, fetch } = objectBlob(this.store, file);
    const signal = how.signal ?? new AbortController().signal;
    await retrying(async () => {
      // What another try left of it.
      await rm(target, { force: true });
      await download(fetch, target, blob, signal);
    }, how);
  }
}

function corrupt(key: string, what: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_CORRUPT', `the checkpoint's ${key} ${what}`);
}
