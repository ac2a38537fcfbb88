import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../shared/clock.js';
import { LOG_BATCH_MAX_BYTES, LOG_BATCH_MAX_LINES } from '../../shared/limits.js';
import { type LogSink, LogTail } from './log-tail.js';

let folder: string;
let path: string;
let tails: LogTail[];
let timers: (() => void)[];
let nowMs = 0;
const clock: Clock = {
  now: () => nowMs,
  after: (_delayMs, callback) => {
    timers.push(callback);
    return () => {
      timers = timers.filter((timer) => timer !== callback);
    };
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-tail-'));
  path = join(folder, 'output.log');
  tails = [];
  timers = [];
});
afterEach(async () => {
  await Promise.all(tails.map((tail) => tail.close()));
  rmSync(folder, { recursive: true });
});

function tailOf(observe: (line: string, seq: number) => void = () => {}): LogTail {
  const tail = new LogTail(path, clock, observe);
  tails.push(tail);
  return tail;
}

/** A sink that remembers what it got, by number. */
function recorder(): { sink: LogSink; lines: Map<number, string>; batches: number[] } {
  const lines = new Map<number, string>();
  const batches: number[] = [];
  return {
    lines,
    batches,
    sink: (firstSeq, batch) => {
      batches.push(batch.length);
      for (const [index, line] of batch.entries()) lines.set(firstSeq + index, line);
      return undefined;
    },
  };
}

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');
const expected = (to: number): [number, string][] =>
  Array.from({ length: to }, (_, index) => [index + 1, `line ${index + 1}`]);

test('every line has its number, in few batches within the limits', async () => {
  const tail = tailOf();
  const { sink, lines, batches } = recorder();
  tail.connect(sink);
  appendFileSync(path, numbered(1, 20_000));
  await tail.finish();
  expect([...lines]).toEqual(expected(20_000));
  expect(tail.lines).toBe(20_000);
  expect(Math.max(...batches)).toBeLessThanOrEqual(LOG_BATCH_MAX_LINES);
  expect(batches.length).toBeLessThan(10);
});

test('batches of long lines stay below the limit of bytes', async () => {
  const tail = tailOf();
  const sizes: number[] = [];
  tail.connect((_seq, lines) => {
    sizes.push(lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0));
    return undefined;
  });
  for (let i = 0; i < 40; i++) appendFileSync(path, `${'é'.repeat(30_000)}\n`);
  await tail.finish();
  expect(Math.max(...sizes)).toBeLessThanOrEqual(LOG_BATCH_MAX_BYTES);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(40 * 60_000);
});

test('a single line goes out when its time has come, without the end of the file', async () => {
  const tail = tailOf();
  const { lines } = recorder();
  const arrived = new Promise<void>((resolve) => {
    tail.connect((seq, batch) => {
      lines.set(seq, batch[0]!);
      resolve();
      return undefined;
    });
  });
  appendFileSync(path, 'alone\n');
  tail.poke();
  await expect.poll(() => timers.length).toBe(1);
  timers.pop()!();
  await arrived;
  expect([...lines]).toEqual([[1, 'alone']]);
});

test('after an interruption all lines that were not acknowledged come again, under their numbers', async () => {
  const seen: number[] = [];
  const tail = tailOf((_line, seq) => seen.push(seq));
  const first = recorder();
  tail.connect(first.sink);
  appendFileSync(path, numbered(1, 9000));
  tail.poke();
  await expect.poll(() => first.lines.size).toBeGreaterThanOrEqual(8000);
  tail.ack(4100);
  tail.disconnect();
  appendFileSync(path, numbered(9001, 9500));
  tail.poke();
  await expect.poll(() => tail.lines).toBe(9500);

  const second = recorder();
  tail.connect(second.sink);
  appendFileSync(path, 'line 9501');
  await tail.finish();
  expect([...second.lines]).toEqual(expected(9501).slice(4100));
  // The observer, who keeps the score, saw each line once.
  expect(seen).toEqual(expected(9501).map(([seq]) => seq));
});

test('lines that are not acknowledged for long are sent again', async () => {
  const tail = tailOf();
  const { sink, lines } = recorder();
  tail.connect(sink);
  appendFileSync(path, numbered(1, 9000));
  await tail.finish();
  tail.ack(4000);
  lines.clear();
  nowMs += 9000;
  tail.resendIfStalled();
  await tail.finish();
  expect(lines.size).toBe(0);
  nowMs += 2000;
  tail.resendIfStalled();
  await tail.finish();
  expect([...lines]).toEqual(expected(9000).slice(4000));
  tail.ack(9000);
  lines.clear();
  nowMs += 60_000;
  tail.resendIfStalled();
  await tail.finish();
  expect(lines.size).toBe(0);
});

test('a reader who does not keep up is waited for, and one who goes away is not', async () => {
  const tail = tailOf();
  let release = (): void => {};
  let batches = 0;
  tail.connect(() => {
    batches++;
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  appendFileSync(path, numbered(1, 10_000));
  tail.poke();
  await expect.poll(() => batches).toBe(1);
  expect(tail.lines).toBeLessThan(10_000);
  tail.disconnect();
  release();
  await tail.finish();
  expect(tail.lines).toBe(10_000);
  expect(batches).toBe(1);
});

test('the log is acknowledged when its last line is', async () => {
  const tail = tailOf();
  const { sink, lines } = recorder();
  appendFileSync(path, numbered(1, 3));
  await tail.finish();
  expect(tail.acknowledged).toBe(false);
  tail.connect(sink);
  await tail.finish();
  tail.ack(2);
  expect(tail.acknowledged).toBe(false);
  tail.ack(3);
  expect(tail.acknowledged).toBe(true);
  expect(lines.size).toBe(3);
});

test('an attempt that prints nothing has no lines, and not even a file', async () => {
  const tail = tailOf();
  await tail.finish();
  expect(tail.lines).toBe(0);
  expect(tail.acknowledged).toBe(true);
});
