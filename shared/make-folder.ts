// Makes a folder with what is missing above it, as `mkdir -p`, where a user says where it is to be.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Node's own recursive mkdir never returns where a file system says that a folder is missing although it is there, as
 * /proc does for whatever is made in it. This one fails.
 * @param mode - of each folder that is made
 * @throws what mkdir throws; EEXIST where something else than a folder is there
 */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    makeOne(folder, mode);
  } catch (error) {
    const parent = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync(parent)) throw error;
    makeFolder(parent, mode);
    makeOne(folder, mode);
  }
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!there || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
