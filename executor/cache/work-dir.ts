// The root below which everything of an executor lies: made private, and refused where it is not this user's own.
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import { makeFolder } from '../../shared/make-folder.js';

/** Folders below the root. Several executors of one machine share blobs and partial; the others are one's own. */
export interface WorkDir {
  readonly root: string;
  /** Verified contents, named by their SHA-256. */
  readonly blobs: string;
  /** Contents on their way, one folder a process. */
  readonly partial: string;
  /** One folder a process, one below it for each attempt. */
  readonly attempts: string;
  /** One folder a process, one below it for each function. */
  readonly functions: string;
}

/**
 * Makes the folders, mode 0700, where they are missing.
 * @throws MlsqlError MLSQL_CLUSTER_WORK_DIR where the root or a folder in it is a link, belongs to another user, or
 *   can be written by others: whoever can write there can change what scripts run
 */
export async function openWorkDir(root: string): Promise<WorkDir> {
  const workDir: WorkDir = {
    root,
    blobs: join(root, 'blobs'),
    partial: join(root, 'partial'),
    attempts: join(root, 'attempts'),
    functions: join(root, 'functions'),
  };
  await makePrivate(root);
  await Promise.all([workDir.blobs, workDir.partial, workDir.attempts, workDir.functions].map(makePrivate));
  return workDir;
}

async function makePrivate(folder: string): Promise<void> {
  try {
    makeFolder(folder, 0o700);
    const found = await lstat(folder);
    const uid = process.getuid?.() ?? found.uid;
    if (found.isSymbolicLink() || !found.isDirectory())
      throw refused(folder, 'is not a folder of its own but a link or a file');
    if (found.uid !== uid)
      throw refused(folder, `belongs to user ${found.uid}, this process runs as user ${uid}`);
    if ((found.mode & 0o022) !== 0) {
      throw refused(
        folder,
        `can be written by others (mode ${(found.mode & 0o777).toString(8).padStart(4, '0')})`,
      );
    }
    if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
  } catch (error) {
    if (error instanceof MlsqlError) throw error;
    throw refused(folder, `cannot be used: ${(error as Error).message}`, error);
  }
}

function refused(folder: string, reason: string, cause?: unknown): MlsqlError {
  return new MlsqlError('MLSQL_CLUSTER_WORK_DIR', `the work folder ${folder} ${reason}`, {
    hint: 'name another folder with --work-dir (MLSQL_WORK_DIR), or remove this one if nobody needs it',
    cause,
  });
}
