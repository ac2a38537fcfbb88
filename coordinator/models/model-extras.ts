// What a model needs beside its own files to predict: resources, and the project that trained it.
import { MlsqlError } from '../../shared/errors.js';
import { pathOfKey, projectPrefix, resourcePrefix } from '../../shared/object-store/keys.js';
import type { ObjectInfo, ObjectStore } from '../../shared/object-store/object-store.js';
import { resourceFileKey } from './assemble.js';
import type {
  GroupMeta,
  KeptResource,
  ModelVersion,
  StoredFile,
  StoredProject,
  StoredResource,
  TrainMeta,
} from './model-types.js';
import { listObjects, mapStore } from './objects.js';

type HashObject = (info: ObjectInfo) => Promise<string>;

/**
 * The project kept with a version; undefined where the original trained, or none was copied with the model.
 * @throws MLSQL_MODEL_CORRUPT where a file that meta/1 names is missing or has another size
 */
export async function readProject(
  store: ObjectStore,
  version: ModelVersion,
  train: TrainMeta | undefined,
): Promise<StoredProject | undefined> {
  if (train === undefined || (train.script === '' && train.command === '' && train.builtinAlg === ''))
    return undefined;
  const prefix = projectPrefix(version.folder);
  const files = train.project.map((file) => ({ ...file, key: prefix + file.path }));
  // Somebody may have copied meta and model alone: then the script has to be named, as with the original's models.
  if (files.length > 0 && (await listObjects(store, prefix)).length === 0) return undefined;
  await checkKept(store, prefix, files);
  return { files, script: train.script, command: train.command, builtinAlg: train.builtinAlg };
}

/**
 * A group's resources: as meta/1 names them; else what lies in resource/<algIndex>; else, since the original kept no
 * copies, what its parameters `resource.NAME` name in the store.
 */
export async function readResources(
  store: ObjectStore,
  version: ModelVersion,
  group: GroupMeta,
  train: TrainMeta | undefined,
  hash: HashObject,
): Promise<StoredResource[]> {
  const kept = (train?.resources ?? []).filter(({ algIndex }) => algIndex === group.algIndex);
  if (kept.length > 0) return readKept(store, version, group.algIndex, kept);
  const prefix = resourcePrefix(version.folder, group.algIndex);
  const laid = await listObjects(store, prefix);
  if (laid.length > 0) return resourcesOf(laid, prefix, hash);
  const named = Object.entries(group.trainParams).filter(
    ([key, path]) => key.startsWith('resource.') && path.startsWith('/'),
  );
  const found = await mapStore(named, ([key, path]) =>
    readNamed(store, key.slice('resource.'.length), path.slice(1), hash),
  );
  return found.filter((resource) => resource !== undefined);
}

async function readKept(
  store: ObjectStore,
  version: ModelVersion,
  algIndex: number,
  kept: readonly KeptResource[],
): Promise<StoredResource[]> {
  const prefix = resourcePrefix(version.folder, algIndex);
  const withKeys = kept.map((resource) => ({
    name: resource.name,
    folder: resource.folder,
    files: resource.files.map((file, i) => ({
      ...file,
      key: resourceFileKey(version.folder, algIndex, resource, i),
    })),
  }));
  await checkKept(
    store,
    prefix,
    withKeys.flatMap(({ files }) => files),
  );
  return withKeys;
}

async function checkKept(store: ObjectStore, prefix: string, files: readonly StoredFile[]): Promise<void> {
  if (files.length === 0) return;
  const present = new Map((await listObjects(store, prefix)).map((info) => [info.key, info.sizeBytes]));
  const bad = files.find(({ key, sizeBytes }) => present.get(key) !== sizeBytes);
  if (bad === undefined) return;
  const size = present.get(bad.key);
  const what = size === undefined ? 'is missing' : `has ${size} bytes instead of ${bad.sizeBytes}`;
  throw new MlsqlError('MLSQL_MODEL_CORRUPT', `"${pathOfKey(bad.key)}", kept with the model, ${what}.`, {
    hint: 'Copy the folder again where it was copied from, or register another version.',
  });
}

/** Resources by what lies there: a file directly below the prefix is one, a folder with all its files is one. */
async function resourcesOf(
  objects: readonly ObjectInfo[],
  prefix: string,
  hash: HashObject,
): Promise<StoredResource[]> {
  const byName = new Map<string, { folder: boolean; files: StoredFile[] }>();
  for (const info of objects) {
    const [name, ...below] = info.key.slice(prefix.length).split('/') as [string, ...string[]];
    const resource = byName.get(name) ?? { folder: below.length > 0, files: [] };
    resource.files.push(await stored(info, below.length > 0 ? below.join('/') : name, hash));
    byName.set(name, resource);
  }
  return [...byName].map(([name, resource]) => ({ name, ...resource }));
}

async function readNamed(
  store: ObjectStore,
  name: string,
  key: string,
  hash: HashObject,
): Promise<StoredResource | undefined> {
  const place = key.replace(/\/+$/, '');
  const single = await store.head(place);
  if (single !== undefined) {
    return {
      name,
      folder: false,
      files: [await stored(single, place.slice(place.lastIndexOf('/') + 1), hash)],
    };
  }
  const objects = await listObjects(store, `${place}/`);
  if (objects.length === 0) return undefined;
  const files = await mapStore(objects, (info) => stored(info, info.key.slice(place.length + 1), hash));
  return { name, folder: true, files };
}

async function stored(info: ObjectInfo, path: string, hash: HashObject): Promise<StoredFile> {
  return { path, key: info.key, sizeBytes: info.sizeBytes, sha256: await hash(info), executable: false };
}
