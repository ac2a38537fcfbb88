import { expect, test } from 'vitest';
import { MlsqlError } from '../errors.js';
import { classifyPath } from './paths.js';

test('a path names a client file, a place in the store, or an object of a bucket', () => {
  const client = [
    './x',
    '../x',
    'x',
    'a/b c.csv',
    '.',
    '..',
    '~/x',
    'C:\\x',
    'a:b',
    '%2e%2e/x',
    '中文.csv',
    'file:///a/b',
    'file:///a%2Fb',
    'FILE:///a',
  ];
  for (const name of client) expect(classifyPath(name)).toEqual({ kind: 'client', name });
  const store: Record<string, string> = {
    '/a/b': 'a/b',
    '/a//b/': 'a/b',
    '//a/./b/../c': 'a/c',
    '/a/%2e%2e/b': 'a/%2e%2e/b',
    '/tmp/__mlsql__/x': 'tmp/__mlsql__/x',
    '/__mlsql__x': '__mlsql__x',
    '/中 文/\n😀': '中 文/\n😀',
    '/a\\..\\b': 'a\\..\\b',
    '/s3://x': 's3:/x',
  };
  for (const [path, key] of Object.entries(store)) expect(classifyPath(path)).toEqual({ kind: 'store', key });
  expect(classifyPath('s3://bucket/a/b')).toEqual({ kind: 's3', bucket: 'bucket', key: 'a/b' });
  expect(classifyPath('s3a://my.bucket-1')).toEqual({ kind: 's3', bucket: 'my.bucket-1', key: '' });
});

test('what names nothing is refused, with the reason', () => {
  const refused: [string, RegExp][] = [
    ['', /is empty/],
    ['/', /names the whole store/],
    ['/a/..', /names the whole store/],
    ['/..', /leaves its root/],
    ['/a/../../b', /leaves its root/],
    ['/a/\0', /NUL/],
    ['./\0', /NUL/],
    ['/\uD800', /Unicode/],
    [`/${'a'.repeat(256)}`, /256 bytes, more than 255/],
    [`./${'a'.repeat(256)}`, /256 bytes, more than 255/],
    [`/${'中'.repeat(86)}`, /258 bytes, more than 255/],
    [`/${'a/'.repeat(512)}`, /1025 bytes, more than 1024/],
    ['/__mlsql__', /product's own/],
    ['/__mlsql__/blobs/x', /product's own/],
    ['/a/../__mlsql__/x', /product's own/],
    ['//__mlsql__/x', /product's own/],
    ['s3://bucket/prefix/__mlsql__/x', /product's own/],
    ['s3://bucket/../x', /leaves its root/],
    ['s3:///x', /names no bucket/],
    ['s3:/bucket/x', /names no bucket/],
    ['s3://b/x', /names no bucket/],
    ['hdfs://host/x', /scheme "hdfs"/],
    ['http://host/x', /scheme "http"/],
    ['file:/a', /names no file/],
    ['file://host/a', /names no file/],
    ['file:///../a', /leaves its root/],
  ];
  for (const [path, reason] of refused) {
    let error: unknown;
    try {
      error = classifyPath(path);
    } catch (thrown) {
      error = thrown;
    }
    expect(error, path).toBeInstanceOf(MlsqlError);
    expect((error as MlsqlError).code).toBe('MLSQL_STORE_PATH_INVALID');
    expect((error as MlsqlError).message).toMatch(reason);
  }
});

test('names of exactly the longest length pass', () => {
  expect(classifyPath(`/${'a'.repeat(255)}`).kind).toBe('store');
  expect(classifyPath(`/${`${'b'.repeat(254)}/`.repeat(4)}abc`)).toMatchObject({ kind: 'store' });
});

test('whatever is thrown at it, a key is clean and stays inside', () => {
  const pieces = ['..', '.', '', 'a', '%2e%2e', '__mlsql__', '\\..', '..\\', 'é', ' ', '...', '.. '];
  let seed = 7;
  const next = (bound: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % bound;
  };
  for (let round = 0; round < 5000; round++) {
    const path = `/${Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join('/')}`;
    try {
      const place = classifyPath(path);
      if (place.kind !== 'store') throw new Error(path);
      const segments = place.key.split('/');
      expect(segments.some((segment) => segment === '' || segment === '.' || segment === '..')).toBe(false);
      expect(segments[0]).not.toBe('__mlsql__');
    } catch (error) {
      if (!(error instanceof MlsqlError)) throw error;
      expect(error.code).toBe('MLSQL_STORE_PATH_INVALID');
    }
  }
});
