import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultInterpreter, interpreterVersion, resolveInterpreter } from './interpreter.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-python-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(path: string, text = '#!/bin/sh\n'): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, 0o755);
  return whole;
}

const nothing = { configured: undefined, map: new Map<string, string>(), searchPath: '' };

test('bare python means the default, whatever PATH says', () => {
  const configured = program('mine/python3.12');
  program('path/python');
  const interpreters = { ...nothing, configured, searchPath: join(folder, 'path') };
  expect(resolveInterpreter('', '/work', interpreters)).toBe(configured);
  expect(resolveInterpreter('python', '/work', interpreters)).toBe(configured);
});

test('other names come from PATH, absolute paths stand, relative ones count from the project', () => {
  const inPath = program('path/python3.6');
  const inProject = program('project/venv/bin/python');
  const interpreters = { ...nothing, searchPath: `/nowhere:${join(folder, 'path')}` };
  expect(resolveInterpreter('python3.6', '/work', interpreters)).toBe(inPath);
  expect(resolveInterpreter(inPath, '/work', interpreters)).toBe(inPath);
  expect(resolveInterpreter('venv/bin/python', join(folder, 'project'), interpreters)).toBe(inProject);
});

test('foreign paths are mapped, python itself too', () => {
  const here = program('bin/python3');
  const map = new Map([
    ['/old/python', here],
    ['python', here],
  ]);
  expect(resolveInterpreter('/old/python', '/work', { ...nothing, map })).toBe(here);
  expect(resolveInterpreter('python', '/work', { ...nothing, map, configured: '/other' })).toBe(here);
});

test('what is not there is named, with where it was looked for', () => {
  const code = 'MLSQL_TASK_INTERPRETER';
  const failure = (action: () => unknown): unknown => {
    try {
      return action();
    } catch (error) {
      return error;
    }
  };
  expect(failure(() => resolveInterpreter('/no/python', '/w', nothing))).toMatchObject({
    code,
    message: expect.stringMatching(/"\/no\/python"/),
  });
  expect(failure(() => resolveInterpreter('python9', '/w', { ...nothing, searchPath: '/x' }))).toMatchObject({
    code,
    message: expect.stringMatching(/"python9".*\/x/),
  });
  const map = new Map([['/old', '/new']]);
  expect(failure(() => resolveInterpreter('/old', '/w', { ...nothing, map }))).toMatchObject({
    code,
    message: expect.stringMatching(/"\/new".*"\/old"/),
  });
  expect(failure(() => defaultInterpreter({ ...nothing, configured: '/gone' }))).toMatchObject({
    code,
    message: expect.stringMatching(/MLSQL_PYTHON/),
  });
  const folderInstead = { ...nothing, configured: folder };
  expect(failure(() => defaultInterpreter(folderInstead))).toMatchObject({ code });
});

test('the version comes from the virtual environment or from the interpreter itself', async () => {
  const inEnvironment = program('venv/bin/python', '#!/bin/sh\nexit 1\n');
  writeFileSync(join(folder, 'venv/pyvenv.cfg'), 'home = /usr/bin\nversion = 3.10.2\n');
  expect(await interpreterVersion(inEnvironment)).toBe('3.10.2');
  expect(await interpreterVersion(program('bin/python', '#!/bin/sh\necho Python 3.9.18\n'))).toBe('3.9.18');
  expect(await interpreterVersion(join(folder, 'none'))).toBe('');
});
