// Real processes: small programs of this test in place of coordinator and executor.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Child, startChild } from './child.js';

let folder: string;
const started: Child[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlsql-child-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => child.stop(100)));
  rmSync(folder, { recursive: true, force: true });
});

function start(program: string): Child {
  const main = join(folder, 'main.cjs');
  writeFileSync(main, program);
  const child = startChild({ name: 'coordinator', main, args: ['--x'], logFile: join(folder, 'child.log') });
  started.push(child);
  return child;
}

const READY = `console.log('a line before'); console.log(JSON.stringify({ ready: true, args: process.argv.slice(2) }));`;

it('is ready when it says so, and its stderr is its log', async () => {
  const child = start(
    `console.error('logged'); ${READY} process.stdin.on('end', () => process.exit(0)).resume();`,
  );
  expect(await child.ready).toEqual({ ready: true, args: ['--x'] });
  expect(readFileSync(join(folder, 'child.log'), 'utf8')).toBe('logged\n');
});

it('is asked to end in order first: its input stays open meanwhile', async () => {
  const child = start(`
    process.on('SIGTERM', () => setTimeout(() => process.exit(5), 300));
    ${READY} process.stdin.on('end', () => process.exit(7)).resume();`);
  await child.ready;
  await child.stop(60_000);
  expect(await child.exited).toBe('exit code 5');
});

it('sees its input end where it takes longer than its grace', async () => {
  const child = start(
    `process.on('SIGTERM', () => {}); ${READY} process.stdin.on('end', () => process.exit(7)).resume();`,
  );
  await child.ready;
  await child.stop(50);
  expect(await child.exited).toBe('exit code 7');
});

it('is made to end where it does not', async () => {
  const child = start(`process.on('SIGTERM', () => {}); ${READY} setInterval(() => {}, 1000);`);
  await child.ready;
  await child.stop(50);
  expect(await child.exited).toBe('signal SIGKILL');
});

it('fails with the code and the hint that it printed', async () => {
  const child = start(`
    console.error('{"level":50,"msg":"noise"}');
    console.error('MLSQL_CLUSTER_WORK_DIR: /tmp/x belongs to someone else');
    console.error('  name another folder');
    process.exitCode = 1;`);
  await expect(child.ready).rejects.toMatchObject({
    code: 'MLSQL_CLUSTER_WORK_DIR',
    message: '/tmp/x belongs to someone else',
    details: { hint: 'name another folder' },
  });
});

it('fails with the end of its log where it says nothing of its own', async () => {
  writeFileSync(join(folder, 'child.log'), 'MLSQL_CLUSTER_STATE: from an earlier start\n');
  const child = start(`throw new Error('a defect')`);
  await expect(child.ready).rejects.toMatchObject({
    code: 'MLSQL_CLUSTER_SETUP',
    message: 'coordinator ended at its start (exit code 1)',
    details: { traceback: expect.stringContaining('a defect') },
  });
});

it('fails where the program cannot be started', async () => {
  const child = startChild({
    name: 'executor-1',
    main: join(folder, 'none.js'),
    args: [],
    logFile: join(folder, 'child.log'),
  });
  await expect(child.ready).rejects.toMatchObject({ message: 'executor-1 ended at its start (exit code 1)' });
});
