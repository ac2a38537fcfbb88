import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { UPLOADS_MAX } from '../limits.js';
import { insistent, Uploader } from './upload.js';

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-upload-'));
  const real = await createLocalStore(join(root, 'store'));
  store = new Proxy(real, {
    get: (target, name) =>
      name === 'put'
        ? (...args: Parameters<ObjectStore['put']>) =>
            args[0].startsWith('bad/')
              ? Promise.reject(new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'the store is away'))
              : target.put(...args)
        : (Reflect.get(target, name, target) as () => unknown).bind?.(target),
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('uploads that wait for a store hold up no other one', async () => {
  const uploader = new Uploader(store);
  const absolute = join(root, 'file');
  writeFileSync(absolute, 'content');
  const file = { path: 'file', absolute, sizeBytes: 7 };
  const abort = new AbortController();
  const how = { deadlineMs: 600_000, signal: abort.signal };
  const waiting = Array.from({ length: UPLOADS_MAX }, (_, i) => uploader.file(file, `bad/${i}`, how));
  expect(await uploader.file(file, 'good', how)).toMatchObject({ path: 'file', size: 7 });
  abort.abort(new Error('cancelled'));
  for (const upload of waiting) await expect(upload).rejects.toThrow(/cancelled|is away/);
});

test('what must be brought is tried once more when its attempt was stopped', async () => {
  const abort = new AbortController();
  const tries: (number | undefined)[] = [];
  const bring = (how: { deadlineMs: number; signal?: AbortSignal }): Promise<string> => {
    tries.push(how.signal === undefined ? how.deadlineMs : undefined);
    if (how.signal === undefined) return Promise.resolve('there');
    abort.abort(new Error('cancelled'));
    return Promise.reject(abort.signal.reason);
  };
  expect(await insistent(bring, { deadlineMs: 600_000, signal: abort.signal })).toBe('there');
  expect(tries).toEqual([undefined, 3_000]);
});
