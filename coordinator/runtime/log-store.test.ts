// Logs: gap-free however batches come, readable from anywhere, followed live, kept across a restart.
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttemptRef, jobId } from '../../shared/ids.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { type LogAppended, type LogLines, LogStore } from './log-store.js';

const REF: AttemptRef = { jobId: jobId('job-1'), algIndex: 2, attempt: 1 };
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);

let folder: string;
let clock: ManualClock;
let logs: LogStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlsql-logs-'));
  clock = new ManualClock();
  logs = new LogStore(folder, clock);
});

afterEach(async () => {
  logs.close();
  await rm(folder, { recursive: true, force: true });
});

async function collect(chunks: AsyncIterable<LogLines>): Promise<string[]> {
  const lines: string[] = [];
  for await (const chunk of chunks) {
    expect(chunk.firstSeq).toBe(lines.length + 1);
    lines.push(...chunk.lines);
  }
  return lines;
}

describe('append', () => {
  it('keeps a line once, however often and in whatever pieces it comes', async () => {
    expect(await logs.append(REF, 1, numbered(1, 3))).toBe(3);
    expect(await logs.append(REF, 1, numbered(1, 3))).toBe(3);
    expect(await logs.append(REF, 2, numbered(2, 5))).toBe(5);
    expect(await logs.append(REF, 1, [])).toBe(5);
    expect(await readFile(join(folder, 'logs/job-1/2-1.log'), 'utf8')).toBe(
      'line 1\nline 2\nline 3\nline 4\nline 5\n',
    );
  });

  it('takes nothing behind a gap, and says up to where it has all', async () => {
    await logs.append(REF, 1, numbered(1, 2));
    expect(await logs.append(REF, 4, numbered(4, 6))).toBe(2);
    expect(await logs.append(REF, 3, numbered(3, 6))).toBe(6);
    expect(await logs.read(REF, 1, 10)).toEqual(numbered(1, 6));
  });

  it('keeps the order of batches that come at once', async () => {
    const acks = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        logs.append(REF, index * 10 + 1, numbered(index * 10 + 1, index * 10 + 10)),
      ),
    );
    expect(acks).toEqual(Array.from({ length: 50 }, (_, index) => index * 10 + 10));
    expect(await logs.read(REF, 1, 1_000)).toEqual(numbered(1, 500));
  });

  it('keeps one line one line, whatever characters it has', async () => {
    const lines = ['héé 数据', '', 'a\nb', '\r 50%|#####', '\u{1F600}'];
    expect(await logs.append(REF, 1, lines)).toBe(5);
    expect(await logs.read(REF, 1, 10)).toEqual(['héé 数据', '', 'a b', '\r 50%|#####', '\u{1F600}']);
  });

  it('acknowledges nothing that could not be written, and takes it when it comes again', async () => {
    await logs.append(REF, 1, ['one']);
    const file = join(folder, 'logs/job-1/2-1.log');
    await rename(file, `${file}.away`);
    await mkdir(file);
    await expect(logs.append(REF, 2, ['two'])).rejects.toThrow(/EISDIR/);
    await rmdir(file);
    await rename(`${file}.away`, file);
    expect(await logs.append(REF, 2, ['two', 'three'])).toBe(3);
    expect(await logs.read(REF, 1, 10)).toEqual(['one', 'two', 'three']);
  });

  it('goes on behind what an earlier process left, without its unfinished line', async () => {
    await logs.append(REF, 1, numbered(1, 600));
    await appendFile(join(folder, 'logs/job-1/2-1.log'), 'cut of');
    const later = new LogStore(folder, clock);
    expect(await later.count(REF)).toBe(600);
    expect(await later.append(REF, 599, numbered(599, 603))).toBe(603);
    expect(await later.read(REF, 598, 100)).toEqual(numbered(598, 603));
  });
});

describe('read', () => {
  it('finds any lines, at the borders of its index too', async () => {
    await logs.append(REF, 1, numbered(1, 1_500));
    for (const [first, count] of [
      [1, 1],
      [255, 3],
      [256, 1],
      [257, 1],
      [512, 300],
      [1_500, 1],
      [1_400, 999],
    ] as const) {
      expect(await logs.read(REF, first, count)).toEqual(numbered(first, Math.min(1_500, first + count - 1)));
    }
    expect(await logs.read(REF, 1_501, 5)).toEqual([]);
    expect(await logs.read({ ...REF, attempt: 9 }, 1, 5)).toEqual([]);
  });
});

describe('follow', () => {
  it('gives what is there, or its tail, and ends', async () => {
    await logs.append(REF, 1, numbered(1, 700));
    expect(await collect(logs.follow(REF))).toEqual(numbered(1, 700));
    const tail: LogLines[] = [];
    for await (const chunk of logs.follow(REF, { tail: 3 })) tail.push(chunk);
    expect(tail).toEqual([{ firstSeq: 698, lines: numbered(698, 700) }]);
    expect(await collect(logs.follow({ ...REF, attempt: 5 }))).toEqual([]);
  });

  it('cuts chunks that would be too large for a message', async () => {
    const long = 'x'.repeat(60_000);
    await logs.append(
      REF,
      1,
      Array.from({ length: 10 }, () => long),
    );
    const sizes: number[] = [];
    for await (const chunk of logs.follow(REF)) sizes.push(chunk.lines.length);
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('goes on live until the log is complete, even where the last lines come behind its end', async () => {
    const all = collect(logs.follow(REF, { follow: true }));
    await logs.append(REF, 1, ['one']);
    await logs.append(REF, 2, ['two']);
    logs.finish(REF, 3);
    await logs.append(REF, 3, ['three']);
    expect(await all).toEqual(['one', 'two', 'three']);
  });

  it('does not wait for ever for lines that never come', async () => {
    const all = collect(logs.follow(REF, { follow: true }));
    await logs.append(REF, 1, ['one']);
    logs.finish(REF, 5);
    clock.advance(10_000);
    expect(await all).toEqual(['one']);
  });

  it('ends at abort', async () => {
    const abort = new AbortController();
    const all = collect(logs.follow(REF, { follow: true, signal: abort.signal }));
    await logs.append(REF, 1, ['one']);
    abort.abort();
    expect((await all).length).toBeLessThanOrEqual(1);
  });
});

describe('onAppended', () => {
  it('tells which lines are new, of that job only', async () => {
    const told: LogAppended[] = [];
    const stop = logs.onAppended('job-1', (appended) => told.push(appended));
    await logs.append(REF, 1, numbered(1, 3));
    await logs.append(REF, 2, numbered(2, 4));
    await logs.append({ ...REF, jobId: jobId('job-2') }, 1, ['other']);
    stop();
    await logs.append(REF, 5, ['unheard']);
    expect(told).toEqual([
      { ref: REF, firstSeq: 1, count: 3 },
      { ref: REF, firstSeq: 4, count: 1 },
    ]);
  });
});

it('forgets a job with its files', async () => {
  await logs.append(REF, 1, ['one']);
  await logs.append({ ...REF, jobId: jobId('job-10') }, 1, ['other']);
  await logs.forget(REF.jobId);
  expect(await logs.count(REF)).toBe(0);
  expect(await logs.count({ ...REF, jobId: jobId('job-10') })).toBe(1);
});
