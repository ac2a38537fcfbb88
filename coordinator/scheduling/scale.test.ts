// Goal: a job of 10,000 groups goes through to its end. What a step costs must not grow with the groups, or this takes for ever.
import { expect, it } from 'vitest';
import { executorName } from '../../shared/ids.js';
import { EPOCH, facts, jobSpec, RESULT } from '../../test/support/machine.js';
import type { SchedulerEffect } from './effects.js';
import type { AttemptNews, SchedulerEvent } from './events.js';
import { checkInvariants } from './invariants.js';
import { createSchedulerState, step } from './step.js';

const GROUPS = 10_000;
const EXECUTORS = 20;
const SLOTS = 8;

it('runs 10,000 groups of one job, and a small job beside it does not wait for them', () => {
  const state = createSchedulerState({ epoch: EPOCH }, 1);
  const inputs = Array.from({ length: 50 }, (_, index) => ({ sha256: `part-${index}`, sizeBytes: 1_000 }));
  const running: Extract<SchedulerEffect, { type: 'send-assign' }>[] = [];
  const outcomes: string[] = [];
  let now = 1_000_000;
  let effectsInAll = 0;
  let assigned = 0;
  let mostEffects = 0;
  const queue: SchedulerEvent[] = [];
  const take = (event: SchedulerEvent): void => {
    now += 1;
    const effects = step(state, event, now);
    effectsInAll += effects.length;
    if (event.type !== 'submit-job') mostEffects = Math.max(mostEffects, effects.length);
    for (const effect of effects) {
      if (effect.type === 'send-assign') {
        running.push(effect);
        assigned += 1;
      }
      if (effect.type === 'accept-result') {
        queue.push({
          type: 'result-decided',
          ref: effect.ref,
          decision: { kind: 'accepted', attempt: effect.ref.attempt },
        });
      }
      if (effect.type === 'publish-job') {
        queue.push({
          type: 'publish-decided',
          jobId: effect.jobId,
          stage: 'publishing',
          decision: { kind: 'done', published: 1 },
        });
      }
      if (effect.type === 'job-ended')
        outcomes.push(`${effect.jobId} ${effect.outcome.reason} after ${assigned}`);
    }
  };

  take({
    type: 'submit-job',
    spec: jobSpec('large', GROUPS, { each: { inputs }, minSuccess: GROUPS }),
    requestId: 1,
  });
  for (let index = 0; index < EXECUTORS; index++) {
    const executor = facts(`e${index}`, { slots: SLOTS });
    take({
      type: 'executor-connected',
      facts: executor,
      connectionId: index + 1,
      cachedBlobs: [],
      attempts: [],
    });
  }
  take({ type: 'submit-job', spec: jobSpec('small', 10, { user: 'bob' }), requestId: 2 });
  for (let index = 0; running.length > 0 || queue.length > 0; index++) {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) take(next);
    const attempt = running.shift();
    if (attempt === undefined) continue;
    const { ref, executor, connectionId } = attempt;
    for (const phase of ['running', 'succeeded'] as const) {
      const news: AttemptNews = {
        ref,
        epoch: EPOCH,
        phase,
        metrics: {},
        bytesSynced: 0,
        warnings: [],
        ...(phase === 'succeeded' && { result: RESULT }),
      };
      take({ type: 'attempt-news', executor: executorName(executor), connectionId, news });
    }
    if (index % 1_000 === 0) checkInvariants(state);
  }

  checkInvariants(state);
  expect(outcomes).toHaveLength(2);
  expect(outcomes[0]).toMatch(/^small 10 of 10 groups succeeded after \d{2,3}$/);
  expect(outcomes[1]).toBe(`large ${GROUPS} of ${GROUPS} groups succeeded after ${GROUPS + 10}`);
  // No step is about more than the slots that it filled.
  expect(mostEffects).toBeLessThan(SLOTS * 6);
  expect(effectsInAll / GROUPS).toBeLessThan(20);
});
