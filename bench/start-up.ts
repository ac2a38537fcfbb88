// `mlsql up` from process start to its ready line, beside a bare node process that prints a line.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cleanEnv, MLSQL } from '../test/support/embedded-cluster.js';
import { alternate, type Figure } from './report.js';

const ROUNDS = 7;

export async function startUp(): Promise<readonly Figure[]> {
  const root = mkdtempSync(join(tmpdir(), 'mlsql-bench-'));
  const env = cleanEnv({ MLSQL_WORK_DIR: join(root, 'work') });
  try {
    const { a, b } = await alternate(
      ROUNDS,
      () =>
        untilLine(
          MLSQL,
          ['up', '--home', join(root, 'home'), '--executors', '2', '--grpc-port', '0', '--http-port', '0'],
          env,
          /\bready\b/,
        ),
      () => untilLine(process.execPath, ['-e', 'console.log("ready")'], env, /ready/),
    );
    return [
      {
        name: 'mlsql up: start to ready',
        value: a,
        unit: 'ms',
        reference: { name: 'bare node', value: b },
        goal: { text: '≤ 1,200 ms', met: a <= 1200 },
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function untilLine(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  line: RegExp,
): Promise<number> {
  const start = process.hrtime.bigint();
  const child = spawn(command, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const elapsed = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (line.test(text)) resolve(Number(process.hrtime.bigint() - start) / 1e6);
    });
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code} before its line`)));
  });
  child.kill('SIGTERM');
  await ended;
  return elapsed;
}
