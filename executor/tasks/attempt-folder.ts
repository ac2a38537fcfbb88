// Where things lie in an attempt's folder, as docs/python-boundary.md fixes it.
//
// The small files that attempts and their executor exchange are read and written on the spot: the folder lies on this
// machine's own disk, and handing each of some thirty calls an attempt to another thread would cost ten times the call.
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import { REPORT_MAX_BYTES } from '../limits.js';

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

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
  /** Other names of the checkpoint's files, while they are brought to the store. */
  readonly checkpointTaken: string;
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
    checkpointTaken: join(dir, 'checkpoint.taken'),
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
export function makeAttemptFolder(folder: AttemptFolder): void {
  for (const path of [folder.dir, folder.work, folder.resource, folder.checkpoint, folder.tmp])
    mkdirSync(path, { mode: 0o700 });
}

/** A JSON file; undefined where there is none, or where a script made something else of it: a pipe would hold us up. */
export function readJson(path: string): unknown {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const info = fstatSync(descriptor);
    if (!info.isFile() || info.size > REPORT_MAX_BYTES) return undefined;
    return JSON.parse(readFileSync(descriptor, 'utf8'));
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Writes by rename, so that a reader sees all of it or none. Private, since a spec may hold secrets of the user's. */
export function writeJson(path: string, value: unknown): void {
  const descriptor = openSync(`${path}.new`, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    writeFileSync(descriptor, JSON.stringify(value));
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${path}.new`, path);
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
