// Putting a version together from what lies in staging and among the blobs, by server-side copies. Doing it again does
// no harm: what is there already stays.
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import {
  attemptStaging,
  groupLogKey,
  jobLogKey,
  modelPrefix,
  projectPrefix,
  resourcePrefix,
  stagingPrefix,
} from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { GroupOutcome } from '../scheduling/outcome.js';
import { type AcceptedAttempt, readAccepted } from './acceptance.js';
import type { KeptModel, ModelTarget } from './model-types.js';
import { listObjects, mapStore } from './objects.js';

interface Copy {
  readonly source: string;
  readonly target: string;
  readonly sizeBytes: number;
  /** The source lies in staging, which is removed in the end. */
  readonly sourceDiscarded: boolean;
}

/**
 * Copies models, resources and project of the groups that succeeded.
 * @throws MLSQL_MODEL_CORRUPT where a file is gone or has another size than its attempt said
 */
export async function assembleVersion(
  store: ObjectStore,
  target: ModelTarget,
  accepted: ReadonlyMap<number, AcceptedAttempt>,
): Promise<void> {
  const copies: Copy[] = [];
  const keptOf = keptModels(target);
  for (const [algIndex, { attempt, result }] of accepted) {
    const kept = keptOf.get(algIndex);
    const source =
      kept === undefined
        ? `${attemptStaging(target.folder, algIndex, attempt)}/model/`
        : keptModelPrefix(kept);
    for (const { path, sizeBytes } of result.files) {
      copies.push({
        source: source + path,
        target: modelPrefix(target.folder, algIndex) + path,
        sizeBytes,
        sourceDiscarded: kept === undefined,
      });
    }
  }
  for (const { algIndex, resources } of target.train.groups) {
    if (!accepted.has(algIndex)) continue;
    for (const resource of resources) {
      for (const [i, { key, sizeBytes }] of resource.files.entries()) {
        const place = resourceFileKey(target.folder, algIndex, resource, i);
        copies.push({ source: key, target: place, sizeBytes, sourceDiscarded: false });
      }
    }
  }
  for (const { key, path, sizeBytes } of target.train.project.files) {
    copies.push({
      source: key,
      target: projectPrefix(target.folder) + path,
      sizeBytes,
      sourceDiscarded: false,
    });
  }
  await mapStore(copies, (copy) => copyOnce(store, copy));
}

function keptModels({ kept = [] }: ModelTarget): ReadonlyMap<number, KeptModel> {
  return new Map(kept.map((model) => [model.algIndex, model]));
}

/** What the paths of a kept model's files begin with. */
export function keptModelPrefix({ folder, algIndex, stagedAttempt }: KeptModel): string {
  return stagedAttempt === undefined
    ? modelPrefix(folder, algIndex)
    : `${attemptStaging(folder, algIndex, stagedAttempt)}/model/`;
}

/** Where a resource's file lies with a version: `NAME` itself for one file, `NAME/…` for a folder. */
export function resourceFileKey(
  folder: string,
  algIndex: number,
  resource: {
    readonly name: string;
    readonly folder: boolean;
    readonly files: readonly { readonly path: string }[];
  },
  index: number,
): string {
  const place = resourcePrefix(folder, algIndex) + resource.name;
  return resource.folder ? `${place}/${resource.files[index]!.path}` : place;
}

/** Copies each group's log of the attempt that counts, where one is kept. */
export async function assembleLogs(
  store: ObjectStore,
  target: ModelTarget,
  groups: readonly GroupOutcome[],
  accepted: ReadonlyMap<number, AcceptedAttempt>,
  logFolder: string,
): Promise<void> {
  const keptOf = keptModels(target);
  await mapStore(groups, async ({ algIndex, attempt: last }) => {
    const attempt = accepted.get(algIndex)?.attempt ?? last;
    const kept = keptOf.get(algIndex);
    const source =
      kept !== undefined && kept.stagedAttempt === undefined
        ? groupLogKey(kept.folder, algIndex)
        : jobLogKey(kept?.jobId ?? target.jobId, algIndex, attempt);
    await copyIfThere(store, source, groupLogKey(logFolder, algIndex));
  });
}

/**
 * Removes what lies below the version's staging. Uploads of attempts that do not know yet may still come: gc's matter.
 * @param keep - groups whose accepted results stay, with the markers that name them
 */
export async function removeStaging(
  store: ObjectStore,
  target: ModelTarget,
  keep: ReadonlySet<number>,
): Promise<void> {
  const kept: string[] = [];
  await mapStore([...keep], async (algIndex) => {
    const accepted = await readAccepted(store, target.folder, algIndex);
    if (accepted !== undefined) kept.push(`accepted/${algIndex}`, `${algIndex}-${accepted.attempt}/model`);
  });
  const places = new Set(kept);
  const prefix = stagingPrefix(target.folder);
  const rest = (await listObjects(store, prefix)).filter(({ key }) => {
    const [place, part] = key.slice(prefix.length).split('/');
    return !places.has(`${place}/${part}`);
  });
  await store.delete(rest.map(({ key }) => key));
}

async function copyOnce(store: ObjectStore, copy: Copy): Promise<void> {
  const there = await store.head(copy.target);
  if (there?.sizeBytes === copy.sizeBytes) return;
  try {
    const info = await store.copy(copy.source, copy.target, { sourceDiscarded: copy.sourceDiscarded });
    if (info.sizeBytes === copy.sizeBytes) return;
    throw corrupt(copy, `has ${info.sizeBytes} bytes instead of ${copy.sizeBytes}`);
  } catch (error) {
    if (isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) throw corrupt(copy, 'is not there any more');
    throw error;
  }
}

async function copyIfThere(store: ObjectStore, source: string, target: string): Promise<void> {
  try {
    await store.copy(source, target);
  } catch (error) {
    if (!isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) throw error;
  }
}

function corrupt(copy: Copy, what: string): MlsqlError {
  return new MlsqlError('MLSQL_MODEL_CORRUPT', `The model cannot be published: "/${copy.source}" ${what}.`, {
    hint: 'Something changed the store beside the cluster; train again.',
  });
}
