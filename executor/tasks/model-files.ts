// The files of a finished model, or of a checkpoint, as they may go to the store.
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';

/** A regular file below the model folder; a link to one is taken as a file of its own. */
export interface ModelFilePath {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly absolute: string;
  readonly sizeBytes: number;
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** Whose files they are, as scripts know the folder. */
export type FolderName = 'tempModelLocalPath' | 'checkpointPath';

/**
 * All files below the folder in order of their paths; none where there is no folder. What goes while it is looked for is not
 * there.
 * @throws MlsqlError MLSQL_STORE_PATH_INVALID for a link that leads out of the folder or in a circle, for a pipe,
 *   socket or device, for a name that is no UTF-8, and where the model is no folder
 */
export async function listFiles(folder: string, name: FolderName): Promise<ModelFilePath[]> {
  const info = await unlessGone(lstat(folder));
  if (info === undefined) return [];
  if (info.isSymbolicLink() || !info.isDirectory()) {
    throw refused(name, '', 'is a file or a link', `make ${name} a folder and save the files into it`);
  }
  const root = await realpath(folder);
  const files: ModelFilePath[] = [];
  await walk(name, root, '', [root], root, files);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Undefined where there is nothing, or nothing any more. */
export async function unlessGone<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @param within - real paths of the folders that we came through, against circles
 */
async function walk(
  place: FolderName,
  folder: string,
  prefix: string,
  within: readonly string[],
  root: string,
  files: ModelFilePath[],
): Promise<void> {
  for (const entry of (await unlessGone(readdir(folder, { encoding: 'buffer' }))) ?? []) {
    const name = decodeName(place, entry, prefix);
    const path = prefix + name;
    const absolute = join(folder, name);
    const info = await unlessGone(lstat(absolute));
    if (info === undefined) continue;
    if (info.isFile()) {
      files.push({ path, absolute, sizeBytes: info.size });
    } else if (info.isDirectory()) {
      await walk(place, absolute, `${path}/`, [...within, absolute], root, files);
    } else if (info.isSymbolicLink()) {
      const target = await realpath(absolute).catch(() => undefined);
      if (target === undefined) throw refused(place, path, 'is a link that leads nowhere');
      if (!target.startsWith(root + sep))
        throw refused(place, path, `is a link that leaves the folder, to ${target}`);
      const linked = await stat(target);
      if (linked.isFile()) files.push({ path, absolute: target, sizeBytes: linked.size });
      else if (linked.isDirectory() && !within.includes(target)) {
        await walk(place, target, `${path}/`, [...within, target], root, files);
      } else
        throw refused(
          place,
          path,
          linked.isDirectory() ? 'is a link that leads in a circle' : 'is a link to no regular file',
        );
    } else {
      throw refused(place, path, 'is a pipe, a socket or a device');
    }
  }
}

function decodeName(place: FolderName, name: Buffer, prefix: string): string {
  try {
    return DECODER.decode(name);
  } catch {
    throw refused(place, prefix + name.toString('latin1'), 'has a name that is no UTF-8');
  }
}

function refused(
  name: FolderName,
  path: string,
  what: string,
  hint = `leave only regular files in ${name}`,
): MlsqlError {
  const whole =
    name === 'checkpointPath' ? 'the checkpoint (checkpointPath)' : 'the model (tempModelLocalPath)';
  const subject = path === '' ? whole : `"${path}" in ${whole}`;
  return new MlsqlError('MLSQL_STORE_PATH_INVALID', `${subject} ${what}`, { hint });
}
