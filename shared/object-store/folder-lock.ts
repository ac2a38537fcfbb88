// Mutual exclusion among processes that share a folder, without trusting time: Node has no kernel file locks.
//
// A lock is a folder of numbered symbolic links. `17` names its holder; it is renamed to `17.free` when the holder lets
// go. Whoever finds the highest number free, or its holder dead, may create the next number; creating a link that exists
// fails, so one racer wins. The highest number is never removed, so a slow racer that creates an old one again sees
// that when it looks once more, and knows that it lost.
import { lstat, mkdir, readdir, readlink, rename, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { livenessOf, PROCESS_IDENTITY } from './process-identity.js';

/** A holder on another machine cannot be tested for life; a lock is held for milliseconds, so after this it is dead. */
const FOREIGN_STALE_MS = 60 * 1000;
const POLL_MAX_MS = 16;

/** Locks by name below one folder, fair within the process. */
export class FolderLocks {
  readonly #folder: string;
  /** The end of the queue for each name within this process. */
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs the work while no other holder of the name, in any process, runs its own. */
  async withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const mine = before.then(() => this.#holdWhile(join(this.#folder, name), work));
    const tail = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(name, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    }
  }

  async #holdWhile<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const number = await acquire(folder);
    try {
      return await work();
    } finally {
      // A rename needs no space, so a full disk cannot keep the lock held.
      await rename(join(folder, String(number)), join(folder, `${number}.free`));
    }
  }
}

async function acquire(folder: string): Promise<number> {
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, POLL_MAX_MS)) {
    const names = await namesIn(folder);
    const highest = highestNumber(names);
    if (highest === 0 || names.includes(`${highest}.free`) || (await isFree(folder, highest))) {
      const number = highest + 1;
      if (await claim(folder, number)) return number;
      continue;
    }
    await sleep(waitMs);
  }
}

/** True where this process now holds the number. */
async function claim(folder: string, number: number): Promise<boolean> {
  const path = join(folder, String(number));
  try {
    await symlink(PROCESS_IDENTITY, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const names = await readdir(folder);
  if (highestNumber(names) > number || names.includes(`${number}.free`)) {
    await unlinkIfThere(path);
    return false;
  }
  const old = names.filter((name) => Number.parseInt(name, 10) < number);
  await Promise.all(old.map((name) => unlinkIfThere(join(folder, name))));
  return true;
}

/** Of a lock's folder, which is made where it is missing. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    return [];
  }
}

/** Another racer may have cleared it away. */
async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function isFree(folder: string, number: number): Promise<boolean> {
  const path = join(folder, String(number));
  if (await exists(`${path}.free`)) return true;
  let holder: string;
  try {
    holder = await readlink(path);
  } catch (error) {
    // A higher number was taken meanwhile, and its holder cleared this one away.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const liveness = livenessOf(holder);
  return liveness === 'dead' || (liveness === 'foreign' && (await isOld(path)));
}

function highestNumber(names: readonly string[]): number {
  return names.reduce((highest, name) => Math.max(highest, Number.parseInt(name, 10) || 0), 0);
}

async function exists(linkPath: string): Promise<boolean> {
  try {
    await readlink(linkPath);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function isOld(linkPath: string): Promise<boolean> {
  const info = await lstat(linkPath).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > FOREIGN_STALE_MS;
}
