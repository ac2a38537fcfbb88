// Scripts of all habits at work in the folder, on a clock that runs twenty times as fast.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../shared/clock.js';
import { createLocalStore } from '../../shared/object-store/local-store.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { CheckpointStore } from './checkpoint-store.js';
import { Checkpoints } from './checkpoints.js';
import { Uploader } from './upload.js';

const FASTER = 20;
const clock: Clock = {
  now: () => systemClock.now() * FASTER,
  after: (delayMs, callback) => systemClock.after(delayMs / FASTER, callback),
};

let root: string;
let folder: string;
let store: ObjectStore;
let checkpoints: Checkpoints;
let warnings: string[];
let found: number;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-checkpoints-'));
  folder = join(root, 'checkpoint');
  for (const path of [folder, join(root, 'store')]) mkdirSync(path);
  store = await createLocalStore(join(root, 'store'));
  warnings = [];
  found = 0;
  checkpoints = made(store);
});
afterEach(async () => {
  await checkpoints.close(false);
  rmSync(root, { recursive: true, force: true });
});

const setOf = (attempt: number): CheckpointStore => new CheckpointStore(store, 'm/checkpoint/0', attempt);

function made(through: ObjectStore): Checkpoints {
  return new Checkpoints({
    store: setOf(1),
    uploader: new Uploader(through),
    folder,
    takenFolder: join(root, 'taken'),
    clock,
    log: pino({ level: 'silent' }),
    warn: (message) => warnings.push(message),
  });
}

/** What the next attempt would find, in a folder of its own. */
async function taken(): Promise<{ readonly paths: readonly string[]; read(path: string): string }> {
  const place = join(root, `found-${found++}`);
  const files = await setOf(1).take(place, { deadlineMs: 0 });
  return { paths: files.map(({ path }) => path), read: (path) => readFileSync(join(place, path), 'utf8') };
}

const eventually = <T>(check: () => Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Writes under another name, and renames. */
function replace(path: string, text: string): void {
  writeFileSync(join(folder, `${path}.tmp`), text);
  renameSync(join(folder, `${path}.tmp`), join(folder, path));
}

/** Does the work over and over, until the test ends it. */
function always(work: () => void): () => void {
  const timer = setInterval(work, 2);
  return () => clearInterval(timer);
}

test('a folder that has come to rest is kept, without what is being written', async () => {
  checkpoints.watch();
  for (const path of ['deep', 'other.tmp']) mkdirSync(join(folder, path));
  for (const path of ['state', 'deep/er', 'half.tmp', 'other.tmp/half'])
    writeFileSync(join(folder, path), path);
  const kept = await eventually(async () => {
    const set = await taken();
    expect(set.paths).toEqual(['deep/er', 'state']);
    return set;
  });
  expect(kept.read('deep/er')).toBe('deep/er');
});

test('a script that replaces its files all the time has whole ones kept, newer and newer', async () => {
  let epoch = 0;
  const end = always(() => replace('state', `${++epoch} `.repeat(50_000)));
  checkpoints.watch();
  let last = 0;
  for (let sets = 0; sets < 3; sets++) {
    const text = await eventually(async () => {
      const set = await taken();
      expect(set.paths).toEqual(['state']);
      expect(Number.parseInt(set.read('state'), 10)).toBeGreaterThan(last);
      return set.read('state');
    });
    last = Number.parseInt(text, 10);
    expect(text).toBe(`${last} `.repeat(50_000));
  }
  end();
  await eventually(async () => expect((await taken()).read('state')).toBe(`${epoch} `.repeat(50_000)));
  expect(warnings).toEqual([]);
});

test('a file that is written to all the time is kept when it rests', async () => {
  const end = always(() => appendFileSync(join(folder, 'state'), 'x'));
  checkpoints.watch();
  // Sixty looks.
  await sleep(3_000);
  expect((await taken()).paths).toEqual([]);
  end();
  const whole = readFileSync(join(folder, 'state'), 'utf8');
  await eventually(async () => expect((await taken()).read('state')).toBe(whole));
  expect(warnings).toEqual([]);
});

test('a set is that of the moment when it was taken, though the script goes on while it is sent', async () => {
  const epochs = ['second', 'third'];
  const meanwhile = new Proxy(store, {
    get: (target, name) =>
      name === 'put'
        ? async (...args: Parameters<ObjectStore['put']>) => {
            const next = epochs.shift();
            if (next !== undefined) replace('state', next);
            const put = await target.put(...args);
            if (next !== undefined) sent.push((await taken()).paths.length);
            return put;
          }
        : (Reflect.get(target, name, target) as () => unknown).bind?.(target),
  });
  const sent: number[] = [];
  checkpoints = made(meanwhile);
  replace('state', 'first');
  checkpoints.watch();
  const seen = new Set<string>();
  await eventually(async () => {
    seen.add((await taken()).read('state'));
    expect([...seen].at(-1)).toBe('third');
  });
  expect(sent).toEqual([0, 1]);
});

test('what lies there at the end is kept, also from a folder that was made anew', async () => {
  replace('state', 'one');
  checkpoints.watch();
  await eventually(async () => expect((await taken()).read('state')).toBe('one'));
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  replace('state', 'two');
  await eventually(async () => expect((await taken()).read('state')).toBe('two'));
  replace('state', 'three');
  await checkpoints.close(true);
  expect((await taken()).read('state')).toBe('three');
});

test('names what cannot be kept, once', async () => {
  checkpoints.watch();
  const end = always(() => replace('state', 'one'));
  const { symlinkSync } = await import('node:fs');
  symlinkSync('/etc/hostname', join(folder, 'outside'));
  await eventually(async () => expect(warnings).toHaveLength(1));
  await sleep(500);
  end();
  expect(warnings).toEqual([expect.stringContaining('"outside"')]);
});
