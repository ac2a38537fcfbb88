// Two coordinators and one store: the second is refused, and the one that was replaced ends by itself, also when it slept.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
beforeEach(async () => {
  cluster = await ProcessCluster.make({ MLSQL_LEASE_MS: '4000', MLSQL_HEARTBEAT_MS: '500' });
});
afterEach(() => cluster.stop());

const ANY_PORT = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];

it('refuses a second coordinator by the first one’s name, and lets the next one in at once when the first has ended', async () => {
  const first = await cluster.coordinator();
  for (const state of ['state', 'other-state']) {
    const second = cluster.launch('coordinator', { state, flags: ANY_PORT });
    expect(await second.process.ended).toBe(1);
    expect(second.process.errors).toContain('MLSQL_STORE_OTHER_COORDINATOR');
    expect(second.process.errors).toContain(`process ${first.pid}`);
  }
  await first.kill();
  const next = await cluster.coordinator();
  await next.kill('SIGTERM');
  const other = cluster.launch('coordinator', { state: 'other-state', flags: ANY_PORT });
  expect(await other.process.ended).toBe(1);
  expect(other.process.errors).toContain('belongs to another state');
});

it.each(['with its own state', 'with the same state'])(
  'ends the one that was taken over from, %s',
  async (which) => {
    const first = await cluster.coordinator();
    const state = which === 'with the same state' ? 'state' : 'new-state';
    const second = cluster.launch('coordinator', { state, flags: [...ANY_PORT, '--take-over'] });
    expect(await second.line).toContain('"ready":true');
    expect(await first.ended).toBe(1);
    expect(first.errors).toContain('MLSQL_COORDINATOR_FENCED');
  },
);

it('changes nothing when it wakes up late: the run belongs to the one that took its place', async () => {
  const gate = join(cluster.root, 'gate');
  const started = join(cluster.root, 'started');
  cluster.file(
    'train.py',
    `import os, time, mlsql
open(${JSON.stringify(started)}, "a").write("x")
while not os.path.exists(${JSON.stringify(gate)}):
    time.sleep(0.02)
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/m", "w").write("m")
`,
  );
  const first = await cluster.coordinator();
  cluster.executor('one');
  const running = cluster.run(
    'select 1 as label as data; train data as PythonAlg.`/models/late` where pythonScriptPath="./train.py" and keepVersion="true";',
    '--run-id',
    'late',
  );
  await eventually('the script runs', () => existsSync(started));
  first.child.kill('SIGSTOP');
  // When its lease is over the store is free to the next of the same state. The ports are the sleeper's.
  const second = await eventually('the lease is over', async () => {
    const tried = cluster.launch('coordinator', { flags: ANY_PORT });
    return (await tried.line) === undefined ? undefined : tried;
  });
  writeFileSync(gate, '');
  first.child.kill('SIGCONT');
  expect(await first.ended).toBe(1);
  expect(first.errors).toContain('MLSQL_COORDINATOR_FENCED');
  // The second has the run; it goes on where the executor finds a coordinator again.
  await second.process.kill();
  await cluster.coordinator();
  const result = await running;
  expect(result.error, result.stderr).toBeUndefined();
  expect(result.rows).toMatchObject([{ status: 'success', attempts: 1 }]);
  const models = await cluster.cli('models', 'ls', '/models/late', '--json');
  expect(models.stdout.trim().split('\n')).toHaveLength(1);
});
