import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  coordinatorRuns,
  processStart,
  readClusterFile,
  removeClusterFile,
  writeClusterFile,
} from './cluster-file.js';
import { homeAt } from './home.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-cluster-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = {
  address: '127.0.0.1:1',
  httpAddress: '127.0.0.1:2',
  pid: process.pid,
  coordinatorPid: process.pid,
  coordinatorStart: processStart(process.pid),
  startTimeMs: 3,
};

it('reads what was written, and nothing where there is none or it makes no sense', () => {
  const home = homeAt(folder);
  expect(readClusterFile(home)).toBeUndefined();
  writeClusterFile(home, record);
  expect(readClusterFile(home)).toEqual(record);
  writeFileSync(home.clusterFile, '{"address":1}');
  expect(readClusterFile(home)).toBeUndefined();
  removeClusterFile(home);
  removeClusterFile(home);
});

it('tells a process from one that has its number later', () => {
  expect(coordinatorRuns(record)).toBe(true);
  expect(coordinatorRuns({ ...record, coordinatorStart: '1' })).toBe(false);
  expect(coordinatorRuns({ ...record, coordinatorPid: 2 ** 22 + 1 })).toBe(false);
});
