import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkDir } from './work-dir.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-work-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('the root and its folders are made private, and opened again', async () => {
  const root = join(folder, 'deep/root');
  const { blobs } = await openWorkDir(root);
  expect(lstatSync(root).mode & 0o777).toBe(0o700);
  expect(lstatSync(blobs).mode & 0o777).toBe(0o700);
  chmodSync(root, 0o755);
  await openWorkDir(root);
  expect(lstatSync(root).mode & 0o777).toBe(0o700);
});

test.each(['root', 'root/blobs', 'root/attempts'])(
  'a link, a file or a folder open to others at %s is refused by name',
  async (name) => {
    const root = join(folder, 'root');
    const at = join(folder, name);
    const refused = { code: 'MLSQL_CLUSTER_WORK_DIR', message: expect.stringContaining(at) };
    if (name !== 'root') mkdirSync(root, { mode: 0o700 });

    symlinkSync(folder, at);
    await expect(openWorkDir(root)).rejects.toMatchObject(refused);
    rmSync(at);
    writeFileSync(at, '');
    await expect(openWorkDir(root)).rejects.toMatchObject(refused);
    rmSync(at);
    mkdirSync(at);
    chmodSync(at, 0o770);
    await expect(openWorkDir(root)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('0770'),
    });
  },
);

test('a root that belongs to someone else is refused, also by the superuser', async () => {
  let root = '/usr';
  if (process.getuid?.() === 0) {
    root = join(folder, 'root');
    mkdirSync(root, { mode: 0o700 });
    chownSync(root, 65534, 65534);
  }
  await expect(openWorkDir(root)).rejects.toMatchObject({
    code: 'MLSQL_CLUSTER_WORK_DIR',
    message: expect.stringMatching(/belongs to user (65534|0)/),
  });
});
