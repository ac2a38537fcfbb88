// A coordinator that is killed while scripts run: it comes back with all it knew, and the same Python processes go on.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Process, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
let coordinator: Process;
beforeAll(async () => {
  cluster = await ProcessCluster.make();
  coordinator = await cluster.coordinator();
  cluster.executor('one', 2);
});
afterAll(() => cluster.stop());

/** Says its pid, counts lines until it is told to end, then saves a model. */
const waiting = (gate: string): string => `
import os, time, mlsql
n = mlsql.fit_param["n"]
open(${JSON.stringify(gate)} + ".pid" + n, "a").write(str(os.getpid()) + "\\n")
line = 0
while not os.path.exists(${JSON.stringify(gate)}):
    print("line %d" % line, flush=True)
    line += 1
    time.sleep(0.02)
print("lines %d" % line)
print("mlsql_validation_score:0." + n)
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/m", "w").write(n)
`;

const pids = (gate: string, group: number): string[] => {
  const file = `${gate}.pid${group}`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

describe('a coordinator that is killed', () => {
  it('goes on with the run, the job and the same processes, and no line of log is lost', async () => {
    const gate = join(cluster.root, 'gate-1');
    cluster.file('train.py', waiting(gate));
    const running = cluster.run(
      `set path="/models/restart";
select 1 as label, array(1.0, 2.0) as features as data;
save overwrite data as json.\`/kept/before\`;
train data as PythonAlg.\`\${path}\` where pythonScriptPath="./train.py" and keepVersion="true"
  and \`fitParam.1.n\`="1" and \`fitParam.2.n\`="2";
save append data as json.\`/kept/after\`;
load json.\`/kept/after\` as after;
select count(*) as n from after as result;`,
      '--run-id',
      'night',
    );
    await eventually('both scripts run', () => pids(gate, 1).length === 1 && pids(gate, 2).length === 1);
    await coordinator.kill();
    const before = await cluster.cli('jobs', 'ls', '--json');
    expect(before.code).toBe(3);
    coordinator = await cluster.coordinator();
    const jobs = await cluster.cli('jobs', 'ls', '--json');
    expect(jobs.code, jobs.stderr).toBe(0);
    const [job] = jobs.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { jobId: string; state: string });
    expect(job).toMatchObject({ state: 'RUNNING' });
    // Killed once more, now that its executors may be back or not.
    await coordinator.kill();
    coordinator = await cluster.coordinator();
    writeFileSync(gate, '');
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.code).toBe(0);
    expect(result.rows).toEqual([{ n: 1 }]);
    expect([...pids(gate, 1), ...pids(gate, 2)]).toHaveLength(2);
    const statements = result.events.filter((event) => event.event === 'statement');
    expect(statements.map(({ index, state }) => `${index} ${state}`)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].flatMap((index) => [`${index} running`, `${index} done`]),
    );
    for (const group of [1, 2]) {
      const lines = result.events
        .filter((event) => event.event === 'log' && event.algIndex === group)
        .map((event) => event.line as string);
      const last = lines.findIndex((line) => line.startsWith('lines '));
      expect(lines.slice(0, last)).toEqual(
        Array.from({ length: Number(lines[last]!.slice(6)) }, (_, n) => `line ${n}`),
      );
    }
    const replay = await cluster.cli('runs', 'attach', 'night', '--json');
    expect(replay.stdout).toContain('"n":1');
  });

  it('knows runs, jobs and functions that ended before', async () => {
    await coordinator.kill();
    coordinator = await cluster.coordinator();
    const runs = await cluster.cli('runs', 'ls', '--json');
    expect(runs.stdout).toContain('"night"');
    const models = await cluster.cli('models', 'ls', '/models/restart', '--json');
    expect(models.stdout).toContain('"version":0');
  });
});

describe('a state that is lost', () => {
  it('is made again from what the store tells: models stay, and trains that never ended end', async () => {
    const gate = join(cluster.root, 'gate-2');
    cluster.file('train.py', waiting(gate));
    const left = cluster.run(
      'select 1 as label as data; train data as PythonAlg.`/models/restart` where pythonScriptPath="./train.py" and keepVersion="true" and `fitParam.0.n`="7";',
    );
    await eventually('the script runs', () => pids(gate, 7).length === 1);
    await coordinator.kill();
    const check = await cluster.cli('state', 'check', '--state', join(cluster.root, 'state'));
    expect(check.stdout).toMatch(/2 jobs \(1 not ended, 1 attempts\), 2 runs \(1 not ended\), 1 executors/);
    renameSync(join(cluster.root, 'state'), join(cluster.root, 'lost'));
    const refused = cluster.launch('coordinator');
    expect(await refused.process.ended).toBe(1);
    expect(refused.process.errors).toContain('belongs to another state');
    coordinator = await cluster.coordinator({ flags: ['--take-over'] });
    const result = await left;
    expect(result.code).not.toBe(0);
    expect(result.stderr + result.stdout).toContain('MLSQL_RUN_UNKNOWN');
    const versions = await eventually('the version that was claimed ends', async () => {
      const { stdout } = await cluster.cli('models', 'ls', '/models/restart', '--json');
      const found = stdout.trim().split('\n');
      return found.length === 2 && found;
    });
    expect(versions[0]).toContain('cancelled');
    // The executor belongs to the cluster that is lost; its script ends by itself.
    writeFileSync(gate, '');
    const pid = Number(pids(gate, 7)[0]);
    await eventually('the script ends', () => !existsSync(`/proc/${pid}`));
  });
});
