// Bugs planted from the outside, by wrappers around the parts of a coordinator or an executor and by a changed machine: the
// simulation is worth something only where it catches each of them.
import type { JobPublisher } from '../../coordinator/runtime/publisher.js';
import type { StateStore } from '../../coordinator/runtime/state-store.js';
import type { SchedulerEffect } from '../../coordinator/scheduling/effects.js';
import type { SchedulerEvent } from '../../coordinator/scheduling/events.js';
import type { step } from '../../coordinator/scheduling/step.js';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import { COORDINATOR_KEY } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { VirtualTime } from './scheduling/chaos.js';
import type { Seams } from './world/coordinator-node.js';
import type { StateDisk } from './world/state-disk.js';

export interface PlantWorld {
  readonly time: VirtualTime;
  readonly disk: StateDisk;
}

export interface Plant {
  readonly what: string;
  seams?(world: PlantWorld): Seams;
  executorStore?(real: ObjectStore, world: PlantWorld): ObjectStore;
  /** True: an executor that starts anew does not look for what the dead one left. */
  readonly forgetsLeftWork?: boolean;
}

/** The store with some of its methods replaced. */
function changed(store: ObjectStore, over: Partial<ObjectStore>): ObjectStore {
  return {
    url: store.url,
    head: (key) => store.head(key),
    get: (key, options) => store.get(key, options),
    put: (key, body, options) => store.put(key, body, options),
    copy: (source, target, options) => store.copy(source, target, options),
    list: (prefix, options) => store.list(prefix, options),
    delete: (keys) => store.delete(keys),
    localPath: (key) => store.localPath(key),
    ...over,
  };
}

/** The publisher as it is, to have some of its methods replaced. */
function passing(real: JobPublisher): JobPublisher {
  return {
    stagingPrefix: (target, ref) => real.stagingPrefix(target, ref),
    checkpointPrefix: (target, algIndex) => real.checkpointPrefix(target, algIndex),
    accept: (target, ref, result) => real.accept(target, ref, result),
    publish: (target, outcome) => real.publish(target, outcome),
    fail: (target, outcome) => real.fail(target, outcome),
  };
}

/** Conditions are left out where the key is one of these. */
function unconditional(pattern: RegExp): (store: ObjectStore) => ObjectStore {
  return (store) =>
    changed(store, {
      put: (key, body, options) => store.put(key, body, pattern.test(key) ? {} : options),
    });
}

/** Such objects count as written, and are later. */
function putsLate(time: VirtualTime, part: string, delayMs: number): (store: ObjectStore) => ObjectStore {
  return (store) =>
    changed(store, {
      put: (key, body, options) => {
        if (!key.includes(part)) return store.put(key, body, options);
        time.after(delayMs, () => void store.put(key, body, options).catch(() => undefined));
        return Promise.resolve({ key, sizeBytes: 1, etag: 'later', modifiedMs: 0 });
      },
    });
}

type Planting = NonNullable<Plant['seams']>;

/** The machine, changed. */
const machine =
  (change: (real: typeof step) => typeof step): Planting =>
  () => ({ step: change });

/** Effects that the change throws away. */
const without = (drop: (effect: SchedulerEffect, event: SchedulerEvent) => boolean): Planting =>
  machine((real) => (state, event, now) => real(state, event, now).filter((effect) => !drop(effect, event)));

export const PLANTED = {
  'acknowledge-before-commit': {
    what: 'records count as kept before the disk has them',
    seams: ({ time }) => ({
      stateStore: (real): StateStore => ({
        load: () => real.load(),
        forget: (jobId) => real.forget(jobId),
        write: (records) => {
          time.after(2_000, () => void real.write(records).catch(() => undefined));
          return Promise.resolve();
        },
      }),
    }),
  },
  'forget-group-records': {
    what: 'a group that changes is not written down',
    seams: without((effect) => effect.type === 'persist-record' && effect.record.kind === 'group'),
  },
  'state-ignores-epoch': {
    what: 'the state takes the writes of a coordinator whose epoch is over',
    seams: ({ disk }) => {
      disk.ignoresEpoch = true;
      return {};
    },
  },
  'no-fence': {
    what: 'a coordinator writes to the store without a look at its claim',
    seams: () => ({ fence: (_fenced, below) => below }),
  },
  'claim-taken-blindly': {
    what: 'the claim of the store is written whoever has it',
    seams: () => ({ store: unconditional(new RegExp(`^${COORDINATOR_KEY}$`)) }),
  },
  'version-claimed-twice': {
    what: 'a version is claimed without the condition that nobody has it',
    seams: () => ({
      store: (store) =>
        changed(store, {
          list: (prefix, options) => (prefix.endsWith('/_model_') ? nothing() : store.list(prefix, options)),
          put: (key, body, options) => store.put(key, body, key.endsWith('/_claim.json') ? {} : options),
        }),
    }),
  },
  'version-skipped': {
    what: 'the next version number leaves one out',
    seams: () => ({
      store: (store) =>
        changed(store, {
          put: (key, body, options) =>
            key.endsWith('/_model_1/_claim.json')
              ? Promise.reject(new MlsqlError('MLSQL_STORE_PRECONDITION', 'taken'))
              : store.put(key, body, options),
        }),
    }),
  },
  'publish-before-models': {
    what: 'meta/0 is written before the models are in their place',
    seams: ({ time }) => ({
      store: (store) =>
        changed(store, {
          copy: (source, target, options) => {
            if (!target.includes('/model/')) return store.copy(source, target, options);
            time.after(400, () => void store.copy(source, target, options).catch(() => undefined));
            return store.head(source).then((info) => info ?? store.copy(source, target, options));
          },
        }),
    }),
  },
  'publish-before-meta-1': {
    what: 'meta/0 is written before meta/1',
    seams: ({ time }) => ({
      store: putsLate(time, '/meta/1/', 400),
    }),
  },
  'second-result': {
    what: 'the result of an attempt that was given up is accepted as well, over the one that counts',
    seams: () => ({
      store: unconditional(/\/_staging\/accepted\/\d+$/),
      step: (real) => (state, event, now) => {
        const effects = real(state, event, now);
        if (event.type !== 'attempt-news' || event.news.result === undefined) return effects;
        const { ref, result } = event.news;
        const job = state.jobs.get(ref.jobId);
        const isStale = job !== undefined && job.groups.get(ref.algIndex)?.attempts !== ref.attempt;
        return isStale
          ? [...effects, { type: 'accept-result', ref, target: job.spec.target, result }]
          : effects;
      },
    }),
  },
  'accepted-by-hearsay': {
    what: 'a result counts as accepted though the store was not asked',
    seams: () => ({
      publisher: (real) => ({
        ...passing(real),
        accept: (_target, { attempt }) => Promise.resolve({ attempt }),
      }),
    }),
  },
  'claim-never-ended': {
    what: 'a train that fails leaves its version without a meta/0',
    seams: () => ({
      publisher: (real) => ({
        ...passing(real),
        fail: () => Promise.resolve(undefined),
      }),
    }),
  },
  'success-before-publish': {
    what: 'a job counts as published though the store said no',
    seams: () => ({
      publisher: (real) => ({
        ...passing(real),
        publish: (target, outcome) =>
          real.publish(target, outcome).catch((error: unknown) => {
            if (isMlsqlError(error)) return { folder: (target as { folder: string }).folder, groups: [] };
            throw error;
          }),
      }),
    }),
  },
  'leak-slot-at-cancel': {
    what: 'an attempt that was cancelled keeps its slot',
    seams: machine((real) => (state, event, now) => {
      const held = [...state.executors.values()].map(
        (executor) => [executor, [...executor.attempts]] as const,
      );
      const effects = real(state, event, now);
      if (event.type === 'attempt-news' && event.news.phase === 'cancelled')
        for (const [executor, attempts] of held)
          for (const [key, attempt] of attempts) executor.attempts.set(key, attempt);
      return effects;
    }),
  },
  'no-result-ack': {
    what: 'results are never acknowledged',
    seams: without((effect) => effect.type === 'send-result-ack'),
  },
  'zombie-counts': {
    what: 'what an earlier attempt says counts for the one that has its place now',
    seams: machine((real) => (state, event, now) => {
      if (event.type !== 'attempt-news') return real(state, event, now);
      const { ref } = event.news;
      const live = state.jobs.get(ref.jobId)?.groups.get(ref.algIndex);
      if (live?.live === undefined) return real(state, event, now);
      const { executor } = live.live;
      const connectionId = state.executors.get(executor)?.connectionId ?? 0;
      const news = { ...event.news, ref: { ...ref, attempt: live.attempts } };
      return real(state, { ...event, executor, connectionId, news }, now);
    }),
  },
  'end-told-twice': {
    what: 'the end of a job is told twice',
    seams: machine(
      (real) => (state, event, now) =>
        real(state, event, now).flatMap((effect): SchedulerEffect[] =>
          effect.type === 'job-ended' ? [effect, effect] : [effect],
        ),
    ),
  },
  'upload-not-awaited': {
    what: 'an executor says that its model is in the store before it is',
    executorStore: (store, { time }) => putsLate(time, '/model.pickle', 3_000)(store),
  },
  'left-work-forgotten': {
    what: 'an executor that starts anew does not take over what the dead one left',
    forgetsLeftWork: true,
  },
} as const satisfies Record<string, Plant>;

export type PlantedName = keyof typeof PLANTED;

async function* nothing(): AsyncGenerator<never> {}
