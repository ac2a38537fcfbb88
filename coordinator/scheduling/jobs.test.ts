// How groups decide their job: minSuccess, failFast, cancel, and a publisher that fails.
import { describe, expect, it } from 'vitest';
import { jobId } from '../../shared/ids.js';
import {
  assignments,
  essence,
  facts,
  failure,
  jobSpec,
  Machine,
  ofType,
} from '../../test/support/machine.js';
import type { FailureInfo } from './model.js';

const STORE_DOWN: FailureInfo = {
  code: 'MLSQL_STORE_UNAVAILABLE',
  message: 'connection refused',
  traceback: '',
  retryable: true,
  blame: 'platform',
  cause: 'store',
};

function machineWith(slots: number): Machine {
  const machine = new Machine();
  machine.connect(facts('e1', { slots }));
  return machine;
}

describe('minSuccess', () => {
  it('publishes with failed groups when enough succeeded', () => {
    const machine = machineWith(3);
    machine.submit(jobSpec('j', 3, { minSuccess: 2 }));
    machine.report('j', 1, 'failed');
    machine.succeed('j', 0);
    const effects = machine.succeed('j', 2);
    const outcome = ofType(effects, 'publish-job')[0]?.outcome;
    expect(outcome).toMatchObject({
      state: 'SUCCEEDED',
      reason: '2 of 3 groups succeeded, 1 failed',
      error: undefined,
    });
    expect(outcome?.groups.map((group) => group.status)).toEqual(['success', 'fail', 'success']);
    expect(outcome?.groups[1]).toMatchObject({
      message: 'ValueError: no',
      traceback: 'Traceback: no',
      result: undefined,
    });
  });

  it('fails with the first cause when too few did, and other groups run to their end', () => {
    const machine = machineWith(3);
    machine.submit(jobSpec('j', 3, { minSuccess: 3 }));
    machine.report('j', 2, 'failed', { failure: failure({ message: 'first' }) });
    expect(machine.phases('j')).toEqual(['assigned', 'assigned', 'failed']);
    machine.report('j', 0, 'failed', { failure: failure({ message: 'second' }) });
    const effects = machine.succeed('j', 1);
    const outcome = ofType(effects, 'fail-job')[0]?.outcome;
    expect(outcome).toMatchObject({
      state: 'FAILED',
      reason: '1 of 3 groups succeeded, 2 failed, 3 needed; first, group 2: first',
      error: { algIndex: 2, failure: { message: 'first', traceback: 'Traceback: no' } },
    });
    machine.published('j');
    expect(machine.job('j').state).toBe('FAILED');
  });
});

describe('failFast', () => {
  it('cancels what has not ended, and the rule of minSuccess decides', () => {
    const machine = machineWith(2);
    machine.submit(jobSpec('j', 4, { failFast: true }));
    const effects = machine.report('j', 0, 'failed');
    expect(machine.phases('j')).toEqual(['failed', 'assigned', 'cancelled', 'cancelled']);
    expect(ofType(effects, 'send-cancel').map(({ ref, reason }) => [ref.algIndex, reason])).toEqual([
      [1, 'group 0 failed (failFast)'],
    ]);
    expect(assignments(effects)).toEqual([]);
    const ended = machine.report('j', 1, 'cancelled');
    expect(ofType(ended, 'fail-job')[0]?.outcome).toMatchObject({ state: 'FAILED', error: { algIndex: 0 } });
  });

  it('does not strike before the retries are used up', () => {
    const machine = machineWith(1);
    machine.submit(jobSpec('j', 2, { failFast: true, each: { retries: 1 } }));
    machine.report('j', 0, 'failed');
    expect(machine.job('j').stopped).toBe(false);
    expect(machine.phases('j')).toEqual(['pending', 'assigned']);
  });
});

describe('cancel', () => {
  it('ends a waiting job at once, and its end is written down', () => {
    const machine = new Machine();
    machine.submit(jobSpec('j', 2));
    const effects = machine.cancel('j', 'not needed');
    expect(essence(effects)).toEqual(['acknowledge', 'fail-job']);
    expect(ofType(effects, 'fail-job')[0]?.outcome).toMatchObject({
      state: 'CANCELLED',
      reason: 'cancelled: not needed',
      groups: [
        { status: 'cancelled', attempts: 0, message: 'not needed' },
        { status: 'cancelled', attempts: 0 },
      ],
    });
    machine.published('j');
    expect(machine.job('j').state).toBe('CANCELLED');
  });

  it('waits for running attempts to end, holds their slots meanwhile, and takes a late success for cancelled', () => {
    const machine = machineWith(2);
    machine.submit(jobSpec('j', 2));
    machine.submit(jobSpec('next'));
    const effects = machine.cancel('j');
    expect(ofType(effects, 'send-cancel').map(({ ref }) => ref.algIndex)).toEqual([0, 1]);
    expect(assignments(effects)).toEqual([]);
    const first = machine.report('j', 0, 'succeeded');
    expect(essence(first)).toEqual(['send-result-ack', 'send-assign']);
    const last = machine.report('j', 1, 'cancelled');
    expect(ofType(last, 'fail-job')[0]?.outcome.groups.map((group) => group.status)).toEqual([
      'cancelled',
      'cancelled',
    ]);
  });

  it('gives up an attempt that is not ended in time', () => {
    const machine = machineWith(1);
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'running');
    machine.cancel('j');
    machine.passAlive(1_000 + machine.state.config.cancelGuardMs - 1, ['e1']);
    expect(machine.group('j', 0).phase).toBe('running');
    const effects = machine.pass(1);
    expect(essence(effects)).toEqual(['send-forget', 'fail-job']);
    expect(machine.group('j', 0).phase).toBe('cancelled');
  });

  it('leaves a job alone that has ended, and knows one that never was', () => {
    const machine = machineWith(1);
    machine.submit(jobSpec('j'));
    machine.succeed('j', 0);
    expect(machine.cancel('j')).toEqual(
      expect.arrayContaining([{ type: 'acknowledge', requestId: 2, known: true }]),
    );
    machine.published('j');
    machine.cancel('j');
    expect(machine.job('j').state).toBe('SUCCEEDED');
    expect(machine.cancel('other')).toEqual([{ type: 'acknowledge', requestId: 4, known: false }]);
  });

  it('fails a group whose acceptance the store did not answer for a day', () => {
    const machine = machineWith(1);
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'succeeded');
    const ref = { jobId: jobId('j'), algIndex: 0, attempt: 1 };
    const before = machine.now;
    while (machine.group('j', 0).phase === 'accepting') {
      machine.step({ type: 'result-decided', ref, decision: { kind: 'failed', failure: STORE_DOWN } });
      machine.pass(3_600_000);
    }
    expect(machine.now - before).toBe(25 * 3_600_000);
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'failed',
      failure: { message: 'for 24 h: connection refused' },
    });
  });

  it('ends the wait for a store that does not answer an acceptance', () => {
    const machine = machineWith(1);
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'succeeded');
    const ref = { jobId: jobId('j'), algIndex: 0, attempt: 1 };
    machine.step({ type: 'result-decided', ref, decision: { kind: 'failed', failure: STORE_DOWN } });
    expect(essence(machine.cancel('j'))).toEqual(['acknowledge', 'fail-job']);
    expect(machine.step({ type: 'result-decided', ref, decision: { kind: 'accepted', attempt: 1 } })).toEqual(
      [],
    );
  });
});

describe('a publisher that fails', () => {
  function publishing(): Machine {
    const machine = machineWith(1);
    machine.submit(jobSpec('j'));
    machine.succeed('j', 0);
    return machine;
  }
  const decide = (
    machine: Machine,
    stage: 'publishing' | 'failing',
    failed: FailureInfo,
  ): ReturnType<Machine['step']> =>
    machine.step({
      type: 'publish-decided',
      jobId: jobId('j'),
      stage,
      decision: { kind: 'failed', failure: failed },
    });

  it('is asked again with growing pauses while the store is down', () => {
    const machine = publishing();
    const pauses: number[] = [];
    for (let round = 0; round < 8; round++) {
      expect(essence(decide(machine, 'publishing', STORE_DOWN))).toEqual([]);
      const before = machine.now;
      while (ofType(machine.effects, 'publish-job').length === 0) machine.pass(50);
      pauses.push(machine.now - before);
    }
    expect(pauses[7]).toBeGreaterThan((pauses[0] ?? 0) * 10);
    expect(machine.job('j').story.filter((line) => line.text.includes('connection refused'))).toHaveLength(1);
    machine.published('j');
    expect(machine.job('j').state).toBe('SUCCEEDED');
  });

  it('is not asked for ever', () => {
    const machine = publishing();
    const during = (stage: 'publishing' | 'failing'): number => {
      const before = machine.now;
      while (machine.job('j').stage === stage) {
        decide(machine, stage, STORE_DOWN);
        machine.pass(3_600_000);
      }
      return machine.now - before;
    };
    expect(during('publishing')).toBe(25 * 3_600_000);
    expect(during('failing')).toBe(25 * 3_600_000);
    expect(machine.job('j')).toMatchObject({ state: 'FAILED', stage: 'ended' });
    expect(machine.job('j').endReason).toContain('cannot be published: for 24 h: connection refused');
  });

  it('ends the job as failed where the version can never be published', () => {
    const machine = publishing();
    const refused = {
      ...STORE_DOWN,
      code: 'MLSQL_MODEL_CORRUPT',
      message: 'a staged file changed',
      retryable: false,
    } as const;
    const effects = decide(machine, 'publishing', refused);
    expect(ofType(effects, 'fail-job')[0]?.outcome).toMatchObject({
      state: 'FAILED',
      error: { failure: { code: 'MLSQL_MODEL_CORRUPT' }, algIndex: undefined },
    });
    decide(machine, 'failing', { ...refused, message: 'nor the meta' });
    expect(machine.job('j')).toMatchObject({ state: 'FAILED', stage: 'ended' });
    expect(machine.job('j').endReason).toContain('a staged file changed');
  });
});

describe('ended jobs', () => {
  it('are forgotten, oldest first, when there are many', () => {
    const machine = machineWith(1);
    for (let index = 0; index < 1_003; index++) {
      machine.submit(jobSpec(`j${index}`));
      machine.cancel(`j${index}`);
      machine.report(`j${index}`, 0, 'cancelled');
      machine.published(`j${index}`);
    }
    expect(ofType(machine.all, 'forget-job').map((effect) => effect.jobId)).toEqual(['j0', 'j1', 'j2']);
    expect(machine.state.jobs.size).toBe(1_000);
    expect(machine.state.users.size).toBe(0);
  });
});

describe('queueTimeout', () => {
  it('fails what was never placed in time, with why it waited; what was tried once goes on', () => {
    const machine = machineWith(1);
    machine.submit(jobSpec('j', 3, { queueTimeoutMs: 60_000, minSuccess: 1 }));
    machine.report('j', 0, 'running');
    machine.passAlive(59_999, ['e1']);
    expect(machine.phases('j')).toEqual(['running', 'pending', 'pending']);
    machine.pass(1);
    expect(machine.phases('j')).toEqual(['running', 'failed', 'failed']);
    expect(machine.group('j', 2).failure).toMatchObject({
      code: 'MLSQL_TRAIN_QUEUE_TIMEOUT',
      message: expect.stringMatching(/queueTimeout of 60 s: waits for a slot: 1 of 1 busy, position 1/),
    });
    machine.succeed('j', 0);
    machine.published('j');
    expect(machine.job('j')).toMatchObject({ state: 'SUCCEEDED', failed: 2 });
  });

  it('ends a job that nobody ever came for', () => {
    const machine = new Machine();
    machine.submit(jobSpec('j', 2, { queueTimeoutMs: 1_000 }));
    expect(ofType(machine.pass(1_000), 'fail-job')[0]?.outcome).toMatchObject({
      state: 'FAILED',
      error: { failure: { message: expect.stringContaining('none is connected') } },
    });
  });
});
