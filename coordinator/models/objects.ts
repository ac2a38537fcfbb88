// Small helpers on the store that all of this folder uses.
import { buffer } from 'node:stream/consumers';
import PQueue from 'p-queue';
import { isMlsqlError } from '../../shared/errors.js';
import type { ObjectInfo, ObjectStore } from '../../shared/object-store/object-store.js';

/** Store calls of one publish or read under way at once. */
const CALLS_AT_ONCE = 16;

/** A whole small object with its facts; undefined where there is none. */
export async function readObject(
  store: ObjectStore,
  key: string,
): Promise<{ info: ObjectInfo; bytes: Buffer } | undefined> {
  try {
    const { info, body } = await store.get(key);
    return { info, bytes: await buffer(body) };
  } catch (error) {
    if (isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Objects below the prefix. */
export async function listObjects(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const entry of store.list(prefix)) if (entry.kind === 'object') found.push(entry.info);
  return found;
}

/** Last segments of the folders directly below the prefix. */
export async function listFolders(store: ObjectStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of store.list(prefix, { shallow: true })) {
    if (entry.kind === 'prefix') found.push(entry.key.slice(prefix.length, -1));
  }
  return found;
}

/** Does the work on each item, a bounded number at once; results in the order of the items. */
export function mapStore<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const queue = new PQueue({ concurrency: CALLS_AT_ONCE });
  return queue.addAll(items.map((item) => () => work(item)));
}
