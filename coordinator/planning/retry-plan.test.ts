import { describe, expect, it } from 'vitest';
import { blobKey } from '../../shared/object-store/keys.js';
import { jobSpec, RESULT } from '../../test/support/machine.js';
import type { ModelTarget } from '../models/model-types.js';
import type { JobSpec } from '../scheduling/model.js';
import type { GroupOutcome, JobOutcome } from '../scheduling/outcome.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';
import type { ClientTree } from './inputs.js';
import { planRetry } from './retry-plan.js';

const sha = (letter: string): string => letter.repeat(64);
const file = (path: string, letter: string): TaskInputFile => ({
  path,
  key: blobKey(sha(letter)),
  sizeBytes: 1,
  sha256: sha(letter),
  executable: false,
});
const tree = (...files: TaskInputFile[]): ClientTree => ({ folder: true, files });

const target: ModelTarget = {
  jobId: 'j' as ModelTarget['jobId'],
  path: 'm',
  folder: 'm/_model_0',
  version: 0,
  train: {
    systemParam: {},
    trainParams: {},
    hashes: { 'data/part-0.json': sha('d'), 'script/train.py': sha('a') },
    project: { files: [file('train.py', 'a')], script: 'train.py', command: '', builtinAlg: '' },
    groups: [0, 1, 2].map((algIndex) => ({ algIndex, alg: 'PythonAlg', fitParam: {}, resources: [] })),
  },
};
const job = (over: Partial<JobSpec> = {}): JobSpec => ({
  ...jobSpec('j', 3, { each: { task: { project: [file('train.py', 'a'), file('help.py', 'b')] } }, target }),
  ...over,
});
const ended = (algIndex: number, status: GroupOutcome['status']): GroupOutcome => ({
  algIndex,
  status,
  score: undefined,
  message: '',
  metrics: {},
  attempts: 1,
  attempt: 1,
  executor: 'e',
  startTimeMs: 1,
  endTimeMs: 2,
  result: status === 'success' ? RESULT : undefined,
  failure: undefined,
  traceback: '',
  warnings: [],
});
const outcome = (state: JobOutcome['state'], ...statuses: GroupOutcome['status'][]): JobOutcome => ({
  jobId: target.jobId,
  state,
  reason: '',
  groups: statuses.map((status, index) => ended(index, status)),
  error: undefined,
  published: undefined,
  summary: { dataBytesWritten: 0, dataBytesTotal: 0, bytesSynced: 0, durationMs: 0 },
});
const open = (plan: ReturnType<typeof planRetry>): number[] => plan.groups.map(({ algIndex }) => algIndex);

describe('which groups run again', () => {
  it('are those that did not succeed, where the version was published', () => {
    const plan = planRetry(
      job({ minSuccess: 3 }),
      outcome('SUCCEEDED', 'success', 'fail', 'cancelled'),
      new Map(),
      undefined,
    );
    expect(open(plan)).toEqual([1, 2]);
    expect(plan.kept).toMatchObject({ folder: 'm/_model_0', groups: [{ algIndex: 0 }] });
    expect(plan.minSuccess).toBe(2);
  });

  it('are all, where it was not: then there are no models', () => {
    const plan = planRetry(job(), outcome('FAILED', 'success', 'fail', 'fail'), new Map(), undefined);
    expect(open(plan)).toEqual([0, 1, 2]);
    expect(plan.kept.groups).toEqual([]);
  });

  it('leave out what a retry that failed had kept', () => {
    const spec = job();
    const retried = {
      ...spec,
      groups: spec.groups.slice(1),
      minSuccess: 2,
      kept: { folder: 'm/_model_0', groups: [ended(0, 'success')] },
      target: { ...target, folder: 'm/_model_1' },
    };
    const plan = planRetry(retried, outcome('FAILED', 'success', 'success', 'fail'), new Map(), undefined);
    expect(open(plan)).toEqual([1, 2]);
    expect(plan.kept).toBe(retried.kept);
    expect(plan.minSuccess).toBe(2);
  });

  it('are none where all succeeded', () => {
    expect(() =>
      planRetry(job(), outcome('SUCCEEDED', 'success', 'success', 'success'), new Map(), undefined),
    ).toThrow('every group of job j has succeeded');
  });
});

describe('changed files', () => {
  const failed = outcome('SUCCEEDED', 'success', 'fail', 'fail');

  it('take the place of a whole folder, with what came to it', () => {
    const before = new Map([['./p', tree(file('train.py', 'a'), file('help.py', 'b'))]]);
    const now = new Map([['./p', tree(file('train.py', 'c'), file('help.py', 'b'), file('new.py', 'e'))]]);
    const plan = planRetry(job(), failed, before, now);
    expect(plan.groups[0]!.task.project).toEqual(now.get('./p')!.files);
    expect(plan.groups[0]!.inputs.map(({ sha256 }) => sha256)).toEqual([sha('c'), sha('b'), sha('e')]);
  });

  it('take the place of single files, also in what is told of the train', () => {
    const before = new Map([['./train.py', { folder: false, files: [file('train.py', 'a')] }]]);
    const now = new Map([['./train.py', { folder: false, files: [file('train.py', 'c')] }]]);
    const plan = planRetry(job(), failed, before, now);
    expect(plan.groups[0]!.task.project).toEqual([file('train.py', 'c'), file('help.py', 'b')]);
    expect(plan.train.project.files).toEqual([file('train.py', 'c')]);
    expect(plan.train.hashes).toEqual({ 'data/part-0.json': sha('d'), 'script/train.py': sha('c') });
  });

  it('that are gone are named', () => {
    const before = new Map([['./q', tree(file('train.py', 'a'), file('other.py', 'f'))]]);
    const now = new Map([['./q', tree(file('other.py', 'f'))]]);
    expect(() => planRetry(job(), failed, before, now)).toThrow('./q has no file train.py any more');
  });
});
