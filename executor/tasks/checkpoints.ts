// What a script puts into checkpointPath is kept in the store while it runs, and the group's next attempt finds it there.
import { stat } from 'node:fs/promises';
import type { Clock } from '../../shared/clock.js';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { CHECKPOINT_FILES_MAX, type CheckpointStore, type KeptFile } from './checkpoint-store.js';
import { FolderWatch } from './folder-watch.js';
import { listFiles, type ModelFilePath } from './model-files.js';
import type { Uploader } from './upload.js';

/** A set is taken when nothing in the folder has changed for so long. */
const SETTLE_MS = 1_000;
/** Changes deep within the folder are not told by the kernel: one that is not empty is looked at so often. */
const LOOK_AGAIN_MS = 30_000;
/** Files that are being written, by name. */
const UNFINISHED = /\.tmp$/;

export interface CheckpointDeps {
  readonly store: CheckpointStore;
  readonly uploader: Uploader;
  /** The script's checkpointPath. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Tells the user that something in the folder is not kept. */
  warn(message: string): void;
}

export class Checkpoints {
  readonly #abort = new AbortController();
  #watch: FolderWatch | undefined;
  #cancelTimer: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** What the folder held at the last look. */
  #seen = '';
  /** What the folder held when it was kept. */
  #kept = '';
  /** Files that lie in the store, by their state in the folder. */
  readonly #files = new Map<string, KeptFile>();
  /** A later attempt of the group has begun. */
  #superseded = false;
  #warned = '';

  constructor(private readonly deps: CheckpointDeps) {}

  /**
   * Brings what an earlier attempt kept into the folder.
   * @returns bytes fetched
   * @throws MlsqlError as CheckpointStore.take
   */
  async restore(signal: AbortSignal): Promise<number> {
    const files = await this.deps.store.take(this.deps.folder, signal);
    if (files.length === 0) return 0;
    const there = await this.#list();
    for (const file of files) {
      const state = there.states.get(file.path);
      if (state !== undefined) this.#files.set(state, file);
    }
    this.#kept = there.text;
    this.deps.log.info({ files: files.length }, 'checkpoint is back');
    return files.reduce((sum, { size }) => sum + size, 0);
  }

  /** Keeps what the script puts there, from now on. */
  watch(): void {
    this.#watch = new FolderWatch(this.deps.folder, () => this.#lookIn(SETTLE_MS));
    this.#lookIn(SETTLE_MS);
  }

  /**
   * No process of the script is left.
   * @param keepLast - keep what lies in the folder now; else the group needs it no more
   */
  async close(keepLast: boolean): Promise<void> {
    this.#watch?.close();
    this.#watch = undefined;
    this.#cancelTimer?.();
    if (!keepLast) this.#abort.abort();
    await this.#saving;
    if (!keepLast) return;
    const files = await this.#list().catch((error: unknown) => this.#complain(error));
    if (files !== undefined) await this.#save(files);
  }

  #lookIn(milliseconds: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.deps.clock.after(milliseconds, () => {
      this.#cancelTimer = undefined;
      this.#saving = this.#saving.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    if (this.#watch === undefined || this.#superseded) return;
    try {
      const files = await this.#list();
      const settled = files.text === this.#seen;
      this.#seen = files.text;
      if (settled && files.text !== this.#kept) await this.#save(files);
      // Told again when something changes; what changes out of sight is found by looking.
      if (!settled) this.#lookIn(SETTLE_MS);
      else if (files.paths.length > 0 && this.#cancelTimer === undefined) this.#lookIn(LOOK_AGAIN_MS);
    } catch (error) {
      this.#complain(error);
      this.#lookIn((error as NodeJS.ErrnoException).code === 'ENOENT' ? SETTLE_MS : LOOK_AGAIN_MS);
    }
  }

  /** Brings a set to the store: its new files first, then its list. */
  async #save(files: Listing): Promise<void> {
    if (files.text === this.#kept || this.#superseded) return;
    const { uploader, store } = this.deps;
    const { signal } = this.#abort;
    try {
      const set: KeptFile[] = [];
      for (const file of files.paths) {
        const state = files.states.get(file.path)!;
        let kept = this.#files.get(state);
        if (kept === undefined) {
          const key = store.newKey();
          kept = { key, ...(await uploader.file(file, key, signal)) };
          this.#files.set(state, kept);
        }
        set.push(kept);
      }
      // Whatever was written meanwhile would make it a set that never was.
      if (await this.#changedSince(files)) return;
      const before = await store.replace(set);
      if (before === undefined) {
        this.#superseded = true;
        this.deps.log.warn('a later attempt keeps the checkpoints now');
        return;
      }
      this.#kept = files.text;
      const stays = new Set(set.map(({ key }) => key));
      const goes = [...before, ...this.#files.values()]
        .map(({ key }) => key)
        .filter((key) => !stays.has(key));
      for (const [state, { key }] of this.#files) if (!stays.has(key)) this.#files.delete(state);
      await store.remove([...new Set(goes)]);
    } catch (error) {
      if (signal.aborted || (await this.#changedSince(files))) return;
      this.#complain(error);
    }
  }

  /** Then it is looked at again soon. */
  async #changedSince(files: Listing): Promise<boolean> {
    const now = await this.#list().catch(() => undefined);
    if (now?.text === files.text) return false;
    if (this.#watch !== undefined) this.#lookIn(SETTLE_MS);
    return true;
  }

  /** What lies in the folder, and in which state. */
  async #list(): Promise<Listing> {
    const all = await listFiles(this.deps.folder, 'checkpointPath');
    const paths = all.filter(({ path }) => !UNFINISHED.test(path));
    if (paths.length > CHECKPOINT_FILES_MAX)
      throw new MlsqlError(
        'MLSQL_TASK_CHECKPOINT',
        `it has ${paths.length} files; the limit is ${CHECKPOINT_FILES_MAX}`,
      );
    const states = new Map<string, string>();
    for (const { path, absolute } of paths) {
      const { size, mtimeMs, ino } = await stat(absolute);
      states.set(path, JSON.stringify([path, size, mtimeMs, ino]));
    }
    return { paths, states, text: [...states.values()].join('\n') };
  }

  /** Once for each reason: the script goes on, and the next set may be kept again. */
  #complain(error: unknown): undefined {
    // Listed, and gone before it was looked at: a script at work.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!isMlsqlError(error)) this.deps.log.error({ err: error }, 'checkpoint cannot be kept');
    const why = error instanceof Error ? error.message : String(error);
    if (why === this.#warned) return undefined;
    this.#warned = why;
    this.deps.warn(`what lies in checkpointPath is not kept: ${why}`);
    return undefined;
  }
}

interface Listing {
  readonly paths: readonly ModelFilePath[];
  /** Path, size, time and inode of each file, by its path. */
  readonly states: ReadonlyMap<string, string>;
  /** All of it: the same where nothing has changed. */
  readonly text: string;
}
