// Brings objects of the store to paths that DuckDB may read, as they were when the table was loaded.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { newId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { SourceFile } from './table-engine.js';

/** A source file and where DuckDB reads it. */
export interface LocalFile {
  readonly source: SourceFile;
  readonly path: string;
}

interface Fetch {
  readonly path: Promise<string>;
  readonly signal: AbortSignal;
  done: boolean;
}

/** What keeps a file from being linked to: another file system, or one without links. */
const NO_LINKS: readonly (string | undefined)[] = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'];

export class SourceFiles {
  readonly #store: ObjectStore;
  readonly #folder: string;
  /** Downloads under way or done, by target path: a file that many statements name is fetched once. */
  readonly #fetched = new Map<string, Fetch>();

  /** What messages call a file, by its path. */
  readonly displayNames = new Map<string, string>();

  constructor(store: ObjectStore, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  async localize(files: readonly SourceFile[], signal: AbortSignal): Promise<LocalFile[]> {
    const local: LocalFile[] = [];
    for (const source of files) {
      signal.throwIfAborted();
      const path = await this.#path(source, signal);
      this.displayNames.set(path, source.displayName);
      local.push({ source, path });
    }
    return local;
  }

  #path(source: SourceFile, signal: AbortSignal): Promise<string> {
    const name = createHash('sha256')
      .update(`${(source.store ?? this.#store).url}\0${source.key}\0${source.etag}`)
      .digest('hex')
      .slice(0, 32);
    const target = join(this.#folder, `${name}${safeExtension(source.key)}`);
    const known = this.#fetched.get(target);
    // A download that is being cancelled is none to wait for.
    if (known !== undefined && (known.done || !known.signal.aborted)) return known.path;
    const fetch: Fetch = { path: this.#fetch(source, target, signal), signal, done: false };
    this.#fetched.set(target, fetch);
    fetch.path.then(
      () => {
        fetch.done = true;
      },
      () => {
        if (this.#fetched.get(target) === fetch) this.#fetched.delete(target);
      },
    );
    return fetch.path;
  }

  async #fetch(source: SourceFile, target: string, signal: AbortSignal): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const store = source.store ?? this.#store;
    const inPlace = store.localPath(source.key);
    if (inPlace !== undefined) {
      try {
        // Objects are replaced by rename, so a link goes on showing what was loaded, also after a save over it.
        await link(inPlace, target);
        return target;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EEXIST') return target;
        // Without a link it is copied: read in place, a table would change with the next save.
        if (code !== 'ENOENT' && !NO_LINKS.includes(code)) throw error;
      }
    }
    const { body } = await store.get(source.key, { signal });
    const partial = `${target}.${newId('part')}`;
    try {
      await pipeline(body, createWriteStream(partial), { signal });
      await rename(partial, target);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    return target;
  }
}

/** True where a file of that path is there. */
export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The extension that tells DuckDB about compression; nothing else of a user's name reaches a path. */
function safeExtension(key: string): string {
  const extension = extname(key).toLowerCase();
  return /^\.[a-z0-9]{1,10}$/.test(extension) ? extension : '';
}
