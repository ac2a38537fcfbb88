// What a script puts into checkpointPath is kept in the store while it runs, and the group's next attempt finds it there.
//
// A set is best taken when the folder has come to rest: then its files fit together. A script that never rests has one taken
// all the same, every ten looks: its files get second names, and if those have come to rest at the next look (the script
// replaces files, as it should, and does not write into them) they are a set of whole files.
import type { Clock } from '../../shared/clock.js';
import { isMlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { Retrying } from '../../shared/retry.js';
import { SYNC_DEADLINE_MS } from '../limits.js';
import { dropFiles, type Listing, listCheckpoint, takeFiles } from './checkpoint-folder.js';
import type { CheckpointStore, KeptFile } from './checkpoint-store.js';
import { FolderWatch } from './folder-watch.js';
import type { Uploader } from './upload.js';

/** The folder is looked at so long after a change; it has come to rest where two looks see the same. */
const SETTLE_MS = 1_000;
/** A folder that so many looks in a row saw change is not waited for any longer. */
const RESTLESS_LOOKS = 10;
/** Changes deep within the folder, or of the folder itself, are not told by the kernel: it is looked at so often. */
const LOOK_AGAIN_MS = 30_000;

export interface CheckpointDeps {
  readonly store: CheckpointStore;
  readonly uploader: Uploader;
  /** The script's checkpointPath. */
  readonly folder: string;
  /** For the files that are on their way to the store; on the same disk. */
  readonly takenFolder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Tells the user that something in the folder is not kept. */
  warn(message: string): void;
}

export class Checkpoints {
  readonly #abort = new AbortController();
  #watch: FolderWatch | undefined;
  #timer: { readonly atMs: number; cancel(): void } | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** What the folder held at the last look. */
  #seen = '';
  /** Looks in a row that saw something else than the one before. */
  #restless = 0;
  /** Taken at the last look from a folder that does not rest. */
  #taken: Listing | undefined;
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
  async restore(how: Retrying): Promise<number> {
    const files = await this.deps.store.take(this.deps.folder, how);
    if (files.length === 0) return 0;
    const there = await listCheckpoint(this.deps.folder);
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
    this.#timer?.cancel();
    if (!keepLast) this.#abort.abort();
    await this.#saving;
    if (!keepLast || this.#superseded) return;
    try {
      const last = await listCheckpoint(this.deps.folder);
      if (last.text !== this.#kept) await this.#save(await this.#take(last));
    } catch (error) {
      this.#complain(error);
    }
  }

  /** Unless it is looked at sooner anyway. */
  #lookIn(milliseconds: number): void {
    const atMs = this.deps.clock.now() + milliseconds;
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.cancel();
    const cancel = this.deps.clock.after(milliseconds, () => {
      this.#timer = undefined;
      this.#saving = this.#saving.then(() => this.#look());
    });
    this.#timer = { atMs, cancel };
  }

  async #look(): Promise<void> {
    if (this.#watch === undefined || this.#superseded) return;
    try {
      const now = await listCheckpoint(this.deps.folder);
      const settled = now.text === this.#seen;
      this.#seen = now.text;
      const taken = this.#taken;
      this.#taken = undefined;
      this.#restless = settled ? 0 : this.#restless + 1;
      let whole = true;
      if (settled) whole = now.text === this.#kept || (await this.#save(await this.#take(now)));
      else if (taken !== undefined && (await this.#save(taken))) this.#restless = 0;
      else if (this.#restless >= RESTLESS_LOOKS) this.#taken = await this.#take(now);
      // Told again when something changes; what changes out of sight is found by looking.
      this.#lookIn(settled && whole ? LOOK_AGAIN_MS : SETTLE_MS);
    } catch (error) {
      this.#complain(error);
      this.#lookIn(LOOK_AGAIN_MS);
    }
  }

  #take({ files }: Listing): Promise<Listing> {
    return takeFiles(files, this.deps.takenFolder);
  }

  /**
   * Brings a set to the store: its new files first, then its list.
   * @returns false where the script writes into the files, so that they are none
   * @throws what the store throws
   */
  async #save(taken: Listing): Promise<boolean> {
    const { uploader, store, takenFolder, log } = this.deps;
    const { signal } = this.#abort;
    const onRetry = (error: unknown): void => log.warn({ err: error }, 'a checkpoint is sent again');
    const unchanged = async (): Promise<boolean> => (await listCheckpoint(takenFolder)).text === taken.text;
    try {
      if (!(await unchanged())) return false;
      const set: KeptFile[] = [];
      for (const file of taken.files) {
        const state = taken.states.get(file.path)!;
        let kept = this.#files.get(state);
        if (kept === undefined) {
          const key = store.newKey();
          kept = {
            key,
            ...(await uploader.file(file, key, { deadlineMs: SYNC_DEADLINE_MS, signal, onRetry })),
          };
          this.#files.set(state, kept);
        }
        set.push(kept);
      }
      // What was written into one of them meanwhile would make it a file that never was.
      if (!(await unchanged())) return false;
      await this.#replace(set, taken.text);
      return true;
    } catch (error) {
      if (signal.aborted) return true;
      if (!(await unchanged())) return false;
      throw error;
    } finally {
      await dropFiles(takenFolder);
    }
  }

  /** Makes it the group's set, and removes what only the one before it had. */
  async #replace(set: readonly KeptFile[], text: string): Promise<void> {
    const { store, log } = this.deps;
    const before = await store.replace(set);
    if (before === undefined) {
      this.#superseded = true;
      log.warn('a later attempt keeps the checkpoints now');
      return;
    }
    this.#kept = text;
    const stays = new Set(set.map(({ key }) => key));
    const goes = [...before, ...this.#files.values()].map(({ key }) => key).filter((key) => !stays.has(key));
    for (const [state, { key }] of this.#files) if (!stays.has(key)) this.#files.delete(state);
    await store.remove([...new Set(goes)]);
  }

  /** Once for each reason: the script goes on, and the next set may be kept again. */
  #complain(error: unknown): void {
    if (!isMlsqlError(error)) this.deps.log.error({ err: error }, 'checkpoint cannot be kept');
    const why = error instanceof Error ? error.message : String(error);
    if (why === this.#warned) return;
    this.#warned = why;
    this.deps.warn(`what lies in checkpointPath is not kept: ${why}`);
  }
}
