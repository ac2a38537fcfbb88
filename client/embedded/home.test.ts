import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHome, homeAt, homeExists, openHome, readToken } from './home.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mlsql-home-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('where the home is', () => {
  it('the flag wins over MLSQL_HOME, which wins over the nearest .mlsql upwards', () => {
    mkdirSync(join(folder, 'a/.mlsql'), { recursive: true });
    mkdirSync(join(folder, 'a/b/c'), { recursive: true });
    const cwd = join(folder, 'a/b/c');
    expect(findHome('x', { MLSQL_HOME: '/env' }, cwd).dir).toBe(join(cwd, 'x'));
    expect(findHome(undefined, { MLSQL_HOME: '/env' }, cwd).dir).toBe('/env');
    expect(findHome(undefined, {}, cwd).dir).toBe(join(folder, 'a/.mlsql'));
  });

  it('is a new one in the working folder where there is none', () => {
    const home = findHome(undefined, { MLSQL_HOME: '' }, folder);
    expect(home.dir).toBe(join(folder, '.mlsql'));
    expect(homeExists(home)).toBe(false);
  });
});

describe('opening a home', () => {
  it('makes folders and a token that only the owner can read, and keeps the token', () => {
    const first = openHome(homeAt(join(folder, 'deep/home')));
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(statSync(first.home.tokenFile).mode & 0o777).toBe(0o600);
    expect(statSync(first.home.dir).mode & 0o777).toBe(0o700);
    expect(openHome(first.home).token).toBe(first.token);
  });

  it('goes by the real path: two names of one folder are one home', () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    expect(openHome(homeAt(join(folder, 'link'))).home.dir).toBe(join(folder, 'real'));
  });

  it('takes back what others may read of the token', () => {
    const { home } = openHome(homeAt(join(folder, 'home')));
    chmodSync(home.tokenFile, 0o644);
    readToken(home);
    expect(statSync(home.tokenFile).mode & 0o777).toBe(0o600);
  });

  it('says which folder cannot be used, and which token file is empty', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openHome(homeAt(join(folder, 'file/home')))).toThrow(
      expect.objectContaining({
        code: 'MLSQL_CLUSTER_SETUP',
        message: expect.stringContaining(join(folder, 'file/home')),
      }),
    );
    const { home } = openHome(homeAt(join(folder, 'home')));
    writeFileSync(home.tokenFile, '\n');
    expect(() => readToken(home)).toThrow(/token file .* is empty/);
  });
});
