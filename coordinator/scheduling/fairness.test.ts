// Who is served next.
import { describe, expect, it } from 'vitest';
import { assignments, facts, jobSpec, Machine } from '../../test/support/machine.js';

describe('fair shares', () => {
  it('lets a small job in between the groups of a large one', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2 }));
    machine.submit(jobSpec('large', 100));
    machine.submit(jobSpec('small', 2));
    machine.report('large', 0, 'succeeded');
    expect(assignments(machine.effects)).toEqual(['small/0/1 → e']);
    machine.report('large', 1, 'succeeded');
    expect(assignments(machine.effects)).toEqual(['large/2/1 → e']);
  });

  it('shares among users first, however many jobs one has', () => {
    const machine = new Machine();
    for (let index = 0; index < 9; index++) machine.submit(jobSpec(`ada${index}`, 10, { user: 'ada' }));
    machine.submit(jobSpec('bob', 10, { user: 'bob' }));
    machine.connect(facts('e', { slots: 10 }));
    expect(machine.state.users.get('ada')?.slotsHeld).toBe(5);
    expect(machine.state.users.get('bob')?.slotsHeld).toBe(5);
  });

  it('shares by weight', () => {
    const machine = new Machine({ userWeights: new Map([['bob', 3]]) });
    machine.submit(jobSpec('heavy', 20, { user: 'ada', weight: 4 }));
    machine.submit(jobSpec('light', 20, { user: 'ada', weight: 1 }));
    machine.submit(jobSpec('bob', 20, { user: 'bob' }));
    machine.connect(facts('e', { slots: 20 }));
    expect(machine.job('bob').running).toBe(15);
    expect(machine.job('heavy').running).toBe(4);
    expect(machine.job('light').running).toBe(1);
  });

  it('takes turns where all have one group at a time', () => {
    const machine = new Machine();
    for (const id of ['a', 'b', 'c']) machine.submit(jobSpec(id, 3));
    machine.connect(facts('e', { slots: 1 }));
    const order: string[] = [];
    for (let round = 0; round < 9; round++) {
      const job = ['a', 'b', 'c'].find((id) => machine.job(id).running === 1) ?? '';
      const group = [...machine.job(job).groups.values()].find(({ live }) => live !== undefined);
      order.push(job);
      machine.succeed(job, group?.algIndex ?? -1);
    }
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('does not let a newcomer catch up on all that others had before', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 1 }));
    machine.submit(jobSpec('old', 50));
    for (let index = 0; index < 10; index++) machine.succeed('old', index);
    machine.submit(jobSpec('new', 50));
    const order: string[] = [];
    for (let round = 0; round < 6; round++) {
      const job = machine.job('old').running === 1 ? 'old' : 'new';
      const group = [...machine.job(job).groups.values()].find(({ live }) => live !== undefined);
      order.push(job);
      machine.succeed(job, group?.algIndex ?? -1);
    }
    expect(order).toEqual(['old', 'new', 'old', 'new', 'old', 'new']);
  });
});
