// The executor as a process of its own: signals, the parent's pipe, exit codes, and what a killed one leaves behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DIST_ROOT } from '../shared/paths.js';
import { isRunning } from './tasks/process-ref.js';
import { startTestCluster, type TestCluster, TOKEN } from './testing/test-executor.js';
import type { AttemptRecord } from './testing/tiny-coordinator.js';

let cluster: TestCluster;
let processes: ChildProcess[];
beforeEach(async () => {
  cluster = await startTestCluster();
  processes = [];
});
afterEach(async () => {
  for (const child of processes) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.stdin!.end();
    await once(child, 'exit');
  }
  await cluster.close();
});

function start(...flags: string[]): ChildProcess {
  const child = spawn(
    process.execPath,
    [join(DIST_ROOT, 'executor/main.js'), '--exit-with-parent', ...flags],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH,
        MLSQL_TOKEN: TOKEN,
        MLSQL_WORK_DIR: cluster.workDir,
        MLSQL_LOG_LEVEL: 'silent',
      },
    },
  );
  processes.push(child);
  return child;
}

async function startConnected(...flags: string[]): Promise<ChildProcess> {
  const before = cluster.coordinator.hellos.length;
  const beats = cluster.coordinator.heartbeats.length;
  const child = start('--coordinator', cluster.address, ...flags);
  await cluster.coordinator.until(() => cluster.coordinator.hellos.length > before);
  // It beats when it has taken the welcome in.
  await cluster.coordinator.until(() => cluster.coordinator.heartbeats.length > beats);
  return child;
}

/** Assigns a script that runs until it is ended, and waits until it does. @returns its pid */
async function runForever(job: string): Promise<{ record: AttemptRecord; pid: number }> {
  const script = 'import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)';
  const record = cluster.coordinator.assign(job, await cluster.task(script, { graceMs: 100 }));
  await cluster.coordinator.until(() => record.lines.size === 1);
  return { record, pid: Number(record.lines.get(1)) };
}

const alive = (pid: number): boolean => isRunning({ pid, startTicks: 0 });

test('SIGTERM lets an idle executor leave, its folders gone', async () => {
  const child = await startConnected();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(cluster.coordinator.drainings).toEqual(['SIGTERM was received']);
  expect(readdirSync(join(cluster.workDir, 'attempts'))).toEqual([]);
});

test('the first signal waits for the work, the second ends it', async () => {
  const child = await startConnected();
  const { pid } = await runForever('job-1');
  child.kill('SIGTERM');
  await cluster.coordinator.until(() => cluster.coordinator.drainings.length === 1);
  expect(alive(pid)).toBe(true);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expect.poll(() => alive(pid)).toBe(false);
});

test('the ready file is there while work can come, not before and not once a signal drains the executor', async () => {
  const readyFile = join(cluster.workDir, 'ready');
  mkdirSync(cluster.workDir, { mode: 0o700, recursive: true });
  writeFileSync(readyFile, 'left by one that was killed');
  const child = start('--coordinator', 'localhost:1', '--ready-file', readyFile);
  await expect.poll(() => existsSync(readyFile), { timeout: 30_000 }).toBe(false);
  child.kill('SIGKILL');

  const connected = await startConnected('--ready-file', readyFile);
  expect(existsSync(readyFile)).toBe(true);
  await runForever('job-1');
  connected.kill('SIGTERM');
  await expect.poll(() => existsSync(readyFile), { timeout: 30_000 }).toBe(false);
  expect(connected.exitCode).toBe(null);
  connected.kill('SIGTERM');
  await once(connected, 'exit');
});

test('with --exit-with-parent the end of standard input ends the executor and its scripts', async () => {
  const child = await startConnected();
  const { pid } = await runForever('job-1');
  child.stdin!.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expect.poll(() => alive(pid)).toBe(false);
});

test('a script outlives an executor that is killed; the next executor ends it and clears up', async () => {
  const first = await startConnected('--name', 'first');
  const { pid } = await runForever('job-1');
  first.kill('SIGKILL');
  await once(first, 'exit');
  expect(alive(pid)).toBe(true);
  const second = await startConnected('--name', 'second');
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
  await expect.poll(() => readdirSync(join(cluster.workDir, 'attempts')).length).toBe(1);
  second.kill('SIGTERM');
  await once(second, 'exit');
});

test('wrong usage exits 2, a refusal 1, both with their codes', async () => {
  await cluster.store.put('wrong-token', Buffer.from('not the token'));
  const usage = start('--slots', 'many', '--coordinator', cluster.address);
  const text = (child: ChildProcess): Promise<string> =>
    (async () => {
      let all = '';
      for await (const chunk of child.stderr!) all += chunk;
      return all;
    })();
  const [said, [code]] = await Promise.all([text(usage), once(usage, 'exit')]);
  expect([said.split(':')[0], code]).toEqual(['MLSQL_USAGE_INVALID', 2]);

  const refused = start(
    '--coordinator',
    cluster.address,
    '--token-file',
    join(cluster.store.url.slice('file://'.length), 'wrong-token'),
  );
  const [why, [status]] = await Promise.all([text(refused), once(refused, 'exit')]);
  expect([why.split(':')[0], status]).toEqual(['MLSQL_CLUSTER_UNAUTHENTICATED', 1]);
});

test('the token is nowhere that a script could read it', async () => {
  await startConnected();
  const { pid } = await runForever('job-1');
  const shim = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')[1];
  const launcher = (await readFile(`/proc/${shim}/stat`, 'utf8')).split(') ')[1]!.split(' ')[1];
  for (const process of [pid, shim, launcher]) {
    expect(await readFile(`/proc/${process}/environ`, 'latin1')).not.toContain(TOKEN);
  }
});
