// The counts of a soak find what they are there to find.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPublisher } from '../../coordinator/models/publisher.js';
import {
  claim,
  ended,
  silent,
  success,
  temporaryStore,
  uploadAttempt,
} from '../../coordinator/models/test-support.js';
import { jobLogKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { countModels } from './counts.js';
import { APPENDED, GROUPS, LINES, PATHS } from './trains.js';

let store: ObjectStore;
let close: () => Promise<void>;
const acknowledged = new Map<string, string>();

beforeEach(async () => {
  ({ store, close } = await temporaryStore());
  acknowledged.clear();
  for (const { path, keepVersion } of PATHS)
    for (const number of [0, 1]) await train(`${path.replaceAll('/', '-')}-${number}`, path, keepVersion);
});
afterEach(() => close());

async function train(run: string, path: string, keepVersion: boolean): Promise<void> {
  acknowledged.set(run, path);
  const publisher = createPublisher({ store, logger: silent });
  const target = await claim(publisher, store, path, `job-${run}`, { keepVersion, groups: GROUPS });
  const groups = [];
  for (let algIndex = 0; algIndex < GROUPS; algIndex++) {
    const result = await uploadAttempt(store, target, algIndex, 1, { owner: `${run} ${algIndex}` });
    const log = `${[...LINES, 'mlsql_validation_score:0.5'].join('\n')}\n`;
    await store.put(jobLogKey(target.jobId, algIndex, 1), Buffer.from(log));
    await publisher.accept(target, algIndex, 1, result);
    groups.push(success(algIndex, 1, result, 0.5));
  }
  await publisher.publish(target, ended(groups));
  await append(run);
}

const append = (run: string, file = run): Promise<unknown> =>
  store.put(`${APPENDED}/part-00000-${file}.json`, Buffer.from(`${JSON.stringify({ run })}\n`));

it('finds nothing where nothing is wrong', async () => {
  expect(await countModels(store, acknowledged)).toEqual([]);
});

const KEPT = 'soak/kept/a';
const WRONGS: Record<string, { harm: () => Promise<unknown>; found: RegExp }> = {
  'a version that never ended': {
    harm: () => store.delete([`${KEPT}/_model_1/meta/0/part-00000.parquet`]),
    found: /_model_1 has no meta\/0/,
  },
  'a number that was claimed for nothing': {
    harm: () => store.put(`${KEPT}/_model_2/_claim.json`, Buffer.from('{}')),
    found: /2 runs claimed 3 places/,
  },
  'a model of another run': {
    harm: () => store.put(`${KEPT}/_model_1/model/1/owner`, Buffer.from('soak-kept-a-0 1')),
    found: /_model_1 mixes|not what its manifest says/,
  },
  'a model too many': {
    harm: () => store.put(`${KEPT}/_model_0/model/1/more`, Buffer.from('x')),
    found: /holds 2 files/,
  },
  'a model that is gone': {
    harm: () => store.delete([`${KEPT}/_model_0/model/2/owner`]),
    found: /holds 0 files/,
  },
  'a log that lacks a line': {
    harm: () => store.put(`${KEPT}/_model_0/log/1.log`, Buffer.from(LINES.slice(1).join('\n'))),
    found: /log of group 1 has line 1,/,
  },
  'a run that was appended twice': { harm: () => append('soak-kept-a-0', 'again'), found: /2 times/ },
  'a run whose row is lost': {
    harm: () => store.delete([`${APPENDED}/part-00000-soak-kept-a-0.json`]),
    found: /soak-kept-a-0 is there 0 times/,
  },
  'an old model beside a new head': {
    harm: () =>
      Promise.all(
        [0, 1, 2].map((group) =>
          store.put(`soak/replaced/model/${group}/owner`, Buffer.from(`soak-replaced-0 ${group}`)),
        ),
      ),
    found: /model is of soak-replaced-0, its meta\/0 of soak-replaced-1/,
  },
};

it.each(Object.keys(WRONGS))('finds %s', async (name) => {
  const { harm, found } = WRONGS[name]!;
  await harm();
  expect((await countModels(store, acknowledged)).join('\n')).toMatch(found);
});

it('finds a run that left nothing', async () => {
  acknowledged.set('lost', KEPT);
  expect((await countModels(store, acknowledged)).join('\n')).toMatch(/lost is there 0 times/);
});
