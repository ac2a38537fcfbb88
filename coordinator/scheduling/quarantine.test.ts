// An executor on which several jobs fail at once is left alone for a while.
import { describe, expect, it } from 'vitest';
import { executorName } from '../../shared/ids.js';
import {
  assignments,
  facts,
  failure,
  jobSpec,
  Machine,
  PLATFORM_FAILURE,
} from '../../test/support/machine.js';
import type { FailureInfo } from './model.js';
import { jobReason } from './reasons.js';

const DISK = failure({ code: 'MLSQL_TASK_DISK', message: 'the disk is full', cause: 'disk' });

/** Two executors; the bad one has the data of all jobs, so that they go there first. */
function broken(): Machine {
  const machine = new Machine();
  machine.connect(facts('bad', { slots: 4 }), [], ['data']);
  machine.connect(facts('good', { slots: 1 }));
  return machine;
}

function fail(machine: Machine, id: string, why: FailureInfo = DISK): void {
  machine.submit(jobSpec(id, 1, { each: { retries: 1, inputs: [{ sha256: 'data', sizeBytes: 1_000 }] } }));
  expect(machine.group(id, 0).executor).toBe('bad');
  machine.report(id, 0, 'failed', { failure: why });
}

const record = (machine: Machine, name = 'bad') => machine.state.executors.get(executorName(name))!;

describe('an executor on which attempts of three jobs failed within a minute', () => {
  it('gets nothing new for a while, tells the jobs, and comes back', () => {
    const machine = broken();
    for (const id of ['a', 'b', 'c']) fail(machine, id);
    const { quarantineUntilMs } = record(machine);
    expect(quarantineUntilMs - machine.now).toBeGreaterThanOrEqual(machine.state.config.quarantineMs / 2);
    const told =
      /^executor bad is out of rotation for \d+ s: attempts of 3 jobs failed there within 60 s \(disk\)$/;
    for (const id of ['a', 'b', 'c'])
      expect(machine.job(id).story.filter(({ text }) => told.test(text))).toHaveLength(1);
    machine.submit(jobSpec('d', 1, { each: { inputs: [{ sha256: 'data', sizeBytes: 1_000 }] } }));
    expect(assignments(machine.effects)).toEqual(['d/0/1 → good']);
    machine.submit(jobSpec('e'));
    expect(jobReason(machine.state, machine.job('e'), machine.now)).toMatch(
      /^waits for a slot: 1 of 1 busy, position 1; executor bad is out of rotation for another \d+ s: attempts of 3 jobs/,
    );
    machine.passAlive(machine.state.config.quarantineMs, ['bad', 'good']);
    expect(record(machine).quarantineUntilMs).toBe(0);
    expect(machine.group('e', 0).executor).toBe('bad');
  });

  it('stays longer away each time in a row, and begins anew once an attempt succeeds', () => {
    const machine = broken();
    const stay = (prefix: string): number => {
      for (const id of ['a', 'b', 'c']) {
        fail(machine, prefix + id);
        machine.cancel(prefix + id);
        machine.published(prefix + id);
      }
      const until = record(machine).quarantineUntilMs;
      const forMs = until - machine.now;
      machine.passAlive(forMs, ['bad', 'good']);
      expect(record(machine).quarantineUntilMs).toBe(0);
      return forMs;
    };
    const { quarantineMs } = machine.state.config;
    expect(stay('1')).toBeLessThanOrEqual(quarantineMs);
    expect(stay('2')).toBeGreaterThanOrEqual(quarantineMs);
    machine.submit(jobSpec('well', 1, { each: { inputs: [{ sha256: 'data', sizeBytes: 1_000 }] } }));
    machine.succeed('well', 0);
    expect(stay('3')).toBeLessThanOrEqual(quarantineMs);
  });
});

describe('an executor stays in rotation', () => {
  it('where one job fails often', () => {
    const machine = broken();
    machine.submit(jobSpec('a', 4, { each: { inputs: [{ sha256: 'data', sizeBytes: 1_000 }] } }));
    for (let algIndex = 0; algIndex < 4; algIndex++)
      machine.report('a', algIndex, 'failed', { failure: DISK });
    expect(record(machine).quarantineUntilMs).toBe(0);
  });

  it('where scripts of several jobs end by themselves', () => {
    const machine = broken();
    for (const id of ['a', 'b', 'c', 'd']) {
      fail(machine, id, failure());
      machine.cancel(id);
    }
    expect(record(machine).quarantineUntilMs).toBe(0);
  });

  it('where the failures are more than a minute apart', () => {
    const machine = broken();
    for (const id of ['a', 'b', 'c']) {
      fail(machine, id, PLATFORM_FAILURE);
      machine.cancel(id);
      machine.passAlive(machine.state.config.quarantineWithinMs / 2, ['bad', 'good']);
    }
    expect(record(machine).quarantineUntilMs).toBe(0);
  });

  it('where no other one could work', () => {
    const machine = new Machine();
    machine.connect(facts('bad', { slots: 4 }));
    for (const id of ['a', 'b', 'c', 'd']) fail(machine, id);
    expect(record(machine).quarantineUntilMs).toBe(0);
  });
});

describe('an executor in quarantine', () => {
  it('comes back at once where the last other one leaves', () => {
    const machine = broken();
    for (const id of ['a', 'b', 'c']) fail(machine, id);
    expect(record(machine).quarantineUntilMs).not.toBe(0);
    machine.disconnect('good');
    expect(record(machine).quarantineUntilMs).toBe(0);
    machine.submit(jobSpec('d'));
    expect(machine.group('d', 0).executor).toBe('bad');
  });

  it('comes back with a new process of its name', () => {
    const machine = broken();
    for (const id of ['a', 'b', 'c']) fail(machine, id);
    machine.connect(facts('bad', { slots: 4, session: 'another' }));
    expect(record(machine).quarantineUntilMs).toBe(0);
  });

  it('is waited for, and not said to be missing, by what only it could hold', () => {
    const machine = new Machine();
    machine.connect(facts('bad', { slots: 4, gpus: 1 }), [], ['data']);
    machine.connect(facts('good'));
    for (const id of ['a', 'b', 'c']) fail(machine, id);
    machine.submit(jobSpec('large', 1, { each: { task: { gpus: 1 } } }));
    expect(jobReason(machine.state, machine.job('large'), machine.now)).toMatch(
      /^waits for an executor: executor bad is out of rotation for another/,
    );
    machine.passAlive(machine.state.config.quarantineMs, ['bad', 'good']);
    expect(machine.group('large', 0).executor).toBe('bad');
  });
});
