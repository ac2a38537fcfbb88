// What is said of an MLSQL_PYTHON that cannot be used.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkConfiguredPython } from './configured-python.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'configured-python-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, version: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho ${version}\n`);
  chmodSync(path, 0o755);
  return path;
}

const check = (configured: string | undefined): Promise<void> =>
  checkConfiguredPython({ configured, map: new Map(), searchPath: folder });

test('none, a new enough one by its path, and one in the PATH will do', async () => {
  await check(undefined);
  await check(program('python3.9', 'Python 3.9.0'));
  await check('python3.9');
});

test.each([
  ['/nowhere/python', 'does not exist'],
  ['python7', 'is not in'],
  ['true', 'does not run as a Python'],
  ['python3.8', 'is Python 3.8.19, and 3.9 is the oldest that will do'],
  ['python2', 'is Python 2.7.18, and 3.9 is the oldest that will do'],
])('%s is refused by its name and its setting', async (name, why) => {
  program('true', '');
  program('python3.8', 'Python 3.8.19');
  program('python2', 'Python 2.7.18');
  await expect(check(name)).rejects.toMatchObject({
    code: 'MLSQL_USAGE_INVALID',
    message: expect.stringMatching(new RegExp(`^the interpreter "${name}" \\(MLSQL_PYTHON\\) ${why}`)),
    details: { hint: expect.stringContaining('unset it') },
  });
});
