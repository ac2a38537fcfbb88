import { expect, test } from 'vitest';
import { formatSize, parseSize } from './sizes.js';

test.each([
  ['0', 0],
  ['1048576', 1048576],
  ['512MB', 512_000_000],
  ['4GiB', 4 * 1024 ** 3],
  ['1.5 gib', 1.5 * 1024 ** 3],
  ['10k', 10_000],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'MB', '-1', '1XB', '1e3', '99999999999TB'])('%j is no size', (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test('sizes are shown in the largest unit that fits', () => {
  expect([0, 12, 1536, 512 * 1024 ** 2, 1.5 * 1024 ** 3].map(formatSize)).toEqual([
    '0 bytes',
    '12 bytes',
    '1.5 KiB',
    '512 MiB',
    '1.5 GiB',
  ]);
});
