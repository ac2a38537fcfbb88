// meta/0 and meta/1 in the store. One object of ours each; the original's folders hold several files of any name.
import { metaKey, metaPrefix } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { won } from '../../shared/object-store/won.js';
import {
  groupToRow,
  META0_COLUMNS,
  META1_COLUMNS,
  rowToGroup,
  rowToTrain,
  trainToRow,
} from './meta-schema.js';
import type { GroupMeta, TrainMeta } from './model-types.js';
import { listObjects, mapStore, readObject } from './objects.js';
import { type Row, readParquet, writeParquet } from './parquet.js';

/** The bytes of a meta/0. */
export function encodeGroups(
  groups: readonly GroupMeta[],
  keyValues: Readonly<Record<string, string>> = {},
): Buffer {
  return writeParquet(META0_COLUMNS, groups.map(groupToRow), keyValues);
}

/** The bytes of a meta/1. */
export function encodeTrain(meta: TrainMeta): Buffer {
  return writeParquet(META1_COLUMNS, [trainToRow(meta)]);
}

/** Creates a folder's meta/0; false where it has one. With it the version is there, so it is written last. */
export function createGroups(
  store: ObjectStore,
  folder: string,
  groups: readonly GroupMeta[],
): Promise<boolean> {
  return won(store.put(metaKey(folder, 0), encodeGroups(groups), { ifAbsent: true }));
}

/** A folder's meta/0 by algIndex, whoever wrote it; undefined where it has none. */
export async function readGroups(store: ObjectStore, folder: string): Promise<GroupMeta[] | undefined> {
  const rows = await readRows(store, folder, 0);
  if (rows === undefined) return undefined;
  return rows
    .map(rowToGroup)
    .filter((group) => group !== undefined)
    .sort((a, b) => a.algIndex - b.algIndex);
}

/** A folder's meta/1; undefined where it has none. */
export async function readTrain(store: ObjectStore, folder: string): Promise<TrainMeta | undefined> {
  const row = (await readRows(store, folder, 1))?.[0];
  return row === undefined ? undefined : rowToTrain(row);
}

async function readRows(store: ObjectStore, folder: string, which: 0 | 1): Promise<Row[] | undefined> {
  // Mostly the file is ours, and one request tells.
  const own = await readObject(store, metaKey(folder, which));
  if (own !== undefined) return (await readParquet(own.bytes, `/${own.info.key}`)).rows;
  const files = (await listObjects(store, metaPrefix(folder, which))).filter(({ key }) => isData(key));
  if (files.length === 0) return undefined;
  const parts = await mapStore(files, async ({ key }) => {
    const part = await readObject(store, key);
    return part === undefined ? [] : (await readParquet(part.bytes, `/${key}`)).rows;
  });
  return parts.flat();
}

/** Spark's rule: names that begin with _ or . are not data (`_SUCCESS`, `.part-….crc`). */
function isData(key: string): boolean {
  return /(?:^|\/)[^_./][^/]*\.parquet$/.test(key);
}
