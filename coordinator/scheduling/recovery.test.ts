// A machine that is put together from its records: what was acknowledged is there, what ran may go on, nothing runs twice.
import { describe, expect, it } from 'vitest';
import { executorName, jobId } from '../../shared/ids.js';
import {
  assignments,
  essence,
  facts,
  jobSpec,
  Machine,
  ofType,
  PLATFORM_FAILURE,
  RESULT,
} from '../../test/support/machine.js';
import { MemoryStateStore } from '../../test/support/memory-state-store.js';
import type { SchedulerEffect } from './effects.js';
import { SCHEDULER_DEFAULTS } from './limits.js';

/** A machine whose records are kept, and the one that comes after it. */
class Restartable {
  readonly store = new MemoryStateStore();
  machine = new Machine();
  #kept = 0;

  /** The coordinator ends after this moment's records were kept; another one, of the next epoch, starts. */
  restart(): SchedulerEffect[] {
    this.#keep();
    const now = this.machine.now;
    const epoch = this.machine.state.config.epoch + 1;
    this.machine = new Machine({ epoch }, epoch);
    this.machine.now = now + 1_000;
    this.#kept = 0;
    return this.machine.step({ type: 'recover', saved: this.store.load() });
  }

  /** From the next coordinator on. */
  setClock(now: number): void {
    this.#keep();
    this.machine.now = now;
  }

  #keep(): void {
    for (const effect of this.machine.all.slice(this.#kept))
      if (effect.type === 'persist-record') void this.store.write([effect.record]);
    this.#kept = this.machine.all.length;
  }
}

function started(groups = 1): Restartable {
  const cluster = new Restartable();
  cluster.machine.connect(facts('e1', { slots: 2 }));
  cluster.machine.submit(jobSpec('j', groups, { each: { retries: 0 } }));
  return cluster;
}

describe('a machine that comes back', () => {
  it('does not wait for a clock that was ahead when a try was put off', () => {
    const cluster = new Restartable();
    cluster.machine.connect(facts('e1'));
    cluster.machine.submit(jobSpec('j', 1, { each: { retries: 1 } }));
    cluster.machine.now += 3_600_000;
    cluster.machine.report('j', 0, 'failed');
    const { retryDelayMaxMs } = cluster.machine.state.config;
    expect(cluster.machine.group('j', 0).retryAtMs).toBeGreaterThan(cluster.machine.now);
    cluster.setClock(cluster.machine.now - 3_600_000);
    cluster.restart();
    cluster.machine.connect(facts('e1'));
    cluster.machine.passAlive(retryDelayMaxMs, ['e1']);
    expect(cluster.machine.phases('j')).toEqual(['assigned']);
  });

  it('goes on with an attempt whose executor comes back with it, under the epoch that assigned it', () => {
    const cluster = started();
    const before = cluster.machine.state.jobs.get(jobId('j'))!.groups.get(0)!.live!;
    cluster.machine.report('j', 0, 'running');
    cluster.restart();
    const { machine } = cluster;
    expect(machine.phases('j')).toEqual(['assigned']);
    machine.connect(facts('e1', { slots: 2 }), [machine.news('j', 0, 'running')]);
    expect(machine.phases('j')).toEqual(['running']);
    const live = machine.state.jobs.get(jobId('j'))!.groups.get(0)!.live!;
    expect(live).toMatchObject({ attempt: 1, epoch: before.epoch, confirmed: true });
    expect(assignments(machine.all)).toEqual([]);
    machine.succeed('j', 0);
    machine.published('j');
    expect(machine.state.jobs.get(jobId('j'))).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('knows again whose model goes up beside the script that has its slot now', () => {
    const cluster = new Restartable();
    cluster.machine.connect(facts('e1'));
    cluster.machine.submit(jobSpec('j', 3));
    cluster.machine.report('j', 0, 'uploading');
    // A warning is durable, and the phase with it; of the second nothing but its assignment is.
    cluster.machine.report('j', 0, 'uploading', { warnings: [{ code: 'W', message: 'w' }] });
    cluster.machine.report('j', 1, 'running');
    cluster.restart();
    const { machine } = cluster;
    expect(machine.phases('j')).toEqual(['uploading', 'assigned', 'pending']);
    machine.connect(facts('e1'), [machine.news('j', 0, 'uploading'), machine.news('j', 1, 'running')]);
    expect(assignments(machine.all)).toEqual([]);
    machine.succeed('j', 0);
    expect(assignments(machine.all)).toEqual([]);
    machine.report('j', 1, 'uploading');
    expect(assignments(machine.all)).toEqual(['j/2/1 → e1']);
  });

  it('gives an attempt elsewhere when its executor does not come back in time, as the cluster’s failure', () => {
    const cluster = started();
    cluster.restart();
    const { machine } = cluster;
    machine.connect(facts('e2', { slots: 1 }));
    expect(assignments(machine.all)).toEqual([]);
    machine.passAlive(SCHEDULER_DEFAULTS.reattachMs - 1, ['e2']);
    expect(assignments(machine.all)).toEqual([]);
    machine.pass(1);
    expect(assignments(machine.all)).toEqual(['j/0/2 → e2']);
    expect(machine.state.jobs.get(jobId('j'))!.groups.get(0)).toMatchObject({
      scriptFailures: 0,
      infrastructureFailures: 1,
    });
  });

  it('offers a result once more that was not decided, and publishes once more what was not published', () => {
    const cluster = started(2);
    cluster.machine.report('j', 0, 'succeeded', { result: RESULT, logLines: 1 });
    const effects = cluster.restart();
    expect(essence(effects)).toContain('accept-result');
    const { machine } = cluster;
    machine.accept('j', 0);
    machine.connect(facts('e1', { slots: 2 }), [machine.news('j', 1, 'running')]);
    machine.succeed('j', 1);
    expect(machine.state.jobs.get(jobId('j'))).toMatchObject({ stage: 'publishing' });
    expect(ofType(cluster.restart(), 'publish-job')).toHaveLength(1);
    cluster.machine.published('j');
    expect(cluster.machine.state.jobs.get(jobId('j'))).toMatchObject({ state: 'SUCCEEDED', succeeded: 2 });
    expect(essence(cluster.restart())).not.toContain('publish-job');
  });

  it('keeps waits, budgets, cancels and the order of jobs', () => {
    const cluster = started();
    cluster.machine.report('j', 0, 'failed', { failure: PLATFORM_FAILURE });
    cluster.machine.submit(jobSpec('k', 3));
    cluster.machine.cancel('k', 'enough');
    const retryAtMs = cluster.machine.state.jobs.get(jobId('j'))!.groups.get(0)!.retryAtMs;
    expect(retryAtMs).toBeGreaterThan(0);
    cluster.restart();
    const { machine } = cluster;
    expect([...machine.state.jobs.keys()]).toEqual(['j', 'k']);
    expect(machine.state.jobs.get(jobId('j'))!.groups.get(0)!.infrastructureFailures).toBe(1);
    expect(machine.state.jobs.get(jobId('k'))!.cancelReason).toBe('enough');
    machine.connect(facts('e1', { slots: 2 }), [
      machine.news('k', 0, 'running'),
      machine.news('k', 1, 'running'),
    ]);
    expect(ofType(machine.effects, 'send-cancel').map(({ ref }) => ref.algIndex)).toEqual([0, 1]);
    for (const algIndex of [0, 1]) machine.report('k', algIndex, 'cancelled');
    machine.pass(SCHEDULER_DEFAULTS.retryDelayMaxMs);
    expect(assignments(machine.all)).toContain('j/0/2 → e1');
  });

  it('knows executors that were there, and jobs that ended', () => {
    const cluster = started();
    cluster.machine.report('j', 0, 'failed');
    cluster.machine.published('j');
    cluster.restart();
    const { machine } = cluster;
    expect(machine.state.executors.get(executorName('e1'))).toMatchObject({
      connectionId: 0,
      facts: { slots: 2 },
    });
    expect(machine.state.jobs.get(jobId('j'))).toMatchObject({ state: 'FAILED', failed: 1 });
    expect(machine.state.ended).toHaveLength(1);
  });
});
