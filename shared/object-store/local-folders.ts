// The folders of a local store: the way from a key to a path, made and checked segment by segment, and made durable.
import { closeSync, fsync, open } from 'node:fs';
import { lstat, mkdir, readdir, realpath, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { collision, errnoOf, leavesRoot } from './local-errors.js';

/** Folders of one store below its root, which is a real path (no symbolic link in it). */
export class LocalFolders {
  readonly #root: string;
  readonly #syncs = new Map<string, { running: Promise<void>; next?: Promise<void> }>();

  constructor(root: string) {
    this.#root = root;
  }

  pathOf(key: string): string {
    return join(this.#root, key);
  }

  /**
   * True where the key's folder is there and no symbolic link stands on the way; false where it is missing.
   * @throws MLSQL_STORE_PATH_INVALID where one does
   */
  async check(key: string): Promise<boolean> {
    const folder = dirname(this.pathOf(key));
    try {
      if ((await realpath(folder)) === folder) return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
      if (errnoOf(error) !== 'ELOOP') throw error;
    }
    throw leavesRoot(key, await this.#firstLink(key));
  }

  /** Makes the key's folder where it is missing. The answer: folders whose names changed, to be synced before it counts. */
  async make(key: string): Promise<string[]> {
    const segments = key.split('/').slice(0, -1);
    const made: string[] = [];
    // Nothing is made below a folder before it is known that no link leads there.
    let there = segments.length - 1;
    while (there > 0 && !(await this.check(join(...segments.slice(0, there), 'x')))) there--;
    for (let depth = there + 1; depth <= segments.length; depth++) {
      const prefix = segments.slice(0, depth).join('/');
      const path = this.pathOf(prefix);
      try {
        await mkdir(path);
        made.push(path);
      } catch (error) {
        if (errnoOf(error) === 'ENOTDIR' && depth > 1) {
          // Something on the way is no folder: from the top it is found.
          depth = 0;
          continue;
        }
        if (errnoOf(error) !== 'EEXIST') throw error;
        const info = await lstat(path);
        if (info.isSymbolicLink()) throw leavesRoot(key, prefix);
        if (!info.isDirectory()) throw collision(key, prefix);
      }
    }
    return made.map((path) => dirname(path));
  }

  /** Removes a tree of nothing but folders. True where it is gone. */
  async removeEmpty(path: string): Promise<boolean> {
    try {
      for (const entry of await readdir(path, { withFileTypes: true })) {
        if (!entry.isDirectory() || !(await this.removeEmpty(join(path, entry.name)))) return false;
      }
      await rmdir(path);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return true;
      if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Removes the folder of a key that was removed, and those above it, as far as they are empty. The answer: what stays. */
  async prune(key: string): Promise<string> {
    for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
      try {
        await rmdir(this.pathOf(folder));
      } catch (error) {
        // Another delete may have been faster.
        if (errnoOf(error) !== 'ENOENT') return this.pathOf(folder);
      }
    }
    return this.#root;
  }

  /**
   * Makes the names in a folder durable. Callers at the same time share one fsync: the one that starts after they asked.
   * A folder that is gone needs none.
   */
  sync(folder: string): Promise<void> {
    const state = this.#syncs.get(folder);
    if (state === undefined) {
      const running = syncFolder(folder).finally(() => {
        const now = this.#syncs.get(folder);
        if (now?.running === running && now.next === undefined) this.#syncs.delete(folder);
      });
      this.#syncs.set(folder, { running });
      return running;
    }
    state.next ??= state.running
      .catch(() => undefined)
      .then(() => {
        this.#syncs.delete(folder);
        return this.sync(folder);
      });
    return state.next;
  }

  async #firstLink(key: string): Promise<string> {
    const segments = key.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const prefix = segments.slice(0, depth).join('/');
      const info = await lstat(this.pathOf(prefix)).catch(() => undefined);
      if (info?.isSymbolicLink()) return prefix;
    }
    return key;
  }
}

async function syncFolder(folder: string): Promise<void> {
  let descriptor: number;
  try {
    descriptor = await promisify(open)(folder, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    await promisify(fsync)(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
