// Choosing the model that a register or predict names, and finding all of its files.
import { MlsqlError } from '../../shared/errors.js';
import { modelPrefix, pathOfKey } from '../../shared/object-store/keys.js';
import type { ObjectInfo, ObjectStore } from '../../shared/object-store/object-store.js';
import { bestGroup, newestFirst, succeeded } from './choices.js';
import { readTrain } from './meta-files.js';
import { readProject, readResources } from './model-extras.js';
import type {
  GroupMeta,
  ModelVersion,
  Params,
  RegisteredModel,
  StoredFile,
  TrainMeta,
} from './model-types.js';
import { listObjects, mapStore } from './objects.js';
import { readNumbered, readOwn, readVersion, readVersions, versionNumbers } from './versions.js';

export interface ModelChoice {
  /** Absent: the newest with a success. */
  readonly modelVersion?: number;
  /** Absent: the best. */
  readonly algIndex?: number;
}

/** SHA-256 of an object's content, lower-case hexadecimal. */
export type HashObject = (info: ObjectInfo) => Promise<string>;

/**
 * The model that serves: the version asked for or the newest with a success, in it the group asked for, or the best score
 * among the successful, or the lowest algIndex where none has a score.
 * @param path - key of a train's path, of a version's folder, or of a copy of either
 * @param hash - for files that the original wrote without a manifest
 * @throws MLSQL_MODEL_NOT_FOUND, _VERSION_UNKNOWN, _GROUP_UNKNOWN and _EMPTY, which name what exists; _CORRUPT where files
 *   are not as the manifest says
 */
export async function selectModel(
  store: ObjectStore,
  path: string,
  choice: ModelChoice,
  hash: HashObject,
): Promise<RegisteredModel> {
  const version = await chooseVersion(store, path, choice.modelVersion);
  const group = chooseGroup(version, choice.algIndex);
  const [train, files] = await Promise.all([
    readTrain(store, version.folder),
    modelFiles(store, version, group, hash),
  ]);
  if (files.length === 0) {
    throw new MlsqlError(
      'MLSQL_MODEL_EMPTY',
      `Group ${group.algIndex} of ${nameOf(version)} succeeded but saved no file.`,
      {
        hint: `Let the script save its model into tempModelLocalPath, or name another group with algIndex${others(version, group)}.`,
      },
    );
  }
  return {
    path,
    ...(version.version === undefined ? {} : { version: version.version }),
    folder: version.folder,
    algIndex: group.algIndex,
    alg: group.alg,
    score: group.score !== null && Number.isFinite(group.score) ? group.score : null,
    files,
    ...(await extras(store, version, group, train, hash)),
  };
}

async function extras(
  store: ObjectStore,
  version: ModelVersion,
  group: GroupMeta,
  train: TrainMeta | undefined,
  hash: HashObject,
): Promise<Omit<RegisteredModel, 'path' | 'version' | 'folder' | 'algIndex' | 'alg' | 'score' | 'files'>> {
  const project = await readProject(store, version, train);
  const none: Params = {};
  return {
    resources: await readResources(store, version, group, train, hash),
    systemParam: train?.systemParam ?? none,
    trainParams: train?.trainParams ?? none,
    fitParam: group.trainParams,
    interpreter: train?.interpreter ?? none,
    ...(project === undefined ? {} : { project }),
  };
}

async function chooseVersion(
  store: ObjectStore,
  path: string,
  number: number | undefined,
): Promise<ModelVersion> {
  if (number !== undefined) {
    const version = await readVersion(store, path, number);
    if (version.groups.some(succeeded)) return version;
    throw await nothingSucceeded(
      store,
      path,
      `Version ${number} of ${pathOfKey(path)} has no successful group: ${causes(version)}.`,
    );
  }
  const own = await readOwn(store, path);
  const ownSuccess = own?.groups.some(succeeded) ? own : undefined;
  // From the highest number down, only as far as needed: a path may have thousands.
  for (const candidate of await versionNumbers(store, path)) {
    const version = await readNumbered(store, path, candidate);
    if (version?.groups.some(succeeded)) return newestFirst([version], ownSuccess)[0]!;
  }
  if (ownSuccess !== undefined) return ownSuccess;
  throw await nothingSucceeded(store, path);
}

async function nothingSucceeded(store: ObjectStore, path: string, message?: string): Promise<MlsqlError> {
  const versions = await readVersions(store, path);
  const good = versions.filter(({ groups }) => groups.some(succeeded));
  const [newest] = versions;
  if (newest === undefined) {
    return new MlsqlError('MLSQL_MODEL_NOT_FOUND', `No model lies at ${pathOfKey(path)}.`, {
      hint: 'Train one there first; a train that failed leaves no model.',
    });
  }
  return new MlsqlError(
    'MLSQL_MODEL_NOT_FOUND',
    message ?? `No train at ${pathOfKey(path)} has succeeded; the last one: ${causes(newest)}.`,
    {
      hint:
        good.length > 0
          ? `Versions with a success: ${good.map(({ version }) => version ?? 'the path itself').join(', ')}.`
          : 'mlsql models show tells why each group failed.',
    },
  );
}

function chooseGroup(version: ModelVersion, algIndex: number | undefined): GroupMeta {
  if (algIndex === undefined) return bestGroup(version.groups)!;
  const group = version.groups.find((candidate) => candidate.algIndex === algIndex);
  if (group !== undefined && succeeded(group)) return group;
  const successes = version.groups.filter(succeeded).map((candidate) => candidate.algIndex);
  const what =
    group === undefined
      ? 'does not exist'
      : `is no success (${group.status}${group.message === '' ? '' : `: ${group.message}`})`;
  throw new MlsqlError('MLSQL_MODEL_GROUP_UNKNOWN', `Group ${algIndex} of ${nameOf(version)} ${what}.`, {
    hint: `Successful groups: ${successes.join(', ')}.`,
  });
}

/** The group's files in the store, checked against the manifest, or hashed where there is none. */
async function modelFiles(
  store: ObjectStore,
  version: ModelVersion,
  group: GroupMeta,
  hash: HashObject,
): Promise<StoredFile[]> {
  const prefix = modelPrefix(version.folder, group.algIndex);
  const present = new Map((await listObjects(store, prefix)).map((info) => [info.key, info]));
  if (group.files === null) {
    return mapStore([...present.values()], async (info) => ({
      path: info.key.slice(prefix.length),
      key: info.key,
      sizeBytes: info.sizeBytes,
      sha256: await hash(info),
      executable: false,
    }));
  }
  return group.files.map((file) => {
    const key = prefix + file.path;
    const info = present.get(key);
    if (info?.sizeBytes === file.sizeBytes) return { ...file, key, executable: false };
    const what =
      info === undefined ? 'is missing' : `has ${info.sizeBytes} bytes instead of ${file.sizeBytes}`;
    throw new MlsqlError(
      'MLSQL_MODEL_CORRUPT',
      `Group ${group.algIndex} of ${nameOf(version)}: "${pathOfKey(key)}" ${what}.`,
      {
        hint: 'Copy the folder again where it was copied from, or register another version.',
      },
    );
  });
}

function nameOf(version: ModelVersion): string {
  return version.version === undefined
    ? pathOfKey(version.path)
    : `version ${version.version} of ${pathOfKey(version.path)}`;
}

function causes(version: ModelVersion): string {
  const shown = version.groups
    .slice(0, 3)
    .map(
      ({ algIndex, status, message }) =>
        `group ${algIndex} ${status}${message === '' ? '' : ` (${message})`}`,
    );
  if (shown.length === 0) return 'it has no groups';
  return version.groups.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}

function others(version: ModelVersion, group: GroupMeta): string {
  const others = version.groups.filter(
    (candidate) => succeeded(candidate) && candidate.algIndex !== group.algIndex,
  );
  return others.length === 0 ? '' : ` (${others.map(({ algIndex }) => algIndex).join(', ')})`;
}
