import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireHomeLock, awaitCluster, socketName } from './home-lock.js';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'mlsql-lock-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('is held by one at a time, and free again when it is released', async () => {
  const first = await acquireHomeLock(home);
  expect(first).toBeDefined();
  expect(await acquireHomeLock(home)).toBeUndefined();
  first!.release();
  const second = await acquireHomeLock(home);
  expect(second).toBeDefined();
  second!.release();
});

it('lets exactly one of many win', async () => {
  const locks = await Promise.all(Array.from({ length: 20 }, () => acquireHomeLock(home)));
  const held = locks.filter((lock) => lock !== undefined);
  expect(held).toHaveLength(1);
  held[0]!.release();
});

it('tells those who wait when the cluster is ready, and those who come later at once', async () => {
  const lock = (await acquireHomeLock(home))!;
  const early = awaitCluster(home, 20_000);
  const late = early.then(() => awaitCluster(home, 20_000));
  // Only when it is seen waiting may the announcement count as an answer.
  expect(await awaitCluster(home, 0)).toBe('starting');
  lock.announceReady();
  expect(await early).toBe('ready');
  expect(await late).toBe('ready');
  lock.release();
});

it('tells those who wait that the cluster is gone where it never got ready', async () => {
  expect(await awaitCluster(home, 20_000)).toBe('none');
  const lock = (await acquireHomeLock(home))!;
  const waiting = awaitCluster(home, 20_000);
  expect(await awaitCluster(home, 0)).toBe('starting');
  lock.release();
  expect(await waiting).toBe('none');
});

it('is free at once when its holder is killed', async () => {
  const holder = spawn(process.execPath, ['-e', HOLD], {
    env: { ...process.env, LOCK_NAME: socketName(home).replace('\0', '@') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await acquireHomeLock(home)).toBeUndefined();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = await acquireHomeLock(home);
  expect(lock).toBeDefined();
  lock!.release();
});

/** Another process that listens on the lock's name, as a holder does. */
const HOLD = `
const name = process.env.LOCK_NAME.replace(/^@/, '\\0');
require('node:net').createServer().listen(name, () => process.stdout.write('held'));
`;
