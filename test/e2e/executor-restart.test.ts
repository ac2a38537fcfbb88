// An executor that is killed while scripts run: the next one of its name goes on with the same processes; one that does
// not come back costs its attempts, not their scripts' budget.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Process, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
let coordinator: Process;
/** One whose leases end soon. */
let short: ProcessCluster | undefined;
beforeAll(async () => {
  // However slow the machine is, who is started again comes back within his lease.
  cluster = await ProcessCluster.make({ MLSQL_LEASE_MS: '60000', MLSQL_HEARTBEAT_MS: '500' });
  coordinator = await cluster.coordinator();
});
afterAll(async () => {
  // Scripts outlive their executors; a test that failed must not leave them waiting.
  for (const one of [cluster, short]) {
    if (one === undefined) continue;
    const gates = readdirSync(one.root).filter((name) => name.endsWith('.pids'));
    const left = gates.flatMap((name) => pids(join(one.root, name.slice(0, -'.pids'.length))));
    await one.stop();
    for (const pid of left.filter((pid) => existsSync(`/proc/${pid}`))) process.kill(pid, 'SIGKILL');
  }
});

/** Says its pid in a file, counts lines until the gate is there, then saves a model. */
const waiting = (gate: string): string => `
import os, time, mlsql
open(${JSON.stringify(gate)} + ".pids", "a").write(str(os.getpid()) + "\\n")
print("mlsql_progress:0.5", flush=True)
line = 0
while not os.path.exists(${JSON.stringify(gate)}):
    print("line %d" % line, flush=True)
    line += 1
    time.sleep(0.02)
print("lines %d" % line)
print("mlsql_validation_score:0.75")
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/m", "w").write("m")
`;

const pids = (gate: string): number[] =>
  existsSync(`${gate}.pids`) ? readFileSync(`${gate}.pids`, 'utf8').trim().split('\n').map(Number) : [];

const train = (path: string): string =>
  `select 1 as label as data; train data as PythonAlg.\`${path}\` where pythonScriptPath="./train.py" and keepVersion="true";`;

describe('an executor that is killed', () => {
  it('comes back to its attempt: one process, one try, every line', async () => {
    const gate = join(cluster.root, 'gate-1');
    cluster.file('train.py', waiting(gate));
    const first = cluster.executor('one');
    const running = cluster.run(train('/m/adopted'));
    await eventually('the script runs', () => pids(gate).length === 1);
    await first.kill();
    const second = cluster.executor('one');
    await eventually('the next one has it', () =>
      second.errors.includes('taking over what this executor left'),
    );
    await eventually('it is back', async () => {
      const { stdout } = await cluster.cli('executors', 'ls', '--json');
      return stdout.includes('"state":"ready"') && stdout.includes('"slotsBusy":1');
    });
    writeFileSync(gate, '');
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.rows).toMatchObject([{ status: 'success', score: 0.75, attempts: 1 }]);
    expect(pids(gate)).toHaveLength(1);
    const lines = result.events.filter(({ event }) => event === 'log').map(({ line }) => line as string);
    const count = Number(lines.find((line) => line.startsWith('lines '))!.slice(6));
    expect(lines.filter((line) => line.startsWith('line '))).toEqual(
      Array.from({ length: count }, (_, n) => `line ${n}`),
    );
    await second.kill('SIGTERM');
    const attempts = join(cluster.root, 'work-one/attempts');
    expect(readdirSync(attempts)).toEqual([]);
  });

  it('together with its coordinator, comes back all the same', async () => {
    const gate = join(cluster.root, 'gate-2');
    cluster.file('train.py', waiting(gate));
    const first = cluster.executor('two');
    const running = cluster.run(train('/m/both'));
    await eventually('the script runs', () => pids(gate).length === 1);
    await Promise.all([first.kill(), coordinator.kill()]);
    // It ends while nobody is there.
    writeFileSync(gate, '');
    await eventually('the script has ended', () => !existsSync(`/proc/${pids(gate)[0]}`));
    const second = cluster.executor('two');
    coordinator = await cluster.coordinator();
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.rows).toMatchObject([{ status: 'success', score: 0.75, attempts: 1 }]);
    expect(pids(gate)).toHaveLength(1);
    await second.kill('SIGTERM');
  });

  it('and does not come back, is replaced after its lease, and its old script is ended when it does', async () => {
    short = await ProcessCluster.make({ MLSQL_LEASE_MS: '3000', MLSQL_HEARTBEAT_MS: '500' });
    await short.coordinator();
    const gate = join(short.root, 'gate-3');
    short.file('train.py', waiting(gate));
    const first = short.executor('three');
    const running = short.run(train('/m/lost'));
    await eventually('the script runs', () => pids(gate).length === 1);
    await first.kill();
    const other = short.executor('four');
    await eventually('the next try runs elsewhere', () => pids(gate).length === 2);
    const late = short.executor('three');
    const [old, now] = pids(gate);
    await eventually('the old script is ended', () => !existsSync(`/proc/${old}`));
    expect(existsSync(`/proc/${now}`)).toBe(true);
    writeFileSync(gate, '');
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.rows).toMatchObject([{ status: 'success', attempts: 2, executor: 'four' }]);
    await Promise.all([other.kill('SIGTERM'), late.kill('SIGTERM')]);
  });
});

describe('an executor whose coordinator does not come back', () => {
  it('ends its scripts after the grace for orphans, and says so', async () => {
    const gate = join(cluster.root, 'gate-4');
    cluster.file('train.py', waiting(gate));
    const executor = cluster.executor('orphan', 1, ['--orphan-grace', '1s']);
    const running = cluster.run(train('/m/orphan'), '--detach');
    await eventually('the script runs', () => pids(gate).length === 1);
    await running;
    await coordinator.kill();
    await eventually('the script is ended', () => !existsSync(`/proc/${pids(gate)[0]}`));
    expect(executor.errors).toContain('no coordinator for too long');
    coordinator = await cluster.coordinator();
    await eventually('another try runs', () => pids(gate).length === 2);
    writeFileSync(gate, '');
    const job = await eventually('the job ends', async () => {
      const { stdout } = await cluster.cli('jobs', 'ls', '--json');
      const newest = JSON.parse(stdout.split('\n')[0]!) as { state: string };
      return newest.state === 'SUCCEEDED' && newest;
    });
    expect(job.state).toBe('SUCCEEDED');
    await executor.kill('SIGTERM');
  });
});
