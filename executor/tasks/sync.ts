// Everything a script needs, brought into its folder before it starts: all files at once, each through the cache.
import { setMaxListeners } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { type Retrying, retrying } from '../../shared/retry.js';
import type { InputFile__Output as InputFile } from '../../shared/rpc/gen/mlsql/v1/InputFile.js';
import type { Resource__Output as Resource } from '../../shared/rpc/gen/mlsql/v1/Resource.js';
import type { BlobCache } from '../cache/blob-cache.js';
import { objectBlob } from '../cache/download.js';
import { makeParents, pathWithin } from './attempt-folder.js';

/** A file and where it shall lie. */
export interface Placement {
  readonly file: InputFile;
  readonly target: string;
}

/** Brings files from the store to folders. */
export class Syncer {
  readonly #store: ObjectStore;
  readonly #cache: BlobCache;

  constructor(store: ObjectStore, cache: BlobCache) {
    this.#store = store;
    this.#cache = cache;
  }

  /**
   * Places all files, each a copy of its own. Fails with the first failure, after all others have come to rest.
   * @returns bytes fetched from the store
   */
  async place(placements: readonly Placement[], retry: Retrying): Promise<number> {
    await makeParents(placements.map((placement) => placement.target));
    const stop = new AbortController();
    const both = AbortSignal.any([stop.signal, ...(retry.signal === undefined ? [] : [retry.signal])]);
    // Every file waits on it.
    setMaxListeners(0, both);
    const results = await Promise.allSettled(
      placements.map(async (placement) => {
        try {
          return await this.#place(placement, { ...retry, signal: both });
        } catch (error) {
          stop.abort(error);
          throw error;
        }
      }),
    );
    // The others were ended with the first one's error as the reason.
    for (const result of results) if (result.status === 'rejected') throw stop.signal.reason;
    return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
  }

  async #place({ file, target }: Placement, retry: Retrying & { signal: AbortSignal }): Promise<number> {
    const { signal } = retry;
    const { blob, fetch } = objectBlob(this.#store, file);
    if (file.sha256 !== '') {
      return await this.#cache.give(blob, fetch, target, { executable: file.executable, signal });
    }
    // A model that another program wrote has no hashes: nothing to know it by in the cache, nothing to verify.
    return await retrying(async () => {
      const output = createWriteStream(target, { mode: 0o600 });
      await pipeline(await fetch(signal), output, { signal });
      if (file.executable) await chmod(target, 0o700);
      return output.bytesWritten;
    }, retry);
  }
}

/** Where the files of a folder go. */
export function placeFolder(folder: string, files: readonly InputFile[]): Placement[] {
  return files.map((file) => ({ file, target: pathWithin(folder, file.path) }));
}

/** Where resources go: a file becomes `<folder>/<name>`, a folder's files lie below it. */
export async function placeResources(folder: string, resources: readonly Resource[]): Promise<Placement[]> {
  const placements: Placement[] = [];
  for (const resource of resources) {
    const target = pathWithin(folder, resource.name);
    if (resource.folder) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      placements.push(...placeFolder(target, resource.files));
    } else {
      const [file] = resource.files;
      if (file === undefined) throw new Error(`the resource ${resource.name} has no file`);
      placements.push({ file, target });
    }
  }
  return placements;
}

/** A resource's path by its name. */
export function resourcePaths(folder: string, resources: readonly Resource[]): Record<string, string> {
  return Object.fromEntries(resources.map((resource) => [resource.name, pathWithin(folder, resource.name)]));
}
