// The files of a checkpoint folder at one moment, while a script goes on changing them.
import { link, mkdir, rm, stat } from 'node:fs/promises';
import { MlsqlError } from '../../shared/errors.js';
import { makeParents, pathWithin } from './attempt-folder.js';
import { CHECKPOINT_FILES_MAX } from './checkpoint-store.js';
import { listFiles, type ModelFilePath, unlessGone } from './model-files.js';

/** Files and folders that are being written, by name. */
const UNFINISHED = /\.tmp(\/|$)/;

export interface Listing {
  readonly files: readonly ModelFilePath[];
  /** Path, size, time and inode of each file, by its path. */
  readonly states: ReadonlyMap<string, string>;
  /** All of it: the same where nothing has changed. */
  readonly text: string;
}

/**
 * What lies in the folder, and in which state.
 * @throws MlsqlError MLSQL_TASK_CHECKPOINT for too many files, and as listFiles
 */
export async function listCheckpoint(folder: string): Promise<Listing> {
  const all = await listFiles(folder, 'checkpointPath');
  const finished = all.filter(({ path }) => !UNFINISHED.test(path));
  if (finished.length > CHECKPOINT_FILES_MAX)
    throw new MlsqlError(
      'MLSQL_TASK_CHECKPOINT',
      `it has ${finished.length} files; the limit is ${CHECKPOINT_FILES_MAX}`,
    );
  const files: ModelFilePath[] = [];
  const states = new Map<string, string>();
  for (const file of finished) {
    const info = await unlessGone(stat(file.absolute));
    if (info === undefined) continue;
    files.push(file);
    states.set(file.path, JSON.stringify([file.path, info.size, info.mtimeMs, info.ino]));
  }
  return { files, states, text: [...states.values()].join('\n') };
}

/**
 * Gives the files a second name each, in a folder of their own: a script that replaces one there does not touch it here,
 * only one that writes into it does, and that shows in its state.
 */
export async function takeFiles(files: readonly ModelFilePath[], folder: string): Promise<Listing> {
  await dropFiles(folder);
  await mkdir(folder, { mode: 0o700 });
  await makeParents(files.map(({ path }) => pathWithin(folder, path)));
  for (const { path, absolute } of files) await unlessGone(link(absolute, pathWithin(folder, path)));
  return await listCheckpoint(folder);
}

/** The second names go; the files stay where the script has them. */
export async function dropFiles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
