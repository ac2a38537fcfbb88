// mlsql jobs retry: only what has no accepted result is trained again, and the others' models come along.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asRunResult, type RunResult } from '../support/embedded-cluster.js';
import { eventually, type Process, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
let coordinator: Process;
beforeAll(async () => {
  cluster = await ProcessCluster.make();
  coordinator = await cluster.coordinator();
  cluster.executor('one', 2);
});
afterAll(() => cluster.stop());

/** Notes each start. Fails where the resource says so, and waits while it says that. */
const SCRIPT = `
import os, time, mlsql
group = mlsql.fit_param["name"]
with open(os.path.join(${'${root}'}, "starts"), "a") as starts:
    starts.write(group + "\\n")
said = open(mlsql.internal_system_param["resource"]["word"]).read().strip()
while said == "wait" and not os.path.exists(os.path.join(${'${root}'}, "go")):
    time.sleep(0.02)
if said == "bad":
    raise ValueError("the word of " + group + " is bad")
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
with open(p + "/model.bin", "wb") as out:
    out.write(os.urandom(4096) + (group + said).encode())
print("mlsql_validation_score:0.5")
`;

function train(path: string, more: string): string {
  cluster.file('train.py', SCRIPT.replaceAll('${root}', JSON.stringify(cluster.root)));
  for (const name of ['a', 'c']) cluster.file(`${name}.txt`, 'good');
  rmSync(join(cluster.root, 'starts'), { force: true });
  const groups = ['a', 'b', 'c'].map(
    (name, n) => `and fitParam.${n}.name="${name}" and fitParam.${n}.resource.word="./${name}.txt"`,
  );
  return `select 1 as label as data; train data as PythonAlg.\`${path}\` where pythonScriptPath="./train.py" ${more} ${groups.join(' ')};`;
}

const starts = (): string[] => readFileSync(join(cluster.root, 'starts'), 'utf8').trim().split('\n').sort();

const retry = async (job: string, ...flags: string[]): Promise<RunResult> =>
  asRunResult(await cluster.cli('jobs', 'retry', job, '--json', ...flags));

const jobOf = (result: RunResult): string =>
  (result.events.find((event) => event.event === 'job') as unknown as { jobId: string }).jobId;

/** SHA-256 of every file below a folder of the store. */
function hashes(folder: string): Record<string, string> {
  const root = join(cluster.store, folder);
  const names = readdirSync(root, { recursive: true }) as string[];
  const files = names.filter((name) => statSync(join(root, name)).isFile()).sort();
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(root, name)))
      .digest('hex');
  return Object.fromEntries(files.map((name) => [name, hash(name)]));
}

describe('of a train that was published without one of its groups', () => {
  let first: string;

  it('fails again with the files of the first time, and publishes nothing', async () => {
    const script = train('/m/versions', 'and keepVersion="true"');
    cluster.file('b.txt', 'bad');
    const trained = await cluster.run(script);
    expect(trained.rows).toMatchObject([{ status: 'success' }, { status: 'fail' }, { status: 'success' }]);
    first = jobOf(trained);
    cluster.file('b.txt', 'good');
    const again = await retry(first);
    expect(again.code).toBe(1);
    expect(again.error).toMatchObject({ code: 'MLSQL_TRAIN_FAILED', algIndex: 1 });
    expect(again.error?.message).toContain('the word of b is bad');
    expect(starts()).toEqual(['a', 'b', 'b', 'c']);
    expect(existsSync(join(cluster.store, 'm/versions/_model_1/model'))).toBe(false);
  });

  it('trains the one with changed files, and keeps the others byte for byte', async () => {
    const again = await retry(first, '--update');
    expect(again.error, again.stderr).toBeUndefined();
    expect(again.rows).toMatchObject([
      { algIndex: 0, status: 'success', message: `kept of job ${first}`, score: 0.5 },
      { algIndex: 1, status: 'success', message: '', modelPath: 'model/1' },
      { algIndex: 2, status: 'success', message: `kept of job ${first}`, score: 0.5 },
    ]);
    expect(starts()).toEqual(['a', 'b', 'b', 'b', 'c']);
    for (const part of ['model/0', 'model/2', 'resource/0', 'resource/2', 'log'])
      expect(hashes(`m/versions/_model_2/${part}`)).toMatchObject(
        part === 'log' ? without1(hashes('m/versions/_model_0/log')) : hashes(`m/versions/_model_0/${part}`),
      );
    const model = readFileSync(join(cluster.store, 'm/versions/_model_2/model/1/model.bin')).subarray(4096);
    expect(model.toString()).toBe('bgood');
    expect(readFileSync(join(cluster.store, 'm/versions/_model_2/resource/1/word'), 'utf8')).toBe('good');
    const shown = await cluster.cli('jobs', 'show', jobOf(again));
    expect(shown.stdout).toContain(`submitted: 3 groups, 2 kept of ${first}`);
  });

  it('refuses what cannot be retried, and says why', async () => {
    const newest = JSON.parse((await cluster.cli('jobs', 'ls', '--json', '--limit', '1')).stdout) as {
      jobId: string;
    };
    expect((await retry(newest.jobId)).error).toMatchObject({ code: 'MLSQL_JOB_COMPLETE' });
    expect((await retry('job-none')).error).toMatchObject({ code: 'MLSQL_JOB_UNKNOWN' });
    rmSync(join(cluster.store, 'm/versions/_model_0/model/2'), { recursive: true });
    const gone = (await retry(first)).error;
    expect(gone).toMatchObject({ code: 'MLSQL_JOB_MODELS_GONE' });
    expect(gone?.message).toContain('/m/versions/_model_0/model/2/model.bin');
  });
});

const without1 = ({ '1.log': _, ...rest }: Record<string, string>): Record<string, string> => rest;

it('takes over what a train had accepted that was never published, across the end of the coordinator', async () => {
  const script = train('/m/replaced', 'and minSuccess="all"');
  cluster.file('b.txt', 'bad');
  const trained = await cluster.run(script);
  expect(trained.error).toMatchObject({ code: 'MLSQL_TRAIN_FAILED' });
  const first = jobOf(trained);
  cluster.file('b.txt', 'wait');
  const running = retry(first, '--update');
  await eventually('the group runs', () => starts().length === 4);
  expect((await retry(runningJob(await cluster.cli('jobs', 'ls', '--json')))).error).toMatchObject({
    code: 'MLSQL_JOB_WORKS',
  });
  await coordinator.kill();
  coordinator = await cluster.coordinator();
  appendFileSync(join(cluster.root, 'go'), '');
  const again = await running;
  expect(again.error, again.stderr).toBeUndefined();
  expect(again.rows).toMatchObject([
    { status: 'success', message: `kept of job ${first}` },
    { status: 'success', message: '' },
    { status: 'success', message: `kept of job ${first}` },
  ]);
  expect(starts()).toEqual(['a', 'b', 'b', 'c']);
  expect(Object.keys(hashes('m/replaced/model'))).toEqual(['0/model.bin', '1/model.bin', '2/model.bin']);
});

function runningJob({ stdout }: { stdout: string }): string {
  const jobs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { jobId: string; state: string });
  return jobs.find(({ state }) => state === 'RUNNING')!.jobId;
}
