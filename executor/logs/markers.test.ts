import { expect, test } from 'vitest';
import { parseMarker } from './markers.js';

test.each([
  ['mlsql_validation_score:0.87', 0.87],
  ['mlsql_validation_score: -3', -3],
  ['mlsql_validation_score:1e-3', 1e-3],
  ['mlsql_validation_score:+.5E+2 of the fold', 50],
  ['mlsql_validation_score:0', 0],
  ['mlsql_validation_score:7.', 7],
  ['mlsql_validation_score:nan', null],
  ['mlsql_validation_score:-inf', null],
  ['mlsql_validation_score:1e999', null],
  ['mlsql_validation_score:', null],
  ['mlsql_validation_score:0.5.1', null],
  ['mlsql_validation_score:12abc', null],
])('%s scores %s', (line, value) => {
  expect(parseMarker(line)).toMatchObject({ kind: 'score', value });
});

test('metrics have a name and a number', () => {
  expect(parseMarker('mlsql_metric:loss=0.25')).toEqual({ kind: 'metric', name: 'loss', value: 0.25 });
  expect(parseMarker('mlsql_metric: 精度 = -1e3 ')).toEqual({ kind: 'metric', name: '精度', value: -1000 });
  for (const line of [
    'mlsql_metric:loss',
    'mlsql_metric:=3',
    'mlsql_metric:loss=nan',
    'mlsql_metric:loss=',
  ]) {
    expect(parseMarker(line)).toBeUndefined();
  }
});

test('progress stays between 0 and 1', () => {
  expect(parseMarker('mlsql_progress:0.45')).toEqual({ kind: 'progress', value: 0.45 });
  expect(parseMarker('mlsql_progress:45')).toEqual({ kind: 'progress', value: 1 });
  expect(parseMarker('mlsql_progress:-1')).toEqual({ kind: 'progress', value: 0 });
  expect(parseMarker('mlsql_progress:half')).toBeUndefined();
});

test('a marker counts at the start of a line only', () => {
  for (const line of [
    ' mlsql_validation_score:1',
    'x mlsql_progress:1',
    'mlsql_validation_score=1',
    'mlsql_other:1',
    '',
  ]) {
    expect(parseMarker(line)).toBeUndefined();
  }
});
