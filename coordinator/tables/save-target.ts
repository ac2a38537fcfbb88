// The folder of a save. Files are written under `_temporary/<save>/`, where no load looks, and take their places together at
// the end, one save of a folder after the other: of saves at once that want the folder for themselves exactly one wins.
import { buffer } from 'node:stream/consumers';
import { MlsqlError } from '../../shared/errors.js';
import type { SaveMode } from '../../shared/language/ast.js';
import { pathOfKey } from '../../shared/object-store/keys.js';
import { checkKey } from '../../shared/object-store/object-key.js';
import type { GivenFile, ObjectStore } from '../../shared/object-store/object-store.js';

/** Objects removed by one call. */
const DELETES_AT_ONCE = 500;
/** Where Spark's own writers keep what is not finished; loads pass it over. */
const TEMPORARY = '_temporary/';
/** Written last, as by Spark: the files beside it are whole. Ours names the save, which readers do not look at. */
const SUCCESS = '_SUCCESS';
/** Folders of a train's path. */
const MODELS = /^(?:_model_\d+|_gen)\/$/;

/** Saves of one coordinator, and a store has one coordinator: which are under way, and whose turn it is in a folder. */
export class SavesUnderWay {
  readonly #live = new Set<string>();
  readonly #turns = new Map<string, Promise<void>>();

  async run<T>(id: string, save: () => Promise<T>): Promise<T> {
    this.#live.add(id);
    try {
      return await save();
    } finally {
      this.#live.delete(id);
    }
  }

  isLive(id: string): boolean {
    return this.#live.has(id);
  }

  /** Runs when every earlier one of the same folder has ended, however. */
  async inTurn<T>(folder: string, commit: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(folder) ?? Promise.resolve()).then(commit);
    const end = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(folder, end);
    void end.then(() => {
      if (this.#turns.get(folder) === end) this.#turns.delete(folder);
    });
    return turn;
  }
}

export interface SaveTargetOptions {
  /** Key of the folder. */
  readonly prefix: string;
  readonly mode: SaveMode;
  /** Names the save in its files; the same statement of the same run, tried again, has the same. */
  readonly id: string;
}

/** One save's files, from staging to their places. */
export class SaveTarget {
  readonly #staging: string;
  readonly #success: string;
  /** Keys of the staged files → where they belong. */
  readonly #staged = new Map<string, string>();

  constructor(
    private readonly store: ObjectStore,
    private readonly saves: SavesUnderWay,
    private readonly options: SaveTargetOptions,
  ) {
    this.#staging = `${options.prefix}/${TEMPORARY}${options.id}/`;
    this.#success = `${options.prefix}/${SUCCESS}`;
  }

  /**
   * Takes away what the same save left when its coordinator died, and looks whether there is anything to do.
   * @returns false: the folder is there, and the mode says to leave it as it is
   * @throws MLSQL_TABLE_SAVE_EXISTS, also where models lie in the folder, whatever the mode
   */
  async begin(): Promise<boolean> {
    const { prefix, mode, id } = this.options;
    await this.#refuseModels();
    const left = (await keysBelow(this.store, `${prefix}/`)).filter(
      (key) => key.startsWith(this.#staging) || (mode !== 'overwrite' && isOwn(key, id)),
    );
    if (await this.#hasCommitted()) left.push(this.#success);
    await deleteAll(this.store, left);
    return this.#mayWrite();
  }

  /** @param subfolder - `dt=2024-01-01/`, or nothing */
  async add(
    file: GivenFile,
    subfolder: string,
    extension: string,
    sizeBytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    const number = String(this.#staged.size).padStart(5, '0');
    const key = `${this.options.prefix}/${subfolder}part-${number}-${this.options.id}.${extension}`;
    // Before anything is written: the user knows this name, not the staged one.
    checkKey(key);
    const staged = `${this.#staging}${number}`;
    // Noted before the put: one that was cut short may have arrived all the same.
    this.#staged.set(staged, key);
    await this.store.put(staged, file, { sizeBytes, signal });
  }

  /**
   * All files take their places.
   * @returns false: another save was first, and the mode says to leave its files as they are
   * @throws MLSQL_TABLE_SAVE_EXISTS
   */
  commit(): Promise<boolean> {
    const { prefix, mode, id } = this.options;
    return this.saves.inTurn(`${this.store.url}/${prefix}`, async () => {
      if (!(await this.#mayWrite())) return false;
      const old = mode === 'overwrite' ? await this.#replaced() : [];
      const placed: string[] = [];
      try {
        await this.store.delete([this.#success]);
        for (const [staged, key] of this.#staged) {
          placed.push(key);
          await this.store.copy(staged, key, { sourceDiscarded: true });
        }
      } catch (error) {
        // Half a table beside the old files, or none, would be read as a whole one. The failure itself is what counts.
        await deleteAll(this.store, placed).catch(() => undefined);
        throw error;
      }
      await deleteAll(this.store, old);
      await this.store.put(this.#success, Buffer.from(id));
      return true;
    });
  }

  /** Removes what is staged, whether it was committed or not. */
  async discard(): Promise<void> {
    await deleteAll(this.store, [...this.#staged.keys()]);
  }

  /** Models of trains are nobody's table: an overwrite would take them away, and whatever is registered with them. */
  async #refuseModels(): Promise<void> {
    const { prefix } = this.options;
    for await (const entry of this.store.list(`${prefix}/`, { shallow: true })) {
      if (entry.kind === 'object') continue;
      const name = entry.key.slice(prefix.length + 1);
      if (!MODELS.test(name)) continue;
      throw new MlsqlError(
        'MLSQL_TABLE_SAVE_EXISTS',
        `models of a train lie in ${pathOfKey(prefix)} (${name.slice(0, -1)}): no table is saved there`,
        { hint: `choose another path, or remove the models first: mlsql fs rm -r ${pathOfKey(prefix)}` },
      );
    }
  }

  /** Whether the folder is there because this very save has put it there, and its coordinator died before it told. */
  async #hasCommitted(): Promise<boolean> {
    const { mode, id } = this.options;
    if (mode === 'overwrite' || mode === 'append') return false;
    const info = await this.store.head(this.#success);
    if (info === undefined || info.sizeBytes !== id.length) return false;
    return (await buffer((await this.store.get(this.#success)).body)).toString() === id;
  }

  async #mayWrite(): Promise<boolean> {
    const { prefix, mode } = this.options;
    if (mode === 'overwrite' || mode === 'append' || !(await this.#exists())) return true;
    if (mode === 'ignore') return false;
    throw new MlsqlError('MLSQL_TABLE_SAVE_EXISTS', `${pathOfKey(prefix)} is there already`, {
      hint: 'say save overwrite or save append, or choose another path',
    });
  }

  /** Whether anything of the folder counts; what is staged belongs to a save that may still fail. */
  async #exists(): Promise<boolean> {
    const { prefix } = this.options;
    if ((await this.store.head(prefix)) !== undefined) return true;
    for await (const entry of this.store.list(`${prefix}/`, { shallow: true }))
      if (entry.kind === 'object' || entry.key !== `${prefix}/${TEMPORARY}`) return true;
    return false;
  }

  /** What goes when this save's files are in their places; also what dead saves left. */
  async #replaced(): Promise<string[]> {
    const { prefix } = this.options;
    const placed = new Set(this.#staged.values());
    const temporary = `${prefix}/${TEMPORARY}`;
    const keys = await keysBelow(this.store, `${prefix}/`);
    return keys.filter((key) =>
      key.startsWith(temporary)
        ? !this.saves.isLive(key.slice(temporary.length).split('/')[0]!)
        : !placed.has(key),
    );
  }
}

/** Whether a save of this id wrote the file. */
function isOwn(key: string, id: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return name.startsWith('part-') && name.slice('part-00000-'.length).startsWith(`${id}.`);
}

async function deleteAll(store: ObjectStore, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += DELETES_AT_ONCE)
    await store.delete(keys.slice(at, at + DELETES_AT_ONCE));
}

async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list(prefix)) if (entry.kind === 'object') keys.push(entry.info.key);
  return keys;
}
