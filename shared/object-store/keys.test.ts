import { describe, expect, it } from 'vitest';
import { compareBytes } from './byte-order.js';
import {
  acceptedKey,
  attemptStaging,
  blobKey,
  checkpointPrefix,
  functionKey,
  jobLogKey,
  keyOfPath,
  kindOfKey,
  metaKey,
  pathOfKey,
  versionOfName,
} from './keys.js';

describe('keyOfPath', () => {
  it.each([
    ['/a', 'a'],
    ['/a/b c/中', 'a/b c/中'],
    ['/a/', 'a'],
    ['/a//', 'a'],
    ['/%2e%2e/x', '%2e%2e/x'],
  ])('%s is %s', (path, key) => {
    expect(keyOfPath(path)).toBe(key);
    expect(keyOfPath(pathOfKey(key))).toBe(key);
  });

  it.each([
    '',
    '/',
    '//',
    'a',
    './a',
    '/a/../b',
    '/..',
    '/./a',
    '/a//b',
    '//a',
    `/${'x'.repeat(256)}`,
    's3://b/k',
  ])('refuses "%s"', (path) => {
    expect(() => keyOfPath(path)).toThrow(expect.objectContaining({ code: 'MLSQL_STORE_PATH_INVALID' }));
  });
});

describe('layout', () => {
  it('is as the contract says', () => {
    const hash = 'ab'.repeat(32);
    expect(blobKey(hash)).toBe(`__mlsql__/blobs/ab/${hash}`);
    expect(() => blobKey('AB'.repeat(32))).toThrow('no SHA-256');
    expect(jobLogKey('job-1', 2, 3)).toBe('__mlsql__/logs/job-1/2-3.log');
    expect(functionKey('Pre/dict%')).toBe('__mlsql__/functions/pre%2Fdict%25.json');
    expect(metaKey('m/_model_0', 0)).toBe('m/_model_0/meta/0/part-00000.parquet');
    expect(attemptStaging('m/_model_0', 2, 3)).toBe('m/_model_0/_staging/2-3');
  });

  it.each([
    ['_model_0', 0],
    ['_model_12', 12],
    ['_model_00', undefined],
    ['_model_', undefined],
    ['_model_1x', undefined],
    ['model_1', undefined],
    ['_model_9999999999', undefined],
  ])('%s has the number %s', (name, version) => {
    expect(versionOfName(name)).toBe(version);
  });
});

describe('compareBytes', () => {
  it('orders as the bytes of UTF-8', () => {
    const texts = [
      '',
      'a',
      'a/',
      'a-',
      'ab',
      'b',
      'é',
      '中',
      '\uffee',
      '😀',
      '😀a',
      '😁',
      'a😀',
      'a\uffee',
      '\ud7ff',
      '\ue000',
    ];
    const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...texts].sort(compareBytes)).toEqual(byBytes);
    expect([...texts].sort()).not.toEqual(byBytes);
    expect(compareBytes('x', 'x')).toBe(0);
  });
});

describe('kindOfKey', () => {
  it.each([
    [blobKey('a'.repeat(64)), 'blobs'],
    [jobLogKey('job-1', 0, 1), 'logs'],
    [metaKey('m/a/_model_12', 0), 'version/meta/0'],
    [metaKey('m/a/_gen/job-1', 1), 'version/meta/1'],
    [`${attemptStaging('_model_0', 1, 2)}/model/m`, 'version/_staging'],
    [acceptedKey('m/_model_0', 1), 'version/_staging/accepted'],
    [`${checkpointPrefix('m/_model_0', 1)}/set.json`, 'version/_staging/checkpoint'],
    ['m/_model_0/_claim.json', 'version/_claim.json'],
    [metaKey('m/a', 0), 'head/meta/0'],
    ['m/a/model/0/m.pkl', 'head/model'],
    ['m/a/tmp/data/part-00000-ab.json', 'data'],
    ['t/_temporary/ab/00000', 'table/_temporary'],
    ['t/_SUCCESS', 'table/_SUCCESS'],
    ['t/part-00000.json', 'table'],
  ])('%s is %s', (key, kind) => expect(kindOfKey(key)).toBe(kind));
});
