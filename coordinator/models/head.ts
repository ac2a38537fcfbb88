// The head of a path whose models are replaced (keepVersion=false): <path>/meta/0 says which generation counts, and is
// replaced by one conditional write. <path>/model and what else a reader may look for beside it follow.
import { generationFolder, metaKey, metaPrefix } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { won } from '../../shared/object-store/won.js';
import { encodeGroups } from './meta-files.js';
import type { GroupMeta } from './model-types.js';
import { listObjects, mapStore, readObject } from './objects.js';
import { readParquet } from './parquet.js';

/** Footer entry: ids of the generations that were the head, newest first, as a JSON list. */
const HISTORY = 'mlsql.generations';
/** So many are remembered; a publish that was interrupted is finished long before so many others followed. */
const HISTORY_MAX = 64;
/** Folders of a generation that stand beside the head too, so that the path without its generations is a whole model. */
const COPIED = ['model', 'resource', '_project'];

interface Head {
  readonly etag: string;
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
 * Brings <path>/model and the rest beside the head to the generation that the head names. Two trains may do so at once: each looks at
 * the head again when it is done, so the last one leaves what the head names.
 */
export async function refreshCopies(store: ObjectStore, path: string): Promise<void> {
  for (let done: string | undefined; ; ) {
    const head = await readHead(store, path);
    const id = head?.history[0];
    if (head === undefined || id === undefined || head.etag === done) return;
    await copyGeneration(store, path, generationFolder(path, id));
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
  const { keyValues } = await readParquet(found.bytes, `/${found.info.key}`);
  return { etag: found.info.etag, history: JSON.parse(keyValues[HISTORY] ?? '[]') as string[] };
}

/** Brings what stands beside the head to the generation's: model, resources, project and meta/1. */
async function copyGeneration(store: ObjectStore, path: string, folder: string): Promise<void> {
  const wanted = new Map<string, string>([[metaKey(path, 1), metaKey(folder, 1)]]);
  for (const part of COPIED) {
    for (const { key } of await listObjects(store, `${folder}/${part}/`))
      wanted.set(path + key.slice(folder.length), key);
  }
  // What the model before left, and parts of meta that the original wrote beside ours.
  const places = [...COPIED.map((part) => `${path}/${part}/`), metaPrefix(path, 0), metaPrefix(path, 1)];
  const present = (await mapStore(places, (prefix) => listObjects(store, prefix)))
    .flat()
    .map(({ key }) => key);
  // Removed first: a folder of the old model may stand where the new one has a file.
  await store.delete(present.filter((key) => !wanted.has(key) && key !== metaKey(path, 0)));
  await mapStore([...wanted], ([target, source]) => store.copy(source, target));
}
