// When the files of a save can be seen, and what is left where their last step fails.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openStore } from '../../shared/object-store/open-store.js';
import { SavesUnderWay, SaveTarget, type SaveTargetOptions } from './save-target.js';

let folder: string;
let store: ObjectStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'save-target-'));
  store = await openStore(`file://${join(folder, 'store')}`, {});
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();

async function staged(id: string, mode: SaveTargetOptions['mode'], files: number): Promise<SaveTarget> {
  const target = new SaveTarget(store, saves, { prefix: 'out', mode, id });
  await target.begin();
  for (let number = 0; number < files; number++) {
    const file = join(folder, `${id}-${number}`);
    writeFileSync(file, id);
    await target.add({ file }, '', 'json', id.length, signal);
  }
  return target;
}

const saves = new SavesUnderWay();

async function visible(): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list('out/')) if (entry.kind === 'object') keys.push(entry.info.key);
  return keys.map((key) => key.slice('out/'.length)).filter((name) => !name.startsWith('_temporary/'));
}

test('nothing is to be seen before the commit, everything after it', async () => {
  const target = await staged('a', 'errorIfExists', 2);
  expect(await visible()).toEqual([]);
  expect(await target.commit()).toBe(true);
  await target.discard();
  expect(await visible()).toEqual(['_SUCCESS', 'part-00000-a.json', 'part-00001-a.json']);
});

test('of two that were begun before either was done, the first to commit wins', async () => {
  const [first, second] = [await staged('a', 'errorIfExists', 1), await staged('b', 'errorIfExists', 1)];
  const outcomes = await Promise.allSettled([second.commit(), first.commit()]);
  expect(outcomes).toMatchObject([
    { status: 'fulfilled', value: true },
    { status: 'rejected', reason: { code: 'MLSQL_TABLE_SAVE_EXISTS' } },
  ]);
  expect(await visible()).toEqual(['_SUCCESS', 'part-00000-b.json']);
});

test('a commit that fails half way takes its files back, and another save may have the path', async () => {
  const target = await staged('a', 'errorIfExists', 2);
  const copy = store.copy.bind(store);
  vi.spyOn(store, 'copy')
    .mockImplementationOnce(copy)
    .mockRejectedValueOnce(new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'the store is away'));
  await expect(target.commit()).rejects.toMatchObject({ code: 'MLSQL_STORE_UNAVAILABLE' });
  await target.discard();
  expect(await visible()).toEqual([]);
  expect(await (await staged('b', 'errorIfExists', 1)).commit()).toBe(true);
});

test.each([
  ['errorIfExists', 2],
  ['errorIfExists', 0],
  ['ignore', 2],
  ['ignore', 0],
] as const)(
  'a save (%s, %i files) whose coordinator died behind the commit is done again',
  async (mode, files) => {
    await (await staged('a', mode, files)).commit();
    const again = await staged('a', mode, files);
    expect(await again.commit()).toBe(true);
    const parts = Array.from({ length: files }, (_, number) => `part-0000${number}-a.json`);
    expect(await visible()).toEqual(['_SUCCESS', ...parts]);
    // Another save finds a folder that is there.
    const other = new SaveTarget(store, saves, { prefix: 'out', mode, id: 'b' });
    if (mode === 'ignore') expect(await other.begin()).toBe(false);
    else await expect(other.begin()).rejects.toMatchObject({ code: 'MLSQL_TABLE_SAVE_EXISTS' });
    expect(await visible()).toEqual(['_SUCCESS', ...parts]);
  },
);

test('an overwrite leaves alone what another save has staged meanwhile', async () => {
  await saves.run('b', async () => {
    const other = await staged('b', 'append', 1);
    expect(await (await staged('a', 'overwrite', 1)).commit()).toBe(true);
    expect(await other.commit()).toBe(true);
  });
  expect(await visible()).toEqual(['_SUCCESS', 'part-00000-a.json', 'part-00000-b.json']);
});

test.each(['overwrite', 'append', 'ignore'] as const)(
  'no table is saved where models lie: %s',
  async (mode) => {
    await store.put('out/_model_0/meta/0/part', Buffer.from('x'));
    await expect(staged('s', mode, 1)).rejects.toMatchObject({
      code: 'MLSQL_TABLE_SAVE_EXISTS',
      message: expect.stringContaining('models of a train lie in /out (_model_0)'),
    });
    expect(await visible()).toEqual(['_model_0/meta/0/part']);
  },
);
