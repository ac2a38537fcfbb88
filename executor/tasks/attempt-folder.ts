// Where things lie in an attempt's folder, as docs/python-boundary.md fixes it.
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';

/** Absolute paths. */
export interface AttemptFolder {
  readonly dir: string;
  readonly spec: string;
  readonly work: string;
  readonly data: string;
  readonly dataSocket: string;
  readonly validate: string;
  readonly resource: string;
  readonly model: string;
  readonly checkpoint: string;
  readonly tmp: string;
  readonly output: string;
  readonly error: string;
  readonly info: string;
  readonly stop: string;
  readonly exit: string;
  /** What the attempt is, for whoever takes it over from a dead executor. */
  readonly attempt: string;
  /** The shim's pid and start, for the same. */
  readonly shim: string;
  /** Its presence says that the folder stays for a look. */
  readonly keep: string;
}

/** The paths of one attempt. */
export function attemptFolder(dir: string): AttemptFolder {
  return {
    dir,
    spec: join(dir, 'spec.json'),
    work: join(dir, 'work'),
    data: join(dir, 'data'),
    dataSocket: join(dir, 'data.sock'),
    validate: join(dir, 'validate'),
    resource: join(dir, 'resource'),
    model: join(dir, 'model'),
    checkpoint: join(dir, 'checkpoint'),
    tmp: join(dir, 'tmp'),
    output: join(dir, 'output.log'),
    error: join(dir, 'error.json'),
    info: join(dir, 'info.json'),
    stop: join(dir, 'stop.json'),
    exit: join(dir, 'exit.json'),
    attempt: join(dir, 'attempt.json'),
    shim: join(dir, 'shim.json'),
    keep: join(dir, 'keep'),
  };
}

/** Makes the folder and those that are always in it, mode 0700. It must not exist: no folder is used twice. */
export async function makeAttemptFolder(folder: AttemptFolder): Promise<void> {
  await mkdir(folder.dir, { mode: 0o700 });
  await Promise.all(
    [folder.work, folder.resource, folder.checkpoint, folder.tmp].map((path) => mkdir(path, { mode: 0o700 })),
  );
}

/** A JSON file; undefined where there is none, or where a script made something else of it. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes by rename, so that a reader sees all of it or none. Private, since a spec may hold secrets of the user's. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Removes a folder and all in it, also where a script took the permission to. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await unlock(path);
    await rm(path, { recursive: true, force: true });
  }
}

/**
 * The absolute path of a file that came from elsewhere.
 * @throws MlsqlError MLSQL_STORE_PATH_INVALID where it would lie outside the folder
 */
export function pathWithin(folder: string, relative: string): string {
  const segments = relative.split('/');
  if (
    segments.some(
      (segment) => segment === '' || segment === '.' || segment === '..' || segment.includes('\0'),
    )
  ) {
    throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `"${relative}" is not a path within a folder`, {
      hint: 'names of files and resources have no empty, "." or ".." parts and do not begin with a slash',
    });
  }
  return join(folder, ...segments);
}

/** Makes the folders that the files lie in, each once. */
export async function makeParents(paths: readonly string[]): Promise<void> {
  await Promise.all(
    [...new Set(paths.map(dirname))].map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })),
  );
}

async function unlock(path: string): Promise<void> {
  await chmod(path, 0o700).catch(() => undefined);
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await unlock(join(path, entry.name));
  }
}
