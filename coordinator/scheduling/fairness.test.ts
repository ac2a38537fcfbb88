// Who is served next.
import { describe, expect, it } from 'vitest';
import { assignments, facts, jobSpec, Machine } from '../../test/support/machine.js';

/** Lets what runs on the one slot succeed, so many times. */
function serve(machine: Machine, ids: readonly string[], times: number): string[] {
  const order: string[] = [];
  for (let round = 0; round < times; round++) {
    const job = ids.findLast((id) => machine.job(id).running === 1) ?? '';
    const group = [...machine.job(job).groups.values()].find(({ live }) => live !== undefined);
    order.push(job);
    machine.succeed(job, group?.algIndex ?? -1);
  }
  return order;
}

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

  it('shares by weight also where there is one slot only', () => {
    const machine = new Machine({ userWeights: new Map([['bob', 3]]) });
    machine.submit(jobSpec('heavy', 40, { user: 'ada', weight: 4 }));
    machine.submit(jobSpec('light', 40, { user: 'ada', weight: 1 }));
    machine.submit(jobSpec('bob', 40, { user: 'bob' }));
    machine.connect(facts('e', { slots: 1 }));
    const served = serve(machine, ['heavy', 'light', 'bob'], 40);
    expect(served.filter((id) => id === 'bob')).toHaveLength(30);
    expect(served.filter((id) => id === 'heavy')).toHaveLength(8);
    expect(served.filter((id) => id === 'light')).toHaveLength(2);
  });

  it('lets no job starve, however many come after it and whatever their priority', () => {
    const machine = new Machine();
    machine.submit(jobSpec('old', 5));
    machine.connect(facts('e', { slots: 1 }));
    const ids = ['old'];
    const served: string[] = [];
    // There are always two new jobs of ten times its priority that wait.
    for (let index = 0; index < 300; index++) {
      ids.push(`new${index}`);
      machine.submit(jobSpec(`new${index}`, 1, { weight: 10 }));
      if (index > 1) served.push(...serve(machine, ids, 1));
    }
    expect(served.filter((id) => id === 'old').length).toBeGreaterThanOrEqual(3);
  });

  it('takes turns where all have one group at a time', () => {
    const machine = new Machine();
    for (const id of ['a', 'b', 'c']) machine.submit(jobSpec(id, 3));
    machine.connect(facts('e', { slots: 1 }));
    const order = serve(machine, ['a', 'b', 'c'], 9);
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('does not let a newcomer catch up on all that others had before', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 1 }));
    machine.submit(jobSpec('old', 50));
    for (let index = 0; index < 10; index++) machine.succeed('old', index);
    machine.submit(jobSpec('new', 50));
    const order = serve(machine, ['old', 'new'], 6);
    expect(order).toEqual(['old', 'new', 'old', 'new', 'old', 'new']);
  });
});
