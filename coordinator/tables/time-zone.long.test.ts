// Loads and saves of timestamps in other time zones than UTC; the expectations are a real Spark's (4.3.0).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SessionId, sessionId } from '../../shared/ids.js';
import { createLogger } from '../../shared/logger.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { SETUP_PYTHON } from '../../shared/paths.js';
import { compiledSqlProcess } from '../../test/support/sql-process.js';
import { createTableEngine } from './duck-table-engine.js';
import type { SaveRequest, SourceFile, TableEngine } from './table-engine.js';

const folder = mkdtempSync(join(tmpdir(), 'mlsql-zones-'));
let store: ObjectStore;
let engine: TableEngine;
let times: SourceFile;
let sessions = 0;

beforeAll(async () => {
  store = await createLocalStore(join(folder, 'store'));
  const { sizeBytes, etag } = await store.put('times.csv', Buffer.from(CSV));
  times = { key: 'times.csv', sizeBytes, etag, displayName: '/times.csv' };
  engine = createTableEngine({
    storage: store,
    functionCaller: { call: () => Promise.reject(new Error('no function is called')) },
    spoolDir: join(folder, 'spool'),
    pythonPath: SETUP_PYTHON,
    logger: createLogger('sql', 'silent'),
    processPath: compiledSqlProcess(),
  });
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const CSV = `a,b,c,d
2024-03-10 02:30:00,2024-07-01T12:00:00Z,2024-07-01,2024-07-01 12:00:00
2024-11-03 01:30:00,2024-07-01T12:00:00.000+02:00,2024-07-02,2024-07-01T12:00:00Z
2024-01-01 00:00:00.123,2024-07-01 12:00:00,2024-07-03,
`;

async function sessionIn(zone: string): Promise<SessionId> {
  const id = sessionId(`zones${++sessions}`);
  await engine.openSession(id);
  await engine.setTimeZone(id, zone);
  return id;
}

async function loadCsv(id: SessionId, inferSchema = 'true') {
  const files = [times];
  const options = { header: 'true', inferSchema };
  return engine.load(id, { table: 'times', format: 'csv', files, options });
}

async function select(id: SessionId, sql: string): Promise<Record<string, unknown>[]> {
  const { name } = await engine.select(id, { sql, functions: new Map() });
  return (await engine.rows(id, name, 100)).rowsJson.map((row) => JSON.parse(row));
}

/** Saves a table, and gives the files it wrote: path below the folder → the file. */
async function saved(
  id: SessionId,
  table: string,
  request: Partial<SaveRequest>,
): Promise<Map<string, SourceFile>> {
  const prefix = `saved/${++sessions}`;
  await engine.save(id, {
    table,
    format: 'json',
    prefix,
    mode: 'overwrite',
    id: `save${sessions}`,
    options: {},
    partitionBy: [],
    ...request,
  });
  const found = new Map<string, SourceFile>();
  for await (const entry of store.list(`${prefix}/`)) {
    if (entry.kind !== 'object' || !entry.info.key.includes('part-')) continue;
    const { key, sizeBytes, etag } = entry.info;
    found.set(key.slice(prefix.length + 1), { key, sizeBytes, etag, displayName: `/${key}` });
  }
  return found;
}

async function textsOf(files: ReadonlyMap<string, SourceFile>): Promise<string[]> {
  return Promise.all([...files.values()].map(async ({ key }) => text((await store.get(key)).body)));
}

describe.each([
  {
    zone: 'Asia/Shanghai',
    a: [1710009000000000, 1730568600000000, 1704038400123000],
    b: [1719835200000000, 1719828000000000, 1719806400000000],
    line: '{"a":"2024-03-10T02:30:00.000+08:00","b":"2024-07-01T20:00:00.000+08:00"}',
    folders: ['a=2024-03-10 02%3A30%3A00/', 'a=2024-11-03 01%3A30%3A00/'],
  },
  {
    zone: 'America/New_York',
    a: [1710055800000000, 1730611800000000, 1704085200123000],
    b: [1719835200000000, 1719828000000000, 1719849600000000],
    line: '{"a":"2024-03-10T03:30:00.000-04:00","b":"2024-07-01T08:00:00.000-04:00"}',
    folders: ['a=2024-03-10 03%3A30%3A00/', 'a=2024-11-03 01%3A30%3A00/'],
  },
  {
    zone: '+05:30',
    a: [1710018000000000, 1730577600000000, 1704047400123000],
    b: [1719835200000000, 1719828000000000, 1719815400000000],
    line: '{"a":"2024-03-10T02:30:00.000+05:30","b":"2024-07-01T17:30:00.000+05:30"}',
    folders: ['a=2024-03-10 02%3A30%3A00/', 'a=2024-11-03 01%3A30%3A00/'],
  },
])('in $zone', ({ zone, a, b, line, folders }) => {
  test('timestamps of CSV without an offset are in it, and JSON and CSV are written by its clocks', async () => {
    const id = await sessionIn(zone);
    const { columns } = await loadCsv(id);
    expect(columns.map(({ type }) => type)).toEqual(['timestamp', 'timestamp', 'date', 'timestamp']);
    const micros = await select(id, 'select unix_micros(a) a, unix_micros(b) b from times');
    expect(micros).toEqual(a.map((value, row) => ({ a: value, b: b[row] })));
    await engine.select(id, { table: 'two', sql: 'select a, b from times', functions: new Map() });
    const [json] = await textsOf(await saved(id, 'two', {}));
    expect(json!.split('\n')[0]).toBe(line);
    const [csv] = await textsOf(await saved(id, 'two', { format: 'csv' }));
    expect(csv!.split('\n')[0]).toBe(Object.values(JSON.parse(line)).join(','));
    const [part] = await engine.writeParts(id, { table: 'two', format: 'json', prefix: `parts/${zone}` });
    expect(await text((await store.get(part!.key)).body)).toBe(json);
  });

  test('partition folders are named by its clocks, and read by them', async () => {
    const id = await sessionIn(zone);
    await loadCsv(id);
    const sql = 'select c, a from times where second(a) = 0 and month(a) > 1';
    await engine.select(id, { table: 'few', sql, functions: new Map() });
    const files = await saved(id, 'few', { partitionBy: ['a'] });
    expect([...files.keys()].map((path) => path.replace(/part-.*/, '')).sort()).toEqual(folders);
    const sources = [...files].map(([path, file]) => {
      const value = decodeURIComponent(/a=([^/]*)/.exec(path)![1]!);
      return { ...file, partitionValues: { a: value } };
    });
    await engine.load(id, { table: 'again', format: 'json', files: sources, options: {} });
    expect(await select(id, 'select unix_micros(a) a from again order by a')).toEqual([
      { a: a[0] },
      { a: a[1] },
    ]);
  });

  test('parquet holds instants, whichever zone reads it', async () => {
    const id = await sessionIn(zone);
    await loadCsv(id);
    await engine.select(id, { table: 'two', sql: 'select a, array(b) r from times', functions: new Map() });
    const files = [...(await saved(id, 'two', { format: 'parquet' })).values()];
    const other = await sessionIn('Europe/Berlin');
    await engine.load(other, { table: 'again', format: 'parquet', files, options: {} });
    const micros = await select(other, 'select unix_micros(a) a, unix_micros(r[0]) b from again');
    expect(micros).toEqual(a.map((value, row) => ({ a: value, b: b[row] })));
  });
});

test('what is the same in every zone has one fingerprint, and what is not has several', async () => {
  const fingerprints = async (zone: string) => {
    const id = await sessionIn(zone);
    const fingerprintOf = async (sql: string) =>
      (await engine.select(id, { sql, functions: new Map() })).fingerprint;
    const times = (await loadCsv(id)).fingerprint;
    const dated = await fingerprintOf('select cast(a as date) d from times');
    const texts = (await loadCsv(id, 'false')).fingerprint;
    const plain = await fingerprintOf('select count(*) n from times');
    return { times, dated, texts, plain };
  };
  const first = await fingerprints('UTC');
  const second = await fingerprints('Asia/Shanghai');
  expect(second.times).not.toBe(first.times);
  expect(second.dated).not.toBe(first.dated);
  expect(second.texts).toBe(first.texts);
  expect(second.plain).toBe(first.plain);
});

test.each([
  ['Mars/Olympus', 'Asia/Shanghai'],
  ['asia/shanghai', 'Did you mean Asia/Shanghai?'],
  ['+19:00', '+08:00'],
  ['+08:75', '+08:00'],
])('%s is no time zone', async (zone, hint) => {
  const id = sessionId(`zones${++sessions}`);
  await engine.openSession(id);
  await expect(engine.setTimeZone(id, zone)).rejects.toMatchObject({
    code: 'MLSQL_SCRIPT_OPTION_VALUE',
    message: `no time zone '${zone}'`,
    details: { hint: expect.stringContaining(hint) },
  });
});

test.each(['UTC', 'Etc/UTC', 'Z', 'GMT', '+00:00'])('%s is UTC', async (zone) => {
  const id = await sessionIn(zone);
  expect(await select(id, 'select cast(0 as timestamp) t, current_timezone() z')).toEqual([
    { t: '1970-01-01 00:00:00', z: 'UTC' },
  ]);
});
