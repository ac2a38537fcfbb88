import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { RANGE_BYTES, RANGES_MAX } from '../limits.js';
import { type Blob, download, type FetchBlob } from './download.js';

const folder = mkdtempSync(join(tmpdir(), 'mlsql-download-'));
afterAll(() => rmSync(folder, { recursive: true }));
const content = randomBytes(4 * RANGE_BYTES + 12_345);
const blob: Blob = {
  sha256: createHash('sha256').update(content).digest('hex'),
  sizeBytes: content.length,
  ranges: true,
};
const { signal } = new AbortController();
let number = 0;
const newPath = (): string => join(folder, `file-${++number}`);

/** Pieces of the content, as a network would bring them. */
function fetching(
  change: (range: { start: number; end: number }, bytes: Buffer) => Buffer = (_, bytes) => bytes,
): {
  fetch: FetchBlob;
  most: () => number;
  asked: () => number;
} {
  let [now, most, asked] = [0, 0, 0];
  const fetch: FetchBlob = async (_, range = { start: 0, end: content.length }) => {
    asked += 1;
    now += 1;
    most = Math.max(most, now);
    const bytes = change(range, content.subarray(range.start, range.end));
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += 1_000_003) {
        await new Promise((resolve) => setImmediate(resolve));
        yield bytes.subarray(at, at + 1_000_003);
      }
      now -= 1;
    };
    return Readable.from(pieces());
  };
  return { fetch, most: () => most, asked: () => asked };
}

test('a large content comes in several ranges at once, and is whole', async () => {
  const path = newPath();
  const { fetch, most, asked } = fetching();
  await download(fetch, path, blob, signal);
  expect(readFileSync(path).equals(content)).toBe(true);
  expect([asked(), most()]).toEqual([5, RANGES_MAX]);
});

test('in one stream where that is as fast', async () => {
  const path = newPath();
  const { fetch, asked } = fetching();
  await download(fetch, path, { ...blob, ranges: false }, signal);
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(asked()).toBe(1);
});

test.each([
  [
    'a range too short',
    ({ start }: { start: number }, bytes: Buffer) => (start > 0 ? bytes.subarray(1) : bytes),
  ],
  [
    'a range too long',
    ({ start }: { start: number }, bytes: Buffer) =>
      start > 0 ? Buffer.concat([bytes, Buffer.alloc(1)]) : bytes,
  ],
  [
    'other bytes: the object was replaced meanwhile',
    ({ start }: { start: number }, bytes: Buffer) => (start > 0 ? Buffer.alloc(bytes.length) : bytes),
  ],
] as const)('%s is an error', async (_, change) => {
  await expect(download(fetching(change).fetch, newPath(), blob, signal)).rejects.toMatchObject({
    code: 'MLSQL_STORE_CORRUPT',
  });
});

test('a range that fails ends the others, and is the error', async () => {
  const signals: AbortSignal[] = [];
  const fetch: FetchBlob = async (given, range) => {
    signals.push(given);
    if (range?.start === RANGE_BYTES) throw new Error('this range');
    return Readable.from([content.subarray(range!.start, range!.end)]);
  };
  await expect(download(fetch, newPath(), blob, signal)).rejects.toThrow('this range');
  expect(signals.every((given) => given.aborted)).toBe(true);
});
