import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listFiles } from './model-files.js';

let folder: string;
let model: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-model-'));
  model = join(folder, 'model');
  mkdirSync(join(model, 'sub/深い'), { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const paths = async (): Promise<string[]> =>
  (await listFiles(model, 'tempModelLocalPath')).map((file) => file.path);
const refused = (message: RegExp) => ({
  code: 'MLSQL_STORE_PATH_INVALID',
  message: expect.stringMatching(message),
});

test('all files, hidden and empty ones too, in order; a model that was never made has none', async () => {
  writeFileSync(join(model, 'b'), '12');
  writeFileSync(join(model, '.hidden'), '');
  writeFileSync(join(model, 'sub/深い/模型.bin'), '1');
  expect(await listFiles(model, 'tempModelLocalPath')).toMatchObject([
    { path: '.hidden', sizeBytes: 0 },
    { path: 'b', sizeBytes: 2 },
    { path: 'sub/深い/模型.bin', sizeBytes: 1 },
  ]);
  expect(await listFiles(join(folder, 'never'), 'tempModelLocalPath')).toEqual([]);
});

test('links within the folder are taken as what they lead to', async () => {
  writeFileSync(join(model, 'sub/weights'), 'w');
  symlinkSync('sub/weights', join(model, 'latest'));
  symlinkSync('sub', join(model, 'alias'));
  expect(await paths()).toEqual(['alias/weights', 'latest', 'sub/weights']);
});

test('links that leave the folder, lead nowhere or in a circle are refused by name', async () => {
  symlinkSync('/etc/passwd', join(model, 'sub/leak'));
  await expect(paths()).rejects.toMatchObject(refused(/"sub\/leak".*leaves.*\/etc\/passwd/));
  rmSync(join(model, 'sub/leak'));
  writeFileSync(join(folder, 'model-of-another'), '');
  symlinkSync('../model-of-another', join(model, 'sibling'));
  await expect(paths()).rejects.toMatchObject(refused(/"sibling".*leaves/));
  rmSync(join(model, 'sibling'));
  symlinkSync('nothing', join(model, 'dangling'));
  await expect(paths()).rejects.toMatchObject(refused(/"dangling".*nowhere/));
  rmSync(join(model, 'dangling'));
  symlinkSync('..', join(model, 'sub/up'));
  await expect(paths()).rejects.toMatchObject(refused(/"sub\/up".*(circle|leaves)/));
});

test('pipes, and names that are no UTF-8, are refused by name', async () => {
  execFileSync('mkfifo', [join(model, 'pipe')]);
  await expect(paths()).rejects.toMatchObject(refused(/"pipe".*pipe/));
  rmSync(join(model, 'pipe'));
  writeFileSync(Buffer.concat([Buffer.from(`${model}/`), Buffer.from([0x61, 0xff])]), '');
  await expect(paths()).rejects.toMatchObject(refused(/UTF-8/));
});

test('a model that is a file itself is refused', async () => {
  rmSync(model, { recursive: true });
  writeFileSync(model, 'pickle');
  await expect(paths()).rejects.toMatchObject(refused(/tempModelLocalPath.*file/));
});
