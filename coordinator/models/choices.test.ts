import { describe, expect, it } from 'vitest';
import { bestGroup, newestFirst, nextVersion, timesOf } from './choices.js';
import type { GroupMeta, ModelVersion } from './model-types.js';

function group(algIndex: number, score: number | null, status = 'success'): GroupMeta {
  return {
    modelPath: `model/${algIndex}`,
    algIndex,
    alg: 'train.py',
    score,
    status,
    startTime: 10 + algIndex,
    endTime: 20 + algIndex,
    trainParams: {},
    message: '',
    metrics: {},
    attempts: 1,
    executor: 'e',
    files: [],
  };
}

describe('nextVersion', () => {
  it.each([
    [[], 0],
    [['_model_0'], 1],
    [['_model_0', '_model_2'], 3],
    [['_model_9', '_model_10'], 11],
    [['tmp', 'meta', '_gen', '_model_', '_model_x', '_model_01', '_model_-1', 'a_model_7', '_model_3'], 4],
  ])('%j → %i', (names, next) => {
    expect(nextVersion(names)).toBe(next);
  });
});

describe('bestGroup', () => {
  const nan = Number.NaN;
  const infinity = Number.POSITIVE_INFINITY;
  it.each<[string, GroupMeta[], number | undefined]>([
    ['nothing', [], undefined],
    ['only failures', [group(0, 0.9, 'fail'), group(1, 0.8, 'cancelled')], undefined],
    ['the highest score', [group(0, 0.1), group(1, 0.9), group(2, 0.5)], 1],
    ['negative scores are scores', [group(0, -2), group(1, -1), group(2, -3)], 1],
    ['zero beats a negative one', [group(0, -1), group(1, 0)], 1],
    ['a failed group never wins', [group(0, 0.1), group(1, 0.9, 'fail')], 0],
    ['any score beats none', [group(0, null), group(1, -100)], 1],
    ['nan never wins', [group(0, nan), group(1, 0.1), group(2, nan)], 1],
    ['infinities never win', [group(0, infinity), group(1, -infinity), group(2, 0.1)], 2],
    ['without scores the lowest algIndex', [group(2, null), group(1, nan), group(3, infinity)], 1],
    ['equal scores: the lowest algIndex', [group(3, 0.5), group(1, 0.5), group(2, 0.4)], 1],
  ])('%s', (_what, groups, algIndex) => {
    expect(bestGroup(groups)?.algIndex).toBe(algIndex);
  });
});

describe('newestFirst', () => {
  const version = (number: number | undefined, endTime: number): ModelVersion => ({
    path: 'p',
    ...(number === undefined ? {} : { version: number }),
    folder: 'p',
    groups: [],
    startTime: 0,
    endTime,
  });
  it.each<[string, [number, number][], number | undefined, (number | 'own')[]]>([
    [
      'numbered by number, whatever their times',
      [
        [1, 50],
        [10, 20],
        [2, 90],
      ],
      undefined,
      [10, 2, 1],
    ],
    ['the path itself alone', [], 5, ['own']],
    [
      'the path itself newest',
      [
        [0, 10],
        [1, 20],
      ],
      30,
      ['own', 1, 0],
    ],
    [
      'the path itself between',
      [
        [0, 10],
        [1, 20],
      ],
      15,
      [1, 'own', 0],
    ],
    [
      'the path itself oldest',
      [
        [0, 10],
        [1, 20],
      ],
      5,
      [1, 0, 'own'],
    ],
    ['the same moment: the numbered one', [[0, 10]], 10, [0, 'own']],
  ])('%s', (_what, numbered, own, order) => {
    const sorted = newestFirst(
      numbered.map(([number, endTime]) => version(number, endTime)),
      own === undefined ? undefined : version(undefined, own),
    );
    expect(sorted.map((one) => one.version ?? 'own')).toEqual(order);
  });
});

describe('timesOf', () => {
  it('spans all groups', () => {
    expect(timesOf([group(3, null), group(1, null)])).toEqual({ startTime: 11, endTime: 23 });
    expect(timesOf([])).toEqual({ startTime: 0, endTime: 0 });
  });
});
