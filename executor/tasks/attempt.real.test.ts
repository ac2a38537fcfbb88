// One attempt's life with a real coordinator's streams, a real store and the real Python runtime.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AttemptUpdate__Output as AttemptUpdate } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import { fileText, startTestCluster, type TestCluster, TOKEN } from '../testing/test-executor.js';
import { storeFile } from '../testing/tiny-coordinator.js';
import { isRunning } from './process-ref.js';

let cluster: TestCluster;
let jobs = 0;
beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.executor('one', {
    env: { AWS_SECRET_ACCESS_KEY: 'key-of-the-store', MLSQL_LOG_LEVEL: 'silent' },
  });
});
afterAll(async () => {
  await cluster.close();
});

test('a script trains: phases, score, metrics, model and log', async () => {
  const { coordinator, store } = cluster;
  const record = coordinator.assign(
    'job-success',
    await cluster.task(
      `
import mlsql, os
print("hello")
print("mlsql_progress:0.5")
print("mlsql_metric:loss=0.25")
print("mlsql_validation_score:0.5")
print("mlsql_validation_score:-1e-2")
data = mlsql.internal_system_param["tempDataLocalPath"]
lines = [l for n in sorted(os.listdir(data)) for l in open(os.path.join(data, n))]
model = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(model + "/sub")
open(model + "/model.txt", "w").write(mlsql.fit_param["modelName"] + str(len(lines)))
open(model + "/sub/big.bin", "wb").write(b"x" * (3 << 20))
print(open(mlsql.internal_system_param["resource"]["dict"]).read(), end="")
`,
      {
        data: [
          await storeFile(store, 'part-0.json', '{"a":1}\n{"a":2}\n'),
          await storeFile(store, 'part-1.json', '{"a":3}\n'),
        ],
        resources: [
          { name: 'dict', folder: false, files: [await storeFile(store, 'words.txt', 'resource content')] },
        ],
        fitParam: { modelName: 'SVC' },
      },
    ),
  );
  const final = await coordinator.final(record);
  expect(final.failure).toBeNull();
  // Phases that pass quickly are left out; what is told is in order, and the end of the script always is.
  const order = ['syncing', 'starting', 'running', 'uploading', 'succeeded'];
  const told = record.updates.map((update) => order.indexOf(update.phase));
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.slice(-2)).toEqual([3, 4]);
  expect(final).toMatchObject({ score: -0.01, progress: 0.5, metrics: { loss: 0.25 } });
  expect(final.result!.files.map(({ path, size }) => [path, size])).toEqual([
    ['model.txt', 4],
    ['sub/big.bin', 3 << 20],
  ]);
  expect(final.result!.interpreter.version).toMatch(/^3\./);
  expect(await cluster.text('models/m/_staging/0/model/model.txt')).toBe('SVC3');
  const lines = [...record.lines.values()];
  expect(lines[0]).toBe('hello');
  expect(lines.at(-1)).toBe('resource content');
  expect(final.result!.logLines).toBe(lines.length);
  expect(await cluster.text('__mlsql__/logs/job-success/0-1.log')).toBe(`${lines.join('\n')}\n`);
});

test.each([
  ['raise ValueError("bad row")', 'exit', 'MLSQL_TASK_EXIT', /train\.py raised ValueError: bad row/, true],
  ['import sys; sys.exit(3)', 'exit', 'MLSQL_TASK_EXIT', /exit code 3/, true],
  ['def broken(:', 'exit', 'MLSQL_TASK_EXIT', /SyntaxError/, false],
  ['import no_such_module_anywhere', 'exit', 'MLSQL_TASK_EXIT', /ModuleNotFoundError/, false],
  ['import os, signal; os.kill(os.getpid(), signal.SIGSEGV)', 'signal', 'MLSQL_TASK_SIGNAL', /SIGSEGV/, true],
] as const)('%s fails with its cause', async (script, cause, code, message, retryable) => {
  const { coordinator } = cluster;
  const record = coordinator.assign(
    `job-${cause}-${jobs++}`,
    await cluster.task(`print("before")\n${script}`),
  );
  const final = await coordinator.final(record);
  expect(final).toMatchObject({
    phase: 'failed',
    failure: {
      cause,
      code,
      message: expect.stringMatching(message),
      retryable,
      blame: 'user',
      logLines: record.lines.size,
    },
  });
  if (cause === 'exit' && code === 'MLSQL_TASK_EXIT' && script.startsWith('raise')) {
    expect(final.failure!.traceback).toMatch(/Traceback[\s\S]*train\.py[\s\S]*ValueError: bad row/);
  }
  const id = final.id!;
  expect(await cluster.text(`__mlsql__/logs/${id.jobId}/0-1.log`)).toContain(
    [...record.lines.values()].at(-1),
  );
});

test.each([
  [
    { memoryBytes: 200 << 20 },
    'x = bytearray(600 << 20); x[::4096] = b"1" * len(x[::4096]); import time; time.sleep(60)',
    'memory',
    'MLSQL_TASK_MEMORY',
  ],
  [{ timeoutMs: 300 }, 'import time; time.sleep(60)', 'timeout', 'MLSQL_TASK_TIMEOUT'],
  [{ pythonPath: '/no/such/python' }, 'pass', 'environment', 'MLSQL_TASK_INTERPRETER'],
] as const)('%j ends the script', async (overrides, script, cause, code) => {
  const { coordinator } = cluster;
  const record = coordinator.assign(`job-limit-${jobs++}`, await cluster.task(script, overrides));
  expect(await coordinator.final(record)).toMatchObject({
    phase: 'failed',
    failure: { cause, code, blame: 'user' },
  });
});

test('a missing object fails the sync, on the cluster’s account', async () => {
  const { coordinator } = cluster;
  const missing = {
    path: 'part-0.json',
    key: 'not/there',
    size: 3,
    sha256: 'ab'.repeat(32),
    executable: false,
  };
  const record = coordinator.assign(`job-${jobs++}`, await cluster.task('pass', { data: [missing] }));
  expect(await coordinator.final(record)).toMatchObject({
    phase: 'failed',
    failure: {
      cause: 'sync',
      code: 'MLSQL_TASK_SYNC',
      message: expect.stringContaining('not/there'),
      retryable: false,
      blame: 'platform',
    },
  });
});

test('a script that saves nothing succeeds with a warning', async () => {
  const { coordinator } = cluster;
  const record = coordinator.assign(
    `job-${jobs++}`,
    await cluster.task('print("mlsql_validation_score:nan")'),
  );
  const final = await coordinator.final(record);
  expect(final.phase).toBe('succeeded');
  expect(final).not.toHaveProperty('_score');
  expect(final.warnings.map((warning) => warning.code).sort()).toEqual([
    'MLSQL_TRAIN_NO_MODEL',
    'MLSQL_TRAIN_NO_SCORE',
  ]);
});

test('a model with a link out of its folder is refused by name', async () => {
  const script =
    'import mlsql, os\nm = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(m)\nos.symlink("/etc/passwd", m + "/leak")';
  const record = cluster.coordinator.assign(`job-${jobs++}`, await cluster.task(script));
  expect(await cluster.coordinator.final(record)).toMatchObject({
    failure: {
      cause: 'upload',
      code: 'MLSQL_STORE_PATH_INVALID',
      message: expect.stringMatching(/"leak".*\/etc\/passwd/),
      blame: 'user',
    },
  });
});

test('a cancel ends the whole tree, also what ignores SIGTERM and what left the session', async () => {
  const { coordinator, root } = cluster;
  const pids = join(root, 'pids');
  const script = `
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"], start_new_session=True)
open(${JSON.stringify(pids)} + ".new", "w").write(f"{os.getpid()} {child.pid}")
os.rename(${JSON.stringify(pids)} + ".new", ${JSON.stringify(pids)})
print("up")
time.sleep(600)
`;
  const job = `job-${jobs++}`;
  const record = coordinator.assign(job, await cluster.task(script, { graceMs: 200 }));
  await coordinator.until(() => [...record.lines.values()].includes('up'));
  coordinator.cancel(job, 'enough');
  expect(await coordinator.final(record)).toMatchObject({
    phase: 'cancelled',
    failure: { cause: 'cancelled', code: 'MLSQL_TRAIN_CANCELLED', message: 'enough', retryable: false },
  });
  const alive = (await fileText(pids))
    .split(' ')
    .filter((pid) => isRunning({ pid: Number(pid), startTicks: 0 }));
  expect(alive).toEqual([]);
});

test('a cancel during the sync and right after the assignment ends the attempt', async () => {
  const { coordinator } = cluster;
  const job = `job-${jobs++}`;
  const record = coordinator.assign(job, await cluster.task('import time; time.sleep(600)'));
  coordinator.cancel(job, 'changed my mind');
  expect(await coordinator.final(record)).toMatchObject({
    phase: 'cancelled',
    failure: { message: 'changed my mind' },
  });
});

test('twenty groups on one data set fetch it once, and none sees what another does to its copy', async () => {
  const { coordinator, store } = cluster;
  const data = await storeFile(store, 'part-0.json', `${'{"a":1}\n'.repeat(50_000)}`);
  const words = await storeFile(store, 'words.txt', 'pristine');
  const script = `
import mlsql, os
path = mlsql.internal_system_param["tempDataLocalPath"] + "/part-0.json"
text = open(path).read()
assert text == '{"a":1}\\n' * 50000, "somebody was here"
words = mlsql.internal_system_param["resource"]["words"]
assert open(words).read() == "pristine", "somebody was here"
open(path, "r+").write("XXXX")
open(words, "w").write("spoilt")
`;
  const job = `job-${jobs++}`;
  const task = await cluster.task(script, {
    data: [data],
    resources: [{ name: 'words', folder: false, files: [words] }],
  });
  const finals: AttemptUpdate[] = [];
  for (let round = 0; round < 5; round++) {
    const records = [0, 1, 2, 3].map((slot) => {
      const algIndex = round * 4 + slot;
      return coordinator.assign(
        job,
        { ...task, stagingPrefix: `models/many/_staging/${algIndex}-1` },
        1,
        algIndex,
      );
    });
    for (const record of records) finals.push(await coordinator.final(record));
  }
  expect(finals.map((final) => final.failure?.message)).toEqual(Array(20).fill(undefined));
  const size = 400_000 + 'pristine'.length + Buffer.byteLength(script);
  expect(finals.reduce((sum, final) => sum + final.bytesSynced, 0)).toBe(size);

  // The next train on the same data, on this executor as on another one of the machine, fetches nothing at all.
  const again = coordinator.assign(`job-${jobs++}`, task);
  expect((await coordinator.final(again)).bytesSynced).toBe(0);
  expect(await cluster.text(data.key!)).toMatch(/^\{"a":1\}/);
});

test('streamed data arrives whole, from the start for each reader, and nothing of it stays on disk', async () => {
  const { coordinator, store } = cluster;
  const row = `{"text":"${'x'.repeat(1000)}"}`;
  const data = [
    await storeFile(store, 'part-0.json', Array(5000).fill(row).join('\n')),
    await storeFile(store, 'part-1.json', `${row}\n${row}\n`),
  ];
  const script = `
import mlsql, os
for round in range(2):
    rd = mlsql.read_data()
    print("rows", sum(len(items) for items in rd(max_records=64)))
print("local", os.path.exists(mlsql.internal_system_param["tempDataLocalPath"]))
`;
  const record = coordinator.assign(`job-${jobs++}`, await cluster.task(script, { data, dataLocal: false }));
  const final = await coordinator.final(record);
  expect(final.failure?.message).toBeUndefined();
  expect([...record.lines.values()]).toEqual(['rows 5002', 'rows 5002', 'local False']);
});

test('data that cannot be streamed to its end fails the attempt: a part is never taken for the whole', async () => {
  const { coordinator, store } = cluster;
  const good = await storeFile(store, 'part-0.json', '{"a":1}\n');
  const lost = { ...(await storeFile(store, 'part-1.json', '{"a":2}\n')), key: 'not/there' };
  const script =
    'import mlsql\nprint("rows", sum(len(items) for items in mlsql.read_data()(max_records=64)))';
  const record = coordinator.assign(
    `job-${jobs++}`,
    await cluster.task(script, { data: [good, lost], dataLocal: false }),
  );
  expect(await coordinator.final(record)).toMatchObject({
    phase: 'failed',
    failure: {
      cause: 'sync',
      code: 'MLSQL_TASK_SYNC',
      message: expect.stringContaining('not/there'),
      blame: 'platform',
    },
  });
  expect([...record.lines.values()].join()).not.toContain('rows');
});

test('a flood of output arrives in batches, a line without end is cut, wrong bytes are replaced', async () => {
  const { coordinator } = cluster;
  const script = `
import sys
for i in range(200000): print("line", i)
sys.stdout.flush()
sys.stdout.buffer.write(b"x" * (5 << 20) + b"\\n" + b"caf\\xe9\\n" + b"10%\\r50%\\r100%\\n")
`;
  const record = coordinator.assign(`job-${jobs++}`, await cluster.task(script));
  const final = await coordinator.final(record);
  await coordinator.until(() => record.lines.size === final.result!.logLines);
  expect(record.contradictions).toBe(0);
  expect(record.lines.get(1)).toBe('line 0');
  expect(record.lines.get(200_000)).toBe('line 199999');
  expect(record.lines.get(200_001)).toMatch(/^x{1000,} … \[\d+ bytes cut\]$/);
  expect([200_002, 200_003].map((seq) => record.lines.get(seq))).toEqual(['caf\ufffd', '100%']);
});

test('the script sees its own environment, and neither the token nor the store’s keys', async () => {
  const { coordinator } = cluster;
  const script = `
import os
for name in ["MLSQL_JOB_ID", "MLSQL_ALG_INDEX", "MLSQL_ATTEMPT", "OMP_NUM_THREADS", "MINE", "PYTHONUNBUFFERED", "CUDA_VISIBLE_DEVICES"]:
    print(name, os.environ.get(name))
print("leaks", [v for v in os.environ.values() if v in ("${TOKEN}", "key-of-the-store")])
print(os.getcwd() == os.path.realpath(os.path.dirname(__file__)), os.environ["TMPDIR"] != "/tmp")
`;
  const job = `job-${jobs++}`;
  const record = coordinator.assign(job, await cluster.task(script, { envs: { MINE: 'mine' }, cpus: 2 }));
  const final = await coordinator.final(record);
  await coordinator.until(() => record.lines.size === final.result!.logLines);
  expect([...record.lines.values()]).toEqual([
    `MLSQL_JOB_ID ${job}`,
    'MLSQL_ALG_INDEX 0',
    'MLSQL_ATTEMPT 1',
    'OMP_NUM_THREADS 2',
    'MINE mine',
    'PYTHONUNBUFFERED 1',
    'CUDA_VISIBLE_DEVICES ',
    'leaks []',
    'True True',
  ]);
});

test('an attempt’s folder is gone afterwards, unless it is to be kept', async () => {
  const { coordinator, workDir } = cluster;
  const script = 'import os; print(os.path.dirname(os.getcwd()))';
  const folders: string[] = [];
  for (const keepLocalDirectory of [false, true]) {
    const record = coordinator.assign(`job-${jobs++}`, await cluster.task(script, { keepLocalDirectory }));
    const final = await coordinator.final(record);
    await coordinator.until(() => record.lines.size === final.result!.logLines);
    folders.push(record.lines.get(1)!);
    if (keepLocalDirectory) expect(record.lines.get(2)).toContain(record.lines.get(1));
  }
  expect(folders[0]).toContain(workDir);
  await expect.poll(() => existsSync(folders[0]!)).toBe(false);
  expect(existsSync(`${folders[1]}/work/train.py`)).toBe(true);
});
