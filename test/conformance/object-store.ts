// What an ObjectStore is, in executable form. Every adapter passes this suite; open() gives an empty store each time.
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/errors.js';
import type { ListEntry, ObjectStore } from '../../shared/object-store/object-store.js';
import { racePut } from './race.js';

export interface OpenedStore {
  readonly store: ObjectStore;
  close(): Promise<void>;
  /** What another process needs in its environment to open the store by its URL. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Defines the suite for one adapter.
 * @param shared - false: it lives in this process alone, so no other can race for its keys
 * @param prefixBytes - of each key in the server's own name for it
 */
export function objectStoreConformance(
  name: string,
  open: () => Promise<OpenedStore>,
  { shared = true, prefixBytes = 0 }: { shared?: boolean; prefixBytes?: number } = {},
): void {
  describe(`object store: ${name}`, () => {
    let opened: OpenedStore;
    let store: ObjectStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(async () => {
      await opened.close();
    });

    const put = (key: string, text = key) => store.put(key, Buffer.from(text));
    const read = async (key: string) => (await buffer((await store.get(key)).body)).toString();
    const keys = async (...args: Parameters<ObjectStore['list']>) =>
      (await collect(store.list(...args))).map(keyOf);

    describe('put and get', () => {
      it('gives back what was put, with its size and time', async () => {
        const before = Date.now();
        const info = await put('a/b/c.txt', 'hello');
        expect(info).toMatchObject({ key: 'a/b/c.txt', sizeBytes: 5 });
        const found = await store.head('a/b/c.txt');
        expect(found).toMatchObject(info);
        expect(found!.modifiedMs).toBeGreaterThan(before - 60_000);
        const got = await store.get('a/b/c.txt');
        expect(got.info).toEqual(found);
        expect((await buffer(got.body)).toString()).toBe('hello');
      });

      it('keeps an empty object', async () => {
        await store.put('empty', Buffer.alloc(0));
        expect(await store.head('empty')).toMatchObject({ sizeBytes: 0 });
        expect(await read('empty')).toBe('');
        await store.put('empty-stream', Readable.from([]), { sizeBytes: 0 });
        expect(await read('empty-stream')).toBe('');
      });

      it('replaces an object and changes its etag, also for the same bytes and for a moment ago', async () => {
        const etags = new Set<string>();
        for (let i = 0; i < 20; i++) etags.add((await put('a', i % 2 === 0 ? 'x' : 'y')).etag);
        expect(await read('a')).toBe('y');
        const before = await store.head('a');
        const after = await put('a', 'z');
        expect(after.etag).not.toBe(before?.etag);
      });

      it('takes a stream and gives a stream of many megabytes', async () => {
        const chunk = Buffer.alloc(1024 * 1024, 'abcdefghijklmnop');
        const count = 24;
        const info = await store.put('big', Readable.from(repeat(chunk, count)), {
          sizeBytes: chunk.length * count,
        });
        expect(info.sizeBytes).toBe(chunk.length * count);
        const expected = createHash('sha256');
        for (let i = 0; i < count; i++) expected.update(chunk);
        const actual = createHash('sha256');
        for await (const part of (await store.get('big')).body) actual.update(part);
        expect(actual.digest('hex')).toBe(expected.digest('hex'));
      });

      it('takes a file that is given away, whole or not at all', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'mlsql-given-'));
        try {
          const give = async (text: string) => {
            const file = join(folder, 'given');
            await writeFile(file, text);
            return { file };
          };
          const info = await store.put('given', await give('content'), { ifAbsent: true });
          expect([info.sizeBytes, await read('given')]).toEqual([7, 'content']);
          expect((await store.head('given'))?.etag).toBe(info.etag);
          await expect(store.put('given', await give('other'), { ifAbsent: true })).rejects.toMatchObject({
            code: 'MLSQL_STORE_PRECONDITION',
          });
          await expect(store.put('short', await give('12345'), { sizeBytes: 6 })).rejects.toMatchObject({
            code: 'MLSQL_STORE_CORRUPT',
          });
          expect([await read('given'), await store.head('short')]).toEqual(['content', undefined]);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      });

      it('reads ranges, the end exclusive and cut at the size', async () => {
        await put('digits', '0123456789');
        const range = async (start: number, end: number) =>
          (await buffer((await store.get('digits', { range: { start, end } })).body)).toString();
        expect(await range(0, 1)).toBe('0');
        expect(await range(3, 7)).toBe('3456');
        expect(await range(8, 100)).toBe('89');
        expect(await range(4, 4)).toBe('');
        expect(await range(10, 20)).toBe('');
      });

      it('lets a reader finish the version it began with while the object is replaced', async () => {
        const old = Buffer.alloc(3 * 1024 * 1024, 'o');
        await store.put('a', old);
        const { body } = await store.get('a');
        await put('a', 'new');
        expect((await buffer(body)).equals(old)).toBe(true);
        expect(await read('a')).toBe('new');
      });

      it('stores nothing of a stream that ends early, goes on too long, or fails', async () => {
        await expectCode(
          store.put('x/short', Readable.from([Buffer.from('abc')]), { sizeBytes: 5 }),
          'MLSQL_STORE_CORRUPT',
        );
        await expectCode(
          store.put('x/long', Readable.from([Buffer.from('abcdef')]), { sizeBytes: 5 }),
          'MLSQL_STORE_CORRUPT',
        );
        const broken = Readable.from(failAfter(Buffer.from('ab'), new Error('the source broke')));
        await expect(store.put('x/broken', broken, { sizeBytes: 5 })).rejects.toThrow('the source broke');
        expect(await keys('')).toEqual([]);
      });

      it('leaves the old object where replacing it fails', async () => {
        await put('a', 'old');
        await expectCode(
          store.put('a', Readable.from([Buffer.from('n')]), { sizeBytes: 2 }),
          'MLSQL_STORE_CORRUPT',
        );
        expect(await read('a')).toBe('old');
      });

      it('stores nothing once the signal was aborted', async () => {
        const controller = new AbortController();
        const body = Readable.from(
          (async function* () {
            yield Buffer.from('a');
            controller.abort(new Error('stopped by the test'));
            yield Buffer.from('b');
          })(),
        );
        await expect(store.put('a', body, { sizeBytes: 2, signal: controller.signal })).rejects.toThrow(
          'stopped by the test',
        );
        expect(await store.head('a')).toBeUndefined();
      });

      it('has nothing at keys never written', async () => {
        await put('a/b');
        for (const key of ['b', 'a', 'a/b/c', 'a/bb']) {
          expect(await store.head(key), key).toBeUndefined();
          await expectCode(store.get(key), 'MLSQL_STORE_NOT_FOUND');
        }
      });
    });

    describe('conditional writes', () => {
      it('lets exactly one of many racers create a key', async () => {
        for (let round = 0; round < 5; round++) {
          const key = `race/${round}`;
          const results = await Promise.allSettled(
            Array.from({ length: 50 }, (_, i) =>
              store.put(key, Buffer.from(`racer ${i}`), { ifAbsent: true }),
            ),
          );
          const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
          expect(winners).toHaveLength(1);
          expect(await read(key)).toBe(`racer ${winners[0]}`);
          for (const result of results) {
            if (result.status === 'rejected')
              expect(result.reason).toMatchObject({ code: 'MLSQL_STORE_PRECONDITION' });
          }
        }
      });

      it('lets exactly one of many racers replace what they all read', async () => {
        let etag = (await put('counter', '0')).etag;
        for (let round = 1; round <= 5; round++) {
          const results = await Promise.allSettled(
            Array.from({ length: 20 }, (_, i) =>
              store.put('counter', Buffer.from(`${round}/${i}`), { ifMatch: etag }),
            ),
          );
          const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
          expect(won).toHaveLength(1);
          etag = won[0]!.etag;
          expect((await store.head('counter'))?.etag).toBe(etag);
        }
      });

      if (shared) {
        it('lets one racer win in each round, across processes too', async () => {
          const outcome = await racePut(store.url, opened.env ?? {}, {
            processes: 4,
            rounds: 15,
            increments: 15,
          });
          expect(outcome.winners).toEqual(Array.from({ length: 15 }, () => 1));
          // Each increment is a read, then a replace if unchanged, tried until it holds: none may be lost.
          expect(outcome.counter).toBe(4 * 15);
        });
      }

      it('refuses a stale etag, an unknown one, and one for a key that is gone', async () => {
        const first = await put('a', 'one');
        const second = await put('a', 'two');
        const replace = (etag: string) => store.put('a', Buffer.from('three'), { ifMatch: etag });
        await expectCode(replace(first.etag), 'MLSQL_STORE_PRECONDITION');
        await expectCode(replace('no-such-etag'), 'MLSQL_STORE_PRECONDITION');
        expect(await read('a')).toBe('two');
        await replace(second.etag);
        expect(await read('a')).toBe('three');
        await store.delete(['a']);
        await expectCode(replace(second.etag), 'MLSQL_STORE_PRECONDITION');
        expect(await store.head('a')).toBeUndefined();
      });

      it('refuses to create what exists, also from a stream, and leaves it', async () => {
        await put('a', 'first');
        const stream = Readable.from([Buffer.from('second')]);
        await expectCode(
          store.put('a', stream, { sizeBytes: 6, ifAbsent: true }),
          'MLSQL_STORE_PRECONDITION',
        );
        expect(await read('a')).toBe('first');
      });

      it('creates a key again after it was removed', async () => {
        await store.put('a/b', Buffer.from('1'), { ifAbsent: true });
        await store.delete(['a/b']);
        await store.put('a/b', Buffer.from('2'), { ifAbsent: true });
        expect(await read('a/b')).toBe('2');
      });
    });

    describe('copy', () => {
      it('copies the bytes, and the copies live apart', async () => {
        await put('from', 'one');
        const info = await store.copy('from', 'deep/to');
        expect(info).toMatchObject({ key: 'deep/to', sizeBytes: 3 });
        expect(await store.head('deep/to')).toMatchObject(info);
        await put('from', 'two');
        expect(await read('deep/to')).toBe('one');
        await store.delete(['from']);
        expect(await read('deep/to')).toBe('one');
      });

      it('may share bytes with a source that goes away', async () => {
        await put('from', 'one');
        await put('taken', 'old');
        await store.copy('from', 'to', { sourceDiscarded: true });
        await store.copy('from', 'taken', { sourceDiscarded: true });
        await put('from', 'two');
        await store.delete(['from']);
        expect([await read('to'), await read('taken')]).toEqual(['one', 'one']);
      });

      it('copies onto itself without harm', async () => {
        await put('a', 'one');
        await store.copy('a', 'a');
        expect(await read('a')).toBe('one');
      });

      it('replaces the target', async () => {
        await put('from', 'new');
        await put('to', 'old');
        await store.copy('from', 'to');
        expect(await read('to')).toBe('new');
      });

      it('fails where the source is missing', async () => {
        await expectCode(store.copy('missing', 'to'), 'MLSQL_STORE_NOT_FOUND');
        await expectCode(store.copy('missing', 'to', { sourceDiscarded: true }), 'MLSQL_STORE_NOT_FOUND');
        expect(await store.head('to')).toBeUndefined();
      });
    });

    describe('delete', () => {
      it('removes what is there and takes what is missing as done', async () => {
        await Promise.all(['a/1', 'a/2', 'b'].map((key) => put(key)));
        await store.delete(['a/1', 'a/missing', 'missing/too', 'b', 'b']);
        expect(await keys('')).toEqual(['a/2']);
        await store.delete(['a/2']);
        await store.delete(['a/2']);
        await store.delete([]);
        expect(await keys('')).toEqual([]);
      });

      it('removes a folder of a thousand objects', async () => {
        const all = Array.from({ length: 1200 }, (_, i) => `many/${i % 7}/${i}`);
        for (let start = 0; start < all.length; start += 100) {
          await Promise.all(all.slice(start, start + 100).map((key) => put(key)));
        }
        await store.delete(all);
        expect(await keys('')).toEqual([]);
      });
    });

    describe('list', () => {
      it('lists in byte order of whole keys', async () => {
        // "a-b" sorts before "a/…" and "a0" behind it; 中 is three bytes and stands before 😀 of four; Ａ (U+FF21)
        // stands before 😀 in bytes though not in UTF-16.
        const sorted = ['B', 'a-b', 'a/a', 'a/b/c', 'a/b0', 'a0', 'ä', '中', 'Ａ', '😀'];
        await Promise.all([...sorted].reverse().map((key) => put(key)));
        expect(await keys('')).toEqual(sorted);
        expect(await keys('a/')).toEqual(['a/a', 'a/b/c', 'a/b0']);
      });

      it('takes the prefix as text, not as a folder', async () => {
        await Promise.all(['a/part-1', 'a/part-2/x', 'a/part-20', 'a/other', 'ab'].map((key) => put(key)));
        expect(await keys('a/part')).toEqual(['a/part-1', 'a/part-2/x', 'a/part-20']);
        expect(await keys('a/part-2')).toEqual(['a/part-2/x', 'a/part-20']);
        expect(await keys('a')).toEqual(['a/other', 'a/part-1', 'a/part-2/x', 'a/part-20', 'ab']);
        expect(await keys('a/part-1')).toEqual(['a/part-1']);
        expect(await keys('zzz')).toEqual([]);
        expect(await keys('a/part-1/')).toEqual([]);
        expect(await keys('no/such/folder/')).toEqual([]);
      });

      it('lists one level with shallow', async () => {
        await Promise.all(['a/b/c', 'a/b/d', 'a/b-c', 'a/e', 'f'].map((key) => put(key)));
        expect(await keys('', { shallow: true })).toEqual(['a/', 'f']);
        expect(await keys('a/', { shallow: true })).toEqual(['a/b-c', 'a/b/', 'a/e']);
        expect(await keys('a/b', { shallow: true })).toEqual(['a/b-c', 'a/b/']);
        const entries = await collect(store.list('a/', { shallow: true }));
        expect(entries.map((entry) => entry.kind)).toEqual(['object', 'prefix', 'object']);
        expect(entries[2]).toMatchObject({
          info: { key: 'a/e', sizeBytes: 3, etag: (await store.head('a/e'))!.etag },
        });
      });

      it('pages: limit entries, then those behind the last', async () => {
        const all = Array.from(
          { length: 30 },
          (_, i) => `p/${String(i).padStart(2, '0')}${i % 3 === 0 ? '/x' : ''}`,
        ).sort();
        await Promise.all(all.map((key) => put(key)));
        for (const shallow of [false, true]) {
          const whole = await keys('p/', { shallow });
          expect(whole).toHaveLength(30);
          const paged: string[] = [];
          for (;;) {
            const last = paged.at(-1);
            const page = await keys('p/', {
              shallow,
              limit: 7,
              ...(last === undefined ? {} : { startAfter: last }),
            });
            if (page.length === 0) break;
            expect(page.length).toBeLessThanOrEqual(7);
            paged.push(...page);
          }
          expect(paged).toEqual(whole);
        }
        expect(await keys('p/', { limit: 0 })).toEqual([]);
        expect(await keys('p/', { startAfter: 'p/03/' })).toEqual(all.filter((key) => key > 'p/03/'));
        expect(await keys('p/', { startAfter: 'a' })).toHaveLength(30);
        expect(await keys('p/', { startAfter: 'z' })).toEqual([]);
      });

      it('can be left in the middle', async () => {
        await Promise.all(['a', 'b', 'c'].map((key) => put(key)));
        for await (const entry of store.list('')) {
          expect(keyOf(entry)).toBe('a');
          break;
        }
      });

      it('shows no folder once its objects are gone', async () => {
        await put('a/b/c');
        await put('d');
        await store.delete(['a/b/c']);
        expect(await keys('', { shallow: true })).toEqual(['d']);
        await put('a');
        expect(await keys('', { shallow: true })).toEqual(['a', 'd']);
      });
    });

    describe('names', () => {
      it('takes every character literally', async () => {
        const names = [
          'a#b',
          'a%20b',
          'a+b',
          'a b',
          ' lead',
          'trail ',
          'dot.',
          '...',
          '.hidden',
          'a?b&c=d',
          '"quotes"',
          "it's",
          '中文/路径',
          '😀',
          'back\\slash',
          'semi;colon',
          '*',
          '[x]',
          '{y}',
          '~',
          'a:b',
          '<>|',
          '%2e%2e/x',
          'tab\tnew\nline',
          'é',
          'e\u0301',
          '-',
          '--x',
          '$(x)',
          '`',
        ];
        for (const name of names) await put(`n/${name}`, `content of ${name}`);
        for (const name of names) expect(await read(`n/${name}`)).toBe(`content of ${name}`);
        expect(await keys('n/')).toEqual(
          names.map((name) => `n/${name}`).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
        for (const name of names) expect(await keys(`n/${name}`, { limit: 1 })).toEqual([`n/${name}`]);
        await store.delete(names.map((name) => `n/${name}`));
        expect(await keys('')).toEqual([]);
      });

      it('takes names of the greatest length', async () => {
        const segment = '中'.repeat(85); // 255 bytes
        const key = [segment, segment, segment, 'x'.repeat(255 - prefixBytes)].join('/'); // 1,023 bytes in all
        await put(key, 'long');
        expect(await read(key)).toBe('long');
        await store.copy(key, `${key.slice(0, -1)}y`);
        expect(await keys('')).toHaveLength(2);
        expect(await keys(key)).toEqual([key]);
      });

      it('refuses what is no key, in every call', async () => {
        const bad = [
          '',
          '/a',
          'a/',
          'a//b',
          '.',
          '..',
          'a/../b',
          'a/..',
          './a',
          'a/./b',
          'nul\0',
          '\ud800',
          'x'.repeat(256),
          '中'.repeat(86),
          Array.from({ length: 5 }, () => 'y'.repeat(250)).join('/'),
        ];
        await put('ok');
        for (const key of bad) {
          const shown = JSON.stringify(key).slice(0, 40);
          await expectCode(put(key, 'x'), 'MLSQL_STORE_PATH_INVALID', shown);
          await expectCode(store.get(key), 'MLSQL_STORE_PATH_INVALID', shown);
          await expectCode(store.head(key), 'MLSQL_STORE_PATH_INVALID', shown);
          await expectCode(store.copy('ok', key), 'MLSQL_STORE_PATH_INVALID', shown);
          await expectCode(store.copy(key, 'to'), 'MLSQL_STORE_PATH_INVALID', shown);
          await expectCode(store.delete(['ok', key]), 'MLSQL_STORE_PATH_INVALID', shown);
          expect(() => store.localPath(key), shown).toThrow(
            expect.objectContaining({ code: 'MLSQL_STORE_PATH_INVALID' }),
          );
        }
        for (const prefix of ['/', '/a', 'a//', '../', 'a/../b', 'nul\0']) {
          await expectCode(keys(prefix), 'MLSQL_STORE_PATH_INVALID', prefix);
        }
        expect(await keys('')).toEqual(['ok']);
      });
    });
  });
}

/** Expects the call to fail with an MlsqlError of this code. */
export async function expectCode(call: Promise<unknown>, code: ErrorCode, what?: string): Promise<void> {
  await expect(call, what).rejects.toMatchObject({ name: 'MlsqlError', code });
}

async function collect(entries: AsyncIterable<ListEntry>): Promise<ListEntry[]> {
  const all: ListEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

function keyOf(entry: ListEntry): string {
  return entry.kind === 'object' ? entry.info.key : entry.key;
}

function* repeat(chunk: Buffer, count: number): Generator<Buffer> {
  for (let i = 0; i < count; i++) yield chunk;
}

/** A source that breaks in the middle, as a download may. */
async function* failAfter(chunk: Buffer, error: Error): AsyncGenerator<Buffer> {
  yield chunk;
  throw error;
}
