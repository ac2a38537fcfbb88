// Saves a table as a folder of files: written to the spool, staged in the store, and put in their places together.
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { copyStatement, refuseTwins } from './copy-statement.js';
import type { LoadedColumn } from './formats/loader.js';
import { type SavesUnderWay, SaveTarget } from './save-target.js';
import { isVectorType } from './spark-type.js';
import { columnAt } from './sql-text.js';
import type { Saved, SaveRequest } from './table-engine.js';
import type { Table, TableSession } from './table-session.js';
import { wallTime } from './time-zone.js';

/** Nothing was written. */
const LEFT_AS_IT_IS: Saved = { files: 0, rows: 0, sizeBytes: 0 };

interface SavedFolder {
  /** `dt=2024-01-01/`, or nothing. */
  readonly subfolder: string;
  readonly condition: string;
}

/** See TableEngine.save. */
export async function saveTable(
  session: TableSession,
  store: ObjectStore,
  saves: SavesUnderWay,
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
  const folder = join(session.folder, newId('save'));
  const rowsTable = `save_${request.id}`;
  const target = new SaveTarget(store, saves, request);
  if (!(await target.begin())) return LEFT_AS_IT_IS;
  await mkdir(folder, { recursive: true });
  try {
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
          { zone: session.timeZone, options, markInstants: true },
        ),
        signal,
      );
      rows += Number(written.rows[0]?.[0] ?? 0);
      const size = (await stat(path)).size;
      await target.add({ file: path }, subfolder, EXTENSIONS[request.format], size, signal);
      await rm(path, { force: true });
      sizeBytes += size;
      files += 1;
    }
    signal.throwIfAborted();
    return (await target.commit()) ? { files, rows, sizeBytes } : LEFT_AS_IT_IS;
  } finally {
    // What is left of it is in nobody's way; the outcome is what counts.
    await target.discard().catch(() => undefined);
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
  const texts = partitions
    .map((index) => {
      const isTimestamp = table.columns[index]!.type.kind === 'timestamp';
      return `${isTimestamp ? wallTime(columnAt(index), session.timeZone) : columnAt(index)}::VARCHAR`;
    })
    .join(', ');
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
