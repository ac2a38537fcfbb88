// The files of the client's machine that a script names: found, walked, hashed. Nothing that the script does not name is
// ever read.
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import PQueue from 'p-queue';
import { MlsqlError, type Position } from '../../shared/errors.js';
import { PATH_MAX_BYTES, PATH_SEGMENT_MAX_BYTES } from '../../shared/limits.js';

const HASHES_AT_ONCE = 4;
/** A cluster's home holds its token and its whole store: it is never part of a folder that is shipped. */
const HOME_FOLDER = '.mlsql';

/** A path as the script writes it, and where. */
export interface NamedFile {
  readonly name: string;
  readonly position?: Position;
}

export interface LocalFile {
  /** Where it lies on this machine. */
  readonly localPath: string;
  /** Relative to the named folder, with forward slashes; for a single file its base name. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly executable: boolean;
}

/** One name of the script with everything behind it. */
export interface LocalTree {
  readonly name: string;
  readonly folder: boolean;
  readonly files: readonly LocalFile[];
}

/**
 * Reads what the names stand for.
 * @param baseDir - the folder that relative names start from: the script's own
 * @throws MlsqlError MLSQL_SCRIPT_FILE_MISSING or MLSQL_STORE_PATH_INVALID that names the file and says why
 */
export async function readClientFiles(names: readonly NamedFile[], baseDir: string): Promise<LocalTree[]> {
  const queue = new PQueue({ concurrency: HASHES_AT_ONCE });
  const trees = new Map<string, Promise<LocalTree>>();
  for (const named of names) {
    if (!trees.has(named.name))
      trees.set(named.name, readTree(named, resolveName(named.name, baseDir), queue));
  }
  return Promise.all(trees.values());
}

/** The absolute path behind a relative name or a file:/// name. Names are literal: `%20` is three characters. */
function resolveName(name: string, baseDir: string): string {
  return resolve(baseDir, name.replace(/^file:\/\//i, ''));
}

async function readTree(named: NamedFile, target: string, queue: PQueue): Promise<LocalTree> {
  const info = await statOf(target, named);
  if (info.isDirectory()) {
    const root = await realpath(target);
    const found: { localPath: string; path: string; info: Stats }[] = [];
    await walk(root, root, '', named, new Set([root]), found);
    const files = await Promise.all(
      found.map((file) => queue.add(() => hashFile(file.localPath, file.path, file.info, named))),
    );
    return { name: named.name, folder: true, files };
  }
  requireRegular(info, target, named);
  const file = await queue.add(() => hashFile(target, basename(target), info, named));
  return { name: named.name, folder: false, files: [file] };
}

async function walk(
  root: string,
  folder: string,
  prefix: string,
  named: NamedFile,
  ancestors: ReadonlySet<string>,
  found: { localPath: string; path: string; info: Stats }[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw unreadable(folder, named, error);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name === HOME_FOLDER) continue;
    const path = `${prefix}${entry.name}`;
    requireNameFits(path, named);
    let localPath = join(folder, entry.name);
    if (entry.isSymbolicLink()) localPath = await followInside(root, localPath, named);
    const info = await statOf(localPath, named);
    if (info.isDirectory()) {
      const real = await realpath(localPath);
      if (ancestors.has(real)) throw invalid(`${localPath} is a link to a folder that contains it`, named);
      await walk(root, localPath, `${path}/`, named, new Set([...ancestors, real]), found);
      continue;
    }
    requireRegular(info, localPath, named);
    found.push({ localPath, path, info });
  }
}

/** Where a link leads, which must be within the named folder. */
async function followInside(root: string, link: string, named: NamedFile): Promise<string> {
  const target = await realpath(link).catch((error: Error) => {
    throw unreadable(link, named, error);
  });
  const inside = relative(root, target);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw invalid(
      `${link} is a link that leaves the folder (to ${target})`,
      named,
      'replace the link by a copy, or name its target in the script',
    );
  }
  return target;
}

async function hashFile(localPath: string, path: string, info: Stats, named: NamedFile): Promise<LocalFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(localPath) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch (error) {
    throw unreadable(localPath, named, error as Error);
  }
  return { localPath, path, sizeBytes, sha256: hash.digest('hex'), executable: (info.mode & 0o100) !== 0 };
}

async function statOf(path: string, named: NamedFile): Promise<Stats> {
  return stat(path).catch((error: Error) => {
    throw unreadable(path, named, error);
  });
}

function requireRegular(info: Stats, path: string, named: NamedFile): void {
  if (!info.isFile())
    throw invalid(
      `${path} is neither a file nor a folder`,
      named,
      'sockets, pipes and devices cannot be uploaded',
    );
}

function requireNameFits(path: string, named: NamedFile): void {
  const segment = path.slice(path.lastIndexOf('/') + 1);
  // A name that is no UTF-8 reads as U+FFFD here and would be another file on the cluster.
  if (segment.includes('\uFFFD')) throw invalid(`the name of ${path} is not UTF-8`, named, 'rename the file');
  if (Buffer.byteLength(path) > PATH_MAX_BYTES || Buffer.byteLength(segment) > PATH_SEGMENT_MAX_BYTES) {
    throw invalid(
      `the name ${path} is too long`,
      named,
      `at most ${PATH_SEGMENT_MAX_BYTES} bytes a segment and ${PATH_MAX_BYTES} in all`,
    );
  }
}

function invalid(message: string, { name, position }: NamedFile, hint?: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_PATH_INVALID', `"${name}": ${message}`, {
    ...(position && { position }),
    ...(hint && { hint }),
  });
}

function unreadable(path: string, { name, position }: NamedFile, error: Error): MlsqlError {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const message = missing
    ? `"${name}" is not on this machine: there is no ${path}`
    : `"${name}" cannot be read: ${error.message}`;
  const hint = missing
    ? 'relative names start from the folder of the script; a path of the store begins with /'
    : 'check the permissions of the file';
  return new MlsqlError('MLSQL_SCRIPT_FILE_MISSING', message, {
    ...(position && { position }),
    hint,
    cause: error,
  });
}
