import { expect, test } from 'vitest';
import { nearest, nearestHint } from './nearest.js';

test('a slip or two of the fingers is understood, another word is not', () => {
  const known = ['csv', 'json', 'parquet', 'enableDataLocal'];
  const meant: Record<string, string | undefined> = {
    cvs: 'csv',
    CSV: 'csv',
    jsn: 'json',
    parket: 'parquet',
    enableDatLocl: 'enableDataLocal',
    xml: undefined,
    excel: undefined,
    '': undefined,
  };
  for (const [name, expected] of Object.entries(meant)) expect(nearest(name, known), name).toBe(expected);
  expect(nearest('csv', [])).toBeUndefined();
  expect(nearestHint('cvs', known, 'no')).toBe('did you mean "csv"?');
  expect(nearestHint('xml', known, 'no')).toBe('no');
});
