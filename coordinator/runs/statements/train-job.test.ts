// The place of a train in a store that fails: taken once, and ended where no job comes to stand behind it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../../shared/clock.js';
import { MlsqlError } from '../../../shared/errors.js';
import { jobId as toJobId } from '../../../shared/ids.js';
import { claimKey, metaKey } from '../../../shared/object-store/keys.js';
import type { ObjectStore } from '../../../shared/object-store/object-store.js';
import { readGroups } from '../../models/meta-files.js';
import { createPublisher } from '../../models/publisher.js';
import { describeTrain, keysBelow, silent, temporaryStore } from '../../models/test-support.js';
import type { RunContext } from '../context.js';
import { claimPlace, submitOrFollow } from './train-job.js';

const PATH = 'models/digits';
const AT = { line: 1, column: 1 };
let store: ObjectStore;
let close: () => Promise<void>;
beforeEach(async () => {
  ({ store, close } = await temporaryStore());
});
afterEach(() => close());

const unavailable = (): MlsqlError => new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'the store is away');

/** The store, whose writes fail where `breaks` says so, before or after they were done. */
function failing(breaks: (key: string) => 'before' | 'after' | undefined): ObjectStore {
  return new Proxy(store, {
    get: (target, name) =>
      name === 'put'
        ? async (...args: Parameters<ObjectStore['put']>) => {
            const when = breaks(args[0]);
            if (when === 'before') throw unavailable();
            const info = await target.put(...args);
            if (when === 'after') throw unavailable();
            return info;
          }
        : (Reflect.get(target, name, target) as () => unknown).bind?.(target),
  });
}

/** Waiting takes no time. */
function hasty(): Clock {
  let now = 1000;
  return {
    now: () => now,
    after: (delayMs, callback) => {
      now += delayMs;
      setImmediate(callback);
      return () => undefined;
    },
  };
}

/** A run as far as a train's job needs it; no job is ever known to the runtime. */
function runOn(through: ObjectStore, { leaving = false } = {}): RunContext {
  let noted: string | undefined;
  const context = {
    runId: 'run-1',
    user: 'me',
    signal: new AbortController().signal,
    jobIds: [],
    leaving: () => leaving,
    startedJob: () => noted,
    noteJob: async (id: string) => {
      noted = id;
    },
    services: {
      logger: silent,
      clock: hasty(),
      jobs: { get: () => undefined },
      publisher: createPublisher({ store: through, logger: silent }),
      rowTopics: { removeWithJob: async () => undefined },
    },
  };
  return context as unknown as RunContext;
}

/** Submits a train whose place is claimed, and which then fails. */
async function submitInVain(context: RunContext): Promise<unknown> {
  const train = await describeTrain(store, 2);
  return submitOrFollow(context, {
    position: AT,
    key: () => PATH,
    submit: async (id) => {
      await claimPlace(context, PATH, { jobId: id, keepVersion: true, train });
      throw new MlsqlError('MLSQL_CLUSTER_STATE', 'no space left for the job');
    },
  }).catch((error: unknown) => error);
}

const folders = async (): Promise<string[]> => [
  ...new Set((await keysBelow(store, `${PATH}/`)).map((key) => key.split('/')[0]!)),
];

test('a claim whose answer was lost is the place all the same, and the only one', async () => {
  let answers = 2;
  const context = runOn(
    failing((key) => (key.endsWith('_claim.json') && answers-- > 0 ? 'after' : undefined)),
  );
  const request = { jobId: toJobId('job-a'), keepVersion: true, train: await describeTrain(store, 2) };
  const target = await claimPlace(context, PATH, request);
  expect(target).toMatchObject({ jobId: 'job-a', version: 0 });
  expect(await folders()).toEqual(['_model_0']);
  expect(context.jobIds).toEqual(['job-a']);
});

test('the claim of a job that could not be submitted is ended, through a store that fails meanwhile', async () => {
  let failures = 2;
  const context = runOn(failing((key) => (key.includes('/meta/') && failures-- > 0 ? 'before' : undefined)));
  expect(await submitInVain(context)).toMatchObject({ code: 'MLSQL_CLUSTER_STATE' });
  expect(failures).toBeLessThan(0);
  const groups = await readGroups(store, `${PATH}/_model_0`);
  expect(groups).toMatchObject([
    { status: 'cancelled', message: expect.stringContaining('no space left for the job') },
    { status: 'cancelled' },
  ]);
});

test("the run's own error counts where its claim cannot be ended either", async () => {
  const context = runOn(failing((key) => (key.includes('/meta/') ? 'before' : undefined)));
  expect(await submitInVain(context)).toMatchObject({ code: 'MLSQL_CLUSTER_STATE' });
});

test('a coordinator that leaves lets the claim be: the next one takes it up', async () => {
  expect(await submitInVain(runOn(store, { leaving: true }))).toMatchObject({ code: 'MLSQL_CLUSTER_STATE' });
  expect(await store.head(claimKey(`${PATH}/_model_0`))).toBeDefined();
  expect(await store.head(metaKey(`${PATH}/_model_0`, 0))).toBeUndefined();
});

test('nothing is ended for a train that failed before it had a place', async () => {
  const context = runOn(store);
  const failed = submitOrFollow(context, {
    position: AT,
    key: () => PATH,
    submit: () => Promise.reject(new MlsqlError('MLSQL_TABLE_UNKNOWN', 'no such table')),
  });
  await expect(failed).rejects.toMatchObject({ code: 'MLSQL_TABLE_UNKNOWN' });
  expect(await folders()).toEqual([]);
});
