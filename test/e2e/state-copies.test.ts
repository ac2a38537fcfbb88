// A coordinator on a state that is damaged, or older than the store.
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
beforeEach(async () => {
  cluster = await ProcessCluster.make({ MLSQL_LEASE_MS: '2000', MLSQL_HEARTBEAT_MS: '200' });
});
afterEach(() => cluster.stop());

const train = (gate: string): string =>
  `select 1 as x as data; train data as PythonAlg.\`/m/a\` where pythonScriptPath="./train.py" and keepVersion="true" and \`fitParam.0.gate\`="${gate}";`;

const TRAIN = `
import os, time, mlsql
while not os.path.exists(mlsql.fit_param["gate"]):
    time.sleep(0.02)
target = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(target)
open(os.path.join(target, "model"), "w").close()
print("trained by the script")
print("the last line")
`;

it('refuses a damaged one by name, before it has taken the store', async () => {
  const coordinator = await cluster.coordinator();
  await coordinator.kill('SIGTERM');
  const claim = join(cluster.store, '__mlsql__/coordinator.json');
  const before = readFileSync(claim, 'utf8');
  const file = join(cluster.root, 'state/state.lmdb');
  const whole = readFileSync(file);
  truncateSync(file, whole.length - 4096);
  const cut = readFileSync(file);
  const refused = cluster.launch('coordinator');
  expect(await refused.line).toBeUndefined();
  expect(await refused.process.ended).toBe(1);
  expect(refused.process.errors).toMatch(/MLSQL_STATE_UNREADABLE: the state .*state\.lmdb is damaged/);
  expect(readFileSync(claim, 'utf8')).toBe(before);
  expect(readFileSync(file).equals(cut)).toBe(true);
  writeFileSync(file, whole);
  await cluster.coordinator();
});

it('ends the trains that an older copy does not know', async () => {
  const state = join(cluster.root, 'state');
  let coordinator = await cluster.coordinator();
  const executor = cluster.executor('one', 2);
  cluster.file('train.py', TRAIN);
  const open = join(cluster.root, 'open');
  writeFileSync(open, '');
  expect((await cluster.run(train(open))).error).toBeUndefined();
  const [job] = JSON.parse(`[${(await cluster.cli('jobs', 'ls', '--json')).stdout.trim()}]`) as {
    jobId: string;
  }[];
  expect((await cluster.cli('state', 'export', '--state', state, join(cluster.root, 'copy'))).code).toBe(0);
  const lost = cluster.run(train(join(cluster.root, 'never')));
  await eventually('the second train has its version', () =>
    existsSync(join(cluster.store, 'm/a/_model_1/_claim.json')),
  );
  await coordinator.kill();
  const older = join(cluster.root, 'older');
  expect((await cluster.cli('state', 'import', '--state', older, join(cluster.root, 'copy'))).code).toBe(0);
  coordinator = await cluster.coordinator({ state: 'older' });
  await eventually('its version has ended', () => existsSync(join(cluster.store, 'm/a/_model_1/meta/0')));
  expect(coordinator.errors).toContain('this state may be older than the store');
  // Logs lie beside the state; those of ended jobs lie in the store, too.
  expect((await cluster.cli('jobs', 'logs', job!.jobId)).stdout).toContain('trained by the script');
  expect((await cluster.cli('jobs', 'logs', job!.jobId, '--tail', '1')).stdout).toContain('the last line');
  expect((await lost).code).not.toBe(0);
  const listed = await cluster.cli('models', 'ls', '/m/a', '--json');
  expect(listed.stdout).toMatch(/"version":0.*"success"/);
  expect(listed.stdout).toMatch(/"version":1.*"cancelled"/);
  expect((await cluster.run(train(open))).error).toBeUndefined();
  expect(
    readdirSync(join(cluster.store, 'm/a'))
      .filter((name) => name.startsWith('_model_'))
      .sort(),
  ).toEqual(['_model_0', '_model_1', '_model_2']);
  await executor.kill('SIGTERM');
});
