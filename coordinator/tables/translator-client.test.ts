// The translator's process as it fails: the coordinator goes on, and so does the next select.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../shared/logger.js';
import { SETUP_PYTHON } from '../../shared/paths.js';
import { UTC } from './time-zone.js';
import { TranslatorClient } from './translator-client.js';

let folder: string;
let client: TranslatorClient;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-translator-'));
});

afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An interpreter that first does something else, and is the real one from its second start. */
function startsWith(first: string): TranslatorClient {
  const path = join(folder, 'python');
  const lines = [
    '#!/bin/sh',
    `if mkdir '${folder}/started' 2>/dev/null; then ${first}; fi`,
    `exec '${SETUP_PYTHON}' "$@"`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 });
  return new TranslatorClient({ pythonPath: path, logger: createLogger('sql', 'silent') });
}

const never = new AbortController().signal;

test('a line that is no answer fails what waits, and a new process serves the next', async () => {
  client = startsWith('echo Killed; exec cat');
  const lost = await Promise.allSettled(
    [1, 2].map((n) => client.translate(`select ${n} as a`, [], [], UTC, never)),
  );
  for (const end of lost)
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'MLSQL_SQL_PROCESS_LOST' } });
  expect((await client.translate('select 1 as a', [], [], UTC, never)).columns).toEqual([
    { name: 'a', type: 'int' },
  ]);
});

test('a translation is cancelled by its signal, and those behind it are made all the same', async () => {
  // Reads and never answers.
  client = startsWith('exec cat > /dev/null');
  const cancel = new AbortController();
  const first = client.translate('select 1 as a', [], [], UTC, cancel.signal);
  const second = client.translate('select 2 as b', [], [], UTC, never);
  await expect.poll(() => existsSync(join(folder, 'started')), { timeout: 30_000 }).toBe(true);
  cancel.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect((await second).columns).toEqual([{ name: 'b', type: 'int' }]);
});

test('an interpreter that is not there is named, with what makes it', async () => {
  const path = join(folder, 'gone/python');
  client = new TranslatorClient({ pythonPath: path, logger: createLogger('sql', 'silent') });
  await expect(client.translate('select 1 as a', [], [], UTC, never)).rejects.toMatchObject({
    code: 'MLSQL_CLUSTER_SETUP',
    message: `the SQL translator's interpreter ${path} cannot be started: ENOENT`,
    details: { hint: expect.stringContaining('npm run setup') },
  });
});
