// SQL functions with a real coordinator's streams and real Python workers.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pack, unpack } from 'msgpackr';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FunctionReply__Output as FunctionReply } from '../../shared/rpc/gen/mlsql/v1/FunctionReply.js';
import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { FunctionUpdate__Output as FunctionUpdate } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import { startTestCluster, type TestCluster, TOKEN } from '../testing/test-executor.js';
import { storeFile } from '../testing/tiny-coordinator.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.executor('one', { slots: 2 });
  await cluster.coordinator.until(() => cluster.coordinator.callStreams > 0);
});
afterAll(async () => {
  await cluster.close();
});

const BATCH_SCRIPT = `
import mlsql, os, python_fun, sys, time
def predict(X, model_path):
    first = X[0][0]
    if first == -1: os._exit(7)
    if first == -2: raise ValueError("no such row")
    if first == -3:
        while os.path.exists(model_path + "/../hang"): time.sleep(0.01)
    if first == -4: return [[os.getpid()] for row in X]
    return X.sum(axis=1)
print("script has run")
python_fun.udf_batch(predict)
`;

async function prepare(id: string, script: string, overrides: FunctionSpec = {}): Promise<FunctionUpdate> {
  const { coordinator, store } = cluster;
  const before = coordinator.functionUpdates.length;
  coordinator.prepare(id, {
    name: id,
    project: [await storeFile(store, 'predict.py', script)],
    script: 'predict.py',
    model: [await storeFile(store, 'model.txt', 'the model')],
    systemParam: {},
    ...overrides,
  });
  const mine = (): FunctionUpdate | undefined =>
    coordinator.functionUpdates.slice(before).find((update) => update.functionId === id);
  await coordinator.until(() => mine() !== undefined);
  return mine()!;
}

function batchOf(rows: readonly (readonly number[])[]): Buffer {
  const dim = rows[0]!.length;
  return pack({
    n: rows.length,
    kind: 'dense',
    dim,
    values: Buffer.from(new Float64Array(rows.flat()).buffer),
  });
}

function valuesOf(reply: FunctionReply): number[] {
  expect(reply.error).toBeNull();
  const { values } = unpack(reply.batch) as { values: Buffer };
  return [...new Float64Array(new Uint8Array(values).buffer)];
}

const call = (id: string, rows: readonly (readonly number[])[]): Promise<FunctionReply> =>
  cluster.coordinator.call(id, batchOf(rows)).reply;
const pidOf = async (id: string): Promise<number> => valuesOf(await call(id, [[-4, 0]]))[0]!;

test('a function is made ready once and answers batches', async () => {
  expect(await prepare('sum', BATCH_SCRIPT)).toMatchObject({ state: 'ready', kind: 'batch', failure: null });
  expect(await prepare('sum', BATCH_SCRIPT)).toMatchObject({ state: 'ready', kind: 'batch' });
  expect(
    valuesOf(
      await call('sum', [
        [1, 2],
        [3, 4],
      ]),
    ),
  ).toEqual([3, 7]);
  const many = await Promise.all(Array.from({ length: 50 }, (_, i) => call('sum', [[i, 1]])));
  expect(many.map(valuesOf)).toEqual(Array.from({ length: 50 }, (_, i) => [i + 1]));
});

test('the per-row contract sees the model’s folder', async () => {
  const script = `
import python_fun, pickle, os
from pyspark.ml.linalg import VectorUDT, Vectors
def predict(index, items):
    values = [pickle.loads(item) for item in items]
    model = values[1][0]
    assert open(os.path.join(model, "model.txt")).read() == "the model"
    return [VectorUDT().serialize(Vectors.dense([sum(VectorUDT().deserialize(values[0]).toArray())]))]
python_fun.udf(predict)
`;
  const update = await prepare('per-row', script);
  expect(update.failure?.message).toBeUndefined();
  expect(update.kind).toBe('row');
  expect(
    valuesOf(
      await call('per-row', [
        [1, 2],
        [3, 4],
      ]),
    ),
  ).toEqual([3, 7]);
});

test('what the function raises comes back with its row and arguments, and others are answered', async () => {
  await prepare('sum', BATCH_SCRIPT);
  const [bad, good] = await Promise.all([call('sum', [[-2, 0]]), call('sum', [[1, 1]])]);
  expect(bad.error).toMatchObject({
    code: 'MLSQL_FUNCTION_ROW',
    message: expect.stringContaining('no such row'),
    traceback: expect.stringMatching(/predict\.py[\s\S]*ValueError: no such row/),
    retryable: false,
  });
  expect(valuesOf(good)).toEqual([2]);
});

test('a worker that dies is replaced; the call it died of is tried once more, the others are answered', async () => {
  await prepare('sum', BATCH_SCRIPT);
  const replies = await Promise.all([
    call('sum', [[-1, 0]]),
    ...Array.from({ length: 6 }, (_, i) => call('sum', [[i, i]])),
  ]);
  expect(replies[0]!.error).toMatchObject({
    code: 'MLSQL_FUNCTION_WORKER',
    message: expect.stringMatching(/exit code 7[\s\S]*script has run/),
    retryable: true,
  });
  expect(replies.slice(1).map(valuesOf)).toEqual([0, 2, 4, 6, 8, 10].map((value) => [value]));
});

test('a worker killed from outside costs nobody an answer', async () => {
  await prepare('sum', BATCH_SCRIPT);
  process.kill(await pidOf('sum'), 'SIGKILL');
  const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => call('sum', [[i, 0]])));
  expect(replies.map(valuesOf)).toEqual(Array.from({ length: 20 }, (_, i) => [i]));
});

test('calls run in as many workers as there are slots, started as they pile up', async () => {
  await prepare('slow', BATCH_SCRIPT);
  const [session] = readdirSync(join(cluster.workDir, 'functions'));
  const folders = readdirSync(join(cluster.workDir, 'functions', session!)).filter(
    (name) => name !== 'owner',
  );
  const hangs = folders.map((folder) => join(cluster.workDir, 'functions', session!, folder, 'hang'));
  for (const hang of hangs) writeFileSync(hang, '');
  const hanging = [call('slow', [[-3, 0]])];
  // The second worker starts while the first hangs, and answers what would otherwise wait behind it.
  hanging.push(call('slow', [[1, 1]]), call('slow', [[2, 2]]));
  expect(valuesOf(await hanging[2]!)).toEqual([4]);
  for (const hang of hangs) rmSync(hang, { force: true });
  expect((await Promise.all(hanging)).map((reply) => valuesOf(reply)[0])).toEqual([-3, 2, 4]);
});

test('a predict script that fails is told with its traceback, and may be mended', async () => {
  expect(await prepare('broken', 'raise KeyError("weights")')).toMatchObject({
    state: 'failed',
    failure: {
      code: 'MLSQL_FUNCTION_SCRIPT',
      message: expect.stringMatching(/predict\.py.*broken.*KeyError.*weights/),
      traceback: expect.stringMatching(/predict\.py[\s\S]*KeyError/),
      blame: 'user',
    },
  });
  expect(await prepare('silent', 'print("no udf here")')).toMatchObject({
    state: 'failed',
    failure: { code: 'MLSQL_FUNCTION_SCRIPT' },
  });
  expect(await prepare('leaves', 'import os; print("bye", flush=True); os._exit(5)')).toMatchObject({
    state: 'failed',
    failure: { code: 'MLSQL_FUNCTION_SCRIPT', message: expect.stringMatching(/exit code 5[\s\S]*bye/) },
  });
  expect(await prepare('nopython', BATCH_SCRIPT, { pythonPath: '/no/python' })).toMatchObject({
    state: 'failed',
    failure: {
      code: 'MLSQL_TASK_INTERPRETER',
      message: expect.stringContaining('/no/python'),
      blame: 'user',
    },
  });
  expect(await prepare('broken', BATCH_SCRIPT)).toMatchObject({ state: 'ready' });
});

test('a call of a function that is not here may be tried elsewhere', async () => {
  expect((await call('nobody', [[1, 1]])).error).toMatchObject({
    code: 'MLSQL_FUNCTION_WORKER',
    retryable: true,
  });
});

test('a dropped function’s workers end and its files go', async () => {
  await prepare('gone', BATCH_SCRIPT);
  const pid = await pidOf('gone');
  const cwd = `/proc/${pid}/cwd`;
  expect(existsSync(cwd)).toBe(true);
  const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
  expect(environment).toContain('OMP_NUM_THREADS=1');
  expect(environment).not.toContain(TOKEN);
  cluster.coordinator.send({ dropFunction: { functionId: 'gone' } });
  await expect.poll(() => existsSync(cwd)).toBe(false);
  expect((await call('gone', [[1, 1]])).error).toMatchObject({ retryable: true });
});

test('a function that is dropped while its script starts is told as failed, and ends', async () => {
  const script = 'import os, time; open("starting", "w").write(str(os.getpid())); time.sleep(600)';
  const update = prepare('starting', script);
  const pidFile = (): string | undefined =>
    readdirSync(cluster.workDir, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('/starting'),
    );
  const readPid = (): string =>
    pidFile() === undefined ? '' : readFileSync(join(cluster.workDir, pidFile()!), 'utf8');
  await expect.poll(readPid, { timeout: 30_000 }).not.toBe('');
  const pid = readPid();
  cluster.coordinator.send({ dropFunction: { functionId: 'starting' } });
  expect(await update).toMatchObject({
    state: 'failed',
    failure: { message: expect.stringContaining('the function was dropped') },
  });
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  await expect.poll(pidFile).toBe(undefined);
});

test('functions survive an interruption of the streams', async () => {
  const { coordinator } = cluster;
  await prepare('sum', BATCH_SCRIPT);
  const pid = await pidOf('sum');
  const hellos = coordinator.hellos.length;
  const streams = coordinator.callStreams;
  coordinator.breakStream();
  await coordinator.until(() => coordinator.hellos.length > hellos && coordinator.callStreams > streams);
  expect(await prepare('sum', BATCH_SCRIPT)).toMatchObject({ state: 'ready', kind: 'batch' });
  expect(await pidOf('sum')).toBe(pid);
});
