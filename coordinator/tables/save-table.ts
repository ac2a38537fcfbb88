// Saves a table as a folder of files: new files first, under names of their own, old ones removed after.
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { copyStatement, refuseTwins } from './copy-statement.js';
import type { LoadedColumn } from './formats/loader.js';
import { isVectorType } from './spark-type.js';
import { columnAt } from './sql-text.js';
import type { SaveRequest } from './table-engine.js';
import type { Table, TableSession } from './table-session.js';

/** Objects removed by one call. */
const DELETES_AT_ONCE = 500;

export interface Saved {
  readonly files: number;
  readonly rows: number;
  readonly sizeBytes: number;
}

interface SavedFolder {
  /** `dt=2024-01-01/`, or nothing. */
  readonly subfolder: string;
  readonly condition: string;
}

/** See TableEngine.save. */
export async function saveTable(
  session: TableSession,
  store: ObjectStore,
  table: Table,
  request: SaveRequest,
  signal: AbortSignal,
): Promise<Saved> {
  refuseTwins(table.columns);
  const partitions = request.partitionBy.map((name) => columnIndex(table, name));
  const kept = table.columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => !partitions.includes(index));
  if (kept.length === 0) {
    throw new MlsqlError(
      'MLSQL_SQL_INVALID',
      'partitionBy names every column, so no column is left to write',
      {
        hint: 'Leave at least one column out of partitionBy.',
      },
    );
  }
  const columns = kept.map(({ column }) => column);
  checkFormat(columns, request.format);
  const options = new Map(Object.entries(request.options).map(([key, value]) => [key.toLowerCase(), value]));
  const id = newId('f');
  const folder = join(session.folder, id);
  const rowsTable = `save_${id.replaceAll('-', '_')}`;
  const puts: string[] = [];
  let complete = false;
  await mkdir(folder, { recursive: true });
  try {
    const old = request.mode === 'overwrite' ? await keysBelow(store, `${request.prefix}/`) : [];
    let source = `"${table.view}"`;
    if (partitions.length > 0) {
      // Each partition reads the rows once more; they must be the same ones each time.
      await session.run(`CREATE TEMP TABLE ${rowsTable} AS SELECT * FROM ${source}`, signal);
      source = rowsTable;
    }
    const folders =
      partitions.length > 0
        ? await partitionFolders(session, source, table, partitions, signal)
        : [{ subfolder: '', condition: 'true' }];
    const selected = kept.map(({ index }, place) => `${columnAt(index)} AS ${columnAt(place)}`).join(', ');
    let rows = 0;
    let sizeBytes = 0;
    let files = 0;
    for (const { subfolder, condition } of folders) {
      const path = join(folder, `part-${files}`);
      const written = await session.run(
        copyStatement(
          `(SELECT ${selected} FROM ${source} WHERE ${condition})`,
          columns,
          request.format,
          path,
          options,
        ),
        signal,
      );
      rows += Number(written.rows[0]?.[0] ?? 0);
      const size = (await stat(path)).size;
      const key = `${request.prefix}/${subfolder}part-${String(files).padStart(5, '0')}-${id}.${EXTENSIONS[request.format]}`;
      // Before the put: one that was cut short may have arrived all the same.
      puts.push(key);
      await store.put(key, createReadStream(path), { sizeBytes: size, signal });
      await rm(path, { force: true });
      sizeBytes += size;
      files += 1;
    }
    signal.throwIfAborted();
    complete = true;
    await deleteAll(store, old);
    return { files, rows, sizeBytes };
  } finally {
    // Half a table beside the old files, or none, would be read as a whole one. The failure itself is what counts.
    if (!complete) {
      // The last one by itself: its key may be what the store refuses.
      await deleteAll(store, puts.slice(0, -1)).catch(() => undefined);
      await deleteAll(store, puts.slice(-1)).catch(() => undefined);
    }
    for (const name of partitions.length > 0 ? [rowsTable, `${rowsTable}_p`] : [])
      await session.run(`DROP TABLE IF EXISTS ${name}`).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  }
}

const EXTENSIONS: Readonly<Record<SaveRequest['format'], string>> = {
  csv: 'csv',
  json: 'json',
  parquet: 'parquet',
  text: 'txt',
  libsvm: 'libsvm',
};

function columnIndex(table: Table, name: string): number {
  const index = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (index >= 0) return index;
  throw new MlsqlError(
    'MLSQL_TABLE_COLUMN_UNKNOWN',
    `partitionBy: table ${table.name} has no column ${name}`,
    {
      hint: `Its columns are ${table.columns
        .map((column) => column.name)
        .slice(0, 20)
        .join(', ')}.`,
    },
  );
}

function checkFormat(columns: readonly LoadedColumn[], format: SaveRequest['format']): void {
  const invalid = (message: string, hint: string): MlsqlError =>
    new MlsqlError('MLSQL_SQL_INVALID', message, { hint });
  if (format === 'text' && (columns.length !== 1 || columns[0]!.type.kind !== 'string')) {
    throw invalid(
      'the text format writes exactly one column of type string',
      'Select that column alone, or save as json or csv.',
    );
  }
  if (
    format === 'libsvm' &&
    (columns.length !== 2 || columns[0]!.type.kind !== 'double' || !isVectorType(columns[1]!.type))
  ) {
    throw invalid(
      'the libsvm format writes a label (double) and a features column (vector)',
      'Select them in this order: cast(label as double), features.',
    );
  }
  const nested = columns.find(
    ({ type }) =>
      type.kind === 'array' || type.kind === 'map' || type.kind === 'struct' || type.kind === 'binary',
  );
  if (format === 'csv' && nested !== undefined) {
    throw invalid(
      `csv cannot hold column ${nested.name} of type ${nested.type.kind}`,
      'Save as json or parquet, or turn the column into a string with to_json.',
    );
  }
}

async function partitionFolders(
  session: TableSession,
  source: string,
  table: Table,
  partitions: readonly number[],
  signal: AbortSignal,
): Promise<SavedFolder[]> {
  const columns = partitions.map(columnAt).join(', ');
  const texts = partitions.map((index) => `${columnAt(index)}::VARCHAR`).join(', ');
  const ids = `${source}_p`;
  await session.run(
    `CREATE OR REPLACE TEMP TABLE ${ids} AS SELECT DISTINCT ${columns} FROM ${source}`,
    signal,
  );
  const { rows } = await session.run(`SELECT rowid, ${texts} FROM ${ids} ORDER BY rowid`, signal);
  return rows.map((row) => {
    const [rowid, ...values] = row;
    const subfolder = values
      .map(
        (value, place) =>
          `${escapeName(table.columns[partitions[place]!]!.name)}=${escapeValue(value as string | null)}/`,
      )
      .join('');
    const equal = partitions.map(
      (index) =>
        `${columnAt(index)} IS NOT DISTINCT FROM (SELECT ${columnAt(index)} FROM ${ids} WHERE rowid = ${String(rowid)})`,
    );
    return { subfolder, condition: equal.join(' AND ') };
  });
}

function escapeValue(value: string | null): string {
  return value === null || value === '' ? '__HIVE_DEFAULT_PARTITION__' : escapeName(value);
}

/** The characters that Spark escapes in names of partition folders. */
function escapeName(text: string): string {
  return text.replace(
    /[\p{Cc}"#%'*/:=?\\{[\]^]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
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
