// Workers are real processes: small programs of this test in place of the predict script's.
import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.js';
import { FRAME_BATCH, FRAME_READY } from '../../shared/rpc/frames.js';
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

it('takes no answer to a batch that the worker has not read whole', async () => {
  const pool = poolOf(`
    const fs = require('node:fs');
    const frame = (call, type, payload) => {
      const head = Buffer.alloc(13);
      head.writeUInt32LE(9 + payload.length);
      head.writeBigUInt64LE(BigInt(call), 4);
      head.writeUInt8(type, 12);
      return Buffer.concat([head, Buffer.from(payload)]);
    };
    fs.writeSync(4, frame(0, ${FRAME_READY}, '{"kind":"batch"}'));
    const input = fs.createReadStream('', { fd: 3, highWaterMark: 13 });
    input.once('data', (head) => {
      input.pause();
      const call = head.readBigUInt64LE(4);
      // An answer, and then a frame of a type that is none, which ends the worker.
      fs.writeSync(4, Buffer.concat([frame(call, ${FRAME_BATCH}, 'early'), frame(0, 99, '')]));
    });
    setInterval(() => {}, 1000);
  `);
  expect(await pool.start()).toBe('batch');
  const outcome = await new Promise((resolve) => pool.call(new Uint8Array(8_000_000), resolve));
  expect(outcome).toMatchObject({
    error: { code: 'MLSQL_FUNCTION_WORKER', message: expect.stringContaining('type 99') },
  });
});

it('tells how a first worker ended that never was ready', async () => {
  await expect(poolOf('console.log("bye"); process.exitCode = 5').start()).rejects.toEqual({
    report: undefined,
    how: 'exit code 5; its last output: bye',
  });
});
