// An executor that is told to leave: by a signal, or by name. Work ends or is handed on, and nobody's try is counted.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
beforeAll(async () => {
  cluster = await ProcessCluster.make();
  await cluster.coordinator();
});
afterAll(() => cluster.stop());

/** The first attempt never ends by itself; a later one saves its model at once. */
const STUCK_AT_FIRST = `
import os, signal, sys, time, mlsql
marker = os.path.join(${'${root}'}, "first")
p = mlsql.internal_system_param["tempModelLocalPath"]
if not os.path.exists(marker):
    open(marker + ".new", "w").write(str(os.getpid()))
    os.rename(marker + ".new", marker)
    time.sleep(3600)
os.makedirs(p)
open(p + "/m", "w").write("m")
`;

const first = (): string => join(cluster.root, 'first');

it('hands work on at the deadline after SIGTERM, leaves, and the job says so', async () => {
  cluster.file('train.py', STUCK_AT_FIRST.replace('${root}', JSON.stringify(cluster.root)));
  const leaving = cluster.executor('leaving', 1, ['--drain-timeout', '1s']);
  const running = cluster.run(
    'select 1 as label as data; train data as PythonAlg.`/m/drained` where pythonScriptPath="./train.py" and retries="0";',
  );
  await eventually('the script runs', () => existsSync(first()));
  const pid = Number(readFileSync(first(), 'utf8'));
  cluster.executor('staying');
  leaving.child.kill('SIGTERM');
  expect(await leaving.ended).toBe(0);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  const result = await running;
  expect(result.error, result.stderr).toBeUndefined();
  expect(result.rows).toMatchObject([{ status: 'success', attempts: 2 }]);
  const { jobId } = JSON.parse((await cluster.cli('jobs', 'ls', '--json')).stdout) as { jobId: string };
  const { stdout } = await cluster.cli('jobs', 'show', jobId);
  expect(stdout).toMatch(/executor leaving drains: 1 attempt runs, for at most 1(\.0)? s more/);
  expect(stdout).toContain('the executor leaving had to leave: SIGTERM was received');
});
