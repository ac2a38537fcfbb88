import { expect, test } from 'vitest';
import { MlsqlError } from './errors.js';
import { mayPass, retrying } from './retry.js';

const unavailable = new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'the store is busy');
const missing = new MlsqlError('MLSQL_STORE_NOT_FOUND', 'nothing there');

test('a passing failure is tried again, a lasting one is not', async () => {
  let tries = 0;
  const busyOnce = async (): Promise<string> => {
    if (++tries === 1) throw unavailable;
    return 'done';
  };
  await expect(retrying(busyOnce)).resolves.toBe('done');
  expect(tries).toBe(2);

  tries = 0;
  const never = async (): Promise<never> => {
    tries++;
    throw missing;
  };
  await expect(retrying(never)).rejects.toBe(missing);
  expect(tries).toBe(1);
});

test('an aborted signal ends the tries', async () => {
  const abort = new AbortController();
  const action = async (): Promise<never> => {
    abort.abort(new Error('enough'));
    throw unavailable;
  };
  await expect(retrying(action, abort.signal)).rejects.toBe(unavailable);
  await expect(retrying(action, abort.signal)).rejects.toThrow('enough');
});

test('wrong bytes and broken connections may pass, a full disk does not', () => {
  expect(mayPass(new MlsqlError('MLSQL_STORE_CORRUPT', 'other bytes'))).toBe(true);
  expect(mayPass(Object.assign(new Error(), { code: 'ECONNRESET' }))).toBe(true);
  expect(mayPass(Object.assign(new Error(), { code: 'ENOSPC' }))).toBe(false);
  expect(mayPass(undefined)).toBe(false);
});
