// Types that Spark 4.3 infers for the columns of CSV files (ANSI mode off, UTC), and what it then reads.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SessionId, sessionId } from '../../../shared/ids.js';
import { createLogger } from '../../../shared/logger.js';
import { createLocalStore } from '../../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../../shared/object-store/object-store.js';
import { SETUP_PYTHON } from '../../../shared/paths.js';
import { compiledSqlProcess } from '../../../test/support/sql-process.js';
import { createTableEngine } from '../duck-table-engine.js';
import type { TableEngine } from '../table-engine.js';

/** The two cells of a column as they stand in the file, the type, and the values cast to strings. */
type Case = readonly [readonly [string, string], string, readonly [string | null, string | null]];

const CASES: readonly Case[] = [
  [['1', '2'], 'int', ['1', '2']],
  [['1', '1.5'], 'double', ['1.0', '1.5']],
  [[' 1', '2'], 'double', ['1.0', '2.0']],
  [['1 ', '2'], 'double', ['1.0', '2.0']],
  [['+1', '2'], 'int', ['1', '2']],
  [['-1', '2'], 'int', ['-1', '2']],
  [['0x10', '2'], 'string', ['0x10', '2']],
  [['1_000', '2'], 'string', ['1_000', '2']],
  [['"1,000"', '2'], 'string', ['1,000', '2']],
  [['007', '2'], 'int', ['7', '2']],
  [['1e5', '2'], 'double', ['100000.0', '2.0']],
  [['1E5', '2.'], 'double', ['100000.0', '2.0']],
  [['.5', '5.'], 'double', ['0.5', '5.0']],
  [['.', '1'], 'string', ['.', '1']],
  [['1.5d', '2'], 'double', ['1.5', '2.0']],
  [['1.5f', '2'], 'double', ['1.5', '2.0']],
  [['NaN', '1'], 'double', ['NaN', '1.0']],
  [['nan', '1'], 'string', ['nan', '1']],
  [['Infinity', '1'], 'double', ['Infinity', '1.0']],
  [['inf', '1'], 'string', ['inf', '1']],
  [['Inf', '1'], 'double', ['Infinity', '1.0']],
  [['-Inf', '1'], 'double', ['-Infinity', '1.0']],
  [['+Inf', '1'], 'string', ['+Inf', '1']],
  [['-Infinity', '1'], 'double', ['-Infinity', '1.0']],
  [['+Infinity', '1'], 'double', ['Infinity', '1.0']],
  [['INF', '1'], 'string', ['INF', '1']],
  [['true', 'false'], 'boolean', ['true', 'false']],
  [['TRUE', 'False'], 'boolean', ['true', 'false']],
  [['t', 'f'], 'string', ['t', 'f']],
  [['yes', 'no'], 'string', ['yes', 'no']],
  [['true', '1'], 'string', ['true', '1']],
  [['1', 'true'], 'string', ['1', 'true']],
  [[' true', 'false'], 'string', [' true', 'false']],
  [['2147483648', '1'], 'bigint', ['2147483648', '1']],
  [['-2147483648', '1'], 'int', ['-2147483648', '1']],
  [['00000000001', '1'], 'int', ['1', '1']],
  [['9223372036854775807', '1'], 'bigint', ['9223372036854775807', '1']],
  [['9223372036854775808', '1'], 'decimal(19,0)', ['9223372036854775808', '1']],
  [['99999999999999999999999', '1'], 'decimal(23,0)', ['99999999999999999999999', '1']],
  [['999999999999999999999999999999999999999', '1'], 'double', ['1.0E39', '1.0']],
  [
    ['99999999999999999999999999999999999999', '1'],
    'decimal(38,0)',
    ['99999999999999999999999999999999999999', '1'],
  ],
  [['9999999999999999999999', '1.5'], 'double', ['1.0E22', '1.5']],
  [['00000000000000000000001', '1'], 'int', ['1', '1']],
  [['2024-01-01', '2024-12-31'], 'date', ['2024-01-01', '2024-12-31']],
  [['2024-1-1', '2024-12-31'], 'timestamp', ['2024-01-01 00:00:00', '2024-12-31 00:00:00']],
  [['2024/01/01', '2024-12-31'], 'string', ['2024/01/01', '2024-12-31']],
  [['2024-02-30', '2024-01-01'], 'string', ['2024-02-30', '2024-01-01']],
  [['2024-01', '2024-02'], 'timestamp', ['2024-01-01 00:00:00', '2024-02-01 00:00:00']],
  [['2024-01-01', '2024-01-01 00:00:00'], 'timestamp', ['2024-01-01 00:00:00', '2024-01-01 00:00:00']],
  [['2024-01-01 00:00:00', '2024-01-01'], 'timestamp', ['2024-01-01 00:00:00', '2024-01-01 00:00:00']],
  [['2024-01-01', '1'], 'string', ['2024-01-01', '1']],
  [[' 2024-01-01', '2024-01-01'], 'timestamp', ['2024-01-01 00:00:00', '2024-01-01 00:00:00']],
  [
    ['2024-01-01 10:00:00', '2024-01-01 10:00:01'],
    'timestamp',
    ['2024-01-01 10:00:00', '2024-01-01 10:00:01'],
  ],
  [
    ['2024-01-01T10:00:00', '2024-01-01T10:00:01'],
    'timestamp',
    ['2024-01-01 10:00:00', '2024-01-01 10:00:01'],
  ],
  [
    ['2024-01-01T10:00:00.123', '2024-01-01 10:00:00'],
    'timestamp',
    ['2024-01-01 10:00:00.123', '2024-01-01 10:00:00'],
  ],
  [
    ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00.000Z'],
    'timestamp',
    ['2024-01-01 10:00:00', '2024-01-01 10:00:00'],
  ],
  [
    ['2024-01-01T10:00:00+02:00', '2024-01-01T10:00:00Z'],
    'timestamp',
    ['2024-01-01 08:00:00', '2024-01-01 10:00:00'],
  ],
  [
    ['2024-01-01T10:00:00+0200', '2024-01-01T10:00:00Z'],
    'timestamp',
    ['2024-01-01 08:00:00', '2024-01-01 10:00:00'],
  ],
  [['2024-01-01 10:00', '2024-01-01 10:01'], 'timestamp', ['2024-01-01 10:00:00', '2024-01-01 10:01:00']],
  [
    ['2024-01-01T10:00:00.123456789', '2024-01-01 10:00:00'],
    'timestamp',
    ['2024-01-01 10:00:00.123456', '2024-01-01 10:00:00'],
  ],
  [['2024-1-1 1:00:00', '2024-01-01 10:00:00'], 'timestamp', ['2024-01-01 01:00:00', '2024-01-01 10:00:00']],
  [
    ['2024-01-01 10:00:00 UTC', '2024-01-01 10:00:00'],
    'timestamp',
    ['2024-01-01 10:00:00', '2024-01-01 10:00:00'],
  ],
  [['2024-01-01 25:00:00', '2024-01-01 10:00:00'], 'string', ['2024-01-01 25:00:00', '2024-01-01 10:00:00']],
  [['2024', '2025'], 'int', ['2024', '2025']],
  [['0001-01-01', '9999-12-31'], 'date', ['0001-01-01', '9999-12-31']],
  [['', ''], 'string', [null, null]],
  [['""', '""'], 'string', [null, null]],
  [['""', '1'], 'int', [null, '1']],
  [['', '1'], 'int', [null, '1']],
  [['null', '1'], 'string', ['null', '1']],
  [['NULL', '1'], 'string', ['NULL', '1']],
  [['NA', '1'], 'string', ['NA', '1']],
  [['-0', '1'], 'int', ['0', '1']],
  [['-0.0', '1'], 'double', ['-0.0', '1.0']],
  [['+.5', '1'], 'double', ['0.5', '1.0']],
  [['e5', '1'], 'string', ['e5', '1']],
  [['1e', '1'], 'string', ['1e', '1']],
  [['1e400', '1'], 'double', ['Infinity', '1.0']],
  [['1e-400', '1'], 'double', ['0.0', '1.0']],
  [['1.', '2'], 'decimal(1,0)', ['1', '2']],
  [['"1"', '"2"'], 'int', ['1', '2']],
  [['" 1"', '2'], 'double', ['1.0', '2.0']],
  [['"\t1"', '2'], 'double', ['1.0', '2.0']],
  [[' 1.5', '2'], 'double', ['1.5', '2.0']],
  [['1.5 ', '2'], 'double', ['1.5', '2.0']],
  [['+', '1'], 'string', ['+', '1']],
  [['-', '1'], 'string', ['-', '1']],
  [['$1', '2'], 'string', ['$1', '2']],
  [['1%', '2'], 'string', ['1%', '2']],
  [['1 2', '3'], 'string', ['1 2', '3']],
  [['--1', '1'], 'string', ['--1', '1']],
  [['1L', '2'], 'string', ['1L', '2']],
  [['1e5', '7'], 'double', ['100000.0', '7.0']],
  [['false', ''], 'boolean', ['false', null]],
  [['1', '2024-01-01 00:00:00'], 'string', ['1', '2024-01-01 00:00:00']],
  [['1.5', '2024-01-01'], 'string', ['1.5', '2024-01-01']],
  [['-NaN', '1'], 'double', ['NaN', '1.0']],
  [['+NaN', '1'], 'double', ['NaN', '1.0']],
  [
    ['2024-01-01 10:00:00.5', '2024-01-01 10:00:00'],
    'timestamp',
    ['2024-01-01 10:00:00.5', '2024-01-01 10:00:00'],
  ],
  [['2024-01-01T10', '2024-01-01T11'], 'timestamp', ['2024-01-01 10:00:00', '2024-01-01 11:00:00']],
  [['2024-01-01T', '2024-01-02T'], 'string', ['2024-01-01T', '2024-01-02T']],
  [['2024-01-01Z', '2024-01-02'], 'string', ['2024-01-01Z', '2024-01-02']],
  [
    ['2024-01-01  10:00:00', '2024-01-01 10:00:00'],
    'string',
    ['2024-01-01  10:00:00', '2024-01-01 10:00:00'],
  ],
  [['epoch', '1'], 'string', ['epoch', '1']],
  [['today', '2024-01-01'], 'string', ['today', '2024-01-01']],
  [
    ['2024-01-01 10:00:00foo', '2024-01-01 10:00:00'],
    'string',
    ['2024-01-01 10:00:00foo', '2024-01-01 10:00:00'],
  ],
  [['2024-01-01foo', '2024-01-01'], 'string', ['2024-01-01foo', '2024-01-01']],
  [['2024-01-01 23:59:60', '2024-01-01 10:00:00'], 'string', ['2024-01-01 23:59:60', '2024-01-01 10:00:00']],
  [['2024-01-01 24:00:00', '2024-01-01 10:00:00'], 'string', ['2024-01-01 24:00:00', '2024-01-01 10:00:00']],
  [['true', '""'], 'boolean', ['true', null]],
  [['1', '1.5x'], 'string', ['1', '1.5x']],
  [['2024', '2024-01-01'], 'string', ['2024', '2024-01-01']],
  [['1', '9223372036854775808'], 'decimal(19,0)', ['1', '9223372036854775808']],
  [
    ['9223372036854775807', '9223372036854775808'],
    'decimal(20,0)',
    ['9223372036854775807', '9223372036854775808'],
  ],
  [
    ['9223372036854775808', '9223372036854775807'],
    'decimal(19,0)',
    ['9223372036854775808', '9223372036854775807'],
  ],
  [['2', '1.'], 'decimal(10,0)', ['2', '1']],
  [['1.', '200000'], 'decimal(6,0)', ['1', '200000']],
  [['3000000000', '1.'], 'decimal(20,0)', ['3000000000', '1']],
  [['1.', '1.5'], 'double', ['1.0', '1.5']],
  [['9223372036854775808', '1.5'], 'double', ['9.223372036854776E18', '1.5']],
  [['1', '999999999999999999999999999999999999999'], 'double', ['1.0', '1.0E39']],
  [[' NaN', '1'], 'double', ['NaN', '1.0']],
  [[' Infinity', '1'], 'double', ['Infinity', '1.0']],
  [[' Inf', '1'], 'string', [' Inf', '1']],
  [[' 9223372036854775808', '1'], 'double', ['9.223372036854776E18', '1.0']],
  [['-9223372036854775809', '1'], 'decimal(19,0)', ['-9223372036854775809', '1']],
  [['+9223372036854775808', '1'], 'decimal(19,0)', ['9223372036854775808', '1']],
  [['0009223372036854775808', '1'], 'decimal(19,0)', ['9223372036854775808', '1']],
  [
    ['2024-01-01 10:00:00 Europe/Berlin', '2024-07-01 10:00:00 Europe/Berlin'],
    'timestamp',
    ['2024-01-01 09:00:00', '2024-07-01 08:00:00'],
  ],
  [
    ['2024-01-01 10:00:00 ', '2024-07-01 10:00:00'],
    'timestamp',
    ['2024-01-01 10:00:00', '2024-07-01 10:00:00'],
  ],
  [['2024-01-01 ', '2024-07-01'], 'timestamp', ['2024-01-01 00:00:00', '2024-07-01 00:00:00']],
  [['2024-01-01 1:2:3', '2024-07-01'], 'timestamp', ['2024-01-01 01:02:03', '2024-07-01 00:00:00']],
  [['2024-01-01 10:00:00 Z', '2024-07-01'], 'timestamp', ['2024-01-01 10:00:00', '2024-07-01 00:00:00']],
  [['2024-01-01 10:00:00+2', '2024-07-01'], 'timestamp', ['2024-01-01 08:00:00', '2024-07-01 00:00:00']],
  [['2024-01-01 10:00:00+02', '2024-07-01'], 'timestamp', ['2024-01-01 08:00:00', '2024-07-01 00:00:00']],
  [['2024-01-01T10:00Z', '2024-07-01'], 'string', ['2024-01-01T10:00Z', '2024-07-01']],
  [
    ['2024-01-01T10:00:00.1234567', '2024-07-01'],
    'timestamp',
    ['2024-01-01 10:00:00.123456', '2024-07-01 00:00:00'],
  ],
  [['2024-01-01T10:00:00.', '2024-07-01'], 'timestamp', ['2024-01-01 10:00:00', '2024-07-01 00:00:00']],
  [['2024-01-01 10', '2024-07-01'], 'timestamp', ['2024-01-01 10:00:00', '2024-07-01 00:00:00']],
  [['999-01-01', '2024-07-01'], 'string', ['999-01-01', '2024-07-01']],
  [['2024-13-01', '2024-07-01'], 'string', ['2024-13-01', '2024-07-01']],
  [['2024-13', '2024-07'], 'string', ['2024-13', '2024-07']],
  [['" a "', ' b '], 'string', [' a ', ' b ']],
  [['-infinity', '2024-01-01 10:00:00'], 'string', ['-infinity', '2024-01-01 10:00:00']],
  [['infinity', '2024-01-01'], 'string', ['infinity', '2024-01-01']],
];

/** More rows than suggest a type. */
const MANY = 2_100;

const folder = mkdtempSync(join(tmpdir(), 'mlsql-csv-'));
let store: ObjectStore;
let engine: TableEngine;
const id: SessionId = sessionId('csv');
let files = 0;

beforeAll(async () => {
  store = await createLocalStore(join(folder, 'store'));
  engine = createTableEngine({
    storage: store,
    functionCaller: { call: () => Promise.reject(new Error('no functions here')) },
    spoolDir: join(folder, 'spool'),
    pythonPath: SETUP_PYTHON,
    logger: createLogger('sql', 'silent'),
    processPath: compiledSqlProcess(),
    memoryLimitBytes: 512 * 1024 * 1024,
    threads: 2,
  });
  await engine.openSession(id);
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Types and texts of the columns of a file with a header, rows from `from` on. */
async function read(
  text: string,
  from = 0,
  options: Readonly<Record<string, string>> = {},
): Promise<{ types: string[]; columns: (string | null)[][] }> {
  const key = `${++files}.csv`;
  const info = await store.put(key, Buffer.from(text));
  const { columns } = await engine.load(id, {
    table: 't',
    format: 'csv',
    files: [{ key, sizeBytes: info.sizeBytes, etag: info.etag, displayName: `/${key}` }],
    options: { header: 'true', inferSchema: 'true', ...options },
  });
  const names = columns.map(({ name }) => name);
  const sql = `select ${names.map((name) => `cast(${name} as string) as ${name}`).join(', ')} from t`;
  const { name } = await engine.select(id, { sql, functions: new Map() });
  const { rowsJson } = await engine.rows(id, name, 10 * MANY);
  const rows = rowsJson.slice(from).map((row) => JSON.parse(row) as Record<string, string | null>);
  return {
    types: columns.map(({ type }) => type),
    columns: names.map((column) => rows.map((row) => row[column]!)),
  };
}

const header = `${CASES.map((_, index) => `c${index}`).join(',')},last`;
const line = (cells: readonly string[]): string => `${cells.join(',')},x`;

test('infers from two rows what Spark infers', async () => {
  const rows = [0, 1].map((row) => line(CASES.map(([cells]) => cells[row]!)));
  const { types, columns } = await read(`${header}\n${rows.join('\n')}\n`);
  expect(CASES.map(([cells], index) => [cells, types[index], columns[index]])).toEqual(CASES);
});

/** Few columns at a time are tested beside each other, many as rows of one column. */
test.each([20, CASES.length])(
  'finds behind many plain rows, in files of %i columns, the one value that makes a type wider',
  async (columnsAtOnce) => {
    // How many digits a decimal gets depends on the order of the rows; the test below has it.
    const cases = CASES.filter(([, type]) => !type.startsWith('decimal'));
    for (let from = 0; from < cases.length; from += columnsAtOnce) {
      const some = cases.slice(from, from + columnsAtOnce);
      const lineAt = (place: 0 | 1): string => `${some.map(([cells]) => cells[place]).join(',')},x\n`;
      const { types, columns } = await read(
        `${some.map((_, index) => `c${index}`).join(',')},last\n${lineAt(1).repeat(MANY)}${lineAt(0)}`,
        MANY,
      );
      expect(some.map(([cells], index) => [cells, types[index], columns[index]![0]])).toEqual(
        some.map(([cells, type, values]) => [cells, type, values[0]]),
      );
    }
  },
);

test('gives whole numbers beyond bigint the digits that Spark gives them', async () => {
  const long = '9223372036854775808';
  const { types, columns } = await read(
    `a,b,c,d\n${`1,3000000000,${long},7\n`.repeat(MANY)}${long},${long},1,${'9'.repeat(38)}\n`,
    MANY,
  );
  expect(types).toEqual(['decimal(19,0)', 'decimal(20,0)', 'decimal(19,0)', 'decimal(38,0)']);
  expect(columns).toEqual([[long], [long], ['1'], ['9'.repeat(38)]]);
});

test('takes a column that is a string in every row but the first ones for a string', async () => {
  const { types } = await read(`a,b,c\n${'1,2024-01-01,\n'.repeat(MANY)}x,y,z\n`);
  expect(types).toEqual(['string', 'string', 'string']);
});

test('reads nullValue and nothing at all as null, quoted or not', async () => {
  const { types, columns } = await read('a,b\n1,x\nNA,NA\n,\n"NA","NA"\n', 0, { nullValue: 'NA' });
  expect(types).toEqual(['int', 'string']);
  expect(columns).toEqual([
    ['1', null, null, null],
    ['x', null, null, null],
  ]);
  const plain = await read('a,b\na,1\n"",""\n,\nNA,2\n');
  expect(plain.types).toEqual(['string', 'int']);
  expect(plain.columns).toEqual([
    ['a', null, null, 'NA'],
    ['1', null, null, '2'],
  ]);
});

test('infers types also where quoted values hold line breaks', async () => {
  const { types, columns } = await read(`a,b\n${'1,"x\ny"\n'.repeat(MANY)}1.5,"\n"\n`, MANY);
  expect(types).toEqual(['double', 'string']);
  expect(columns).toEqual([['1.5'], ['\n']]);
});
