// The state file: opened only where it is this product's, of this format, and written only by the newest epoch.
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Key, open, type RootDatabase } from 'lmdb';
import { MlsqlError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { migrate, STATE_FORMAT } from './migrations.js';

/** A record's key: words and numbers, ordered. */
export type StateKey = readonly (string | number)[];

/** A value to keep; undefined removes the key. */
export interface StateWrite {
  readonly key: StateKey;
  readonly value: unknown;
}

/** What the file says of itself. */
export interface StateMeta {
  readonly format: number;
  /** Made with the file; executors know their cluster by it. */
  readonly clusterId: string;
  readonly createdMs: number;
}

const META_KEY: StateKey = ['meta', 'file'];
const EPOCH_KEY: StateKey = ['meta', 'epoch'];
const COPY_KEY: StateKey = ['meta', 'copy'];
/** What a page of meta data of LMDB holds behind its head. */
const LMDB_MAGIC = 0xbeefc0de;
const LMDB_MAGIC_AT = [16, 24] as const;
/** Behind the magic number: the size of pages, the last page that was taken, the end. */
const PAGE_SIZE_AT = 24;
const LAST_PAGE_AT = 120;
const META_BYTES = 136;
const PAGE_MAX_BYTES = 65_536;

export const stateFile = (stateDir: string): string => join(stateDir, 'state.lmdb');

export interface StateDbOptions {
  readonly now: number;
  /** Reads only: nothing is made, migrated or changed. */
  readonly readOnly?: boolean;
}

/** The state of one coordinator. */
export class StateDb {
  readonly #db: RootDatabase<unknown, Key>;
  /** Writes that are not on the disk yet. */
  readonly #writing = new Set<Promise<void>>();
  #epoch: number | undefined;

  private constructor(
    readonly file: string,
    readonly meta: StateMeta,
    db: RootDatabase<unknown, Key>,
  ) {
    this.#db = db;
  }

  /**
   * Opens the state file of a folder, and makes it where it is missing. One of an older format is copied beside itself, then
   * migrated.
   * @throws MlsqlError MLSQL_STATE_UNREADABLE, MLSQL_STATE_FOREIGN or MLSQL_STATE_NEWER; the file is then as it was
   */
  static async open(stateDir: string, { now, readOnly = false }: StateDbOptions): Promise<StateDb> {
    const file = stateFile(stateDir);
    if (readOnly && !existsSync(file))
      throw new MlsqlError('MLSQL_STATE_UNREADABLE', `there is no state in ${stateDir}`, {
        hint: 'name the folder that the coordinator was given as --state; the embedded cluster has it in its home, as state',
      });
    if (!readOnly) mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const isNew = !existsSync(file) || statSync(file).size === 0;
    if (isNew && readOnly) throw unreadable(file, 'it is empty');
    if (!isNew) checkMagic(file);
    const db = openFile(file, readOnly);
    try {
      const meta = isNew && !readOnly ? await writeMeta(db, newMeta(now)) : readMeta(file, db);
      if (meta.format > STATE_FORMAT) throw newer(file, meta.format);
      if (meta.format === STATE_FORMAT || readOnly) return new StateDb(file, meta, db);
      const copy = `${file}.format-${meta.format}`;
      await db.backup(copy, false);
      const migrated = { ...meta, format: STATE_FORMAT };
      await db.transaction(() => {
        migrate(db, meta.format);
        void db.put([...META_KEY], migrated);
      });
      await db.flushed;
      return new StateDb(file, migrated, db);
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /** Makes the state of a cluster that exists: an imported one. There must be none in the folder. */
  static async create(
    stateDir: string,
    { clusterId, createdMs }: Omit<StateMeta, 'format'>,
  ): Promise<StateDb> {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const file = stateFile(stateDir);
    if (existsSync(file)) throw new Error(`there is a state in ${stateDir} already`);
    const db = openFile(file, false);
    const meta = await writeMeta(db, { format: STATE_FORMAT, clusterId, createdMs });
    return new StateDb(file, meta, db);
  }

  /** The newest epoch that wrote here; 0: none yet. */
  get lastEpoch(): number {
    return (this.#db.get([...EPOCH_KEY]) as number | undefined) ?? 0;
  }

  /** True where it was brought back from a copy, and no coordinator has had it since: the store may know more. */
  get isCopy(): boolean {
    return this.#db.get([...COPY_KEY]) === true;
  }

  /** It was brought back from a copy. */
  markCopy(): Promise<void> {
    return this.write([{ key: COPY_KEY, value: true }]);
  }

  /**
   * From now on this coordinator writes, and none of an earlier epoch.
   * @throws MlsqlError MLSQL_COORDINATOR_FENCED where a later one did already
   */
  async claim(epoch: number): Promise<void> {
    const newest = await this.#db.transaction(() => {
      const before = this.lastEpoch;
      if (before <= epoch) {
        void this.#db.put([...EPOCH_KEY], epoch);
        void this.#db.remove([...COPY_KEY]);
      }
      return before;
    });
    await this.#db.flushed;
    if (newest > epoch) throw fenced(this.file, epoch, newest);
    this.#epoch = epoch;
  }

  /**
   * Keeps all of these or none; they are on the disk when the promise resolves. Calls of one turn share a transaction.
   * @throws MlsqlError MLSQL_COORDINATOR_FENCED: another coordinator has taken over, nothing was written
   */
  write(writes: readonly StateWrite[]): Promise<void> {
    const writing = this.#write(writes).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
    return writing;
  }

  async #write(writes: readonly StateWrite[]): Promise<void> {
    const epoch = this.#epoch;
    if (epoch === undefined) throw new Error('the state is written before it was claimed');
    const newest = await this.#db.transaction(() => {
      const last = this.lastEpoch;
      if (last > epoch) return last;
      for (const { key, value } of writes) {
        // Within a transaction these are done at once.
        if (value === undefined) void this.#db.remove([...key]);
        else void this.#db.put([...key], value);
      }
      return epoch;
    });
    await this.#db.flushed;
    if (newest > epoch) throw fenced(this.file, epoch, newest);
  }

  /** Everything below a key, in order of keys. */
  *read(prefix: StateKey): Generator<{ key: StateKey; value: unknown }> {
    // 0xff stands behind every word and number in the order of keys.
    const end = [...prefix, Buffer.from([0xff])] as unknown as Key;
    for (const { key, value } of this.#db.getRange({ start: [...prefix], end }))
      yield { key: key as StateKey, value };
  }

  /** Keys below a key, without their values. */
  keys(prefix: StateKey): StateKey[] {
    const end = [...prefix, Buffer.from([0xff])] as unknown as Key;
    return [...this.#db.getKeys({ start: [...prefix], end })] as unknown as StateKey[];
  }

  get(key: StateKey): unknown {
    return this.#db.get([...key]);
  }

  /** Closes the file behind whatever is being written. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#writing);
    await this.#db.close();
  }
}

function openFile(file: string, readOnly: boolean): RootDatabase<unknown, Key> {
  try {
    return open<unknown, Key>(file, {
      encoding: 'msgpack',
      // Parts that many groups share are written, and read, once.
      encoder: { structuredClone: true } as never,
      noSubdir: true,
      readOnly,
      maxReaders: 16,
    });
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
}

/** Native code is not given bytes that nobody has looked at. */
function checkMagic(file: string): void {
  let found: boolean;
  try {
    const head = headOf(file);
    found = LMDB_MAGIC_AT.some((at) => head.length >= at + 4 && head.readUInt32LE(at) === LMDB_MAGIC);
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
  if (!found) throw unreadable(file, 'it is no LMDB file');
}

/**
 * True where the file ends before the last page that it says it has. Mostly it was cut off then; a page that was taken and
 * given back in one transaction is never written, though. Layout: `MDB_meta` of LMDB's mdb.c, one behind the head of each of
 * the first two pages.
 */
export function lacksPages(file: string): boolean {
  const head = headOf(file);
  const at = LMDB_MAGIC_AT.find(
    (offset) => head.length >= offset + 4 && head.readUInt32LE(offset) === LMDB_MAGIC,
  );
  if (at === undefined || head.length < at + META_BYTES) return true;
  const pageBytes = head.readUInt32LE(at + PAGE_SIZE_AT);
  if (pageBytes < 256 || pageBytes > PAGE_MAX_BYTES || head.length < pageBytes + at + META_BYTES) return true;
  const lastPages = [at, at + pageBytes].map((offset) => Number(head.readBigUInt64LE(offset + LAST_PAGE_AT)));
  return statSync(file).size < (Math.max(...lastPages) + 1) * pageBytes;
}

function headOf(file: string): Buffer {
  const head = Buffer.alloc(2 * PAGE_MAX_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function newMeta(now: number): StateMeta {
  return { format: STATE_FORMAT, clusterId: newId('cluster', now), createdMs: now };
}

async function writeMeta(db: RootDatabase<unknown, Key>, meta: StateMeta): Promise<StateMeta> {
  await db.put([...META_KEY], meta);
  await db.flushed;
  return meta;
}

function readMeta(file: string, db: RootDatabase<unknown, Key>): StateMeta {
  let meta: Partial<StateMeta> | undefined;
  try {
    meta = db.get([...META_KEY]) as Partial<StateMeta> | undefined;
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
  if (typeof meta?.format !== 'number' || typeof meta.clusterId !== 'string') {
    throw new MlsqlError('MLSQL_STATE_FOREIGN', `${file} is not the state of a coordinator`, {
      hint: 'name another folder with --state, or move the file away if you are sure that nothing needs it',
    });
  }
  return meta as StateMeta;
}

function newer(file: string, format: number): MlsqlError {
  return new MlsqlError(
    'MLSQL_STATE_NEWER',
    `${file} has format ${format}; this version reads formats up to ${STATE_FORMAT}`,
    { hint: 'a newer version wrote it: run that version, or start with an empty state folder' },
  );
}

function unreadable(file: string, why: string): MlsqlError {
  return new MlsqlError('MLSQL_STATE_UNREADABLE', `the state ${file} cannot be read: ${why}`, {
    hint: 'nothing was changed: bring back a copy (mlsql state import), or move the file away; what the store tells is found again',
  });
}

function fenced(file: string, epoch: number, newest: number): MlsqlError {
  return new MlsqlError(
    'MLSQL_COORDINATOR_FENCED',
    `a later coordinator (epoch ${newest}) has taken over the state ${file}; this one has epoch ${epoch}`,
    { hint: 'this coordinator ends; commands reach the other one' },
  );
}
