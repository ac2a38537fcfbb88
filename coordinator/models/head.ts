// The head of a path whose models are replaced (keepVersion=false): <path>/meta/0 says which generation counts, and is
// replaced by one conditional write. <path>/model and <path>/meta/1 follow it, for readers who look there.
import { generationFolder, metaKey, metaPrefix, modelPrefix } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { succeeded } from './choices.js';
import { encodeGroups } from './meta-files.js';
import { rowToGroup } from './meta-schema.js';
import type { GroupMeta } from './model-types.js';
import { listObjects, mapStore, readObject, won } from './objects.js';
import { readParquet } from './parquet.js';

/** Footer entry: ids of the generations that were the head, newest first, as a JSON list. */
const HISTORY = 'mlsql.generations';
/** So many are remembered; a publish that was interrupted is finished long before so many others followed. */
const HISTORY_MAX = 64;

interface Head {
  readonly etag: string;
  readonly groups: readonly GroupMeta[];
  readonly history: readonly string[];
}

/**
 * Makes the generation the head, unless it was before: an interrupted publish that is finished later must not push away
 * what was published after it.
 */
export async function replaceHead(
  store: ObjectStore,
  path: string,
  id: string,
  groups: readonly GroupMeta[],
): Promise<void> {
  const rows = groups.map((group) => ({ ...group, modelPath: `_gen/${id}/${group.modelPath}` }));
  for (;;) {
    const head = await readHead(store, path);
    const history = head?.history ?? [];
    if (history.includes(id)) return;
    const footer = { [HISTORY]: JSON.stringify([id, ...history].slice(0, HISTORY_MAX)) };
    const condition = head === undefined ? { ifAbsent: true } : { ifMatch: head.etag };
    if (await won(store.put(metaKey(path, 0), encodeGroups(rows, footer), condition))) return;
  }
}

/**
 * Brings <path>/model and <path>/meta/1 to the generation that the head names. Two trains may do so at once: each looks at
 * the head again when it is done, so the last one leaves what the head names.
 */
export async function refreshCopies(store: ObjectStore, path: string): Promise<void> {
  for (let done: string | undefined; ; ) {
    const head = await readHead(store, path);
    const id = head?.history[0];
    if (head === undefined || id === undefined || head.etag === done) return;
    await copyGeneration(store, path, generationFolder(path, id), head.groups);
    done = head.etag;
  }
}

/** The id in the modelPath of a head's rows; undefined for rows that the original or a numbered version wrote. */
export function generationOf(groups: readonly GroupMeta[]): string | undefined {
  for (const { modelPath } of groups) {
    const id = /^_gen\/([^/]+)\/model\/\d+$/.exec(modelPath)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

async function readHead(store: ObjectStore, path: string): Promise<Head | undefined> {
  const found = await readObject(store, metaKey(path, 0));
  if (found === undefined) return undefined;
  const { rows, keyValues } = await readParquet(found.bytes, `/${found.info.key}`);
  return {
    etag: found.info.etag,
    groups: rows.map(rowToGroup).filter((group) => group !== undefined),
    history: JSON.parse(keyValues[HISTORY] ?? '[]') as string[],
  };
}

async function copyGeneration(
  store: ObjectStore,
  path: string,
  folder: string,
  groups: readonly GroupMeta[],
): Promise<void> {
  const wanted = new Map<string, string>([[metaKey(path, 1), metaKey(folder, 1)]]);
  for (const { algIndex, files } of groups.filter(succeeded)) {
    for (const file of files ?? []) {
      wanted.set(modelPrefix(path, algIndex) + file.path, modelPrefix(folder, algIndex) + file.path);
    }
  }
  // Files of the model before, and parts that the original wrote beside ours.
  const present = await Promise.all(
    [`${path}/model/`, metaPrefix(path, 0), metaPrefix(path, 1)].map((prefix) => listObjects(store, prefix)),
  );
  const stale = present.flat().map(({ key }) => key);
  // Removed first: a folder of the old model may stand where the new one has a file.
  await store.delete(stale.filter((key) => !wanted.has(key) && key !== metaKey(path, 0)));
  await mapStore([...wanted], ([target, source]) => store.copy(source, target));
}
