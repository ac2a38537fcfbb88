// Source files show what was loaded, however the store and the session's folder lie.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import { SourceFiles } from './source-files.js';

const folder = mkdtempSync(join(tmpdir(), 'mlsql-files-'));
/** Memory as a file system of its own: nothing can be linked across. */
const elsewhere = mkdtempSync('/dev/shm/mlsql-files-');

afterAll(() => {
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true, force: true });
});

test.each([
  ['the same file system', folder],
  ['another file system', elsewhere],
])('keeps what was loaded from %s after a save over it', async (_where, root) => {
  if (root === elsewhere) expect(statSync(root).dev).not.toBe(statSync(folder).dev);
  const store = await createLocalStore(join(root, 'store'));
  const info = await store.put('a.json', Buffer.from('old'));
  const files = new SourceFiles(store, join(folder, 'files', statSync(root).dev.toString()));
  const source = { key: 'a.json', sizeBytes: info.sizeBytes, etag: info.etag, displayName: '/a.json' };
  const { signal } = new AbortController();
  const [local] = await files.localize([source], signal);
  await store.put('a.json', Buffer.from('new'));
  expect(readFileSync(local!.path, 'utf8')).toBe('old');
});

test('a cancelled download is made again by the next load', async () => {
  const store = await createLocalStore(join(elsewhere, 'again'));
  const info = await store.put('a.json', Buffer.from('text'));
  const files = new SourceFiles(store, join(folder, 'again'));
  const source = { key: 'a.json', sizeBytes: info.sizeBytes, etag: info.etag, displayName: '/a.json' };
  const first = new AbortController();
  const cancelled = expect(files.localize([source], first.signal)).rejects.toThrow();
  first.abort();
  const [local] = await files.localize([source], new AbortController().signal);
  await cancelled;
  expect(readFileSync(local!.path, 'utf8')).toBe('text');
});
