import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import type { Clock } from '../clock.js';
import { MlsqlError } from '../errors.js';
import type { ListEntry, ObjectStore } from './object-store.js';
import { openStore } from './open-store.js';
import { RetryingStore } from './retrying-store.js';

const folder = mkdtempSync(join(tmpdir(), 'mlsql-retrying-'));
afterAll(() => rmSync(folder, { recursive: true }));
const real = await openStore(`file://${folder}`, {});
const down = (): MlsqlError => new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'the store is down');

/** Waits cost no time; the clock tells that they passed. */
function fastClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    after: (milliseconds, callback) => {
      now += milliseconds;
      const timer = setImmediate(callback);
      return () => clearImmediate(timer);
    },
  };
}

/** Fails so many times before each answer, and breaks bodies and listings off as they go. */
function flaky(failures: number, replaced = false): { store: ObjectStore; calls: () => number } {
  let [left, calls] = [failures, 0];
  const fail = (): void => {
    calls += 1;
    if (left-- > 0) throw down();
    left = failures;
  };
  const broken = async function* (body: Readable): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const piece = chunk.subarray(0, 30_000);
      yield piece;
      sent += piece.length;
      if (failures > 0 && (sent >= 60_000 || piece.length < chunk.length)) throw down();
    }
  };
  const store = new Proxy(real, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      if (name === 'list')
        return async function* (...args: unknown[]) {
          fail();
          let count = 0;
          for await (const entry of method.apply(target, args) as AsyncIterable<ListEntry>) {
            if (failures > 0 && count++ === 2) throw down();
            yield entry;
          }
        };
      if (name === 'get')
        return async (...args: unknown[]) => {
          fail();
          const { info, body } = (await method.apply(target, args)) as Awaited<
            ReturnType<ObjectStore['get']>
          >;
          return {
            info: replaced && calls > failures + 1 ? { ...info, etag: 'another' } : info,
            body: Readable.from(broken(body)),
          };
        };
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (name === 'localPath') return method.apply(target, args);
        return Promise.resolve().then(() => {
          fail();
          return method.apply(target, args);
        });
      };
    },
  });
  return { store, calls: () => calls };
}

async function bytesOf(body: Readable): Promise<Buffer> {
  return Buffer.concat(await body.toArray());
}

test('what is read goes on where it broke off', async () => {
  const content = randomBytes(500_000);
  await real.put('a/large', content);
  const retried: unknown[] = [];
  const store = new RetryingStore(flaky(2).store, (error) => retried.push(error), fastClock());
  expect((await bytesOf((await store.get('a/large')).body)).equals(content)).toBe(true);
  const range = { start: 100_001, end: 400_002 };
  const part = await bytesOf((await store.get('a/large', { range })).body);
  expect(part.equals(content.subarray(range.start, range.end))).toBe(true);
  expect(retried.length).toBeGreaterThan(10);
  expect((await store.head('a/large'))?.sizeBytes).toBe(500_000);
});

test('an object that was replaced meanwhile is no continuation', async () => {
  await real.put('a/replaced', randomBytes(200_000));
  const store = new RetryingStore(flaky(1, true).store, undefined, fastClock());
  await expect(store.get('a/replaced').then(({ body }) => bytesOf(body))).rejects.toMatchObject({
    code: 'MLSQL_STORE_CORRUPT',
    message: expect.stringContaining('replaced while it was read'),
  });
});

test('a listing goes on behind its last entry, up to its limit', async () => {
  for (let number = 0; number < 9; number++) await real.put(`l/${number}`, Buffer.from('x'));
  const store = new RetryingStore(flaky(1).store, undefined, fastClock());
  const keys = async (limit?: number): Promise<string[]> => {
    const found: string[] = [];
    for await (const entry of store.list('l/', limit === undefined ? {} : { limit }))
      found.push(entry.kind === 'object' ? entry.info.key : entry.key);
    return found;
  };
  const all = Array.from({ length: 9 }, (_, number) => `l/${number}`);
  expect(await keys()).toEqual(all);
  expect(await keys(5)).toEqual(all.slice(0, 5));
});

test('what is written again is the same; what depends on what is there is tried once, and streams', async () => {
  const { store, calls } = flaky(1);
  const retrying = new RetryingStore(store, undefined, fastClock());
  await retrying.put('w/plain', Buffer.from('x'));
  expect(calls()).toBe(2);
  for (const options of [{ ifAbsent: true }, { ifMatch: 'e' }])
    await expect(
      new RetryingStore(flaky(1).store, undefined, fastClock()).put('w/c', Buffer.from('x'), options),
    ).rejects.toThrow('down');
  await expect(
    new RetryingStore(flaky(1).store, undefined, fastClock()).put('w/s', Readable.from([Buffer.from('x')]), {
      sizeBytes: 1,
    }),
  ).rejects.toThrow('down');
  await retrying.copy('w/plain', 'w/copy');
  await retrying.delete(['w/plain']);
  expect(await real.head('w/plain')).toBeUndefined();
  expect((await real.head('w/copy'))?.sizeBytes).toBe(1);
});

test('a store that stays away is an error after a minute, a missing object at once', async () => {
  const clock = fastClock();
  const { store, calls } = flaky(Number.POSITIVE_INFINITY);
  await expect(new RetryingStore(store, undefined, clock).head('x')).rejects.toThrow('down');
  expect(clock.now()).toBeGreaterThan(60_000);
  expect(clock.now()).toBeLessThan(90_000);
  expect(calls()).toBeGreaterThan(5);
  await expect(new RetryingStore(real).get('none')).rejects.toMatchObject({ code: 'MLSQL_STORE_NOT_FOUND' });
});

test('a body that nobody reads lets go of its connection', async () => {
  await real.put('a/unread', randomBytes(100_000));
  let under: Readable | undefined;
  const spy = new Proxy(real, {
    get: (target, name) =>
      name === 'get'
        ? async (key: string) => {
            const got = await target.get(key);
            under = got.body;
            return got;
          }
        : Reflect.get(target, name),
  });
  const { body } = await new RetryingStore(spy).get('a/unread');
  body.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  expect(under?.destroyed).toBe(true);
});
