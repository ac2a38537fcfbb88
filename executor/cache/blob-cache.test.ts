import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import { createLogger } from '../../shared/logger.js';
import { BlobCache } from './blob-cache.js';
import type { Blob } from './download.js';
import { openWorkDir, type WorkDir } from './work-dir.js';

let folder: string;
let workDir: WorkDir;
let open: BlobCache[];
let targets = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-cache-'));
  workDir = await openWorkDir(join(folder, 'root'));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((cache) => cache.close()));
  rmSync(folder, { recursive: true });
});

async function openCache(quota = { bytesMax: 1e9, entriesMax: 1e6 }): Promise<BlobCache> {
  const cache = await BlobCache.open(workDir, quota, createLogger('test', 'silent'));
  await cache.scan();
  open.push(cache);
  return cache;
}

const newTarget = (): string => join(folder, `target-${++targets}`);

function blobOf(text: string): Blob {
  return { sha256: createHash('sha256').update(text).digest('hex'), sizeBytes: Buffer.byteLength(text) };
}

/** A source that counts how often it is asked. */
function source(text: string): { blob: Blob; fetch: () => Promise<Readable>; fetches: () => number } {
  let count = 0;
  const fetch = async (): Promise<Readable> => {
    count++;
    return Readable.from([Buffer.from(text)]);
  };
  return { blob: blobOf(text), fetch, fetches: () => count };
}

test('a content is fetched once, however many want it at once or later', async () => {
  const cache = await openCache();
  const { blob, fetch, fetches } = source('hello');
  const paths = Array.from({ length: 20 }, newTarget);
  const fetched = await Promise.all(paths.map((path) => cache.give(blob, fetch, path)));
  expect(fetches()).toBe(1);
  expect(fetched.reduce((sum, bytes) => sum + bytes, 0)).toBe(5);
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(Array(20).fill('hello'));
  expect(await cache.give(blob, fetch, newTarget())).toBe(0);
  expect(cache.takeChanges()).toEqual({ added: [blob.sha256], dropped: [] });
  expect(cache.takeChanges()).toEqual({ added: [], dropped: [] });
});

test('the next process finds what the last one fetched', async () => {
  const { blob, fetch, fetches } = source('kept');
  await (await openCache()).give(blob, fetch, newTarget());
  const next = await openCache();
  expect(next.contents(10)).toEqual([blob.sha256]);
  expect(next.bytes).toBe(4);
  expect(await next.give(blob, fetch, newTarget())).toBe(0);
  expect(fetches()).toBe(1);
});

test('whatever a script does to its file, neither the cache nor another attempt sees it', async () => {
  const cache = await openCache();
  const { blob, fetch } = source('original');
  const [first, second] = [newTarget(), newTarget()];
  await cache.give(blob, fetch, first);
  await cache.give(blob, fetch, second);
  writeFileSync(first, 'changed!');
  appendFileSync(first, 'more');
  const third = newTarget();
  expect(await cache.give(blob, fetch, third)).toBe(0);
  expect([second, third].map((path) => readFileSync(path, 'utf8'))).toEqual(['original', 'original']);
  expect(statSync(second).nlink).toBe(1);
});

test('a cached content that someone changed is noticed and fetched again', async () => {
  const cache = await openCache();
  const { blob, fetch, fetches } = source('original');
  await cache.give(blob, fetch, newTarget());
  writeFileSync(join(workDir.blobs, blob.sha256), 'ORIGINAL');
  const target = newTarget();
  expect(await cache.give(blob, fetch, target)).toBe(8);
  expect(readFileSync(target, 'utf8')).toBe('original');
  expect(fetches()).toBe(2);
});

test('one that vanished is fetched again', async () => {
  const cache = await openCache();
  const { blob, fetch } = source('gone');
  await cache.give(blob, fetch, newTarget());
  unlinkSync(join(workDir.blobs, blob.sha256));
  expect(await cache.give(blob, fetch, newTarget())).toBe(4);
});

test('bytes with another hash or length never enter the cache', async () => {
  const cache = await openCache();
  const promised: [string, string][] = [
    ['right', 'wrong'],
    ['longer', 'long'],
    ['short', 'short and more'],
  ];
  await Promise.all(
    promised.map(async ([right, wrong]) => {
      const giving = cache.give(blobOf(right), source(wrong).fetch, newTarget());
      await expect(giving).rejects.toMatchObject({ code: 'MLSQL_STORE_CORRUPT' });
    }),
  );
  expect(readdirSync(workDir.blobs)).toEqual([]);
  expect(cache.bytes).toBe(0);
});

test('bytes that arrive wrong once are asked for again', async () => {
  const cache = await openCache();
  const { blob, fetch } = source('right');
  let tries = 0;
  const flaky = async (): Promise<Readable> =>
    ++tries === 1 ? Readable.from([Buffer.from('wrong')]) : await fetch();
  expect(await cache.give(blob, flaky, newTarget())).toBe(5);
});

test('a failure reaches everyone who waits, and the next one tries anew', async () => {
  const cache = await openCache();
  const { blob, fetch } = source('later');
  const missing = async (): Promise<Readable> => {
    throw new MlsqlError('MLSQL_STORE_NOT_FOUND', 'not there');
  };
  const results = await Promise.allSettled([1, 2, 3].map(() => cache.give(blob, missing, newTarget())));
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await cache.give(blob, fetch, newTarget())).toBe(5);
});

test('one who gives up does not take the content from the others, the last one ends the download', async () => {
  const cache = await openCache();
  const blob = blobOf('slow');
  let ended = false;
  let body: Readable | undefined;
  const fetch = async (signal: AbortSignal): Promise<Readable> => {
    signal.addEventListener('abort', () => {
      ended = true;
    });
    body = new Readable({ read: () => {} });
    return body;
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const target = newTarget();
  const gives = [first, second].map(({ signal }, index) =>
    cache.give(blob, fetch, index === 1 ? target : newTarget(), { signal }),
  );
  await expect.poll(() => body).toBeDefined();
  first.abort(new Error('cancelled'));
  await expect(gives[0]).rejects.toThrow('cancelled');
  expect(ended).toBe(false);
  body!.push('slow');
  body!.push(null);
  await gives[1];
  expect(readFileSync(target, 'utf8')).toBe('slow');

  const blob2 = blobOf('never');
  const third = new AbortController();
  body = undefined;
  ended = false;
  const alone = cache.give(blob2, fetch, newTarget(), { signal: third.signal });
  await expect.poll(() => body).toBeDefined();
  third.abort(new Error('cancelled'));
  await expect(alone).rejects.toThrow('cancelled');
  expect(ended).toBe(true);
});

test('the least recently used leave a full cache, never one in use', async () => {
  const cache = await openCache({ bytesMax: 10, entriesMax: 100 });
  const [a, b, c, d] = [source('aaaa'), source('bbbb'), source('cccc'), source('dddd')];
  await cache.give(a.blob, a.fetch, newTarget());
  await cache.give(b.blob, b.fetch, newTarget());
  await cache.give(a.blob, a.fetch, newTarget());
  await cache.give(c.blob, c.fetch, newTarget());
  expect(cache.contents(9)).toEqual([c.blob.sha256, a.blob.sha256]);
  await cache.use(a.blob, a.fetch, undefined, async (path) => {
    await cache.give(d.blob, d.fetch, newTarget());
    expect(readFileSync(path, 'utf8')).toBe('aaaa');
  });
  expect(cache.contents(9).sort()).toEqual([a.blob.sha256, d.blob.sha256].sort());
  expect(cache.takeChanges().dropped.sort()).toEqual([b.blob.sha256, c.blob.sha256].sort());
  expect(cache.bytes).toBe(8);
});

test('the number of contents is bounded too', async () => {
  const cache = await openCache({ bytesMax: 1e9, entriesMax: 3 });
  for (let i = 0; i < 10; i++) {
    const { blob, fetch } = source(`content ${i}`);
    await cache.give(blob, fetch, newTarget());
  }
  expect(readdirSync(workDir.blobs)).toHaveLength(3);
});

test('two executors share the folder: each uses what the other fetched, and learns of what it dropped', async () => {
  const [one, two] = [await openCache(), await openCache()];
  const { blob, fetch, fetches } = source('shared');
  await one.give(blob, fetch, newTarget());
  expect(await two.give(blob, fetch, newTarget())).toBe(0);
  expect(fetches()).toBe(1);
  const other = source('seen by watching');
  await one.give(other.blob, other.fetch, newTarget());
  await expect.poll(() => two.contents(9)).toContain(other.blob.sha256);
  unlinkSync(join(workDir.blobs, other.blob.sha256));
  await expect.poll(() => two.contents(9)).not.toContain(other.blob.sha256);
});

test('after a start the order of use is the one of the files', async () => {
  const first = await openCache();
  const [a, b] = [source('aaaa'), source('bbbb')];
  await first.give(a.blob, a.fetch, newTarget());
  await first.give(b.blob, b.fetch, newTarget());
  utimesSync(join(workDir.blobs, a.blob.sha256), 2e9, 1e9);
  expect((await openCache()).contents(9)).toEqual([a.blob.sha256, b.blob.sha256]);
});

test('leftovers of dead processes are removed, those of living ones are not', async () => {
  const dead = join(workDir.partial, '00000000-00000000-00000000-1-1');
  mkdirSync(dead);
  const cache = await openCache();
  const { PROCESS_IDENTITY } = await import('../../shared/object-store/process-identity.js');
  // Another boot of another machine tells us nothing of its processes.
  expect(existsSync(dead)).toBe(true);
  const earlier = join(workDir.partial, PROCESS_IDENTITY.replace(/-\d+$/, '-1'));
  mkdirSync(earlier);
  await cache.scan();
  expect(existsSync(earlier)).toBe(false);
  expect(existsSync(join(workDir.partial, PROCESS_IDENTITY))).toBe(true);
});

test('an executable keeps its bit', async () => {
  const cache = await openCache();
  const { blob, fetch } = source('#!/bin/sh\n');
  const [plain, program] = [newTarget(), newTarget()];
  await cache.give(blob, fetch, plain);
  await cache.give(blob, fetch, program, { executable: true });
  expect([plain, program].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
});
