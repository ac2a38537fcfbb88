// `mlsql jobs retry`: only what did not succeed runs again, and the new version has all models.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Process, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
let coordinator: Process;
beforeAll(async () => {
  cluster = await ProcessCluster.make();
  coordinator = await cluster.coordinator();
  cluster.executor('one');
});
afterAll(() => cluster.stop());

/** Notes each run of a group; group 1 fails for as long as good.txt says no. */
const script = (): string => `
import os, mlsql
number = mlsql.fit_param["n"]
open(${JSON.stringify(join(cluster.root, 'ran'))}, "a").write(number)
print("group %s says hello" % number)
if number == "1" and open("good.txt").read() != "yes":
    raise ValueError("not good yet")
print("mlsql_validation_score:0.%s" % number)
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/m", "wb").write(os.urandom(16))
`;

const train = (path: string, keepVersion: boolean): string => `
select 1 as label as data;
train data as PythonAlg.\`${path}\` where pythonProjectPath="./project" and pythonScriptPath="train.py" and keepVersion="${keepVersion}"
and \`fitParam.0.n\`="0" and \`fitParam.1.n\`="1" and \`fitParam.2.n\`="2";`;

const ran = (): string => readFileSync(join(cluster.root, 'ran'), 'utf8');
const model = (folder: string, group: number): string =>
  readFileSync(join(cluster.store, folder, `model/${group}/m`), 'hex');

async function lastJob(): Promise<string> {
  const { stdout } = await cluster.cli('jobs', 'ls', '--json');
  return (JSON.parse(stdout.split('\n')[0]!) as { jobId: string }).jobId;
}

describe.each([true, false])('a train with keepVersion=%s', (keepVersion) => {
  it('is retried without and with changed files, by a coordinator that was started again', async () => {
    const path = keepVersion ? '/m/versions' : '/m/single';
    const project = (name: string, text: string): string => cluster.file(`project/${name}`, text);
    project('train.py', script());
    project('good.txt', 'no');
    const before = existsSync(join(cluster.root, 'ran')) ? ran().length : 0;
    const trained = await cluster.run(train(path, keepVersion));
    expect(trained.rows, trained.stderr).toMatchObject([
      { algIndex: 0, status: 'success' },
      { algIndex: 1, status: 'fail' },
      { algIndex: 2, status: 'success' },
    ]);
    const first = await lastJob();
    await coordinator.kill();
    coordinator = await cluster.coordinator();

    // The same files: it fails again, and what was there stays.
    project('good.txt', 'yes');
    const again = await cluster.cli('jobs', 'retry', first, '--json');
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('ValueError: not good yet');
    if (keepVersion) {
      const failed = await parquetReadObjects({
        file: await asyncBufferFromFile(join(cluster.store, 'm/versions/_model_1/meta/0/part-00000.parquet')),
      });
      expect(failed.map(({ status }) => status)).toEqual(['fail', 'fail', 'fail']);
    }

    const updated = await cluster.cli('jobs', 'retry', await lastJob(), '--update', '--json');
    // A retry that failed may be retried, too: what it kept is kept.
    expect(updated.code, updated.stdout + updated.stderr).toBe(0);
    expect(updated.stdout).toContain('"algIndex":1,"alg":"PythonAlg","score":0.1,"status":"success"');
    expect([...ran().slice(before)].sort().join('')).toBe('01112');

    const folders = keepVersion ? ['m/versions/_model_0', 'm/versions/_model_2'] : ['', 'm/single'];
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(join(cluster.store, folders[1]!, 'meta/0/part-00000.parquet')),
    });
    expect(rows).toMatchObject([0, 1, 2].map((algIndex) => ({ algIndex, status: 'success' })));
    for (const group of [0, 2]) {
      if (keepVersion) expect(model(folders[1]!, group)).toBe(model(folders[0]!, group));
      else expect(model(folders[1]!, group)).toHaveLength(32);
    }
    const last = await lastJob();
    const nothing = await cluster.cli('jobs', 'retry', last);
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain(`every group of job ${last} has succeeded`);
  });
});

it('names a job that nobody knows', async () => {
  const { code, stderr } = await cluster.cli('jobs', 'retry', 'job-nobody');
  expect(code).toBe(1);
  expect(stderr).toContain('MLSQL_JOB_UNKNOWN: no job "job-nobody"');
});
