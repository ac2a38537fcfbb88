import { expect, test } from 'vitest';
import { parseTokens, tokenToSend } from './tokens.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');

test('a token a line, for good or until then', () => {
  expect(parseTokens('one\n# a note\n\ntwo  expires=2026-01-31T12:00:00+01:00\r\n')).toEqual([
    { value: 'one' },
    { value: 'two', expiresMs: Date.parse('2026-01-31T11:00:00Z') },
  ]);
  expect(parseTokens(' \n')).toEqual([]);
});

test.each(['a b', 'a expires=tomorrow', 'a expires=2026-01-31', 'a expires=2026-13-31T00:00:00Z'])(
  'no token: %s',
  (line) => {
    expect(() => parseTokens(`ok\n${line}`)).toThrow('line 2: ');
  },
);

test('the first that holds is sent, and an expired one where there is no other', () => {
  expect(tokenToSend('old expires=2026-01-01T00:00:00Z\nnew\n', NOW)).toBe('new');
  expect(tokenToSend('old expires=2027-01-01T00:00:00Z\nnew\n', NOW)).toBe('old');
  expect(tokenToSend('old expires=2026-01-01T00:00:00Z', NOW)).toBe('old');
  expect(tokenToSend('', NOW)).toBe('');
  expect(tokenToSend('no token\n', NOW)).toBe('no token');
});
