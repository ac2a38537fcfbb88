// The SQL process, compiled from the sources as they are now: tests never run a stale dist.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PRODUCT_ROOT } from '../../shared/paths.js';

const SOURCES = ['main.ts', 'session-thread.ts'].map((name) => `coordinator/tables/sql-process/${name}`);

let compiled: string | undefined;

/** Path of the compiled program; compiled once a test process, removed when it ends. */
export function compiledSqlProcess(): string {
  if (compiled !== undefined) return compiled;
  // Below the product's root, so that its packages are found.
  const folder = join(PRODUCT_ROOT, '.cache/sql-process', String(process.pid));
  const flags = [
    '--ignoreConfig',
    '--outDir',
    folder,
    '--rootDir',
    '.',
    '--target',
    'es2023',
    '--module',
    'nodenext',
  ];
  const rest = ['--types', 'node', '--skipLibCheck', '--strict', '--noCheck'];
  const tsc = join(PRODUCT_ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, ...flags, ...rest, ...SOURCES], {
    cwd: PRODUCT_ROOT,
    stdio: 'inherit',
  });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  compiled = join(folder, 'coordinator/tables/sql-process/main.js');
  return compiled;
}
