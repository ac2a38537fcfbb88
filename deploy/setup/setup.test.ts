import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missingPlatformPackages } from './complete-lock.mjs';
import { checkNode, satisfies } from './node-packages.mjs';
import { findPython, installAdvice, isNewEnough } from './python.mjs';

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));

  it('names the binaries of every platform, or npm ci refuses it (deploy/setup/complete-lock.mjs adds them)', () => {
    expect(Object.keys(missingPlatformPackages(lock))).toEqual([]);
  });

  it('names no registry', () => {
    expect(JSON.stringify(lock)).not.toContain('"resolved"');
  });
});

describe('whether node_modules is what package-lock.json says', () => {
  const wanted = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '2.0.0', optional: true },
    },
  };

  it('holds where all but optional packages are there', () => {
    expect(satisfies({ packages: { 'node_modules/a': { version: '1.0.0' } } }, wanted)).toBe(true);
  });

  it('does not where one is missing or has another version', () => {
    expect(satisfies({ packages: {} }, wanted)).toBe(false);
    expect(satisfies({ packages: { 'node_modules/a': { version: '1.0.1' } } }, wanted)).toBe(false);
    const other = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } };
    expect(satisfies({ packages: other }, wanted)).toBe(false);
  });
});

it('refuses an old Node.js by its version', () => {
  expect(() => checkNode('18.20.1')).toThrow('Node.js 18.20.1 is too old');
  expect(() => checkNode('20.0.0')).not.toThrow();
});

describe('Python', () => {
  it('is new enough from 3.9 on', () => {
    expect(['3.8.18', '2.7.18', '', '3.9.0', '3.14.1'].map(isNewEnough)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it('names the package of the distribution where it is missing', () => {
    const advice = (text: string): string => installAdvice(text, 'linux');
    expect(advice('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n')).toContain(
      'apt-get install python3 python3-venv',
    );
    expect(advice('ID="rocky"\nID_LIKE="rhel centos fedora"\n')).toContain('dnf install python3.11');
    expect(advice('ID=fedora\n')).toContain('dnf install python3');
    expect(advice('ID=alpine\n')).toContain('apk add');
    expect(advice('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n')).toContain('zypper');
    expect(advice('ID=mint\nID_LIKE="ubuntu debian"\n')).toContain('apt-get');
    expect(advice('')).toContain("your distribution's python3 package");
    expect(installAdvice('', 'darwin')).toContain('brew');
  });

  it('says what is wrong with an interpreter that was named, and finds none in an empty PATH', async () => {
    await expect(findPython({ MLSQL_PYTHON: '/nowhere/python' })).rejects.toThrow('/nowhere/python');
    await expect(findPython({ PATH: '' })).rejects.toThrow('no python3 is on the PATH');
  });
});
