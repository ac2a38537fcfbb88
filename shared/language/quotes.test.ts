import { expect, test } from 'vitest';
import { matchQuoted, rawOffset, unquote } from './quotes.js';

const raws = [
  '"a\\"b"',
  '"\\\\\\"x\\\\"',
  "'it\\'s'",
  '`a``b``c`',
  '"""a\\""""',
  "'''\\'x'''",
  '"\\t\\d"',
  'bare',
  '""',
];

test('every character of the value leads back to where it was written', () => {
  for (const raw of raws) {
    const value = unquote(raw);
    for (let offset = 0; offset < value.length; offset++) {
      const at = rawOffset(raw, offset);
      // An escaped character is found at its escape, or as itself.
      expect([raw[at], raw[at + 1]], `${raw} at ${offset}`).toContain(value[offset]);
    }
    expect(rawOffset(raw, value.length)).toBeLessThanOrEqual(raw.length);
  }
});

test('offsets never go back and point at the escape itself', () => {
  expect([0, 1, 2].map((offset) => rawOffset('"a\\"b"', offset))).toEqual([1, 2, 4]);
  expect([0, 1, 2, 3].map((offset) => rawOffset('`a``b`', offset))).toEqual([1, 2, 4, 5]);
  for (const raw of raws) {
    const offsets = Array.from(unquote(raw), (_, offset) => rawOffset(raw, offset));
    expect(offsets).toEqual([...offsets].sort((one, other) => one - other));
  }
});

test('a quoted text ends at its first closing quote, or never', () => {
  expect(matchQuoted('x"a\\"b" "c"', 1, '"')).toBe('"a\\"b"');
  expect(matchQuoted("'''a'b''c''' '''", 0, "'''")).toBe("'''a'b''c'''");
  expect(matchQuoted('`a``b` `', 0, '`')).toBe('`a``b`');
  expect(matchQuoted('"a\\"', 0, '"')).toBeUndefined();
  expect(matchQuoted('a', 0, '"')).toBeUndefined();
});
