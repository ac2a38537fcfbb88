// Where a group goes, and what happens to one that fits nowhere.
import { describe, expect, it } from 'vitest';
import { assignments, facts, jobSpec, Machine, ofType } from '../../test/support/machine.js';

const GIB = 1024 ** 3;

describe('placement', () => {
  it('goes where the fewest bytes are missing, even to the busier executor', () => {
    const machine = new Machine();
    machine.connect(facts('a', { slots: 4 }), [], ['small']);
    machine.connect(facts('b', { slots: 4 }), [], ['large']);
    const inputs = [
      { sha256: 'small', sizeBytes: 10 },
      { sha256: 'large', sizeBytes: 1_000 },
    ];
    expect(assignments(machine.submit(jobSpec('j', 3, { each: { inputs } })))).toEqual([
      'j/0/1 → b',
      'j/1/1 → b',
      'j/2/1 → b',
    ]);
  });

  it('spreads over the least loaded where all miss the same', () => {
    const machine = new Machine();
    machine.connect(facts('a', { slots: 2 }));
    machine.connect(facts('b', { slots: 2 }));
    expect(assignments(machine.submit(jobSpec('j', 4)))).toEqual([
      'j/0/1 → a',
      'j/1/1 → b',
      'j/2/1 → a',
      'j/3/1 → b',
    ]);
  });

  it('knows what an executor has since an attempt started there, and by its heartbeats', () => {
    const machine = new Machine();
    machine.connect(facts('a', { slots: 4 }));
    machine.connect(facts('b', { slots: 4 }));
    const each = { inputs: [{ sha256: 'data', sizeBytes: 5 }] };
    machine.submit(jobSpec('j1', 1, { each }));
    machine.report('j1', 0, 'running');
    expect(assignments(machine.submit(jobSpec('j2', 1, { each })))).toEqual(['j2/0/1 → a']);
    machine.heartbeat('a', [], ['data']);
    machine.heartbeat('b', ['data']);
    expect(assignments(machine.submit(jobSpec('j3', 1, { each })))).toEqual(['j3/0/1 → b']);
  });

  it('never gives more than slots, cpus, memory and gpus allow', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 8, cpus: 8, memoryBytes: 10 * GIB, gpus: 2 }));
    machine.submit(jobSpec('cpus', 5, { each: { task: { cpus: 3 } } }));
    expect(machine.phases('cpus').filter((phase) => phase === 'assigned')).toHaveLength(2);
    machine.submit(jobSpec('memory', 3, { each: { task: { cpus: 0.1, memoryBytes: 4 * GIB } } }));
    expect(machine.phases('memory').filter((phase) => phase === 'assigned')).toHaveLength(2);
    machine.submit(jobSpec('gpus', 3, { each: { task: { cpus: 0.1, gpus: 1 } } }));
    expect(machine.phases('gpus').filter((phase) => phase === 'assigned')).toHaveLength(2);
    machine.submit(jobSpec('slots', 9, { each: { task: { cpus: 0.01 } } }));
    expect(machine.phases('slots').filter((phase) => phase === 'assigned')).toHaveLength(2);
  });

  it('gives what a script had to the next one while its model goes up', () => {
    const machine = new Machine();
    machine.connect(facts('e', { cpus: 1, gpus: 1, memoryBytes: GIB }));
    machine.submit(jobSpec('j', 3, { each: { task: { cpus: 1, gpus: 1, memoryBytes: GIB } } }));
    machine.report('j', 0, 'running');
    expect(machine.phases('j')).toEqual(['running', 'pending', 'pending']);
    expect(assignments(machine.report('j', 0, 'uploading'))).toEqual(['j/1/1 → e']);
    // The same phase again frees nothing again.
    expect(assignments(machine.report('j', 0, 'uploading'))).toEqual([]);
    expect(assignments(machine.report('j', 0, 'succeeded'))).toEqual([]);
    expect(assignments(machine.report('j', 1, 'succeeded'))).toEqual(['j/2/1 → e']);
  });

  it('keeps the slots of an executor that brings more models to the store than it has slots', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2 }));
    machine.submit(jobSpec('j', 8));
    machine.report('j', 0, 'uploading');
    machine.report('j', 1, 'uploading');
    expect(machine.phases('j').filter((phase) => phase === 'assigned')).toHaveLength(2);
    expect(assignments(machine.report('j', 2, 'uploading'))).toEqual([]);
    expect(assignments(machine.report('j', 3, 'uploading'))).toEqual([]);
    // A slot for each that comes to its end.
    expect(assignments(machine.report('j', 0, 'succeeded'))).toEqual(['j/4/1 → e']);
    expect(assignments(machine.report('j', 1, 'failed'))).toEqual(['j/5/1 → e']);
  });

  it('uses all slots of an executor that was given more of them than it has cpus', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 4, cpus: 2 }));
    machine.submit(jobSpec('j', 5));
    expect(machine.phases('j')).toEqual(['assigned', 'assigned', 'assigned', 'assigned', 'pending']);
  });

  it('runs groups of one cpu where only half a cpu is allowed', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 1, cpus: 0.5 }));
    expect(assignments(machine.submit(jobSpec('j')))).toHaveLength(1);
  });

  it('gives a draining executor nothing new', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2 }));
    machine.submit(jobSpec('j', 1));
    const drain = machine.step({
      type: 'drain-executor',
      executor: facts('e').name,
      reason: 'update',
      deadlineMs: 0,
    });
    expect(ofType(drain, 'send-drain')).toEqual([
      { type: 'send-drain', executor: 'e', connectionId: 1, reason: 'update', deadlineMs: 0 },
    ]);
    expect(assignments(machine.submit(jobSpec('k')))).toEqual([]);
    expect(assignments(machine.succeed('j', 0))).toEqual([]);
  });
});

describe('a group that no executor could hold', () => {
  it('fails after the grace with numbers, and only that', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 2, cpus: 2, memoryBytes: 4 * GIB }));
    machine.submit(jobSpec('j', [{ task: { cpus: 8, memoryBytes: 64 * GIB } }, {}]));
    machine.passAlive(machine.state.config.unplaceableGraceMs - 1, ['e']);
    expect(machine.phases('j')).toEqual(['pending', 'assigned']);
    machine.passAlive(1, ['e']);
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'failed',
      failure: {
        code: 'MLSQL_TRAIN_UNPLACEABLE',
        message:
          'none of 1 connected executor could hold it: it needs 8 cpus where the largest has 2, 64.0 GiB of memory where the largest has 4.0 GiB',
      },
    });
    expect(machine.group('j', 1).phase).toBe('assigned');
  });

  it('waits for as long as it takes while no executor is connected at all', () => {
    const machine = new Machine();
    machine.submit(jobSpec('j', 1, { each: { task: { gpus: 1 } } }));
    machine.pass(machine.state.config.unplaceableGraceMs * 100);
    expect(machine.job('j').state).toBe('PENDING');
  });

  it('goes to a larger executor that joins within the grace', () => {
    const machine = new Machine();
    machine.connect(facts('small'));
    machine.submit(jobSpec('j', 1, { each: { task: { gpus: 1 } } }));
    machine.passAlive(machine.state.config.unplaceableGraceMs / 2, ['small']);
    machine.connect(facts('large', { gpus: 1 }));
    expect(assignments(machine.effects)).toEqual(['j/0/1 → large']);
    machine.passAlive(machine.state.config.unplaceableGraceMs * 2, ['small', 'large']);
    expect(machine.job('j').state).toBe('RUNNING');
  });
});

describe('a large group among small ones', () => {
  it('gets an executor kept free for it before it starves', () => {
    const machine = new Machine();
    machine.connect(facts('e', { slots: 4, cpus: 4 }));
    machine.submit(jobSpec('small', 400, { user: 'bob', each: { task: { cpus: 1 } } }));
    machine.submit(jobSpec('large', 1, { user: 'ada', each: { task: { cpus: 3 } } }));
    // One small group ends every five seconds: without a reservation there are never three cpus free at once.
    for (let round = 0; round < 60 && machine.group('large', 0).phase === 'pending'; round++) {
      machine.passAlive(5_000, ['e']);
      const running = [...machine.job('small').groups.values()].find((group) => group.live !== undefined);
      if (running !== undefined) machine.succeed('small', running.algIndex);
    }
    expect(machine.group('large', 0).phase).toBe('assigned');
    expect(machine.state.reserved.size).toBe(0);
  });
});
