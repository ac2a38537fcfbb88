import { describe, expect, it } from 'vitest';
import type { TrainStatement } from '../../shared/language/ast.js';
import { parseScript } from '../../shared/language/parser.js';
import type { WrittenPart } from '../tables/table-engine.js';
import { parseTrainOptions } from './train-options.js';
import { planTrain, type ResolvedGroup, resolveMinSuccess } from './train-plan.js';

const part = (index: number, written = true): WrittenPart => ({
  key: `m/tmp/data/part-0000${index}-abc.json`,
  sizeBytes: 10,
  sha256: `${index}`.repeat(64),
  rows: 1,
  written,
});
const group = (algIndex: number, params: Record<string, string> = {}): ResolvedGroup => ({
  algIndex,
  params,
  builtinAlg: '',
  resources: [
    {
      name: 'r',
      folder: false,
      files: [{ path: 'r', key: 'k', sizeBytes: 3, sha256: 'r'.repeat(64), executable: false }],
    },
  ],
  project: {
    files: [{ path: 'train.py', key: 's', sizeBytes: 5, sha256: 's'.repeat(64), executable: false }],
    script: 'train.py',
    command: '',
    packages: ['numpy'],
  },
});

function options(text: string) {
  const statement = parseScript(`train t as ${text};`).statements[0] as TrainStatement;
  return parseTrainOptions(statement, new Map());
}

describe('the plan of a train', () => {
  it('gives every fitParam group of PythonAlg all partitions, and counts what was written', () => {
    const plan = planTrain({
      options: options(
        'PythonAlg.`/m` where pythonScriptPath="./train.py" and retries="2" and memory="1GiB" and timeout="90s"',
      ),
      path: '/m',
      groups: [group(0, { a: '1' }), group(7, { a: '2' })],
      columns: ['a'],
      parts: [part(0), part(1, false)],
      validateParts: [],
      graceMs: 500,
    });
    expect(
      plan.groups.map((spec) => [spec.algIndex, spec.task.data.length, spec.task.fitParam.a, spec.retries]),
    ).toEqual([
      [0, 2, '1', 2],
      [7, 2, '2', 2],
    ]);
    expect(plan.groups[0]!.task).toMatchObject({
      memoryBytes: 1024 ** 3,
      timeoutMs: 90_000,
      graceMs: 500,
      scriptName: 'train.py',
      expectedPackages: ['numpy'],
      dataLocal: true,
    });
    expect(plan.groups[0]!.inputs.map((input) => input.sizeBytes).sort()).toEqual([10, 10, 3, 5].sort());
    expect([plan.dataBytesWritten, plan.dataBytesTotal, plan.minSuccess, plan.failFast]).toEqual([
      10,
      20,
      1,
      false,
    ]);
  });

  it('gives each partition of PythonParallelExt a group of its own, with its own parameters or the first group’s', () => {
    const plan = planTrain({
      options: options('PythonParallelExt.`/m` where pythonScriptPath="./train.py" and minSuccess="all"'),
      path: '/m',
      groups: [group(0, { a: 'zero' }), group(1, { a: 'one' })],
      columns: ['a'],
      parts: [part(0), part(1), part(2)],
      validateParts: [part(9)],
      graceMs: 1,
    });
    expect(
      plan.groups.map((spec) => [
        spec.algIndex,
        spec.task.data.map((file) => file.path),
        spec.task.fitParam.a,
      ]),
    ).toEqual([
      [0, ['part-00000-abc.json'], 'zero'],
      [1, ['part-00001-abc.json'], 'one'],
      [2, ['part-00002-abc.json'], 'zero'],
    ]);
    expect(plan.minSuccess).toBe(3);
  });

  it('does not count streamed data among what an executor should hold', () => {
    const plan = planTrain({
      options: options(
        'PythonAlg.`/m` where pythonScriptPath="./t.py" and enableDataLocal="false" and dataLocalFormat="csv"',
      ),
      path: '/m',
      groups: [group(0)],
      columns: ['a'],
      parts: [part(0)],
      validateParts: [],
      graceMs: 1,
    });
    expect(plan.groups[0]!.task).toMatchObject({ dataLocal: false, dataFormat: 'json' });
    expect(plan.groups[0]!.inputs.map((input) => input.sha256[0])).toEqual(['s', 'r']);
  });
});

describe('minSuccess', () => {
  it.each([
    [{ kind: 'count', count: 1 }, 5, 1],
    [{ kind: 'count', count: 9 }, 5, 5],
    [{ kind: 'percent', percent: 50 }, 5, 3],
    [{ kind: 'percent', percent: 1 }, 5, 1],
    [{ kind: 'all' }, 5, 5],
  ] as const)('%j of %i groups is %i', (wanted, groups, count) => {
    expect(resolveMinSuccess(wanted, groups)).toBe(count);
  });
});
