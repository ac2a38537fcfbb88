// Listing a local store in byte order of keys. Holds one folder's names at a time on each level, never the files' facts.
import type { Dirent } from 'node:fs';
import { lstat, opendir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareBytes } from './byte-order.js';
import { errnoOf } from './local-errors.js';
import { LOCAL_FOLDER } from './local-reserved.js';
import { entryInfo } from './local-stat.js';
import type { ListEntry } from './object-store.js';

/** Files looked at together. */
const BATCH = 64;

interface ListRequest {
  readonly prefix: string;
  readonly shallow: boolean;
  /** Only entries behind this key. */
  readonly startAfter: string;
}

/** A name in a folder: of an object, or of a folder, then with a slash at its end, so that names sort as keys do. */
type Name = string;

/** Entries below the root in byte order of keys; folders without objects, links and names that are no keys do not show. */
export async function* listFolder(root: string, request: ListRequest): AsyncGenerator<ListEntry> {
  const folder = request.prefix.slice(0, request.prefix.lastIndexOf('/') + 1);
  yield* walk(root, folder, request);
}

async function* walk(root: string, folder: string, request: ListRequest): AsyncGenerator<ListEntry> {
  const names = await sortedNames(root, folder, request);
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const looked = await Promise.all(batch.map((name) => look(root, folder + name, request.shallow)));
    for (const [i, entry] of looked.entries()) {
      if (entry !== undefined) yield entry;
      else if (!request.shallow && batch[i]!.endsWith('/')) yield* walk(root, folder + batch[i], request);
    }
  }
}

/** The entry of a key or folder; undefined for what does not show, and for folders that are walked into. */
async function look(root: string, key: string, shallow: boolean): Promise<ListEntry | undefined> {
  if (key.endsWith('/')) {
    return shallow && (await holdsObject(root, key)) ? { kind: 'prefix', key } : undefined;
  }
  const stats = await lstat(join(root, key), { bigint: true }).catch(ignoreMissing);
  return stats?.isFile() ? { kind: 'object', info: entryInfo(key, stats) } : undefined;
}

async function sortedNames(root: string, folder: string, request: ListRequest): Promise<Name[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true, encoding: 'buffer' }).catch(
    ignoreMissing,
  );
  const names: Name[] = [];
  for (const entry of entries ?? []) {
    const name = nameOf(entry);
    if (name !== undefined && mayShow(folder + name, request)) names.push(name);
  }
  // The default order compares UTF-16 units, natively and fast; it is byte order as long as no surrogates are there.
  const plain = names.every((name) => !/[\ud800-\udfff]/.test(name));
  return plain ? names.sort() : names.sort(compareBytes);
}

function nameOf(entry: Dirent<Buffer>): Name | undefined {
  if (!entry.isFile() && !entry.isDirectory()) return undefined;
  const name = entry.name.toString('utf8');
  // A name that is not UTF-8 is no key.
  if (name.includes('\ufffd') && !Buffer.from(name).equals(entry.name)) return undefined;
  return entry.isDirectory() ? `${name}/` : name;
}

function mayShow(key: string, { prefix, shallow, startAfter }: ListRequest): boolean {
  if (key === LOCAL_FOLDER) return false;
  const isFolder = key.endsWith('/');
  if (!key.startsWith(prefix) && !(isFolder && !shallow && prefix.startsWith(key))) return false;
  if (startAfter === '' || compareBytes(key, startAfter) > 0) return true;
  // A folder before startAfter may still hold keys behind it.
  return isFolder && !shallow && startAfter.startsWith(key);
}

/** True where an object lies anywhere below the folder. Stops at the first one. */
async function holdsObject(root: string, folder: string): Promise<boolean> {
  if (folder === LOCAL_FOLDER) return false;
  const entries = await opendir(join(root, folder)).catch(ignoreMissing);
  if (entries === undefined) return false;
  const below: string[] = [];
  for await (const entry of entries) {
    if (entry.isFile()) return true;
    if (entry.isDirectory()) below.push(`${folder}${entry.name}/`);
  }
  for (const inner of below) if (await holdsObject(root, inner)) return true;
  return false;
}

function ignoreMissing(error: unknown): undefined {
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}
