// The compiled coordinator as a process: how it knows that it is the program, and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DIST_ROOT, PRODUCT_ROOT } from '../shared/paths.js';

let root: string;
const processes: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mlsql-coordinator-'));
});
afterEach(() => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  /** The first line that it prints; undefined where it ends without one. */
  readonly said: Promise<string | undefined>;
  /** Exit code or signal. */
  readonly ended: Promise<number | string | null>;
}

function coordinator(main: string, ...flags: string[]): Started {
  const addresses = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const folders = ['--store', `file://${join(root, 'store')}`, '--state', join(root, 'state')];
  const child = spawn(process.execPath, [main, ...addresses, ...folders, '--insecure', ...flags], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MLSQL_'))),
  });
  processes.push(child);
  const lines = createInterface({ input: child.stdout! });
  return {
    child,
    said: new Promise((resolve) => lines.once('line', resolve).once('close', () => resolve(undefined))),
    ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal))),
  };
}

const MAIN = join(DIST_ROOT, 'coordinator/main.js');

it('runs in a folder whose name a URL would read otherwise', async () => {
  const product = join(root, 'a #b?c%20d');
  mkdirSync(product);
  for (const part of ['dist', 'proto', 'package.json'])
    cpSync(join(PRODUCT_ROOT, part), join(product, part), { recursive: true });
  for (const part of ['node_modules', 'python']) symlinkSync(join(PRODUCT_ROOT, part), join(product, part));
  const { said } = coordinator(join(product, 'dist/coordinator/main.js'));
  expect(JSON.parse((await said)!)).toMatchObject({ ready: true });
});

it('runs through a link', async () => {
  symlinkSync(MAIN, join(root, 'coordinator.js'));
  const { said } = coordinator(join(root, 'coordinator.js'));
  expect(JSON.parse((await said)!)).toMatchObject({ ready: true });
});

it.each(['SIGTERM', 'SIGINT'] as const)('ends in order at %s', async (signal) => {
  const { child, said, ended } = coordinator(MAIN);
  await said;
  child.kill(signal);
  expect(await ended).toBe(0);
});

it('ends with its parent where it was told to, and else not', async () => {
  const bound = coordinator(MAIN, '--exit-with-parent');
  await bound.said;
  bound.child.stdin!.end();
  expect(await bound.ended).toBe(0);
  rmSync(root, { recursive: true });
  const free = coordinator(MAIN);
  free.child.stdin!.end();
  expect(JSON.parse((await free.said)!)).toMatchObject({ ready: true });
  free.child.kill('SIGTERM');
  expect(await free.ended).toBe(0);
});

it('waits until nobody renews the claim of a coordinator that died elsewhere, and takes the store then', async () => {
  const first = coordinator(MAIN);
  await first.said;
  first.child.kill('SIGKILL');
  await first.ended;
  // Nobody here can tell whether a process of another machine, or of another container, still lives.
  const file = join(root, 'store/__mlsql__/coordinator.json');
  const claim = JSON.parse(readFileSync(file, 'utf8'));
  const holder = `00000000${claim.holder.slice(8)}`;
  writeFileSync(file, JSON.stringify({ ...claim, holder, leaseMs: 1000 }));
  const second = coordinator(MAIN);
  expect(JSON.parse((await second.said)!)).toMatchObject({ ready: true });
});
