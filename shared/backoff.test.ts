import { expect, test } from 'vitest';
import { backoffMs } from './backoff.js';

const backoff = { firstMs: 100, maxMs: 5000 };

test('the wait doubles up to its bound', () => {
  expect([1, 2, 3, 6, 7, 1000].map((failures) => backoffMs(backoff, failures, 0))).toEqual([
    100, 200, 400, 3200, 5000, 5000,
  ]);
});

test('chance takes at most a half away', () => {
  expect(backoffMs(backoff, 1, 0.999999)).toBe(50);
  expect(backoffMs(backoff, 9, 0.5)).toBe(3750);
});
