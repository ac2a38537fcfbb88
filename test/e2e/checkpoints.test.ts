// What a script keeps in checkpointPath survives its executor: the next attempt goes on from there, wherever it runs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
beforeAll(async () => {
  cluster = await ProcessCluster.make({ MLSQL_LEASE_MS: '3000', MLSQL_HEARTBEAT_MS: '300' });
  await cluster.coordinator();
});
afterAll(() => cluster.stop());

/**
 * Counts epochs from where its checkpoint stands, a whole set each, until the gate is there. Says where it began. A SIGTERM
 * makes it note that in one last set.
 */
const counting = (gate: string): string => `
import json, os, signal, sys, time, mlsql
gate = ${JSON.stringify(gate)}
folder = mlsql.internal_system_param["checkpointPath"]

def keep(state):
    os.makedirs(os.path.join(folder, "deep"), exist_ok=True)
    for name in ("state.json", "deep/copy.json"):
        path = os.path.join(folder, name)
        with open(path + ".tmp", "w") as file:
            json.dump(state, file)
        os.replace(path + ".tmp", path)

state = {"epoch": 0, "told": False}
if os.path.exists(os.path.join(folder, "state.json")):
    state = json.load(open(os.path.join(folder, "state.json")))
    assert state == json.load(open(os.path.join(folder, "deep/copy.json")))
began = dict(state)
print("began at %d" % began["epoch"], flush=True)

def told(*_):
    state["told"] = True
    state["epoch"] += 1000
    keep(state)
    sys.exit(1)

signal.signal(signal.SIGTERM, told)
if state["epoch"] == 0:
    state["epoch"] = 7
    keep(state)
    open(gate + ".up", "w").close()
while not os.path.exists(gate):
    time.sleep(0.02)
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
json.dump(began, open(os.path.join(p, "began.json"), "w"))
`;

const train = (path: string): string =>
  `select 1 as label as data; train data as PythonAlg.\`${path}\` where pythonScriptPath="./train.py" and keepVersion="true";`;

const setOf = (path: string): string =>
  join(cluster.store, `${path}/_model_0/_staging/checkpoint/0/set.json`);
const began = (path: string): unknown =>
  JSON.parse(readFileSync(join(cluster.store, `${path}/_model_0/model/0/began.json`), 'utf8'));

it('goes on elsewhere from the last set, when the executor is killed', async () => {
  const gate = join(cluster.root, 'gate-1');
  cluster.file('train.py', counting(gate));
  const dying = cluster.executor('dying');
  const running = cluster.run(train('/m/killed'));
  await eventually('a set lies in the store', () => existsSync(setOf('m/killed')));
  await dying.kill();
  writeFileSync(gate, '');
  const staying = cluster.executor('staying');
  const result = await running;
  expect(result.error, result.stderr).toBeUndefined();
  expect(result.rows).toMatchObject([{ status: 'success', attempts: 2, executor: 'staying' }]);
  expect(began('m/killed')).toEqual({ epoch: 7, told: false });
  expect(existsSync(join(cluster.store, 'm/killed/_model_0/_staging'))).toBe(false);
  await staying.kill('SIGTERM');
});

it('is told of a drain, and its last set is waited for', async () => {
  const gate = join(cluster.root, 'gate-2');
  cluster.file('train.py', counting(gate));
  const leaving = cluster.executor('leaving', 1, ['--drain-timeout', '200ms']);
  const running = cluster.run(train('/m/drained'));
  await eventually('the script runs', () => existsSync(`${gate}.up`));
  leaving.child.kill('SIGTERM');
  expect(await leaving.ended).toBe(0);
  writeFileSync(gate, '');
  const staying = cluster.executor('staying');
  const result = await running;
  expect(result.error, result.stderr).toBeUndefined();
  expect(result.rows).toMatchObject([{ status: 'success', attempts: 2, executor: 'staying' }]);
  expect(began('m/drained')).toEqual({ epoch: 1007, told: true });
  await staying.kill('SIGTERM');
});

/** Replaces its state every 20 ms until the gate is there. */
const restless = (gate: string): string => `
import json, os, time, mlsql
folder = mlsql.internal_system_param["checkpointPath"]
path = os.path.join(folder, "state.json")
state = {"epoch": 0}
if os.path.exists(path):
    with open(path) as file:
        state = json.load(file)
began = dict(state)
print("goes on from epoch %d" % began["epoch"], flush=True)
while not os.path.exists(${JSON.stringify(gate)}):
    state["epoch"] += 1
    with open(path + ".tmp", "w") as file:
        json.dump(state, file)
    os.replace(path + ".tmp", path)
    time.sleep(0.02)
model = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(model)
with open(os.path.join(model, "began.json"), "w") as file:
    json.dump(began, file)
`;

it('goes on from a recent set where the script never lets the folder rest', async () => {
  const gate = join(cluster.root, 'gate-3');
  cluster.file('train.py', restless(gate));
  const dying = cluster.executor('dying-3');
  const running = cluster.run(train('/m/restless'));
  await eventually('a set lies in the store', () => existsSync(setOf('m/restless')));
  await dying.kill();
  writeFileSync(gate, '');
  const staying = cluster.executor('staying-3');
  const result = await running;
  expect(result.error, result.stderr).toBeUndefined();
  expect(result.rows).toMatchObject([{ status: 'success', attempts: 2, executor: 'staying-3' }]);
  expect((began('/m/restless') as { epoch: number }).epoch).toBeGreaterThan(50);
  await staying.kill('SIGTERM');
});
