// This process's own folders below the work folder, and the removal of what dead executors left.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../shared/logger.js';
import { livenessOf, PROCESS_IDENTITY } from '../../shared/object-store/process-identity.js';
import type { WorkDir } from '../cache/work-dir.js';
import { GRACE_DEFAULT_MS } from '../limits.js';
import { type AttemptFolder, attemptFolder, readJson, removeTree, writeJson } from './attempt-folder.js';
import { FolderWatch } from './folder-watch.js';
import { isRunning, type ProcessRef, signalProcess } from './process-ref.js';

/** Names the process that a session's folder belongs to. */
export const OWNER = 'owner';

/** Folders that no other process uses. */
export interface SessionFolders {
  /** Parent of the attempts' folders. Its name is short, since a Unix socket's path has to be. */
  readonly attempts: string;
  /** Parent of the functions' folders. */
  readonly functions: string;
}

/** Makes this process's folders. They say whose they are from the first moment they are there. */
export async function openSessionFolders(workDir: WorkDir): Promise<SessionFolders> {
  const name = randomBytes(4).toString('hex');
  const folders = { attempts: join(workDir.attempts, name), functions: join(workDir.functions, name) };
  for (const folder of [folders.attempts, folders.functions]) {
    const beside = join(workDir.partial, `${PROCESS_IDENTITY}.${randomBytes(8).toString('hex')}`);
    await mkdir(beside, { mode: 0o700 });
    await writeFile(join(beside, OWNER), PROCESS_IDENTITY);
    await rename(beside, folder);
  }
  return folders;
}

/**
 * Removes this process's folders, except attempts that are kept for a look, and those whose script is still about to
 * end: the next executor that starts here finds them.
 * @param takenOver - sessions of dead executors that it took over
 */
export async function closeSessionFolders(
  folders: SessionFolders,
  takenOver: readonly string[],
): Promise<void> {
  await removeTree(folders.functions);
  for (const session of [folders.attempts, ...takenOver]) await closeSession(session);
}

async function closeSession(session: string): Promise<void> {
  await removeSession(session, async (dir) => {
    const shim = readJson(attemptFolder(dir).shim) as ProcessRef | undefined;
    if (shim !== undefined && isRunning(shim)) return false;
    await removeTree(dir);
    return true;
  });
}

/**
 * Ends what dead executors left running, and removes their folders. Attempts that are kept for a look stay, and so
 * does everything of executors that live, or live elsewhere.
 * @param taken - what this executor took over: in these sessions only what lies beside the taken attempts goes
 */
export async function sweepDeadSessions(
  workDir: WorkDir,
  log: Logger,
  taken: { readonly sessions: readonly string[]; readonly attempts: readonly { readonly dir: string }[] },
): Promise<void> {
  for (const session of await deadSessions(workDir.functions)) await removeTree(session);
  const stays = new Set(taken.attempts.map(({ dir }) => dir));
  for (const session of [...taken.sessions, ...(await deadSessions(workDir.attempts))]) {
    log.info({ session }, 'clearing up after an executor that has died');
    await removeSession(session, async (dir) => {
      if (stays.has(dir)) return false;
      await endLeftover(attemptFolder(dir));
      await removeTree(dir);
      return true;
    });
  }
}

/** Sessions whose process is dead. */
export async function deadSessions(parent: string): Promise<string[]> {
  const sessions: string[] = [];
  for (const name of await readdir(parent)) {
    const owner = await readFile(join(parent, name, OWNER), 'utf8').catch(() => '');
    if (livenessOf(owner) === 'dead') sessions.push(join(parent, name));
  }
  return sessions;
}

async function removeSession(
  session: string,
  removeAttempt: (dir: string) => Promise<boolean>,
): Promise<void> {
  const names = (await readdir(session).catch(() => [])).filter((name) => name !== OWNER);
  const kept = await Promise.all(
    names.map(async (name) => {
      const dir = join(session, name);
      if (await exists(attemptFolder(dir).keep)) return true;
      return !(await removeAttempt(dir));
    }),
  );
  if (kept.includes(true)) return;
  await removeTree(join(session, OWNER));
  await rmdir(session).catch(() => undefined);
}

/** Has the shim end its script, and waits until it has. */
async function endLeftover(folder: AttemptFolder): Promise<void> {
  const shim = readJson(folder.shim) as ProcessRef | undefined;
  if (shim === undefined || !isRunning(shim)) return;
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      exists(folder.exit).then((ended) => {
        if (!ended && isRunning(shim)) return;
        watch.close();
        resolve();
      }, reject);
    };
    const watch = new FolderWatch(folder.dir, look);
    try {
      writeJson(folder.stop, { cause: 'cancelled', graceMs: GRACE_DEFAULT_MS });
    } catch (error) {
      watch.close();
      reject(error);
      return;
    }
    signalProcess(shim, 'SIGTERM');
    look();
  });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
