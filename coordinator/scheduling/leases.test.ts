// Leases, guards, and executors that go and come back.
import { describe, expect, it } from 'vitest';
import { assignments, essence, facts, jobSpec, Machine, ofType } from '../../test/support/machine.js';
import { hasLeft } from './capacity.js';

describe('a lease', () => {
  it('is renewed by heartbeats for as long as they come', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'running');
    machine.passAlive(machine.state.config.leaseMs * 100, ['e']);
    expect(machine.group('j', 0)).toMatchObject({ phase: 'running', attempts: 1 });
  });

  it('ends when the executor is gone for its whole length, and the group is placed again', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'running');
    machine.disconnect('e1');
    machine.connect(facts('e2'));
    machine.passAlive(machine.state.config.leaseMs - 1, ['e2']);
    expect(machine.group('j', 0)).toMatchObject({ phase: 'running', executor: 'e1' });
    machine.passAlive(1, ['e2']);
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'assigned',
      executor: 'e2',
      attempts: 2,
      infrastructureFailures: 1,
    });
    expect(
      machine
        .job('j')
        .story.some((line) => line.text.includes('try 1 was lost: executor e1 went away for 10 s')),
    ).toBe(true);
  });

  it('ends for an assignment that never arrived, while the executor lives', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.passAlive(machine.state.config.leaseMs, ['e']);
    expect(machine.group('j', 0).attempts).toBe(2);
    const forgotten = ofType(machine.all, 'send-forget');
    expect(forgotten.map(({ ref }) => ref.attempt)).toEqual([1]);
    expect(machine.connection('e')).toBe(1);
  });

  it('ends with the stream of an executor that is silent', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.pass(machine.state.config.leaseMs);
    expect(ofType(machine.effects, 'close-connection')).toEqual([
      { type: 'close-connection', executor: 'e', connectionId: 1, reason: 'no heartbeat for 10 s' },
    ]);
    expect(machine.connection('e')).toBe(0);
  });

  it('starts anew for all when the machine itself did not run for long', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'running');
    machine.now += machine.state.config.leaseMs * 50;
    machine.step({ type: 'tick' });
    expect(machine.group('j', 0)).toMatchObject({ phase: 'running', attempts: 1 });
    machine.pass(machine.state.config.leaseMs);
    expect(machine.group('j', 0).phase).toBe('pending');
  });
});

describe('the timeout guard', () => {
  it('fails an attempt whose executor does not keep the timeout', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j', 1, { each: { task: { timeoutMs: 60_000, graceMs: 5_000 } } }));
    machine.report('j', 0, 'running');
    machine.passAlive(65_000 + machine.state.config.cancelGuardMs - 1, ['e']);
    expect(machine.group('j', 0).phase).toBe('running');
    machine.passAlive(1, ['e']);
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'failed',
      failure: { code: 'MLSQL_TASK_TIMEOUT', cause: 'timeout' },
    });
    expect(ofType(machine.all, 'send-forget')).toHaveLength(1);
  });
});

describe('an executor that comes back', () => {
  it('keeps its attempts, is told where their logs go on, and that a cancel still holds', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2 }));
    machine.submit(jobSpec('j', 1));
    machine.submit(jobSpec('k', 1));
    machine.report('j', 0, 'running');
    machine.report('k', 0, 'running');
    machine.disconnect('e');
    machine.cancel('k', 'no');
    expect(ofType(machine.all, 'send-cancel')).toEqual([]);
    machine.connect(facts('e', { slots: 2 }), [
      machine.news('j', 0, 'running', { score: 3 }),
      machine.news('k', 0, 'running'),
    ]);
    expect(essence(machine.effects)).toEqual(['send-welcome', 'resume-log', 'resume-log', 'send-cancel']);
    expect(machine.group('j', 0)).toMatchObject({ phase: 'running', attempts: 1, score: 3 });
    machine.passAlive(machine.state.config.leaseMs * 2, ['e']);
    expect(machine.group('j', 0).attempts).toBe(1);
  });

  it('hands over a result that it held meanwhile', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.disconnect('e');
    machine.connect(facts('e'), [machine.news('j', 0, 'succeeded')]);
    expect(essence(machine.effects)).toEqual(['send-welcome', 'send-result-ack', 'accept-result']);
  });

  it('loses at once what it does not report, and it is placed again', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2 }));
    machine.submit(jobSpec('j', 2));
    machine.connect(facts('e', { slots: 2, session: 'anew' }), [machine.news('j', 1, 'running')]);
    expect(machine.group('j', 0)).toMatchObject({ attempts: 2, phase: 'assigned' });
    expect(machine.group('j', 1)).toMatchObject({ attempts: 1, phase: 'running' });
    expect(assignments(machine.effects)).toEqual(['j/0/2 → e']);
  });

  it('is told to forget attempts that nobody knows', () => {
    const machine = new Machine();
    const stranger = { ...jobSpec('gone'), attempt: 1 };
    machine.connect(facts('e'), [
      {
        ref: { jobId: stranger.jobId, algIndex: 0, attempt: 1 },
        epoch: 3,
        phase: 'running',
        metrics: {},
        bytesSynced: 0,
        warnings: [],
      },
    ]);
    expect(ofType(machine.effects, 'send-forget')).toMatchObject([
      { executor: 'e', epoch: 3, ref: { jobId: 'gone' } },
    ]);
  });

  it('is no longer draining when it was started anew, and still is when it only lost its stream', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.step({ type: 'drain-executor', executor: facts('e').name, reason: 'update', deadlineMs: 0 });
    machine.connect(facts('e'), [machine.news('j', 0, 'running')]);
    expect(ofType(machine.effects, 'send-drain')).toHaveLength(1);
    machine.connect(facts('e', { session: 'anew' }));
    expect(assignments(machine.effects)).toEqual(['j/0/2 → e']);
  });
});

describe('the list of executors', () => {
  it('shows a lost one for a while, and one that was drained too', () => {
    const machine = new Machine();
    machine.connect(facts('a'));
    machine.connect(facts('b'));
    machine.step({
      type: 'executor-draining',
      executor: facts('b').name,
      connectionId: 2,
      reason: 'update',
      deadlineMs: 0,
    });
    machine.disconnect('a');
    machine.disconnect('b');
    expect(
      [...machine.state.executors.values()].map((executor) => [executor.facts.name, hasLeft(executor)]),
    ).toEqual([
      ['a', false],
      ['b', true],
    ]);
    machine.pass(machine.state.config.lostExecutorKeptMs);
    expect(machine.state.executors.size).toBe(0);
  });
});
