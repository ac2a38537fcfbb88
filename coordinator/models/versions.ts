// Reading what lies under a train's path, whoever wrote it: this product, the original, or a tool that copied a folder.

import { MlsqlError } from '../../shared/errors.js';
import {
  generationFolder,
  metaKey,
  pathOfKey,
  versionFolder,
  versionOfName,
} from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { newestFirst, timesOf } from './choices.js';
import { generationOf } from './head.js';
import { readGroups, readTrain } from './meta-files.js';
import type { ModelVersion, TrainMeta } from './model-types.js';
import { listFolders, mapStore } from './objects.js';

/** All versions of a path, newest first. One that has no meta/0 (yet) is none. Empty where there is nothing. */
export async function readVersions(store: ObjectStore, path: string): Promise<ModelVersion[]> {
  const [numbers, own] = await Promise.all([versionNumbers(store, path), readOwn(store, path)]);
  const numbered = await mapStore(numbers, (version) => readNumbered(store, path, version));
  return newestFirst(
    numbered.filter((version) => version !== undefined),
    own,
  );
}

/**
 * One version with the facts of its train.
 * @param version - absent: the newest with a success, else the newest at all
 * @throws MLSQL_MODEL_NOT_FOUND where the path has none, MLSQL_MODEL_VERSION_UNKNOWN where it has no such one
 */
export async function readMeta(
  store: ObjectStore,
  path: string,
  version?: number,
): Promise<{ meta0: ModelVersion; meta1: TrainMeta | undefined }> {
  const meta0 = version === undefined ? await newest(store, path) : await readVersion(store, path, version);
  return { meta0, meta1: await readTrain(store, meta0.folder) };
}

/**
 * One numbered version.
 * @throws MLSQL_MODEL_VERSION_UNKNOWN that names those that exist
 */
export async function readVersion(store: ObjectStore, path: string, version: number): Promise<ModelVersion> {
  const found = await readNumbered(store, path, version);
  if (found !== undefined) return found;
  const numbers = await versionNumbers(store, path);
  const finished = (await readVersions(store, path))
    .map((one) => one.version)
    .filter((number) => number !== undefined);
  const what = numbers.includes(version)
    ? `Version ${version} of ${pathOfKey(path)} is still being trained, or its train was cut off.`
    : `${pathOfKey(path)} has no version ${version}.`;
  const hint =
    finished.length === 0
      ? 'It has no numbered versions: train with keepVersion="true", or leave modelVersion out.'
      : `Its versions: ${finished.join(', ')}.`;
  throw new MlsqlError('MLSQL_MODEL_VERSION_UNKNOWN', what, { hint });
}

/** Numbers of the folders `_model_N`, finished or not, from the highest. */
export async function versionNumbers(store: ObjectStore, path: string): Promise<number[]> {
  const names = await listFolders(store, `${path}/_model_`);
  const numbers = names
    .map((name) => versionOfName(`_model_${name}`))
    .filter((number) => number !== undefined);
  return numbers.sort((a, b) => b - a);
}

/** A numbered version; undefined where it has no meta/0. */
export async function readNumbered(
  store: ObjectStore,
  path: string,
  version: number,
): Promise<ModelVersion | undefined> {
  const folder = versionFolder(path, version);
  const groups = await readGroups(store, folder);
  return groups === undefined ? undefined : { path, version, folder, groups, ...timesOf(groups) };
}

/** What the path itself holds: the generation that its head names, a version's folder named directly, or an old model. */
export async function readOwn(store: ObjectStore, path: string): Promise<ModelVersion | undefined> {
  const groups = await readGroups(store, path);
  if (groups === undefined) return undefined;
  const id = generationOf(groups);
  // A tool may have copied the head and the model that stands beside it, and left the generations out.
  const generation = id === undefined ? undefined : generationFolder(path, id);
  const isThere = generation !== undefined && (await store.head(metaKey(generation, 0))) !== undefined;
  return { path, folder: isThere ? generation : path, groups, ...timesOf(groups) };
}

async function newest(store: ObjectStore, path: string): Promise<ModelVersion> {
  const versions = await readVersions(store, path);
  const found =
    versions.find(({ groups }) => groups.some(({ status }) => status === 'success')) ?? versions[0];
  if (found !== undefined) return found;
  throw new MlsqlError('MLSQL_MODEL_NOT_FOUND', `No model lies at ${pathOfKey(path)}.`, {
    hint: 'Train one there, or look with mlsql fs ls where it is.',
  });
}
