// What a user reads while he waits.
import { describe, expect, it } from 'vitest';
import { facts, jobSpec, Machine, ofType, PLATFORM_FAILURE } from '../../test/support/machine.js';
import { groupMessage, jobReason } from './reasons.js';

const reason = (machine: Machine, id: string): string =>
  jobReason(machine.state, machine.job(id), machine.now);
const message = (machine: Machine, id: string, algIndex: number): string =>
  groupMessage(machine.state, machine.job(id), machine.group(id, algIndex), machine.now);

describe('a PENDING job', () => {
  it('waits for an executor where none is connected', () => {
    const machine = new Machine();
    machine.submit(jobSpec('j'));
    expect(reason(machine, 'j')).toBe('waits for an executor: none is connected');
    machine.connect(facts('e'));
    machine.submit(jobSpec('k'));
    machine.disconnect('e');
    expect(reason(machine, 'k')).toBe('waits for an executor: none is connected, 1 lost');
  });

  it('waits for a slot, with how many are busy and its position', () => {
    const machine = new Machine();
    machine.connect(facts('a', { slots: 3 }));
    machine.connect(facts('b', { slots: 1 }));
    machine.submit(jobSpec('first', 4));
    machine.submit(jobSpec('second'));
    machine.submit(jobSpec('third'));
    expect(reason(machine, 'second')).toBe('waits for a slot: 4 of 4 busy, position 1');
    expect(reason(machine, 'third')).toBe('waits for a slot: 4 of 4 busy, position 2');
  });

  it('waits for executors that all drain', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.step({
      type: 'executor-draining',
      executor: facts('e').name,
      connectionId: 1,
      reason: 'update',
      deadlineMs: 0,
    });
    machine.submit(jobSpec('j'));
    expect(reason(machine, 'j')).toBe(
      'waits for an executor: e drains, nothing runs there any more; start one with mlsql executor',
    );
    machine.disconnect('e');
    expect(reason(machine, 'j')).toBe(
      'waits for an executor: none is connected, 1 drained; start one with mlsql executor',
    );
  });

  it('waits for what a draining executor still runs, and for how long', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2 }));
    machine.submit(jobSpec('runs', 2));
    machine.step({ type: 'drain-executor', executor: facts('e').name, reason: 'update', deadlineMs: 90_000 });
    machine.submit(jobSpec('j'));
    machine.passAlive(5_000, ['e']);
    expect(reason(machine, 'j')).toBe(
      'waits for an executor: e drains, 2 attempts run, for at most 85 s more; start one with mlsql executor',
    );
    expect(machine.job('runs').story.at(-1)?.text).toBe(
      'executor e drains: 2 attempts run, for at most 90 s more',
    );
    machine.disconnect('e');
    machine.connect(facts('e', { slots: 2 }), [
      machine.news('runs', 0, 'running'),
      machine.news('runs', 1, 'running'),
    ]);
    expect(ofType(machine.effects, 'send-drain')).toMatchObject([{ reason: 'update', deadlineMs: 85_000 }]);
  });

  it('says in numbers what is too large, and when it will give up', () => {
    const machine = new Machine({ unplaceableGraceMs: 30_000 });
    machine.connect(facts('e', { slots: 2, gpus: 1 }));
    machine.submit(jobSpec('j', 1, { each: { task: { cpus: 4, gpus: 2 } } }));
    machine.pass(4_500);
    expect(reason(machine, 'j')).toBe(
      'none of 1 connected executor could hold it: it needs 4 cpus where the largest has 2, 2 gpus where the most are 1; fails in 26 s unless a larger one joins',
    );
  });

  it('waits for room where slots are free but too little beside them', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 4, cpus: 4 }));
    machine.submit(jobSpec('j', 1, { each: { task: { cpus: 3 } } }));
    machine.submit(jobSpec('k', 1, { each: { task: { cpus: 2, memoryBytes: 512 * 1024 ** 2 } } }));
    expect(reason(machine, 'k')).toBe(
      'waits for room: needs 2 cpus and 512 MiB of memory; 3 of 4 slots are free, position 1',
    );
  });
});

describe('a group', () => {
  it('has its own position', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j', 4));
    expect([1, 2, 3].map((algIndex) => message(machine, 'j', algIndex))).toEqual([
      'waits for a slot: 1 of 1 busy, position 1',
      'waits for a slot: 1 of 1 busy, position 2',
      'waits for a slot: 1 of 1 busy, position 3',
    ]);
    machine.submit(jobSpec('k', 1));
    expect(message(machine, 'j', 2)).toBe('waits for a slot: 1 of 1 busy, position 4');
    expect(reason(machine, 'j')).toBe('1 of 4 run, 3 wait: waits for a slot: 1 of 1 busy, position 2');
  });

  it('says why its last try failed and when the next one comes', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'failed', { failure: PLATFORM_FAILURE });
    expect(message(machine, 'j', 0)).toMatch(/^cannot fetch; waits 0\.\d s before try 2$/);
  });

  it('says that it is being ended', () => {
    const machine = new Machine();
    machine.connect(facts('e'));
    machine.submit(jobSpec('j'));
    machine.cancel('j', 'not needed');
    expect(message(machine, 'j', 0)).toBe('is being ended: not needed');
    expect(reason(machine, 'j')).toBe('cancelled: not needed; waits for 1 to end');
  });
});
