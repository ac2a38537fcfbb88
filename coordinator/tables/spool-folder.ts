// A folder of this engine's own within the spool folder that was configured; whatever else lies there is not touched.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Folders that engines of this process have made and not removed yet. */
const own = new Set<string>();

/**
 * Makes an empty folder below the spool folder, and removes what engines of processes that are gone have left there.
 * @returns the folder's real path
 */
export async function makeSpoolFolder(spoolDir: string): Promise<string> {
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  const spool = await realpath(spoolDir);
  // Before anything that waits: another engine of this process may be sweeping.
  const name = `sql-${process.pid}-${randomBytes(8).toString('hex')}`;
  own.add(name);
  for (const entry of await readdir(spool)) {
    const owner = /^sql-(\d+)-[0-9a-f]{16}$/.exec(entry)?.[1];
    if (owner === undefined || own.has(entry) || isOther(Number(owner))) continue;
    await rm(join(spool, entry), { recursive: true, force: true });
  }
  await mkdir(join(spool, name), { mode: 0o700 });
  return join(spool, name);
}

/** Removes a folder that makeSpoolFolder made. */
export async function removeSpoolFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  own.delete(basename(folder));
}

/** True where a living process other than this one has that id. This one's id may be that of one before, as in containers. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
