import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPORT_MAX_BYTES } from '../limits.js';
import { attemptFolder, makeAttemptFolder, readJson, writeJson } from './attempt-folder.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-folder-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('an attempt’s folder is private and never used twice', () => {
  const folder = attemptFolder(join(root, 'attempt'));
  makeAttemptFolder(folder);
  expect(statSync(folder.dir).mode & 0o777).toBe(0o700);
  expect(statSync(folder.work).mode & 0o777).toBe(0o700);
  expect(() => makeAttemptFolder(folder)).toThrow(/EEXIST/);
});

test('what is written is read again, by this user alone', () => {
  const path = join(root, 'spec.json');
  writeJson(path, { a: [1, 'ü'] });
  writeJson(path, { a: [2, 'ü'] });
  expect(readJson(path)).toEqual({ a: [2, 'ü'] });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what a script puts in a report’s place is no report, and holds nobody up', () => {
  const pipe = join(root, 'pipe.json');
  execFileSync('mkfifo', [pipe]);
  expect(readJson(pipe)).toBeUndefined();
  const secret = join(root, 'secret');
  writeFileSync(secret, '{"key": 1}');
  const link = join(root, 'link.json');
  symlinkSync(secret, link);
  expect(readJson(link)).toBeUndefined();
  const large = join(root, 'large.json');
  writeFileSync(large, '{}');
  truncateSync(large, REPORT_MAX_BYTES + 1);
  expect(readJson(large)).toBeUndefined();
  expect(readJson(root)).toBeUndefined();
  expect(readJson(join(root, 'missing.json'))).toBeUndefined();
});

test('a pipe or a link where a file is about to be written fails instead of waiting or following', () => {
  const path = join(root, 'stop.json');
  execFileSync('mkfifo', [`${path}.new`]);
  expect(() => writeJson(path, {})).toThrow(/ENXIO/);
  const victim = join(root, 'victim');
  writeFileSync(victim, 'untouched');
  symlinkSync(victim, join(root, 'other.json.new'));
  expect(() => writeJson(join(root, 'other.json'), {})).toThrow(/ELOOP/);
  expect(readFileSync(victim, 'utf8')).toBe('untouched');
});
