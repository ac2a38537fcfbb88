import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asMlsqlError, ERROR_KINDS, MlsqlError } from './errors.js';
import { PRODUCT_ROOT } from './paths.js';
import { errorFromStatus, statusFromError } from './rpc/errors.js';

describe('the error registry', () => {
  it('is what docs/errors.md tells, code by code', () => {
    const documented = [
      ...readFileSync(join(PRODUCT_ROOT, 'docs/errors.md'), 'utf8').matchAll(
        /^\| `(MLSQL_\w+)` \| (\w+) \| (.*) \|$/gm,
      ),
    ].map((row) => row.slice(1));
    expect(documented).toEqual(
      Object.entries(ERROR_KINDS).map(([code, kind]) => [code, kind.blame, kind.meaning]),
    );
  });

  it('names every code MLSQL_<AREA>_<WHAT>', () => {
    for (const code of Object.keys(ERROR_KINDS))
      if (code !== 'MLSQL_INTERNAL') expect(code).toMatch(/^MLSQL_[A-Z0-9]+(_[A-Z0-9]+)+$/);
  });
});

describe('an error across gRPC', () => {
  it('arrives with its code, message, hint, place and traceback', () => {
    const sent = new MlsqlError('MLSQL_TRAIN_FAILED', 'group 2 fehlgeschlagen: größer', {
      hint: 'look',
      position: { line: 3, column: 7 },
      statement: 1,
      jobId: 'job-1',
      algIndex: 2,
      traceback: 'Traceback …',
    });
    const { code, details, metadata } = statusFromError(sent);
    const received = errorFromStatus(Object.assign(new Error(details), { code, details, metadata }));
    expect(received.code).toBe('MLSQL_TRAIN_FAILED');
    expect(received.message).toBe(sent.message);
    expect(received.details).toMatchObject({
      hint: 'look',
      position: { line: 3, column: 7 },
      statement: 1,
      jobId: 'job-1',
      algIndex: 2,
      traceback: 'Traceback …',
    });
  });

  it('hides nothing of a defect but calls it one', () => {
    const error = asMlsqlError(new TypeError('x is undefined'));
    expect([error.code, error.message]).toEqual(['MLSQL_INTERNAL', 'x is undefined']);
  });
});
