// The table engine against the real thing: DuckDB in its process, the translator, and a store in a folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Packr } from 'msgpackr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionId } from '../../shared/ids.js';
import { createLogger } from '../../shared/logger.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { SETUP_PYTHON } from '../../shared/paths.js';
import { compiledSqlProcess } from '../../test/support/sql-process.js';
import { createTableEngine } from './duck-table-engine.js';
import type { FunctionCaller, SourceFile, TableEngine } from './table-engine.js';

const packr = new Packr({ useRecords: false });
const folder = mkdtempSync(join(tmpdir(), 'mlsql-tables-'));
let store: ObjectStore;
let engine: TableEngine;
let sessions = 0;

/** Answers each dense row with the sum of its numbers. */
const sums: FunctionCaller = {
  async call(functionId, batch) {
    if (functionId === 'fn-uneven') return uneven(await batch.bytes());
    const { n, dim, values } = packr.unpack(await batch.bytes()) as {
      n: number;
      dim: number;
      values: Buffer;
    };
    const numbers = new Float64Array(
      values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength),
    );
    const answers = new Float64Array(n);
    for (let row = 0; row < n; row++)
      for (let at = 0; at < dim; at++) answers[row]! += numbers[row * dim + at]!;
    return packr.pack({ n, dim: 1, values: Buffer.from(answers.buffer) });
  },
};

/** Answers rows below 20,000 with their number, later ones with two numbers, and none where the number divides by 1,000. */
async function uneven(bytes: Uint8Array): Promise<Uint8Array> {
  const { n, values } = packr.unpack(bytes) as { n: number; values: Buffer };
  const numbers = [...new Float64Array(new Uint8Array(values).buffer)];
  const late = numbers.some((number) => number >= 20_000);
  const answers = numbers.map((number) => (!late ? [number] : number % 1000 === 0 ? [] : [number, -number]));
  const offsets = new Int32Array(n + 1);
  for (const [row, answer] of answers.entries()) offsets[row + 1] = offsets[row]! + answer.length;
  const nulls = Uint8Array.from(answers, (answer) => (answer.length === 0 ? 1 : 0));
  const flat = Buffer.from(new Float64Array(answers.flat()).buffer);
  if (!late) return packr.pack({ n, dim: 1, values: flat });
  return packr.pack({ n, offsets: Buffer.from(offsets.buffer), values: flat, nulls });
}

beforeAll(async () => {
  store = await createLocalStore(join(folder, 'store'));
  engine = createTableEngine({
    storage: store,
    functionCaller: sums,
    spoolDir: join(folder, 'spool'),
    pythonPath: SETUP_PYTHON,
    logger: createLogger('sql', 'silent'),
    processPath: compiledSqlProcess(),
    memoryLimitBytes: 512 * 1024 * 1024,
    threads: 2,
  });
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

async function file(key: string, text: string): Promise<SourceFile> {
  const info = await store.put(key, Buffer.from(text));
  return { key, sizeBytes: info.sizeBytes, etag: info.etag, displayName: `/${key}` };
}

async function session(): Promise<ReturnType<typeof sessionId>> {
  const id = sessionId(`s${++sessions}`);
  await engine.openSession(id);
  return id;
}

/** One session for tests that only load: opening one takes longer than they do. */
function sharedSession(): Promise<ReturnType<typeof sessionId>> {
  shared ??= session();
  return shared;
}
let shared: Promise<ReturnType<typeof sessionId>> | undefined;

async function answer(id: ReturnType<typeof sessionId>, sql: string, functions = new Map<string, string>()) {
  const info = await engine.select(id, { sql, functions });
  const rows = await engine.rows(id, info.name, 100);
  return {
    columns: info.columns.map((column) => `${column.name}:${column.type}`),
    rows: rows.rowsJson.map((row) => JSON.parse(row)),
  };
}

test('loads JSON lines with columns in the order of their names, and selects from them', async () => {
  const id = await session();
  const source = await file('json/a.json', '{"b":1,"a":"x"}\n{"b":2.5,"c":[1,2]}\n');
  const info = await engine.load(id, { table: 't', format: 'json', files: [source], options: {} });
  expect(info.columns).toEqual([
    { name: 'a', type: 'string' },
    { name: 'b', type: 'double' },
    { name: 'c', type: 'array<bigint>' },
  ]);
  expect(await answer(id, 'select a, b * 2 as d, c[1] as e from t')).toEqual({
    columns: ['a:string', 'd:double', 'e:bigint'],
    rows: [
      { a: 'x', d: 2, e: null },
      { a: null, d: 5, e: 2 },
    ],
  });
});

test('loads CSV with a header as strings, and with inferSchema as numbers', async () => {
  const id = await session();
  const source = await file('csv/a.csv', 'x,y,中 "文"\n1,a,1.5\n2,"b,\nc",\n');
  const plain = await engine.load(id, {
    table: 't',
    format: 'csv',
    files: [source],
    options: { header: 'true' },
  });
  expect(plain.columns.map((column) => column.type)).toEqual(['string', 'string', 'string']);
  const typed = await engine.load(id, {
    table: 'u',
    format: 'csv',
    files: [source],
    options: { header: 'true', inferSchema: 'true' },
  });
  expect(typed.columns.map((column) => `${column.name}:${column.type}`)).toEqual([
    'x:int',
    'y:string',
    '中 "文":double',
  ]);
  expect((await answer(id, 'select * from u')).rows).toEqual([
    { x: 1, y: 'a', '中 "文"': 1.5 },
    { x: 2, y: 'b,\nc', '中 "文"': null },
  ]);
});

test('loads libsvm as a label and a sparse vector', async () => {
  const id = await session();
  const source = await file('svm/a.txt', '1 1:0.5 3:2\n0 2:1\n');
  const info = await engine.load(id, { table: 't', format: 'libsvm', files: [source], options: {} });
  expect(info.columns.map((column) => column.name)).toEqual(['label', 'features']);
  expect((await answer(id, 'select * from t')).rows).toEqual([
    { label: 1, features: { type: 0, size: 3, indices: [0, 2], values: [0.5, 2] } },
    { label: 0, features: { type: 0, size: 3, indices: [1], values: [1] } },
  ]);
});

test('writes partitions by content, and nothing the second time', async () => {
  const id = await session();
  await engine.select(id, {
    table: 't',
    sql: 'select id, id * 2 as y, if(id = 3, null, "s") as s from range(10)',
    functions: new Map(),
  });
  const request = { table: 't', format: 'json', prefix: 'm/tmp/data', partitions: 3 } as const;
  const first = await engine.writeParts(id, request);
  expect(first.map((part) => part.rows)).toEqual([3, 3, 4]);
  expect(first.every((part) => part.written)).toBe(true);
  expect(readFileSync(store.localPath(first[1]!.key)!, 'utf8')).toBe(
    '{"id":3,"y":6}\n{"id":4,"y":8,"s":"s"}\n{"id":5,"y":10,"s":"s"}\n',
  );
  const second = await engine.writeParts(id, request);
  expect(second).toEqual(first.map((part) => ({ ...part, written: false })));
});

test('calls a registered function on arrays and vectors, and skips nulls', async () => {
  const id = await session();
  const functions = new Map([['total', 'f-1']]);
  const sql =
    'select total(array(id, 1))[0] a, total(if(id = 1, null, vec_dense(array(id, 2.5))))[0] b from range(3)';
  expect((await answer(id, sql, functions)).rows).toEqual([
    { a: 1, b: 2.5 },
    { a: 2, b: null },
    { a: 3, b: 4.5 },
  ]);
});

test.each([
  ['map(5, 1.0)', 'no index 5'],
  ['map(-1, 1.0)', 'no index -1'],
])('refuses a sparse vector with an index outside of its size: %s', async (entries, message) => {
  const id = await session();
  await expect(answer(id, `select vec_sparse(3, ${entries}) v`)).rejects.toThrow(message);
});

/** A table whose rows take longer than any test. */
async function endless(id: ReturnType<typeof sessionId>, table: string): Promise<void> {
  const sql = 'select sum(a.id * b.id) as s from range(4000000) a cross join range(4000000) b';
  await engine.select(id, { table, sql, functions: new Map() });
}

const cancelled = { code: 'MLSQL_RUN_CANCELLED' };

test('interrupting or closing a session that is not open does nothing', async () => {
  await engine.interrupt(sessionId('nobody'));
  await engine.closeSession(sessionId('nobody'));
  const id = await session();
  await engine.closeSession(id);
  await engine.closeSession(id);
  await engine.interrupt(id);
});

test('an interrupt also cancels what waits for its turn, and nothing that comes later', async () => {
  const id = await session();
  await endless(id, 't');
  const statements = [engine.rows(id, 't', 1), engine.rows(id, 't', 1), engine.rows(id, 't', 1)];
  const ends = Promise.allSettled(statements);
  // All of them are sent by then.
  await setImmediate();
  await engine.interrupt(id);
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: cancelled });
  expect((await answer(id, 'select 1 as a')).rows).toEqual([{ a: 1 }]);
});

test('an interrupt between two steps of a call ends the call', async () => {
  const id = await session();
  const source = await file('json/steps.json', '{"a":1}\n');
  const load = engine.load(id, { table: 't', format: 'json', files: [source], options: {} });
  // Before its first statement: the file is being linked.
  await engine.interrupt(id);
  await expect(load).rejects.toMatchObject(cancelled);
  const select = engine.select(id, { sql: 'select 1 as a', functions: new Map() });
  // While it is being translated.
  await engine.interrupt(id);
  await expect(select).rejects.toMatchObject(cancelled);
});

test('long statements of some sessions do not stop the others', async () => {
  const id = await session();
  await answer(id, 'select 1 as a');
  const busy = await Promise.all(Array.from({ length: 4 }, session));
  for (const id of busy) await endless(id, 't');
  const ends = Promise.allSettled(busy.map((id) => engine.rows(id, 't', 1)));
  expect((await answer(id, 'select 2 as a')).rows).toEqual([{ a: 2 }]);
  for (const other of busy) await engine.interrupt(other);
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: cancelled });
  for (const other of busy) await engine.closeSession(other);
});

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list(prefix)) if (entry.kind === 'object') keys.push(entry.info.key);
  return keys;
}

test.each([
  // Two sessions save at once to a path that is not there: how many succeed, write files, and what lies there after.
  { mode: 'errorIfExists', succeed: 1, write: 1, files: 1 },
  { mode: 'ignore', succeed: 2, write: 1, files: 1 },
  { mode: 'append', succeed: 2, write: 2, files: 2 },
  { mode: 'overwrite', succeed: 2, write: 2, files: 1 },
] as const)('of two saves at once in mode $mode, $write write', async ({ mode, succeed, write, files }) => {
  const prefix = `out/at-once-${mode}`;
  const saves = await Promise.allSettled(
    ['a', 'b'].map(async (name) => {
      const id = await session();
      await engine.select(id, { table: 't', sql: `select "${name}" as v`, functions: new Map() });
      const request = { table: 't', format: 'json', prefix, mode, options: {}, partitionBy: [] } as const;
      return engine.save(id, { ...request, id: `save${name}` });
    }),
  );
  const saved = saves.flatMap((save) => (save.status === 'fulfilled' ? [save.value] : []));
  for (const save of saves)
    if (save.status === 'rejected') expect(save.reason).toMatchObject({ code: 'MLSQL_TABLE_SAVE_EXISTS' });
  expect(saved).toHaveLength(succeed);
  expect(saved.filter((one) => one.files === 1)).toHaveLength(write);
  const keys = await keysOf(prefix);
  expect(keys.filter((key) => key.endsWith('.json'))).toHaveLength(files);
  expect(keys.filter((key) => !key.endsWith('.json'))).toEqual([`${prefix}/_SUCCESS`]);
});

const VECTOR = 'struct<type:tinyint,size:int,indices:array<int>,values:array<double>>';

test.each([
  [
    'whole numbers, others, and what is neither',
    ['{"a":1,"b":1,"c":true}', '{"a":-2,"b":1.5,"c":"x"}'],
    'a:bigint,b:double,c:string',
  ],
  [
    'whole numbers beyond a long',
    ['{"a":9223372036854775808,"b":-1}', '{"a":-1,"b":18446744073709551616}'],
    'a:decimal(20,0),b:double',
  ],
  [
    'whole numbers of both signs, some beyond a long',
    [
      '{"a":1,"b":[1,-2],"c":{"d":1,"e":-1},"f":1}',
      '{"a":-9223372036854775808,"b":[],"c":{"d":-9223372036854775809},"f":-1}',
      '{"a":9223372036854775807,"b":[18446744073709551615],"g":-3}',
    ],
    'a:bigint,b:array<decimal(20,0)>,c:struct<d:double,e:bigint>,f:bigint,g:bigint',
  ],
  [
    'texts that read like something else',
    [
      '{"a":"2024-01-01","b":"01:02:03","c":"2024-01-01 00:00:00","d":["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],"e":"1"}',
    ],
    'a:string,b:string,c:string,d:array<string>,e:string',
  ],
  [
    'nothing but nulls and empty ones',
    ['{"a":null,"b":[],"c":{},"d":[null],"e":{"x":null}}'],
    'a:string,b:array<string>,c:string,d:array<string>,e:struct<x:string>',
  ],
  [
    'fields that come late, in the order of names',
    ['{"z":{"y":1}}', '{"z":{"x":[{"b":1}]},"a":null}', '{"z":{"x":[{"a":"t"}]},"a":true}'],
    'a:boolean,z:struct<x:array<struct<a:string,b:bigint>>,y:bigint>',
  ],
  [
    'lists and objects beside plain values',
    ['{"a":[1],"b":{"c":1},"d":[1,"x"]}', '{"a":"x","b":2,"d":[]}'],
    'a:string,b:string,d:array<string>',
  ],
  [
    'names with quotes, blanks and commas',
    ['{"we\\"ird, (x) 数":{"in ner":[{"q\\"":1}]}}'],
    'we"ird, (x) 数:struct<`in ner`:array<struct<`q"`:bigint>>>',
  ],
  [
    'vectors in both forms',
    ['{"f":{"type":1,"values":[1.0,2]}}', '{"f":{"type":0,"size":3,"indices":[0],"values":[1]}}'],
    `f:${VECTOR}`,
  ],
  [
    'vectors of whole numbers of both signs',
    ['{"f":{"type":1,"values":[1,-2]}}', '{"f":{"type":1,"values":[]}}'],
    `f:${VECTOR}`,
  ],
  [
    'vectors with nulls, or of no numbers',
    ['{"f":{"type":1,"size":null,"indices":null,"values":[]},"g":[{"type":1,"values":[1.5]}]}'],
    `f:${VECTOR},g:array<${VECTOR}>`,
  ],
  [
    'what only looks like a vector',
    [
      '{"f":{"type":1,"values":[1,"x"]},"g":{"type":1.5,"values":[1]},"h":{"type":1,"size":"n","values":[1]}}',
    ],
    'f:struct<type:bigint,values:array<string>>,g:struct<type:double,values:array<bigint>>,h:struct<size:string,type:bigint,values:array<bigint>>',
  ],
] as const)('the types of JSON lines: %s', async (name, lines, types) => {
  const id = await sharedSession();
  const source = await file(`json/${name}.json`, lines.map((line) => `${line}\n`).join(''));
  const { columns } = await engine.load(id, { table: 't', format: 'json', files: [source], options: {} });
  expect(columns.map((column) => `${column.name}:${column.type}`).join(',')).toBe(types);
  expect((await engine.rows(id, 't', 10)).rowCount).toBe(lines.length);
});

test.each([
  ['{"A":1,"a":2}', "two fields differ only in case: 'A' and 'a'"],
  ['[1]', 'line 2: not a JSON object: [1]'],
  ['{"a":', 'line 2: not a JSON object: {"a":'],
])('a file of JSON lines with %s is refused', async (line, why) => {
  const id = await sharedSession();
  const source = await file('json/refused.json', `{}\n${line}\n`);
  const load = engine.load(id, { table: 't', format: 'json', files: [source], options: {} });
  await expect(load).rejects.toMatchObject({
    code: 'MLSQL_TABLE_DATA_INVALID',
    message: expect.stringContaining(why),
  });
});

test('a save that is cancelled leaves no file, and the path free', async () => {
  const id = await session();
  await endless(id, 't');
  const prefix = 'out/cancelled';
  const request = { table: 't', format: 'json', prefix, mode: 'errorIfExists', options: {} } as const;
  const save = engine.save(id, { ...request, partitionBy: [], id: 'first' });
  save.catch(() => undefined);
  await setImmediate();
  await engine.interrupt(id);
  await expect(save).rejects.toMatchObject(cancelled);
  expect(await keysOf(prefix)).toEqual([]);
  await engine.select(id, { table: 'u', sql: 'select id % 2 as p, id from range(4)', functions: new Map() });
  const saved = await engine.save(id, { ...request, table: 'u', partitionBy: ['p'], id: 'second' });
  expect(saved).toMatchObject({ files: 2, rows: 4 });
  expect(await keysOf(prefix)).toEqual([
    `${prefix}/_SUCCESS`,
    expect.stringMatching(`^${prefix}/p=0/part-0000[01]-second.json$`),
    expect.stringMatching(`^${prefix}/p=1/part-0000[01]-second.json$`),
  ]);
});

test('a save that is done again after its coordinator died leaves nothing twice, nor what was staged', async () => {
  const id = await session();
  await engine.select(id, { table: 't', sql: 'select 1 as a', functions: new Map() });
  const prefix = 'out/again';
  const request = { table: 't', format: 'json', prefix, options: {}, partitionBy: [] } as const;
  await engine.save(id, { ...request, mode: 'append', id: 'other' });
  // As a coordinator leaves it that is killed between two files of its commit.
  await store.put(`${prefix}/part-00000-mine.json`, Buffer.from('{"a":1}\n'));
  await store.put(`${prefix}/_temporary/mine/00001`, Buffer.from('{"a":1}\n'));
  await engine.save(id, { ...request, mode: 'append', id: 'mine' });
  expect(await keysOf(prefix)).toEqual([
    `${prefix}/_SUCCESS`,
    `${prefix}/part-00000-mine.json`,
    `${prefix}/part-00000-other.json`,
  ]);
  await store.put(`${prefix}/_temporary/dead/00000`, Buffer.from('{"a":1}\n'));
  await engine.save(id, { ...request, mode: 'overwrite', id: 'last' });
  expect(await keysOf(prefix)).toEqual([`${prefix}/_SUCCESS`, `${prefix}/part-00000-last.json`]);
});

test('a save that fails leaves none of its files behind', async () => {
  const id = await session();
  // The last partition's name is longer than any store takes.
  const sql = `select id, if(id = 3, repeat("x", 300), concat("p", id)) as p from range(4)`;
  await engine.select(id, { table: 't', sql, functions: new Map() });
  const request = { table: 't', format: 'json', prefix: 'out/failed', id: 'failed', options: {} } as const;
  await expect(engine.save(id, { ...request, mode: 'overwrite', partitionBy: ['p'] })).rejects.toMatchObject({
    code: 'MLSQL_STORE_PATH_INVALID',
  });
  expect(await keysOf('out/failed')).toEqual([]);
});

test('a session closes, with its files, while its SQL process is gone', async () => {
  const folders = () =>
    readdirSync(join(folder, 'spool'), { recursive: true }).filter((name) =>
      /s-[0-9a-f]+$/.test(String(name)),
    );
  await session();
  const before = folders();
  const id = await session();
  expect((await answer(id, 'select 1 as a')).rows).toEqual([{ a: 1 }]);
  process.kill(engine.pid!, 'SIGKILL');
  await engine.closeSession(id);
  expect(folders()).toEqual(before);
  const next = await session();
  expect((await answer(next, 'select 2 as a')).rows).toEqual([{ a: 2 }]);
});

test('a failure to make the spool folder is not kept', async () => {
  const spoolDir = join(folder, 'late-spool');
  writeFileSync(spoolDir, 'in the way');
  const other = createTableEngine({
    storage: store,
    functionCaller: sums,
    spoolDir,
    pythonPath: SETUP_PYTHON,
    logger: createLogger('sql', 'silent'),
    processPath: compiledSqlProcess(),
  });
  await expect(other.openSession(sessionId('a'))).rejects.toMatchObject({ code: 'EEXIST' });
  rmSync(spoolDir);
  await other.openSession(sessionId('a'));
  expect(readdirSync(spoolDir)).toHaveLength(1);
  await other.close();
  expect(readdirSync(spoolDir)).toEqual([]);
});

test('answers that are short at first and uneven later stand beside their own rows', async () => {
  const id = await session();
  const functions = new Map([
    ['f', 'fn-uneven'],
    ['g', 'fn-sum'],
  ]);
  const sql = `select count(*) as n, sum(case when a[0] <=> id then 1 else 0 end) as first,
    sum(case when id >= 20480 and a[1] = -id then 1 else 0 end) as second, sum(case when a is null then 1 else 0 end) as nothing,
    sum(case when b[0] = id + 1 then 1 else 0 end) as other
    from (select id, f(array(double(id))) as a, g(array(double(id), 1.0)) as b from range(40000))`;
  const { rows } = await answer(id, sql, functions);
  const batch = 8192;
  const lateFrom = Math.floor(20_000 / batch) * batch;
  const nulls = Array.from({ length: 40_000 }, (_, row) => row).filter(
    (row) => row >= lateFrom && row % 1000 === 0,
  );
  expect(rows).toEqual([
    {
      n: 40_000,
      first: 40_000 - nulls.length,
      second: 40_000 - 20_480 - nulls.filter((row) => row >= 20_480).length,
      nothing: nulls.length,
      other: 40_000,
    },
  ]);
});
