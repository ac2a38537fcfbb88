import { describe, expect, it } from 'vitest';
import { collectSetting, parseDuration, portNumber, spreadSettings, wholeNumber } from './arguments.js';

describe('--set', () => {
  it('takes several settings behind one flag, and leaves the file alone', () => {
    expect(spreadSettings(['run', '--set', 'a=1', 'b=2', 'x.mlsql', '--json'])).toEqual([
      'run',
      '--set',
      'a=1',
      '--set',
      'b=2',
      'x.mlsql',
      '--json',
    ]);
    expect(spreadSettings(['run', 'x.mlsql', '--set', 'a=1', '--set', 'b=x y=z'])).toEqual([
      'run',
      'x.mlsql',
      '--set',
      'a=1',
      '--set',
      'b=x y=z',
    ]);
    expect(spreadSettings(['run', '--set', 'a=1', '--', 'b=2'])).toEqual([
      'run',
      '--set',
      'a=1',
      '--',
      'b=2',
    ]);
  });

  it('splits at the first =, and the last of a name wins', () => {
    expect(collectSetting('a=1=2', { b: '3' })).toEqual({ b: '3', a: '1=2' });
    expect(collectSetting('a=', { a: '3' })).toEqual({ a: '' });
    expect(() => collectSetting('=1')).toThrow('name=value');
    expect(() => collectSetting('a')).toThrow('name=value');
  });
});

it('checks numbers', () => {
  expect(wholeNumber(1)('12')).toBe(12);
  for (const bad of ['0', '-1', '1.5', 'x', '', '1e3'])
    expect(() => wholeNumber(1)(bad)).toThrow('at least 1');
  expect(portNumber('0')).toBe(0);
  expect(() => portNumber('65536')).toThrow('65535');
});

it('reads durations', () => {
  expect(['90s', '15m', '6h', '500ms', '30', '1.5h'].map(parseDuration)).toEqual([
    90_000, 900_000, 21_600_000, 500, 30_000, 5_400_000,
  ]);
  expect(() => parseDuration('soon')).toThrow('duration');
});
