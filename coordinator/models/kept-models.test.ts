// Models that a retry takes over from earlier trains, published or not.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobId } from '../../shared/ids.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { createPublisher, type Publisher } from './publisher.js';
import {
  claim,
  describeTrain,
  ended,
  failure,
  readText,
  silent,
  snapshot,
  success,
  temporaryStore,
  trainAndPublish,
  uploadAttempt,
} from './test-support.js';
import { readVersions } from './versions.js';

const PATH = 'models/kept';
let store: ObjectStore;
let close: () => Promise<void>;
let publisher: Publisher;

beforeEach(async () => {
  ({ store, close } = await temporaryStore());
  publisher = createPublisher({ store, logger: silent });
});
afterEach(() => close());

describe('a version that keeps models of earlier trains', () => {
  it.each([true, false])(
    'copies them, byte for byte, and leaves them there (keepVersion %s)',
    async (keepVersion) => {
      const first = await trainAndPublish(store, PATH, { id: 'job-a', keepVersion, scores: [0.5, 0.6] });
      const before = await snapshot(store, first.folder);
      const unpublished = await claim(publisher, store, PATH, 'job-b', { keepVersion, groups: 2 });
      const staged = await uploadAttempt(store, unpublished, 1, 3, { 'model.pkl': 'of job-b' });
      await publisher.accept(unpublished, 1, 3, staged);
      await publisher.fail(
        unpublished,
        ended([failure(0, 'no'), success(1, 3, staged)], 'FAILED', 'all needed'),
      );
      const target = await publisher.claim(PATH, {
        jobId: jobId('job-c'),
        runId: 'run-2',
        user: 'me',
        keepVersion,
        train: await describeTrain(store, 3),
        kept: [
          { algIndex: 0, jobId: first.jobId, folder: first.folder },
          { algIndex: 1, jobId: unpublished.jobId, folder: unpublished.folder, stagedAttempt: 3 },
        ],
        now: 5000,
      });
      const own = await uploadAttempt(store, target, 2, 1, { 'model.pkl': 'of job-c' });
      await publisher.accept(target, 2, 1, own);
      const { files } = (await readVersions(store, PATH)).find(({ folder }) => folder === first.folder)!
        .groups[0]!;
      const kept = { ...success(0, 1, { ...own, files: files! }), message: 'kept of job job-a' };
      const outcome = ended([kept, success(1, 3, staged), success(2, 1, own)]);
      const published = await publisher.publish(target, outcome);
      expect(published.groups.map(({ message, files: listed }) => [message, listed?.length])).toEqual([
        ['kept of job job-a', 2],
        ['', 1],
        ['', 1],
      ]);
      const after = await snapshot(store, target.folder);
      for (const name of ['model/0/model.pkl', 'model/0/sub/weights.bin', 'log/0.log'])
        expect(after[name]).toBe(before[name]);
      expect(await readText(store, `${target.folder}/model/1/model.pkl`)).toBe('of job-b');
      expect(await readText(store, `${target.folder}/log/1.log`)).toBe('log of 1-3\n');
      expect(await readText(store, `${target.folder}/model/2/model.pkl`)).toBe('of job-c');
      expect(await snapshot(store, first.folder)).toEqual(before);
      expect(await publisher.publish(target, outcome)).toEqual(published);
    },
  );
});
