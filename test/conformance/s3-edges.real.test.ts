// What happens to S3 stores at the edges, on real servers: uploads that are cut, writers that meet, huge folders, wrong clocks.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openS3Store } from '../../shared/object-store/s3/open-s3-store.js';
import { CuttingProxy } from '../servers/cutting-proxy.js';
import { MINIO, VERSITYGW, whereIs } from '../servers/go-program.js';
import { type S3Server, startS3Server } from '../servers/s3-server.js';

const LARGE = 20 * 1024 * 1024;
const HUGE_FOLDER = 100_000;
const HOUR_MS = 3_600_000;

describe.each([
  ['minio', MINIO],
  ['versitygw', VERSITYGW],
] as const)('%s', (name, program) => {
  describe.skipIf(whereIs(program) === undefined)('at the edges', () => {
    let server: S3Server;
    let store: ObjectStore;
    beforeAll(async () => {
      server = await startS3Server(name);
      server.bucket('edges');
      store = openS3Store('s3://edges/p', server.env);
    }, 600_000);
    afterAll(() => server?.stop());

    const read = async (key: string): Promise<Buffer> => buffer((await store.get(key)).body);

    it('keeps large objects of writers to neighbouring keys apart, and whole ones of writers to one key', async () => {
      const keys = ['n/a', 'n/a.b', 'n/a-', 'n/ab', 'n/same', 'n/same', 'n/same'];
      await Promise.all(keys.map((key, index) => store.put(key, Buffer.alloc(LARGE, index + 1))));
      for (const [index, key] of keys.slice(0, 4).entries())
        expect((await read(key)).equals(Buffer.alloc(LARGE, index + 1))).toBe(true);
      const same = await read('n/same');
      expect([5, 6, 7].some((byte) => same.equals(Buffer.alloc(LARGE, byte)))).toBe(true);
    });

    it('finishes an upload that is cut in the middle, and stores nothing of one that is given up', async () => {
      const proxy = await CuttingProxy.start(server.port);
      try {
        const env = { ...server.env, MLSQL_S3_ENDPOINT: `http://127.0.0.1:${proxy.port}` };
        const cut = openS3Store('s3://edges/p', env);
        const content = Buffer.alloc(LARGE, 'c');
        const begun = proxy.cutAt(/partNumber=2/, 1_500);
        const [, written] = await Promise.all([begun, cut.put('c/whole', content)]);
        expect(written.sizeBytes).toBe(LARGE);
        expect((await read('c/whole')).equals(content)).toBe(true);
        await store.put('c/kept', Buffer.from('before'));
        const abort = new AbortController();
        const given = proxy.cutAt(/partNumber=2/, 1_500).then(() => abort.abort(new Error('given up')));
        await expect(cut.put('c/kept', content, { signal: abort.signal })).rejects.toThrow('given up');
        await given;
        expect(String(await read('c/kept'))).toBe('before');
      } finally {
        await proxy.stop();
      }
    });

    it('says that a clock is wrong', async () => {
      vi.useFakeTimers({ now: Date.now() + 2 * HOUR_MS, toFake: ['Date'] });
      try {
        await expect(store.head('n/a')).rejects.toMatchObject({ message: expect.stringMatching(/clock/i) });
      } finally {
        vi.useRealTimers();
      }
    });
  });
});

describe.skipIf(whereIs(VERSITYGW) === undefined)('a folder of 100,000 objects', () => {
  it('is listed in order, page by page, and can be left', { timeout: 120_000 }, async () => {
    const server = await startS3Server('versitygw');
    try {
      server.bucket('huge');
      const folder = join(server.folder, 'data/huge/p/folder');
      mkdirSync(folder, { recursive: true });
      for (let number = 0; number < HUGE_FOLDER; number++)
        writeFileSync(join(folder, `part-${String(number).padStart(6, '0')}`), 'x');
      const store = openS3Store('s3://huge/p', server.env);
      let count = 0;
      for await (const entry of store.list('folder/')) {
        const key = entry.kind === 'object' ? entry.info.key : entry.key;
        if (key !== `folder/part-${String(count).padStart(6, '0')}`)
          throw new Error(`${key} is number ${count}`);
        count += 1;
      }
      expect(count).toBe(HUGE_FOLDER);
      for await (const entry of store.list('', { shallow: true }))
        expect(entry).toEqual({ kind: 'prefix', key: 'folder/' });
    } finally {
      await server.stop();
    }
  });
});
