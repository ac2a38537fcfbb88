import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { CheckpointStore, type KeptFile } from './checkpoint-store.js';

let root: string;
let store: ObjectStore;
const how = { deadlineMs: 0 };
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-checkpoint-'));
  mkdirSync(join(root, 'store'));
  store = await createLocalStore(join(root, 'store'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const attempt = (number: number): CheckpointStore => new CheckpointStore(store, 'm/checkpoint/0', number);

/** Brings a file to the store. */
async function put(of: CheckpointStore, path: string, text: string): Promise<KeptFile> {
  const key = of.newKey();
  await store.put(key, Buffer.from(text));
  return { path, key, size: text.length, sha256: createHash('sha256').update(text).digest('hex') };
}

test('a later attempt finds the newest set, in folders of its own', async () => {
  const first = attempt(1);
  expect(await first.replace([await put(first, 'state', 'one')])).toEqual([]);
  const newest = [await put(first, 'state', 'two'), await put(first, 'deep/er', 'x')];
  expect(await first.replace(newest)).toMatchObject([{ path: 'state', size: 3 }]);
  const folder = join(root, 'second');
  expect(await attempt(2).take(folder, how)).toEqual(newest);
  expect(readFileSync(join(folder, 'state'), 'utf8')).toBe('two');
  expect(readFileSync(join(folder, 'deep/er'), 'utf8')).toBe('x');
});

test('an attempt that was given up changes nothing once a later one has begun', async () => {
  const first = attempt(1);
  const kept = [await put(first, 'state', 'one')];
  await first.replace(kept);
  const second = attempt(2);
  await second.take(join(root, 'second'), how);
  expect(await first.replace([await put(first, 'state', 'late')])).toBeUndefined();
  expect(await attempt(3).take(join(root, 'third'), how)).toEqual(kept);
  expect(await second.replace([])).toBeUndefined();
});

test('there is nothing to take where nothing was kept', async () => {
  expect(await attempt(2).take(join(root, 'none'), how)).toEqual([]);
});

test.each([
  ['no JSON', 'no JSON'],
  ['{"attempt":0}', 'no list of files'],
  [
    `{"attempt":1,"files":[{"path":"a","key":"other/secret","size":1,"sha256":"${'0'.repeat(64)}"}]}`,
    'other/secret',
  ],
  [
    `{"attempt":1,"files":[{"path":"../a","key":"m/checkpoint/0/files/x","size":1,"sha256":"${'0'.repeat(64)}"}]}`,
    '"../a"',
  ],
])('refuses a set that nobody of ours wrote: %s', async (text, what) => {
  await store.put('m/checkpoint/0/set.json', Buffer.from(text));
  await expect(attempt(2).take(join(root, 'bad'), how)).rejects.toThrow(what);
});

test('refuses a file whose bytes are not those that were written', async () => {
  const first = attempt(1);
  const file = await put(first, 'state', 'one');
  await first.replace([{ ...file, sha256: '0'.repeat(64) }]);
  await expect(attempt(2).take(join(root, 'bad'), how)).rejects.toThrow(/expected \d+ bytes with SHA-256/);
});
