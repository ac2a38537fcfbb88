import { describe, expect, it } from 'vitest';
import { jobSpec } from '../../test/support/machine.js';
import { failure, success } from '../models/test-support.js';
import type { AttemptResult, JobSpec } from '../scheduling/model.js';
import type { GroupOutcome, JobOutcome } from '../scheduling/outcome.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';
import { clientNames } from './retry-inputs.js';
import { type ChangedInputs, openGroups, planRetry } from './retry-plan.js';

const file = (path: string, content: string): TaskInputFile => ({
  path,
  key: `blobs/${content}`,
  sizeBytes: 3,
  sha256: content,
  executable: false,
});
const resource = (content: string) => ({ name: 'dict', folder: false, files: [file('dict.txt', content)] });
const result = (path: string): AttemptResult => ({
  files: [{ path, sizeBytes: 1, sha256: 'm' }],
  logLines: 1,
  interpreter: {},
  peakMemoryBytes: 0,
});

const task = { project: [file('train.py', 'script')], resources: [resource('words')] };
const inputs = ['part', 'script', 'words'].map((sha256) => ({ sha256, sizeBytes: 3 }));

function endedJob(
  groups: readonly GroupOutcome[],
  state: JobOutcome['state'] = 'SUCCEEDED',
  more: Partial<JobSpec> = {},
): { spec: JobSpec; outcome: JobOutcome } {
  const target = {
    jobId: 'first',
    path: 'm',
    folder: 'm/_model_4',
    version: 4,
    train: {
      systemParam: {},
      trainParams: {},
      hashes: { 'script/train.py': 'script', 'data/part': 'part', 'resource/0/dict/dict.txt': 'words' },
      project: { files: task.project, script: 'train.py', command: '', builtinAlg: '' },
      groups: groups.map(({ algIndex }) => ({
        algIndex,
        alg: 'PythonAlg',
        fitParam: {},
        resources: task.resources,
      })),
    },
  };
  const spec = jobSpec(
    'first',
    groups.map(() => ({ task, inputs })),
    { target, version: 4, ...more },
  );
  const summary = { dataBytesWritten: 0, dataBytesTotal: 0, bytesSynced: 0, durationMs: 1 };
  return {
    spec,
    outcome: {
      jobId: spec.jobId,
      state,
      reason: '',
      groups,
      error: undefined,
      published: undefined,
      summary,
    },
  };
}

const unchanged = new Map<number, ChangedInputs>();

describe('the plan of a retry', () => {
  it('keeps successes where they were published, and lets the others run as they were', () => {
    const job = endedJob([success(0, 2, result('a')), failure(1, 'no'), failure(2, 'no')]);
    const plan = planRetry(job, unchanged);
    expect(plan.kept).toEqual([{ algIndex: 0, jobId: 'first', folder: 'm/_model_4' }]);
    expect(plan.groups[0]!.kept).toMatchObject({ jobId: 'first', acceptedAttempt: 2, result: result('a') });
    expect(plan.groups.slice(1)).toEqual(job.spec.groups.slice(1));
    expect(plan.train.groups.map(({ resources }) => resources[0]!.files[0]!.key)).toEqual([
      'm/_model_4/resource/0/dict',
      'blobs/words',
      'blobs/words',
    ]);
    // One more success than there were, or the retry has published nothing new.
    expect(plan.minSuccess).toBe(2);
  });

  it('finds what was never published in its staging place, and what came from earlier jobs where it was', () => {
    const first = endedJob([success(0, 1, result('a')), failure(1, 'no'), failure(2, 'no')]);
    const { groups, kept, minSuccess } = planRetry(first, unchanged);
    const target = { ...(first.spec.target as object), jobId: 'second', folder: 'm/_model_5', kept };
    const spec = { ...jobSpec('second'), groups, minSuccess, target };
    const kept0 = { ...success(0, 1, result('a')), message: 'kept of job first' };
    const outcome = {
      ...first.outcome,
      state: 'FAILED' as const,
      groups: [kept0, success(1, 3, result('b')), failure(2, 'no')],
    };
    const again = planRetry({ spec, outcome }, unchanged);
    expect(again.kept).toEqual([
      { algIndex: 0, jobId: 'first', folder: 'm/_model_4' },
      { algIndex: 1, jobId: 'second', folder: 'm/_model_5', stagedAttempt: 3 },
    ]);
    expect(again.minSuccess).toBe(2);
  });

  it('takes changed files for the groups that run, and says so in the hashes', () => {
    const job = endedJob([success(0, 1, result('a')), failure(1, 'no')]);
    const project = { files: [file('new.py', 'changed')], script: 'new.py', command: '', packages: [] };
    const changed = new Map([[1, { project, resources: new Map([['dict', resource('other')]]) }]]);
    const { groups, train } = planRetry(job, changed);
    expect(groups[0]!.task).toEqual(job.spec.groups[0]!.task);
    expect(groups[1]!.task).toMatchObject({ script: 'new.py', resources: [resource('other')] });
    expect(groups[1]!.inputs.map(({ sha256 }) => sha256)).toEqual(['part', 'changed', 'other']);
    expect(train.project.script).toBe('new.py');
    expect(train.hashes).toEqual({
      'data/part': 'part',
      'script/new.py': 'changed',
      'resource/0/dict/dict.txt': 'words',
      'resource/1/dict/dict.txt': 'other',
    });
  });

  it('has nothing to do where all succeeded, unless the version could not be published', () => {
    const groups = [success(0, 1, result('a'))];
    expect(() => openGroups(endedJob(groups))).toThrowError(
      expect.objectContaining({ code: 'MLSQL_JOB_COMPLETE' }),
    );
    expect(openGroups(endedJob(groups, 'FAILED')).map(({ algIndex }) => algIndex)).toEqual([0]);
  });
});

it('knows the files of the client that the train named', () => {
  const trainParams = {
    pythonScriptPath: './train.py',
    'fitParam.0.resource.dict': './dict.txt',
    'fitParam.1.resource.dict': '/in/the/store',
    'fitParam.2.resource.dict': './dict.txt',
  };
  expect(clientNames(jobSpec('j', [{ task: { trainParams } }]))).toEqual(['./train.py', './dict.txt']);
  const inProject = { ...trainParams, pythonProjectPath: 'folder', pythonScriptPath: 'run.py' };
  expect(clientNames(jobSpec('j', [{ task: { trainParams: inProject } }]))).toEqual(['folder', './dict.txt']);
});
