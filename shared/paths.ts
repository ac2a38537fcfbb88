// Where the product's own files lie, from the sources (tests) as from dist (everything else).
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const PRODUCT_ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));
/** The folder that proto imports are relative to. */
export const PROTO_ROOT = join(PRODUCT_ROOT, 'proto');
/** The folder that holds the modules scripts import (mlsql.py, …) and the runtime behind them. */
export const PYTHON_ROOT = join(PRODUCT_ROOT, 'python');
/** The compiled programs. */
export const DIST_ROOT = join(PRODUCT_ROOT, 'dist');
/** The interpreter of the environment that set-up made. */
export const SETUP_PYTHON = join(PRODUCT_ROOT, '.venv/bin/python');

function findRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'proto'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json with a proto folder above ${start}`);
  }
}
