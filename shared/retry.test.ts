import { expect, test } from 'vitest';
import { ManualClock } from '../test/support/manual-clock.js';
import { MlsqlError } from './errors.js';
import { mayPass, type Retrying, retrying } from './retry.js';

const unavailable = new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'the store is busy');
const missing = new MlsqlError('MLSQL_STORE_NOT_FOUND', 'nothing there');
const corrupt = new MlsqlError('MLSQL_STORE_CORRUPT', 'other bytes');

/** Fails so often, then succeeds; time passes as it waits. */
async function tried(error: Error, times: number, how: Partial<Retrying> = {}) {
  const clock = new ManualClock();
  let tries = 0;
  let told = 0;
  const action = async (): Promise<string> => {
    if (++tries <= times) throw error;
    return 'done';
  };
  const result = retrying(action, {
    deadlineMs: 60_000,
    clock,
    random: () => 0,
    onRetry: () => told++,
    ...how,
  });
  const end = result.then(
    (value) => value,
    (failure: unknown) => failure,
  );
  for (let turn = 0; turn < 1_000; turn++) {
    await new Promise(setImmediate);
    if (clock.pending > 0) clock.advance(100);
  }
  return { end: await end, tries, told, waitedMs: clock.now() - 1_000_000, pending: clock.pending };
}

test('a passing failure is tried again until the deadline, a lasting one is not', async () => {
  expect(await tried(unavailable, 10)).toMatchObject({ end: 'done', tries: 11, told: 10 });
  // 0.1 + 0.2 + … + 1.6 s, then 3 s each.
  expect(await tried(unavailable, 99)).toMatchObject({ end: unavailable, waitedMs: 60_100, pending: 0 });
  expect(await tried(missing, 1)).toMatchObject({ end: missing, tries: 1, told: 0 });
});

test('bytes that are wrong time and again are not asked for any longer', async () => {
  expect(await tried(corrupt, 4)).toMatchObject({ end: 'done' });
  expect(await tried(corrupt, 99)).toMatchObject({ end: corrupt, tries: 5 });
});

test('an aborted signal ends the tries, also while they wait', async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const reason = new Error('enough');
  expect(
    await tried(unavailable, 9, { signal, onRetry: () => queueMicrotask(() => abort.abort(reason)) }),
  ).toMatchObject({
    end: reason,
    tries: 1,
    pending: 0,
  });
  expect(await tried(unavailable, 9, { signal })).toMatchObject({ end: reason, tries: 0 });
});

test('wrong bytes and broken connections may pass, a full disk does not', () => {
  expect(mayPass(new MlsqlError('MLSQL_STORE_CORRUPT', 'other bytes'))).toBe(true);
  expect(mayPass(Object.assign(new Error(), { code: 'ECONNRESET' }))).toBe(true);
  expect(mayPass(Object.assign(new Error(), { code: 'ENOSPC' }))).toBe(false);
  expect(mayPass(undefined)).toBe(false);
});
