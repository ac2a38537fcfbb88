import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { executorConfig, parseExecutorFlags } from './config.js';

const machine = { cpus: 2.5, memoryBytes: 8000, gpuDevices: ['0', '1'] };
const base = { MLSQL_CLUSTER: 'localhost:50051' };

test('flags win over variables, variables over what the machine has', () => {
  const flags = parseExecutorFlags([
    '--coordinator',
    '[::1]:1',
    '--slots=7',
    '--work-dir',
    '/w',
    '--exit-with-parent',
  ]);
  const config = executorConfig(
    flags,
    { ...base, MLSQL_SLOTS: '3', MLSQL_CACHE_BYTES: '1MiB', MLSQL_WORK_DIR: '/x' },
    machine,
  );
  expect(config).toMatchObject({
    coordinator: '[::1]:1',
    slots: 7,
    workDir: '/w',
    cacheBytes: 1024 ** 2,
    memoryBytes: 8000,
    cpus: 2.5,
    gpuDevices: ['0', '1'],
    exitWithParent: true,
    token: '',
  });
  expect(Object.isFrozen(config)).toBe(true);
  expect(executorConfig({}, base, machine)).toMatchObject({
    slots: 2,
    workDir: '/tmp/__mlsql__',
    exitWithParent: false,
  });
});

test('an empty variable counts as none', () => {
  expect(
    executorConfig({}, { ...base, MLSQL_SLOTS: '', MLSQL_PYTHON: '', MLSQL_TOKEN: '' }, machine),
  ).toMatchObject({
    slots: 2,
    python: undefined,
    token: '',
  });
});

test('the token comes from its variable or its file, and never from a flag', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlsql-config-'));
  try {
    const file = join(folder, 'token');
    writeFileSync(file, 's3cret\n');
    expect(
      executorConfig({}, { ...base, MLSQL_TOKEN: 'direct', MLSQL_TOKEN_FILE: file }, machine).token,
    ).toBe('direct');
    expect(executorConfig({}, { ...base, MLSQL_TOKEN_FILE: file }, machine).token).toBe('s3cret');
    expect(executorConfig({ tokenFile: file }, { ...base, MLSQL_TOKEN: 'direct' }, machine).token).toBe(
      's3cret',
    );
    expect(() => executorConfig({ tokenFile: join(folder, 'none') }, base, machine)).toThrow(
      /token file .*none/,
    );
    expect(() => parseExecutorFlags(['--token', 'x'])).toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('foreign interpreters are mapped', () => {
  const map = executorConfig(
    {},
    { ...base, MLSQL_PYTHON_MAP: '/old/python=/new/python, python2=/usr/bin/python3' },
    machine,
  ).pythonMap;
  expect([...map]).toEqual([
    ['/old/python', '/new/python'],
    ['python2', '/usr/bin/python3'],
  ]);
  expect(() => executorConfig({}, { ...base, MLSQL_PYTHON_MAP: '/old' }, machine)).toThrow(
    /OLD=NEW.*"\/old"/,
  );
});

test.each([
  [{ MLSQL_CLUSTER: 'nohost' }, /--coordinator \(MLSQL_CLUSTER\).*HOST:PORT.*"nohost"/],
  [{ ...base, MLSQL_SLOTS: '0' }, /--slots \(MLSQL_SLOTS\).*from 1.*"0"/],
  [{ ...base, MLSQL_CACHE_BYTES: 'lots' }, /--cache-bytes \(MLSQL_CACHE_BYTES\).*"lots"/],
  [{ ...base, MLSQL_WORK_DIR: 'here' }, /absolute/],
  [{ ...base, MLSQL_EXECUTOR_NAME: 'a/b' }, /--name/],
  [{}, /no coordinator is named/],
])('%j is refused by name', (env, message) => {
  expect(() => executorConfig({}, env, machine)).toThrow(message);
});

test('an unknown flag is wrong usage', () => {
  expect(() => parseExecutorFlags(['--slotz', '3'])).toThrow(/--slotz/);
  try {
    parseExecutorFlags(['--slots']);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'MLSQL_USAGE_INVALID' });
  }
});
