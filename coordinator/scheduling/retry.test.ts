// Three budgets of tries, told apart by whose failure it was.
import { describe, expect, it } from 'vitest';
import { createRng } from '../../shared/rng.js';
import { facts, failure, jobSpec, Machine, PLATFORM_FAILURE } from '../../test/support/machine.js';
import { SCHEDULER_DEFAULTS } from './limits.js';
import { backoffMs, decideRetry } from './retry.js';

const GIB = 1024 ** 3;
const OUT_OF_MEMORY = failure({ code: 'MLSQL_TASK_MEMORY', message: 'too much memory', cause: 'memory' });

const group = (
  scriptFailures: number,
  infrastructureFailures: number,
  retries: number,
  memoryFailures = 0,
) => ({
  memoryFailures,
  scriptFailures,
  infrastructureFailures,
  spec: { retries },
});

describe('decideRetry', () => {
  it.each([
    [
      'a script failure within its retries',
      group(1, 0, 2),
      failure(),
      { retry: true, delayMs: expect.any(Number), budget: 'script' },
    ],
    [
      'a first want of memory, whatever retries allow',
      group(0, 0, 0),
      OUT_OF_MEMORY,
      { retry: true, delayMs: expect.any(Number), budget: 'memory' },
    ],
    [
      'a second want of memory',
      group(0, 0, 9, 1),
      OUT_OF_MEMORY,
      { retry: false, why: 'it ran out of memory 2 times, which is the limit' },
    ],
    [
      'a script failure beyond them',
      group(2, 0, 2),
      failure(),
      { retry: false, why: 'no try left (retries=2)' },
    ],
    ['no retries by default', group(0, 0, 0), failure(), { retry: false, why: 'no try left (retries=0)' }],
    [
      'a syntax error',
      group(0, 0, 9),
      failure({ retryable: false }),
      { retry: false, why: 'another try would end the same way' },
    ],
    [
      'a first lost executor',
      group(0, 0, 0),
      { ...PLATFORM_FAILURE, cause: 'lost' },
      { retry: true, delayMs: 0, budget: 'infrastructure' },
    ],
    [
      'a sixth failure of the cluster',
      group(0, 5, 9),
      PLATFORM_FAILURE,
      { retry: false, why: 'the cluster failed it 6 times, which is its limit' },
    ],
  ])('%s', (_, record, failed, expected) => {
    expect(decideRetry(record, failed, SCHEDULER_DEFAULTS, createRng(1))).toEqual(expected);
  });

  it('does not count the failures of one budget against the other', () => {
    expect(decideRetry(group(0, 5, 1), failure(), SCHEDULER_DEFAULTS, createRng(1))).toMatchObject({
      retry: true,
      budget: 'script',
    });
    expect(decideRetry(group(0, 5, 1, 1), failure(), SCHEDULER_DEFAULTS, createRng(1))).toMatchObject({
      retry: true,
    });
    expect(decideRetry(group(1, 0, 1), PLATFORM_FAILURE, SCHEDULER_DEFAULTS, createRng(1))).toMatchObject({
      retry: true,
      budget: 'infrastructure',
    });
  });
});

describe('backoffMs', () => {
  it('doubles up to the maximum, with jitter between half and all', () => {
    const rng = createRng(5);
    for (let failures = 0; failures < 40; failures++) {
      const full = Math.min(500 * 2 ** failures, 30_000);
      const delay = backoffMs(failures, SCHEDULER_DEFAULTS, rng);
      expect(delay).toBeGreaterThanOrEqual(full / 2);
      expect(delay).toBeLessThanOrEqual(full);
    }
  });

  it('is the same for the same seed', () => {
    const draw = (): number[] => {
      const rng = createRng(9);
      return [1, 2, 3].map((failures) => backoffMs(failures, SCHEDULER_DEFAULTS, rng));
    };
    expect(draw()).toEqual(draw());
  });
});

describe('retries in the machine', () => {
  it('tries again as often as the script may, and then fails with its own failure', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j', 1, { each: { retries: 2 } }));
    const next = (): void => machine.passAlive(machine.state.config.retryDelayMs * 2, ['e1']);
    machine.report('j', 0, 'failed', { score: 1 });
    expect(machine.group('j', 0)).toMatchObject({ attempts: 1, phase: 'pending' });
    next();
    expect(machine.group('j', 0)).toMatchObject({
      attempts: 2,
      scriptFailures: 1,
      phase: 'assigned',
      score: undefined,
    });
    machine.report('j', 0, 'failed');
    next();
    machine.report('j', 0, 'failed', { failure: failure({ message: 'the third' }) });
    expect(machine.group('j', 0)).toMatchObject({
      attempts: 3,
      phase: 'failed',
      failure: { message: 'the third' },
    });
  });

  it('waits before a try after a failure of the cluster, and prefers another executor', () => {
    const machine = new Machine();
    machine.connect(facts('e1'), [], ['data']);
    machine.connect(facts('e2'));
    machine.submit(jobSpec('j', 1, { each: { inputs: [{ sha256: 'data', sizeBytes: 1_000 }] } }));
    expect(machine.group('j', 0).executor).toBe('e1');
    machine.report('j', 0, 'failed', { failure: PLATFORM_FAILURE });
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'pending',
      ticket: -1,
      infrastructureFailures: 1,
      scriptFailures: 0,
    });
    machine.passAlive(machine.state.config.retryDelayMs, ['e1', 'e2']);
    expect(machine.group('j', 0)).toMatchObject({ attempts: 2, executor: 'e2' });
  });

  it('tries once more elsewhere after a script ran out of memory, where the most of it is free', () => {
    const machine = new Machine();
    machine.connect(facts('a', { memoryBytes: 4 * GIB }), [], ['data']);
    machine.connect(facts('b', { memoryBytes: 8 * GIB }));
    machine.connect(facts('c', { memoryBytes: 16 * GIB }));
    machine.submit(jobSpec('j', 1, { each: { inputs: [{ sha256: 'data', sizeBytes: 1_000 }] } }));
    expect(machine.group('j', 0).executor).toBe('a');
    machine.report('j', 0, 'failed', { failure: OUT_OF_MEMORY });
    machine.passAlive(machine.state.config.retryDelayMs, ['a', 'b', 'c']);
    expect(machine.group('j', 0)).toMatchObject({ attempts: 2, executor: 'c', memoryFailures: 1 });
    machine.report('j', 0, 'failed', { failure: OUT_OF_MEMORY });
    expect(machine.group('j', 0)).toMatchObject({ phase: 'failed', scriptFailures: 0 });
    expect(machine.job('j').story.map(({ text }) => text)).toContain(
      'group 0: failed for good: it ran out of memory 2 times, which is the limit',
    );
  });

  it('never tries a failure again that would end the same way', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j', 1, { each: { retries: 5 } }));
    machine.report('j', 0, 'failed', { failure: failure({ retryable: false }) });
    expect(machine.group('j', 0)).toMatchObject({ attempts: 1, phase: 'failed' });
  });

  it('gives up after the cluster failed it too often', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    for (let round = 0; round <= machine.state.config.infrastructureRetries; round++) {
      expect(machine.group('j', 0).phase).toBe('assigned');
      machine.report('j', 0, 'failed', { failure: PLATFORM_FAILURE });
      while (machine.group('j', 0).phase === 'pending') machine.passAlive(100, ['e1']);
    }
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'failed',
      attempts: 6,
      failure: { code: 'MLSQL_TASK_SYNC' },
    });
  });
});
