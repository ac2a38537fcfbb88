import { describe, expect, test } from 'vitest';
import * as values from './values.js';

/** A parser's answer, or its complaint. */
function outcome(parse: values.ValueParser<unknown>, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof values.BadValueError) return `! ${error.message}`;
    throw error;
  }
}

const table: [string, values.ValueParser<unknown>, Record<string, unknown>][] = [
  [
    'duration',
    values.parseDuration,
    {
      '90s': 90_000,
      '15m': 900_000,
      '6h': 21_600_000,
      '1.5h': 5_400_000,
      '30d': 2_592_000_000,
      '250ms': 250,
      ' 2 S ': 2000,
      '90': '! is a duration without its unit',
      '9x': '! has the unit "x", which is not known',
      '': '! is no duration',
      '-1s': '! is no duration',
      '1.2.3s': '! is no duration',
      '0s': '! is no duration greater than 0',
      '0.1ms': '! is no duration greater than 0',
    },
  ],
  ['timeout', values.parseTimeout, { '24d': 2_073_600_000, '25d': '! is longer than 24 days' }],
  [
    'size',
    values.parseSize,
    {
      '512MB': 512_000_000,
      '4GiB': 4 * 1024 ** 3,
      '1kb': 1000,
      '1.5KiB': 1536,
      '7B': 7,
      '512': '! is a size without its unit',
      '4G': '! has the unit "G", which is not known',
      '0B': '! is no size from 1B on',
      '99999999TiB': '! is no size from 1B on',
      many: '! is no size',
    },
  ],
  [
    'boolean',
    values.parseBoolean,
    {
      true: true,
      FALSE: false,
      ' True ': true,
      yes: '! is neither true nor false',
      '': '! is neither true nor false',
    },
  ],
  [
    'count',
    values.parseCount(1),
    {
      1: 1,
      ' 20 ': 20,
      0: '! is no whole number from 1 on',
      '-1': '! is no whole number from 1 on',
      '1.0': '! is no whole number from 1 on',
      9999999999: '! is no whole number from 1 on',
      '1e3': '! is no whole number from 1 on',
    },
  ],
  [
    'number',
    values.parsePositiveNumber,
    {
      1: 1,
      '0.5': 0.5,
      '.5': 0.5,
      0: '! is no number greater than 0',
      '1e3': '! is no number greater than 0',
      Infinity: '! is no number greater than 0',
    },
  ],
  [
    'minSuccess',
    values.parseMinSuccess,
    {
      3: { kind: 'count', count: 3 },
      '50%': { kind: 'percent', percent: 50 },
      '12.5 %': { kind: 'percent', percent: 12.5 },
      ALL: { kind: 'all' },
      0: '! is no number of groups',
      '0%': '! is no number of groups',
      '101%': '! is no number of groups',
      half: '! is no number of groups',
    },
  ],
  [
    'choice',
    values.parseChoice(['json', 'csv']),
    { JSON: 'json', ' csv': 'csv', jsn: '! is none of json, csv' },
  ],
  [
    'character',
    values.parseCharacter,
    { ',': ',', '\\t': '\t', '😀': '😀', '': '! is not one character', ab: '! is not one character' },
  ],
  [
    'delimiter',
    values.parseDelimiter,
    { '||': '||', '\\t': '\t', '': '! cannot separate columns', 'a\nb': '! cannot separate columns' },
  ],
  [
    'encoding',
    values.parseEncoding,
    { 'UTF-8': 'utf-8', GBK: 'gbk', latin1: 'windows-1252', nope: '! is no encoding that is known here' },
  ],
  ['list', values.parseList, { '-u': ['-u'], ' -u , -X,dev,': ['-u', '-X', 'dev'], '': [] }],
  [
    'map',
    values.parseTextMap,
    {
      '{"A":"1","B":2,"C":true}': { A: '1', B: '2', C: 'true' },
      '[]': '! is no JSON object',
      null: '! is no JSON object',
      '{"A":{}}': '! has no text at "A"',
    },
  ],
  ['name', values.parseName, { x: 'x', ' ': '! is empty' }],
];

describe.each(table)('%s', (_, parse, cases) => {
  test.each(Object.entries(cases))('%j', (text, expected) => {
    expect(outcome(parse, text)).toEqual(expected);
  });
});

test('what is no JSON says why', () => {
  expect(outcome(values.parseTextMap, '{')).toMatch(/^! is no JSON: /);
});
