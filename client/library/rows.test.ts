import { expect, it } from 'vitest';
import { parseRow } from './rows.js';

it('gives integers that a number cannot hold as strings, and all others as numbers', () => {
  expect(parseRow('{"a":9007199254740993,"b":9007199254740991,"c":-12345678901234567890,"d":1}')).toEqual({
    a: '9007199254740993',
    b: 9007199254740991,
    c: '-12345678901234567890',
    d: 1,
  });
});

it('leaves digits in strings, in fractions and in exponents alone', () => {
  const row =
    '{"s":"id 12345678901234567890 \\" 99999999999999999999","f":0.12345678901234567,"e":1e20,"g":12345678901234567.5}';
  expect(parseRow(row)).toEqual(JSON.parse(row));
});

it('reaches into arrays and objects', () => {
  expect(parseRow('{"a":[9007199254740993],"m":{"k":9007199254740993}}')).toEqual({
    a: ['9007199254740993'],
    m: { k: '9007199254740993' },
  });
});
