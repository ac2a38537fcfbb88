// Workers are real processes: small programs of this test in place of the predict script's.
import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.js';
import { WorkerPool } from './worker-pool.js';

const pools: WorkerPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

function poolOf(program: string): WorkerPool {
  const command = {
    program: process.execPath,
    arguments: ['-e', program],
    cwd: process.cwd(),
    environment: {},
  };
  const pool = new WorkerPool(command, 2, systemClock, pino({ enabled: false }));
  pools.push(pool);
  return pool;
}

const NEVER_READY = 'setInterval(() => {}, 1000)';

it('tells who waits for its first worker that it was closed', async () => {
  const pool = poolOf(NEVER_READY);
  const started = pool.start();
  const answered = new Promise((resolve) => pool.call(new Uint8Array(), resolve));
  pool.close();
  await expect(started).rejects.toEqual({ report: undefined, how: 'the function was dropped' });
  expect(await answered).toMatchObject({ error: { message: 'the function was dropped', retryable: true } });
});

it('starts nothing once it is closed', async () => {
  const pool = poolOf(NEVER_READY);
  pool.close();
  await expect(pool.start()).rejects.toEqual({ report: undefined, how: 'the function was dropped' });
});

it('tells how a first worker ended that never was ready', async () => {
  await expect(poolOf('console.log("bye"); process.exitCode = 5').start()).rejects.toEqual({
    report: undefined,
    how: 'exit code 5; its last output: bye',
  });
});
