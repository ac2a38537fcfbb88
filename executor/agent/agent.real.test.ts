// The conversation with the coordinator: interruptions, epochs, drain, refusal.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import { startExecutor } from '../app.js';
import { executorConfig } from '../config.js';
import { startTestCluster, type TestCluster } from '../testing/test-executor.js';
import { storeFile } from '../testing/tiny-coordinator.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(async () => {
  await cluster.close();
});

/** A script that prints its first line, and goes on when the file `go` appears beside the store. */
function gated(root: string, before: string, after: string): string {
  return `
import os, time
${before}
while not os.path.exists(${JSON.stringify(join(root, 'go'))}): time.sleep(0.01)
${after}
`;
}

test('an executor says who it is and what its cache holds', async () => {
  const { coordinator, store } = cluster;
  const one = await cluster.executor('one', { slots: 3, env: { MLSQL_MEMORY: '2GiB' } });
  expect(coordinator.hellos[0]).toMatchObject({
    name: 'one',
    session: expect.stringMatching(/./),
    protocolMin: 1,
    slots: 3,
    memoryBytes: 2 * 1024 ** 3,
    pid: process.pid,
    pythonVersion: expect.stringMatching(/^3\.\d+\.\d+$/),
    cachedBlobs: [],
  });
  const data = await storeFile(store, 'part-0.json', '{"a":1}\n');
  await coordinator.final(coordinator.assign('job-1', await cluster.task('pass', { data: [data] })));
  await coordinator.until(() =>
    coordinator.heartbeats.some((beat) => beat.blobsAdded.includes(data.sha256!)),
  );
  expect(coordinator.heartbeats.at(-1)!.cacheBytes).toBeGreaterThan(8);

  one.drain('a test');
  await one.done;
  expect(coordinator.drainings).toEqual(['a test']);
  await cluster.executor('two');
  expect(coordinator.hellos.at(-1)!.cachedBlobs).toContain(data.sha256);
});

test('an interruption in the middle loses no line and no result', async () => {
  const { coordinator, root } = cluster;
  await cluster.executor('one');
  const script = gated(
    root,
    'for i in range(5000): print("before", i)',
    'for i in range(5000): print("after", i)',
  );
  coordinator.acknowledging = false;
  const record = coordinator.assign('job-1', await cluster.task(script));
  await coordinator.until(() => record.lines.has(5000));
  // What came so far is lost with the coordinator that had it.
  record.lines.clear();
  record.updates.length = 0;
  coordinator.breakStream();
  coordinator.acknowledging = true;
  coordinator.epoch = 2;
  await coordinator.until(() => coordinator.hellos.length === 2);
  expect(coordinator.hellos[1]!.session).toBe(coordinator.hellos[0]!.session);
  expect(coordinator.hellos[1]!.attempts).toMatchObject([
    { id: { jobId: 'job-1', epoch: 1 }, phase: 'running' },
  ]);
  writeFileSync(join(root, 'go'), '');
  const final = await coordinator.final(record);
  expect(final).toMatchObject({ phase: 'succeeded', id: { epoch: 1 }, result: { logLines: 10_000 } });
  expect(record.lines.size).toBe(10_000);
  expect([record.lines.get(1), record.lines.get(5001), record.lines.get(10_000)]).toEqual([
    'before 0',
    'after 0',
    'after 4999',
  ]);
  expect(record.contradictions).toBe(0);
});

test('a result that nobody took is held and handed over, its log first', async () => {
  const { coordinator } = cluster;
  await cluster.executor('one');
  coordinator.acknowledging = false;
  const record = coordinator.assign('job-1', await cluster.task('for i in range(100): print("line", i)'));
  await coordinator.final(record);
  record.lines.clear();
  record.updates.length = 0;
  coordinator.breakStream();
  await coordinator.until(() => coordinator.hellos.length === 2);
  // With its log not safe yet the attempt is not over: whoever follows the log shall have all of it by then.
  expect(coordinator.hellos[1]!.attempts).toMatchObject([{ phase: 'uploading', result: null }]);
  coordinator.acknowledging = true;
  await coordinator.final(record);
  expect(record.lines.size).toBe(100);

  coordinator.breakStream();
  await coordinator.until(() => coordinator.hellos.length === 3);
  const again = await coordinator.final(record);
  expect(again.phase).toBe('succeeded');
});

test('an attempt that counts no more is ended without a word', async () => {
  const { coordinator, root, workDir } = cluster;
  await cluster.executor('one');
  const record = coordinator.assign(
    'job-1',
    await cluster.task(gated(root, 'print("up", flush=True)', 'print("done")')),
  );
  await coordinator.until(() => record.lines.size === 1);
  record.updates.length = 0;
  coordinator.send({
    forget: { id: { jobId: 'job-1', algIndex: 0, attempt: 1, epoch: 1 }, reason: 'no longer yours' },
  });
  const [session] = readdirSync(join(workDir, 'attempts'));
  await expect.poll(() => readdirSync(join(workDir, 'attempts', session!))).toEqual(['owner']);
  expect(record.updates.filter((update) => update.failure !== null)).toEqual([]);
});

test('a coordinator of an earlier epoch is refused, and so are its assignments', async () => {
  const { coordinator } = cluster;
  coordinator.epoch = 5;
  await cluster.executor('one');
  coordinator.send({
    assign: { id: { jobId: 'job-old', algIndex: 0, attempt: 1, epoch: 4 }, task: await cluster.task('pass') },
  });
  await coordinator.final(coordinator.assign('job-new', await cluster.task('pass')));
  expect(coordinator.record('job-old').updates).toEqual([]);

  coordinator.epoch = 4;
  coordinator.breakStream();
  await coordinator.until(() => coordinator.hellos.length >= 3);
  coordinator.epoch = 6;
  await coordinator.until(() => coordinator.hellos.length >= 4);
  await coordinator.final(coordinator.assign('job-newest', await cluster.task('pass')));
});

test('a drained executor ends its work, takes nothing new and leaves', async () => {
  const { coordinator, root, workDir } = cluster;
  const one = await cluster.executor('one');
  const running = coordinator.assign(
    'job-1',
    await cluster.task(gated(root, 'print("up", flush=True)', 'print("done")')),
  );
  await coordinator.until(() => running.lines.size === 1);
  coordinator.send({ drain: { reason: 'the node goes down', deadlineMs: 0 } });
  await coordinator.until(() => coordinator.drainings.length === 1);
  const late = coordinator.assign('job-2', await cluster.task('pass'));
  expect(await coordinator.final(late)).toMatchObject({
    phase: 'failed',
    failure: {
      code: 'MLSQL_TASK_LOST',
      blame: 'platform',
      retryable: true,
      message: expect.stringContaining('the node goes down'),
    },
  });
  writeFileSync(join(root, 'go'), '');
  expect((await coordinator.final(running)).phase).toBe('succeeded');
  await one.done;
  expect(readdirSync(join(workDir, 'attempts'))).toEqual([]);
  expect(readdirSync(join(workDir, 'functions'))).toEqual([]);
});

test('a drain with a deadline ends what still runs then', async () => {
  const { coordinator, root } = cluster;
  const one = await cluster.executor('one');
  const record = coordinator.assign(
    'job-1',
    await cluster.task(gated(root, 'print("up", flush=True)', ''), { graceMs: 100 }),
  );
  await coordinator.until(() => record.lines.size === 1);
  coordinator.send({ drain: { reason: 'the node goes down', deadlineMs: 50 } });
  expect(await coordinator.final(record)).toMatchObject({
    failure: { code: 'MLSQL_TASK_LOST', blame: 'platform' },
  });
  await one.done;
});

test('a wrong token, and a work folder that is not one’s own, end the executor with their codes', async () => {
  const { address, root } = cluster;
  const env = { PATH: process.env.PATH, MLSQL_TOKEN: 'wrong', MLSQL_LOG_LEVEL: 'silent' };
  const executor = await startExecutor(
    executorConfig({ coordinator: address, workDir: join(root, 'work') }, env),
  );
  await expect(executor.done).rejects.toMatchObject({ code: 'MLSQL_CLUSTER_UNAUTHENTICATED' });
  writeFileSync(join(root, 'file'), '');
  const config = executorConfig({ coordinator: address, workDir: join(root, 'file') }, env);
  await expect(startExecutor(config)).rejects.toMatchObject({ code: 'MLSQL_CLUSTER_WORK_DIR' });
});

test('what a dead executor left is cleared up, what is kept for a look is not', async () => {
  const { coordinator, workDir } = cluster;
  const first = await cluster.executor('one');
  first.drain('made the folders');
  await first.done;
  const dead = PROCESS_IDENTITY.replace(/-\d+$/, '-1');
  for (const [parent, name] of [
    ['attempts', 'plain'],
    ['attempts', 'kept'],
    ['functions', '1'],
  ] as const) {
    const session = join(workDir, parent, 'deadbeef');
    mkdirSync(join(session, name, 'work'), { recursive: true });
    writeFileSync(join(session, 'owner'), dead);
    if (name === 'kept') writeFileSync(join(session, name, 'keep'), '');
  }
  await cluster.executor('two');
  const attempts = join(workDir, 'attempts/deadbeef');
  await expect.poll(() => readdirSync(attempts).sort()).toEqual(['kept', 'owner']);
  expect(existsSync(join(workDir, 'functions/deadbeef'))).toBe(false);
  expect(coordinator.hellos).toHaveLength(2);
});

test('a script that fills its disk quota is ended, and the executor works on', async () => {
  const { coordinator } = cluster;
  await cluster.executor('one', { env: { MLSQL_ATTEMPT_DISK_BYTES: '20MB' } });
  const script = `
import os, time
with open("filler", "wb") as file:
    for _ in range(50): file.write(os.urandom(1 << 20))
time.sleep(600)
`;
  const record = coordinator.assign('job-1', await cluster.task(script));
  expect(await coordinator.final(record)).toMatchObject({
    phase: 'failed',
    failure: {
      cause: 'disk',
      code: 'MLSQL_TASK_DISK',
      message: expect.stringMatching(/train\.py used .* of disk/),
      blame: 'user',
    },
  });
  expect((await coordinator.final(coordinator.assign('job-2', await cluster.task('pass')))).phase).toBe(
    'succeeded',
  );
});
