// A publish that is cut off at each of its writes in turn, by a coordinator that dies.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { ModelTarget } from './model-types.js';
import { createPublisher, type Publisher } from './publisher.js';
import { selectModel } from './select-model.js';
import {
  claim,
  dyingStore,
  ended,
  failure,
  hashObject,
  readText,
  sha256,
  silent,
  snapshot,
  success,
  temporaryStore,
  trainAndPublish,
  uploadAttempt,
} from './test-support.js';

const PATH = 'models/digits 中';
let store: ObjectStore;
let close: () => Promise<void>;
let publisher: Publisher;

beforeEach(async () => {
  ({ store, close } = await temporaryStore());
  publisher = createPublisher({ store, logger: silent });
});
afterEach(() => close());

describe('a coordinator that dies in the middle', () => {
  it.each([true, false])(
    'is followed by one that publishes the same (keepVersion %s)',
    async (keepVersion) => {
      await trainAndPublish(store, PATH, {
        id: 'job-before',
        keepVersion,
        files: { 'before.pkl': 'b' },
        now: 1000,
      });
      let deaths = 0;
      let expected: Record<string, string> | undefined;
      for (let writes = 0; ; writes++) {
        const path = `${PATH}/${writes}`;
        await trainAndPublish(store, path, {
          id: 'job-before',
          keepVersion,
          files: { 'before.pkl': 'b' },
          now: 1000,
        });
        const { target, outcome } = await readyToPublish(path, keepVersion);
        const dying = dyingStore(store, writes);
        await createPublisher({ store: dying.store, logger: silent })
          .publish(target, outcome)
          .catch(() => undefined);
        if (dying.died()) deaths++;
        // Whatever was written until then, a reader finds the version before or the new one, whole.
        const seen = await selectModel(store, path, {}, (info) => hashObject(store, info));
        for (const file of seen.files) expect(sha256(await readText(store, file.key))).toBe(file.sha256);
        await publisher.publish(target, outcome);
        expected ??= await snapshot(store, path);
        expect(await snapshot(store, path), `after ${writes} writes`).toEqual(expected);
        if (!dying.died()) break;
      }
      expect(deaths).toBeGreaterThan(10);
    },
  );

  async function readyToPublish(path: string, keepVersion: boolean) {
    const target: ModelTarget = await claim(publisher, store, path, 'job-a', { keepVersion, groups: 2 });
    const result = await uploadAttempt(store, target, 0, 1);
    await publisher.accept(target, 0, 1, result);
    return { target, outcome: ended([success(0, 1, result, 0.5), failure(1, 'boom')]) };
  }
});
