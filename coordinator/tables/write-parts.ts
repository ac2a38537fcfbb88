// Writes a table as partitions into the store: contiguous rows, named by content, so that nothing is written twice.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { PARTITION_TARGET_BYTES } from '../../shared/limits.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { copyStatement, refuseTwins, rowBytes } from './copy-statement.js';
import { hasTimestamp } from './spark-type.js';
import type { WritePartsRequest, WrittenPart } from './table-engine.js';
import { fingerprintOf, type Table, type TableSession } from './table-session.js';
import { isUtc, type TimeZone } from './time-zone.js';

/** Parts that are hashed and put while the next one is being written. */
const PUTS_AT_ONCE = 2;
/** Rows whose written size stands for the table's. */
const SAMPLE_ROWS = 20_000;
/** Of the format of parts and index; a new number makes every table be written again. */
const LAYOUT_VERSION = 1;

interface PartIndex {
  readonly parts: readonly Omit<WrittenPart, 'written'>[];
}

/** See TableEngine.writeParts. */
export async function writeParts(
  session: TableSession,
  store: ObjectStore,
  table: Table,
  request: WritePartsRequest,
  signal: AbortSignal,
): Promise<readonly WrittenPart[]> {
  refuseTwins(table.columns);
  const indexKey =
    table.fingerprint === undefined
      ? undefined
      : `${request.prefix}/_index-${fingerprintOf(LAYOUT_VERSION, table.fingerprint, table.columns, request.format, request.partitions ?? 0, ...zoneOf(table, request, session.timeZone)).slice(0, 32)}.json`;
  if (indexKey !== undefined) {
    const known = await readIndex(store, indexKey);
    if (known !== undefined) return known;
  }
  const parts = await new PartWriter(session, store, table, request, signal, session.timeZone).write();
  if (indexKey !== undefined) {
    const index: PartIndex = {
      parts: parts.map(({ key, sizeBytes, sha256, rows }) => ({ key, sizeBytes, sha256, rows })),
    };
    await store.put(indexKey, Buffer.from(JSON.stringify(index)));
  }
  return parts;
}

/** What the session's time zone adds to the name of written rows: nothing where they hold no timestamps as text. */
function zoneOf(table: Table, request: WritePartsRequest, zone: TimeZone): string[] {
  const matters = request.format !== 'parquet' && table.columns.some(({ type }) => hasTimestamp(type));
  return matters && !isUtc(zone) ? [zone.name] : [];
}

/** The parts of an earlier write of the same rows, if every one of them still lies there. */
async function readIndex(store: ObjectStore, key: string): Promise<readonly WrittenPart[] | undefined> {
  if ((await store.head(key)) === undefined) return undefined;
  let index: PartIndex;
  try {
    const { body } = await store.get(key);
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece as Buffer);
    index = JSON.parse(Buffer.concat(pieces).toString('utf8')) as PartIndex;
  } catch (error) {
    if (error instanceof SyntaxError || isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) return undefined;
    throw error;
  }
  const heads = await Promise.all(index.parts.map((part) => store.head(part.key)));
  const whole = index.parts.every((part, place) => heads[place]?.sizeBytes === part.sizeBytes);
  return whole ? index.parts.map((part) => ({ ...part, written: false })) : undefined;
}

class PartWriter {
  readonly #folder: string;
  readonly #rows = `parts_${newId('m').replaceAll('-', '_')}`;

  constructor(
    private readonly session: TableSession,
    private readonly store: ObjectStore,
    private readonly table: Table,
    private readonly request: WritePartsRequest,
    private readonly signal: AbortSignal,
    private readonly zone: TimeZone,
  ) {
    this.#folder = join(session.folder, newId('parts'));
  }

  async write(): Promise<readonly WrittenPart[]> {
    await mkdir(this.#folder, { recursive: true });
    try {
      // Row numbers need rows that stay in place: DuckDB keeps them in memory as long as it may, then spills.
      await this.#run(`CREATE TEMP TABLE ${this.#rows} AS SELECT * FROM "${this.table.view}"`);
      const count = await this.#number(`SELECT count(*) FROM ${this.#rows}`);
      if (count === 0) {
        throw new MlsqlError('MLSQL_TABLE_EMPTY', `table ${this.table.name} has no rows`, {
          hint: 'A train needs at least one row; check the load or the where of the select.',
        });
      }
      const wanted = this.request.partitions ?? (await this.#partitionsBySize(count));
      return await this.#writeAll(ranges(count, Math.min(wanted, count)));
    } finally {
      await this.session.run(`DROP TABLE IF EXISTS ${this.#rows}`).catch(() => undefined);
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async #writeAll(parts: readonly { start: number; end: number }[]): Promise<readonly WrittenPart[]> {
    const written: Promise<WrittenPart>[] = [];
    try {
      for (const [number, range] of parts.entries()) {
        const path = join(this.#folder, String(number));
        const source = `(SELECT * FROM ${this.#rows} WHERE rowid >= ${range.start} AND rowid < ${range.end})`;
        await this.#run(
          copyStatement(source, this.table.columns, this.request.format, path, { zone: this.zone }),
        );
        if (number >= PUTS_AT_ONCE) await written[number - PUTS_AT_ONCE];
        const part = this.#put(number, path, range.end - range.start);
        part.catch(() => undefined);
        written.push(part);
      }
    } finally {
      await Promise.allSettled(written);
    }
    return Promise.all(written);
  }

  /** Puts one finished file under the name of its content, unless that is there already. */
  async #put(number: number, path: string, rows: number): Promise<WrittenPart> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    await pipeline(
      createReadStream(path, { highWaterMark: 1 << 20 }),
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) {
          hash.update(chunk);
          sizeBytes += chunk.length;
        }
      },
    );
    const sha256 = hash.digest('hex');
    const name = `part-${String(number).padStart(5, '0')}-${sha256.slice(0, 16)}.${this.request.format}`;
    const key = `${this.request.prefix}/${name}`;
    const part = { key, sizeBytes, sha256, rows };
    if ((await this.store.head(key))?.sizeBytes === sizeBytes) return { ...part, written: false };
    try {
      await this.store.put(key, { file: path }, { sizeBytes, ifAbsent: true, signal: this.signal });
      return { ...part, written: true };
    } catch (error) {
      // Another train of the same table was first.
      if (isMlsqlError(error, 'MLSQL_STORE_PRECONDITION')) return { ...part, written: false };
      throw error;
    } finally {
      await rm(path, { force: true });
    }
  }

  /** One partition per 32 MiB, estimated from rows all over the table. */
  async #partitionsBySize(count: number): Promise<number> {
    const step = Math.max(1, Math.floor(count / SAMPLE_ROWS));
    const sample = `(SELECT * FROM ${this.#rows} WHERE rowid % ${step} = 0)`;
    const average = await this.#number(
      `SELECT avg(${rowBytes(this.table.columns, this.request.format, this.zone)}) FROM ${sample}`,
    );
    return Math.max(1, Math.ceil((count * average) / PARTITION_TARGET_BYTES));
  }

  async #number(sql: string): Promise<number> {
    const { rows } = await this.#run(sql);
    return Number(rows[0]![0]);
  }

  #run(sql: string): ReturnType<TableSession['run']> {
    return this.session.run(sql, this.signal);
  }
}

/** Splits rows 0 … count into parts whose sizes differ by at most one. */
function ranges(count: number, parts: number): { start: number; end: number }[] {
  return Array.from({ length: parts }, (_, part) => ({
    start: Math.floor((count * part) / parts),
    end: Math.floor((count * (part + 1)) / parts),
  }));
}
