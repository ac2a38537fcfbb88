// Groups that a job takes over from an earlier one: done from the start, counted, and never run.
import { expect, it } from 'vitest';
import { jobId } from '../../shared/ids.js';
import { facts, jobSpec, Machine, ofType } from '../../test/support/machine.js';
import type { JobSpec, KeptGroup } from './model.js';

const kept: KeptGroup = {
  jobId: jobId('first'),
  attempts: 3,
  acceptedAttempt: 2,
  result: { files: [], logLines: 4, interpreter: {}, peakMemoryBytes: 0 },
  executor: 'elsewhere',
  score: 0.5,
  metrics: { loss: 1 },
  warnings: [],
  startTimeMs: 10,
  endTimeMs: 20,
};

function retried(): JobSpec {
  const spec = jobSpec('j', 3, { minSuccess: 2 });
  return { ...spec, groups: spec.groups.map((group) => (group.algIndex === 1 ? group : { ...group, kept })) };
}

it('runs only the others, and publishes all', () => {
  const machine = new Machine();
  machine.connect(facts('e1', { slots: 4 }));
  const effects = machine.submit(retried());
  expect(machine.phases('j')).toEqual(['succeeded', 'assigned', 'succeeded']);
  expect(ofType(effects, 'notify-job')[0]?.changedGroups.toSorted()).toEqual([0, 1, 2]);
  expect(machine.job('j').story.map(({ text }) => text)).toContain('submitted: 3 groups, 2 kept of first');
  const outcome = ofType(machine.succeed('j', 1), 'publish-job')[0]?.outcome;
  expect(outcome?.groups).toMatchObject([
    {
      status: 'success',
      message: 'kept of job first',
      attempts: 3,
      attempt: 2,
      score: 0.5,
      executor: 'elsewhere',
    },
    { status: 'success', message: '', attempts: 1 },
    { status: 'success', message: 'kept of job first' },
  ]);
});
