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
import type { AcceptedAttempt } from './acceptance.js';
import type { ModelTarget } from './model-types.js';
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
  for (const [algIndex, { attempt, result }] of accepted) {
    const staging = attemptStaging(target.folder, algIndex, attempt);
    for (const { path, sizeBytes } of result.files) {
      const source = `${staging}/model/${path}`;
      copies.push({
        source,
        target: modelPrefix(target.folder, algIndex) + path,
        sizeBytes,
        sourceDiscarded: true,
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
  await mapStore(groups, async ({ algIndex, attempt: last }) => {
    const attempt = accepted.get(algIndex)?.attempt ?? last;
    await copyIfThere(store, jobLogKey(target.jobId, algIndex, attempt), groupLogKey(logFolder, algIndex));
  });
}

/** Removes everything below the version's staging. Uploads of attempts that do not know yet may still come: gc's matter. */
export async function removeStaging(store: ObjectStore, target: ModelTarget): Promise<void> {
  const objects = await listObjects(store, stagingPrefix(target.folder));
  await store.delete(objects.map(({ key }) => key));
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
