import { expect, test } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import { failureOfScript, failureOfStep, failureOfStop, type Stop } from './outcome.js';
import type { ErrorReport, ExitReport } from './reports.js';

const exitOf = (fields: Partial<ExitReport>): ExitReport => ({
  cause: 'exit',
  exitCode: undefined,
  signal: '',
  peakMemoryBytes: 4096,
  message: '',
  ...fields,
});
const end = (exit: Partial<ExitReport>, error?: Partial<ErrorReport>, stop?: Stop) =>
  failureOfScript({
    scriptName: 'train.py',
    exit: exitOf(exit),
    error: error && { type: '', message: '', traceback: '', retryable: true, code: '', ...error },
    stop,
  });

test('exit code 0 is a success, whatever was caught on the way', () => {
  expect(end({ exitCode: 0 })).toBeUndefined();
  expect(end({ exitCode: 0 }, { type: 'ValueError', message: 'caught' })).toBeUndefined();
});

test('what the script raised is the reason, with its own traceback', () => {
  expect(end({ exitCode: 1 }, { type: 'ValueError', message: 'bad row', traceback: 'Traceback …' })).toEqual({
    cause: 'exit',
    code: 'MLSQL_TASK_EXIT',
    message: 'the script train.py raised ValueError: bad row',
    traceback: 'Traceback …',
    exitCode: 1,
    signal: '',
    peakMemoryBytes: 4096,
    retryable: true,
    blame: 'user',
  });
  expect(end({ exitCode: 1 }, { type: 'KeyboardInterrupt' })?.message).toBe(
    'the script train.py raised KeyboardInterrupt',
  );
  expect(end({ exitCode: 1 }, { type: 'SyntaxError', message: 'invalid', retryable: false })).toMatchObject({
    retryable: false,
  });
});

test.each([
  [{ exitCode: 3 }, 'exit', 'MLSQL_TASK_EXIT', /exit code 3/],
  [{ cause: 'signal', signal: 'SIGKILL' }, 'signal', 'MLSQL_TASK_SIGNAL', /SIGKILL/],
  [
    { cause: 'memory', message: 'used 9 MiB of memory; the limit is 8 MiB' },
    'memory',
    'MLSQL_TASK_MEMORY',
    /9 MiB.*8 MiB/,
  ],
  [{ cause: 'timeout' }, 'timeout', 'MLSQL_TASK_TIMEOUT', /timeout/],
  [{ cause: 'disk' }, 'disk', 'MLSQL_TASK_DISK', /disk quota/],
] as const)('%j fails as the script’s own and may be tried again', (exit, cause, code, message) => {
  expect(end(exit)).toMatchObject({
    cause,
    code,
    message: expect.stringMatching(message),
    retryable: true,
    blame: 'user',
  });
});

test('a broken interpreter is not tried again, a broken shim is, on the cluster’s account', () => {
  expect(end({ cause: 'environment', message: 'no such file' })).toMatchObject({
    cause: 'environment',
    code: 'MLSQL_TASK_INTERPRETER',
    retryable: false,
    blame: 'user',
  });
  expect(end({ cause: 'internal', message: 'the shim was killed' })).toMatchObject({
    cause: 'internal',
    retryable: true,
    blame: 'platform',
  });
});

test('whoever asked for the end gets it, even where the script ended by itself', () => {
  const stop: Stop = { cause: 'cancelled', message: 'cancelled by the user' };
  expect(end({ exitCode: 0 }, undefined, stop)).toMatchObject({
    cause: 'cancelled',
    code: 'MLSQL_TRAIN_CANCELLED',
    exitCode: 0,
  });
  expect(failureOfStop({ cause: 'lost', message: 'drained' })).toMatchObject({
    code: 'MLSQL_TASK_LOST',
    blame: 'platform',
    retryable: true,
  });
  expect(end({ cause: 'sync' }, undefined, { cause: 'sync', message: 'the store is gone' })).toMatchObject({
    cause: 'sync',
    code: 'MLSQL_TASK_SYNC',
    blame: 'platform',
  });
});

test('the executor’s own failures go on the cluster’s account, except where the user has to act', () => {
  expect(failureOfStep('sync', new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'busy'))).toMatchObject({
    cause: 'sync',
    code: 'MLSQL_TASK_SYNC',
    message: expect.stringContaining('busy'),
    retryable: true,
    blame: 'platform',
  });
  expect(failureOfStep('sync', new MlsqlError('MLSQL_STORE_NOT_FOUND', 'gone'))).toMatchObject({
    retryable: false,
  });
  expect(failureOfStep('upload', new Error('EIO'))).toMatchObject({
    cause: 'upload',
    code: 'MLSQL_TASK_UPLOAD',
    blame: 'platform',
  });
  expect(failureOfStep('upload', new MlsqlError('MLSQL_STORE_PATH_INVALID', 'a link'))).toMatchObject({
    cause: 'upload',
    blame: 'user',
  });
  expect(
    failureOfStep('start', new MlsqlError('MLSQL_TASK_INTERPRETER', 'none', { hint: 'map it' })),
  ).toMatchObject({
    cause: 'environment',
    message: 'none; map it',
    retryable: false,
    blame: 'user',
  });
  expect(failureOfStep('sync', Object.assign(new Error('x'), { code: 'ENOSPC' })).message).toMatch(/full/);
});
