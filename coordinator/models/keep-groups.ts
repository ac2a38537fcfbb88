// Groups of a published version that another version takes over: their models and logs go to its staging by server-side
// copies, and are accepted there as if an attempt of its own had brought them. Doing it again does no harm.
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import {
  attemptStaging,
  groupLogKey,
  jobLogKey,
  modelPrefix,
  pathOfKey,
} from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { KeptGroups } from '../scheduling/model.js';
import { acceptAttempt } from './acceptance.js';
import type { ModelTarget } from './model-types.js';
import { mapStore } from './objects.js';

/** @throws MlsqlError MLSQL_MODEL_CORRUPT where one of the models is gone */
export async function keepGroups(
  store: ObjectStore,
  { folder: from, groups: kept }: KeptGroups,
  target: ModelTarget,
): Promise<void> {
  const copies = kept.flatMap(({ algIndex, attempt, result }) =>
    (result?.files ?? []).map(({ path }) => ({
      algIndex,
      source: modelPrefix(from, algIndex) + path,
      target: `${attemptStaging(target.folder, algIndex, attempt)}/model/${path}`,
    })),
  );
  await mapStore(copies, async ({ algIndex, source, target: place }) => {
    try {
      await store.copy(source, place);
    } catch (error) {
      if (!isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) throw error;
      throw new MlsqlError(
        'MLSQL_MODEL_CORRUPT',
        `the model of group ${algIndex} that is to be kept is not whole any more: ${pathOfKey(source)} is gone`,
        { hint: 'run the script again' },
      );
    }
  });
  await mapStore(kept, async ({ algIndex, attempt, result }) => {
    if (result === undefined) throw new Error(`group ${algIndex} succeeded without a result`);
    try {
      await store.copy(groupLogKey(from, algIndex), jobLogKey(target.jobId, algIndex, attempt));
    } catch (error) {
      if (!isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) throw error;
    }
    await acceptAttempt(store, target.folder, algIndex, { attempt, result });
  });
}
