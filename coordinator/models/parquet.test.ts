import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { encodeGroups, encodeTrain } from './meta-files.js';
import { META0_COLUMNS, rowToGroup, rowToTrain } from './meta-schema.js';
import type { GroupMeta, TrainMeta } from './model-types.js';
import { readParquet } from './parquet.js';

const FULL: GroupMeta = {
  modelPath: 'model/0',
  algIndex: 0,
  alg: 'train.py',
  score: -1.5e-7,
  status: 'success',
  startTime: 1_700_000_000_123,
  endTime: 1_700_000_001_456,
  trainParams: { C: '1.0', 名称: '值 "quoted"', empty: '' },
  message: '',
  metrics: { loss: 0.25, diverged: Number.NaN, best: Number.NEGATIVE_INFINITY },
  attempts: 2,
  executor: 'executor-1',
  files: [
    { path: 'model.pkl', sizeBytes: 12, sha256: 'a'.repeat(64) },
    { path: 'sub/权重.bin', sizeBytes: 2 ** 41, sha256: 'b'.repeat(64) },
  ],
};
const EMPTY: GroupMeta = {
  ...FULL,
  modelPath: 'model/1',
  algIndex: 1,
  score: null,
  status: 'fail',
  trainParams: {},
  message: 'ValueError: 错\nline two',
  metrics: {},
  files: [],
};
const FOREIGN: GroupMeta = { ...EMPTY, algIndex: 2, files: null };

async function query(parquet: Buffer, sql: (file: string) => string): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mlsql-parquet-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await writeFile(join(folder, 'x.parquet'), parquet);
    const reader = await connection.runAndReadAll(sql(`'${join(folder, 'x.parquet')}'`));
    return reader.getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

describe('meta/0', () => {
  it('comes back as it was written', async () => {
    const { rows, keyValues } = await readParquet(
      encodeGroups([FULL, EMPTY, FOREIGN], { 'mlsql.x': '["1"]' }),
      'x',
    );
    expect(rows.map(rowToGroup)).toEqual([FULL, EMPTY, FOREIGN]);
    expect(keyValues).toMatchObject({ 'mlsql.x': '["1"]' });
  });

  it('has the columns of the contract, in order and type, for another reader', async () => {
    const columns = await query(encodeGroups([FULL]), (file) => `describe select * from ${file}`);
    expect(columns.map(({ column_name, column_type }) => `${column_name} ${column_type}`)).toEqual([
      'modelPath VARCHAR',
      'algIndex INTEGER',
      'alg VARCHAR',
      'score DOUBLE',
      'status VARCHAR',
      'startTime BIGINT',
      'endTime BIGINT',
      'trainParams MAP(VARCHAR, VARCHAR)',
      'message VARCHAR',
      'metrics MAP(VARCHAR, DOUBLE)',
      'attempts INTEGER',
      'executor VARCHAR',
      'files STRUCT(path VARCHAR, size BIGINT, sha256 VARCHAR)[]',
    ]);
    expect(META0_COLUMNS).toHaveLength(13);
  });

  it('has the same values for another reader', async () => {
    const rows = await query(
      encodeGroups([FULL, EMPTY]),
      (
        file,
      ) => `select algIndex, score, trainParams['名称'] as name, map_keys(metrics) as metrics, isnan(metrics['diverged']) as isnan,
                 len(files) as files, files[2].size as size, startTime from ${file} order by 1`,
    );
    expect(rows).toEqual([
      {
        algIndex: 0,
        score: -1.5e-7,
        name: '值 "quoted"',
        metrics: ['loss', 'diverged', 'best'],
        isnan: true,
        files: '2',
        size: String(2 ** 41),
        startTime: '1700000000123',
      },
      {
        algIndex: 1,
        score: null,
        name: null,
        metrics: [],
        isnan: null,
        files: '0',
        size: null,
        startTime: '1700000000123',
      },
    ]);
  });

  it('keeps no score that is not a finite number', async () => {
    const scores = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, -0.5];
    const { rows } = await readParquet(
      encodeGroups(scores.map((score, algIndex) => ({ ...FULL, algIndex, score }))),
      'x',
    );
    expect(rows.map((row) => rowToGroup(row)?.score)).toEqual([null, null, null, null, -0.5]);
  });

  it('holds no groups at all, and two thousand', async () => {
    expect((await readParquet(encodeGroups([]), 'x')).rows).toEqual([]);
    const many = Array.from({ length: 2000 }, (_, algIndex) => ({ ...FULL, algIndex }));
    expect((await readParquet(encodeGroups(many), 'x')).rows.map(rowToGroup)).toEqual(many);
    expect(
      await query(
        encodeGroups(many),
        (file) => `select count(*)::int as n, sum(len(files))::int as files from ${file}`,
      ),
    ).toEqual([{ n: 2000, files: 4000 }]);
  });

  it('is refused by name where it is no parquet file', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('not parquet at all'),
      encodeGroups([FULL]).subarray(0, 200),
    ]) {
      await expect(readParquet(bytes, '/m/meta/0/part-00000.parquet')).rejects.toMatchObject({
        code: 'MLSQL_MODEL_CORRUPT',
        message: expect.stringContaining('/m/meta/0/part-00000.parquet'),
      });
    }
  });
});

describe('meta/1', () => {
  const meta: TrainMeta = {
    systemParam: { pythonPath: 'python' },
    trainParams: { 'fitParam.0.C': '1', keepVersion: 'true' },
    interpreter: { executable: '/usr/bin/python3', version: '3.11.7' },
    versions: { mlsql: '0.1.0', numpy: '2.0.0' },
    hashes: { 'script/train.py': 'c'.repeat(64) },
    jobId: 'job-1',
    script: 'train.py',
    command: '',
    builtinAlg: '',
    project: [{ path: 'train.py', sizeBytes: 10, sha256: 'c'.repeat(64), executable: true }],
    resources: [
      {
        algIndex: 0,
        name: 'dict',
        folder: true,
        files: [{ path: 'a/b', sizeBytes: 1, sha256: 'd'.repeat(64), executable: false }],
      },
      { algIndex: 0, name: 'empty', folder: true, files: [] },
      {
        algIndex: 1,
        name: 'one',
        folder: false,
        files: [{ path: 'one.txt', sizeBytes: 0, sha256: 'e'.repeat(64), executable: false }],
      },
    ],
    warnings: [{ algIndex: 0, code: 'MLSQL_TASK_PYTHON_VERSION', message: '3.11.7 instead of 3.6' }],
  };

  it('comes back as it was written', async () => {
    const { rows } = await readParquet(encodeTrain(meta), 'x');
    expect(rows.map(rowToTrain)).toEqual([meta]);
  });

  it('is a table for another reader', async () => {
    const rows = await query(
      encodeTrain(meta),
      (
        file,
      ) => `select systemParam['pythonPath'] as python, resources[1].files[1].path as path, len(resources[2].files)::int as none,
                 project[1].executable as executable, warnings[1].code as warning from ${file}`,
    );
    expect(rows).toEqual([
      { python: 'python', path: 'a/b', none: 0, executable: true, warning: 'MLSQL_TASK_PYTHON_VERSION' },
    ]);
  });
});
