// The machine with its shell around it: records before messages, the publisher's failures as events, watchers, logs.
import { afterEach, describe, expect, it } from 'vitest';
import { MlsqlError } from '../../shared/errors.js';
import { jobId } from '../../shared/ids.js';
import { facts, jobSpec } from '../../test/support/machine.js';
import { MemoryStateStore } from '../../test/support/memory-state-store.js';
import { MemoryExecutor, newsAbout, RuntimeUnderTest } from '../../test/support/runtime.js';
import type { DurableRecord } from '../scheduling/effects.js';
import type { JobRuntimeDependencies } from './job-runtime.js';
import type { JobView } from './job-view.js';

let under: RuntimeUnderTest;

async function start(over: Partial<JobRuntimeDependencies> = {}): Promise<RuntimeUnderTest> {
  under = await RuntimeUnderTest.start(over);
  return under;
}

afterEach(async () => {
  await under.stop();
  expect(under.defects).toEqual([]);
});

/** A store whose writes wait until they are let through. */
class GatedStateStore extends MemoryStateStore {
  readonly writes: DurableRecord[][] = [];
  #open: (() => void)[] = [];
  #arrived: (() => void) | undefined;

  override async write(records: readonly DurableRecord[]): Promise<void> {
    this.writes.push([...records]);
    this.#arrived?.();
    await new Promise<void>((resolve) => this.#open.push(resolve));
    await super.write(records);
  }

  letThrough(): void {
    this.#open.shift()?.();
  }

  async arrived(count: number): Promise<void> {
    while (this.writes.length < count) await new Promise<void>((resolve) => (this.#arrived = resolve));
  }
}

describe('a clock that is set back', () => {
  it('stops no lease and no wait', async () => {
    const { runtime, clock } = await start();
    await runtime.submit(jobSpec('j', 1));
    const executor = under.executor('e1');
    await executor.message(1);
    executor.session.closed();
    clock.setBack(3_600_000);
    clock.advance(30_000);
    under.executor('e2');
    expect(runtime.get('j')?.group(0)).toMatchObject({ executor: 'e2', attempt: 2 });
  });
});

describe('a job', () => {
  it('goes from submit to its outcome', async () => {
    const { runtime, publisher } = await start();
    await runtime.submit(jobSpec('j', 1, { version: 4 }));
    expect(runtime.get('j')).toMatchObject({
      state: 'PENDING',
      reason: 'waits for an executor: none is connected',
      version: 4,
      groupsTotal: 1,
    });
    const executor = under.executor('e1');
    expect(await executor.message(0)).toEqual({
      welcome: {
        epoch: 7,
        protocol: 1,
        heartbeatMs: 2_000,
        leaseMs: 10_000,
        storeUrl: 'file:///store',
        clusterId: 'cluster-1',
      },
    });
    const { assign } = await executor.message(1);
    expect(assign?.id).toEqual({ jobId: 'j', algIndex: 0, attempt: 1, epoch: 7 });
    expect(assign?.task).toMatchObject({ script: 'train.py', stagingPrefix: 'staging/0-1', graceMs: 1_000 });
    executor.tell(assign?.id, 'running', { progress: 0.5, bytesSynced: 9 });
    expect(runtime.get('j')?.group(0)).toMatchObject({
      phase: 'running',
      progress: 0.5,
      attempt: 1,
      executor: 'e1',
    });
    executor.tell(assign?.id, 'succeeded', { score: 0.5, bytesSynced: 9 });
    expect(runtime.get('j')?.group(0)?.phase).toBe('uploading');
    const outcome = await runtime.finished('j');
    expect(outcome).toMatchObject({
      state: 'SUCCEEDED',
      published: { published: 'j' },
      groups: [{ status: 'success', score: 0.5, attempts: 1, executor: 'e1' }],
      summary: { bytesSynced: 9 },
    });
    expect(publisher.calls).toEqual(['accept j/0/1', 'publish j']);
    expect(await executor.message(2)).toEqual({ resultAck: assign?.id });
    expect(runtime.get('j')).toMatchObject({ state: 'SUCCEEDED', reason: '1 of 1 group succeeded' });
    expect(await runtime.finished('j')).toBe(outcome);
  });

  it('is acknowledged and assigned only when its records are kept', async () => {
    const store = new GatedStateStore();
    const { runtime } = await start({ stateStore: store });
    const executor = under.executor('e1');
    await store.arrived(1);
    store.letThrough();
    await executor.message(0);
    let acknowledged = false;
    const submitted = runtime.submit(jobSpec('j')).then(() => {
      acknowledged = true;
    });
    await store.arrived(2);
    expect(store.writes[1]?.map((record) => record.kind)).toEqual(['spec', 'story', 'story', 'job', 'group']);
    expect(acknowledged).toBe(false);
    expect(executor.received).toHaveLength(1);
    store.letThrough();
    await submitted;
    const { assign } = await executor.message(1);
    expect(assign?.id?.attempt).toBe(1);
    expect(store.recordsOf(jobId('j'))).toHaveLength(5);
  });

  it('shares one write among the steps that came while another was under way', async () => {
    const store = new GatedStateStore();
    const { runtime } = await start({ stateStore: store });
    const submits = [runtime.submit(jobSpec('a'))];
    await store.arrived(1);
    for (const id of ['b', 'c', 'd']) submits.push(runtime.submit(jobSpec(id)));
    store.letThrough();
    await store.arrived(2);
    store.letThrough();
    await Promise.all(submits);
    const jobOf = (record: DurableRecord) => (record.kind === 'executor' ? '' : record.jobId);
    expect(store.writes.map((records) => new Set(records.map(jobOf)).size)).toEqual([1, 3]);
  });

  it('is never acknowledged when its records cannot be kept', async () => {
    const broken = new MemoryStateStore();
    broken.write = () => Promise.reject(new Error('no space left on device'));
    let lost: (error: unknown) => void = () => undefined;
    const defect = new Promise<unknown>((resolve) => {
      lost = resolve;
    });
    const { runtime } = await start({ stateStore: broken, onDefect: (error) => lost(error) });
    let acknowledged = false;
    void runtime.submit(jobSpec('j')).then(() => {
      acknowledged = true;
    });
    expect(await defect).toMatchObject({ message: 'no space left on device' });
    expect(acknowledged).toBe(false);
  });

  it('is refused where it could not be a job', async () => {
    const { runtime } = await start();
    await expect(runtime.submit(jobSpec('j', []))).rejects.toThrow('has no groups');
    const [group] = jobSpec('j').groups;
    await expect(
      runtime.submit({ ...jobSpec('j'), groups: group === undefined ? [] : [group, group] }),
    ).rejects.toThrow('two groups of one algIndex');
  });
});

describe('the publisher', () => {
  const down = (): MlsqlError => new MlsqlError('MLSQL_STORE_UNAVAILABLE', 'connection refused');

  it('is asked again when the store is down, for an acceptance as for a publish', async () => {
    const { runtime, publisher, clock } = await start();
    publisher.failOnce('accept', down());
    await runtime.submit(jobSpec('j'));
    const executor = under.executor('e1');
    const { assign } = await executor.message(1);
    const seen = (condition: (view: JobView) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const stop = runtime.subscribe('j', (view) => {
          if (!condition(view)) return;
          stop();
          resolve();
        });
      });
    const acceptanceWaits = seen(
      (view) => view.group(0)?.message === 'waits for the store: connection refused',
    );
    executor.tell(assign?.id, 'succeeded');
    await acceptanceWaits;
    expect(runtime.get('j')?.group(0)?.phase).toBe('uploading');
    const publishWaits = seen(
      (view) => view.reason === '1 of 1 group succeeded; waits for the store: connection refused',
    );
    const accepted = seen((view) => view.group(0)?.phase === 'succeeded');
    clock.advance(500);
    publisher.failOnce('publish', down());
    await Promise.all([accepted, publishWaits]);
    clock.advance(500);
    expect((await runtime.finished('j')).state).toBe('SUCCEEDED');
    expect(publisher.calls).toEqual(['accept j/0/1', 'accept j/0/1', 'publish j', 'publish j']);
  });

  it('fails the job by name where it fails by a defect', async () => {
    const { runtime, publisher } = await start();
    await runtime.submit(jobSpec('j'));
    const executor = under.executor('e1');
    const { assign } = await executor.message(1);
    publisher.failOnce('accept', new TypeError('x is not a function'));
    executor.tell(assign?.id, 'succeeded');
    expect(await runtime.finished('j')).toMatchObject({
      state: 'FAILED',
      error: { algIndex: 0, failure: { code: 'MLSQL_INTERNAL', message: 'x is not a function' } },
    });
    expect(publisher.calls).toEqual(['accept j/0/1', 'fail j']);
  });
});

describe('cancel', () => {
  it('answers when it is recorded, and the job ends when its attempts have', async () => {
    const { runtime } = await start();
    await runtime.submit(jobSpec('j', 2));
    const executor = under.executor('e1');
    const { assign } = await executor.message(1);
    executor.tell(assign?.id, 'running');
    await runtime.cancel('j', 'enough');
    expect(await executor.message(2)).toEqual({ cancel: { id: assign?.id, reason: 'enough' } });
    expect(runtime.get('j')).toMatchObject({
      state: 'RUNNING',
      reason: 'cancelled: enough; waits for 1 to end',
    });
    executor.tell(assign?.id, 'cancelled');
    expect(await runtime.finished('j')).toMatchObject({
      state: 'CANCELLED',
      groups: [{ status: 'cancelled' }, { status: 'cancelled' }],
    });
  });

  it('names a job that is not there', async () => {
    const { runtime } = await start();
    await expect(runtime.cancel('nope', 'x')).rejects.toMatchObject({
      code: 'MLSQL_JOB_UNKNOWN',
      message: 'no job "nope"',
    });
    await expect(runtime.finished('nope')).rejects.toMatchObject({ code: 'MLSQL_JOB_UNKNOWN' });
  });
});

describe('executors', () => {
  it('lose their attempts when their lease ends, and another goes on', async () => {
    const { runtime, clock } = await start();
    await runtime.submit(jobSpec('j'));
    const first = under.executor('e1');
    const { assign } = await first.message(1);
    first.tell(assign?.id, 'running');
    first.session.closed();
    expect(runtime.executors()).toMatchObject([{ name: 'e1', state: 'lost', slotsBusy: 1 }]);
    clock.advance(6_000);
    const second = under.executor('e2');
    clock.advance(4_000);
    const next = await second.message(1);
    expect(next.assign?.id).toEqual({ jobId: 'j', algIndex: 0, attempt: 2, epoch: 7 });
    // The first comes back with what it still runs.
    const back = under.executor('e1', 1, [newsAbout(assign?.id, 'running')]);
    expect((await back.message(1)).forget?.id).toEqual(assign?.id);
  });

  it('refuse another process of a name that is at work, until its lease is over', async () => {
    const { runtime, clock } = await start();
    const other = { ...facts('e1'), session: 'another' };
    const transport = { write: () => undefined, end: () => undefined };
    const older = under.executor('e1');
    await older.message(0);
    expect(() => runtime.connectExecutor(other, [], [], transport)).toThrow(
      'an executor named e1 is at work already (host host, process 1)',
    );
    expect(older.ended).toBeUndefined();
    // The lease is as long as it was, whatever becomes of the wall clock.
    clock.setBack(3_600_000);
    expect(() => runtime.connectExecutor(other, [], [], transport)).toThrow('at work already');
    clock.advance(10_001);
    runtime.connectExecutor(other, [], [], transport);
    expect(runtime.hub.connected()).toEqual(['e1']);
  });

  it('end the older stream of the same name', async () => {
    const { runtime } = await start();
    const older = under.executor('e1');
    await older.message(0);
    const newer = under.executor('e1');
    await newer.message(0);
    expect(older.ended).toBe('another stream of this executor was opened');
    expect(runtime.hub.connected()).toEqual(['e1']);
    expect(runtime.executors()).toMatchObject([{ name: 'e1', state: 'ready' }]);
  });

  it('are drained by name, and one that is not there is named', async () => {
    const { runtime } = await start();
    const executor = under.executor('e1');
    await executor.message(0);
    runtime.drain('e1', 5_000, 'update');
    expect(await executor.message(1)).toEqual({ drain: { reason: 'update', deadlineMs: 5_000 } });
    expect(runtime.executors()).toMatchObject([
      { state: 'draining', reason: 'update; nothing runs there any more', untilMs: expect.any(Number) },
    ]);
    expect(runtime.hub.connected()).toEqual([]);
    expect(() => runtime.drain('e2')).toThrow(
      expect.objectContaining({ code: 'MLSQL_EXECUTOR_UNKNOWN', details: { hint: 'connected are: e1' } }),
    );
  });
});

describe('watchers', () => {
  it('hear of the groups that changed, and of a reason that reads otherwise', async () => {
    const { runtime, clock } = await start();
    const executor = under.executor('e1');
    await executor.message(0);
    await runtime.submit(jobSpec('a'));
    const { assign } = await executor.message(1);
    await runtime.submit(jobSpec('b', 2));
    await runtime.submit(jobSpec('c'));
    const heard: string[] = [];
    let wake: () => void = () => undefined;
    const until = (text: string): Promise<void> =>
      new Promise((resolve) => {
        wake = () => {
          if (heard.includes(text)) resolve();
        };
        wake();
      });
    for (const id of ['a', 'b', 'c']) {
      runtime.subscribe(id, (view, changed) => {
        heard.push(
          `${id} ${view.state} [${changed.join()}] ${view.state === 'PENDING' ? view.reason : ''}`.trim(),
        );
        wake();
      });
    }
    executor.tell(assign?.id, 'running');
    await until('a RUNNING [0]');
    executor.tell(assign?.id, 'succeeded');
    await until('b RUNNING [0]');
    clock.advance(250);
    await until('c PENDING [] waits for a slot: 1 of 1 busy, position 1');
    await until('a SUCCEEDED []');
  });
});

describe('logs', () => {
  it('are acknowledged, read by group, and followed over tries until the job has ended', async () => {
    const { runtime } = await start();
    await runtime.submit(jobSpec('j', 2, { each: { retries: 1 } }));
    const executor = under.executor('e1', 2);
    const first = (await executor.message(1)).assign?.id;
    const second = (await executor.message(2)).assign?.id;
    const ref = (algIndex: number, attempt: number) => ({ jobId: jobId('j'), algIndex, attempt });
    executor.session.logs(ref(0, 1), 7, 1, ['a1', 'a2']);
    expect(await executor.message(3)).toEqual({ logAck: { id: first, seq: 2 } });
    const lines: string[] = [];
    const reading = (async () => {
      for await (const chunk of runtime.readLogs(
        'j',
        { follow: true, tail: 1 },
        new AbortController().signal,
      )) {
        lines.push(...chunk.lines.map((line) => `${chunk.algIndex}/${chunk.attempt} ${line}`));
      }
    })();
    await new Promise(setImmediate);
    executor.session.logs(ref(1, 1), 7, 1, ['b1']);
    expect(await executor.message(4)).toEqual({ logAck: { id: second, seq: 1 } });
    executor.tell(first, 'failed', { logLines: 2 });
    await executor.message(5);
    under.clock.advance(1_000);
    const again = await executor.message(6);
    expect(again.assign?.id).toMatchObject({ algIndex: 0, attempt: 2 });
    executor.tell(again.assign?.id, 'succeeded', { logLines: 1 });
    executor.tell(second, 'succeeded', { logLines: 1 });
    await runtime.finished('j');
    executor.session.logs(ref(0, 2), 7, 1, ['c1']);
    await reading;
    expect(lines.sort()).toEqual(['0/1 a2', '0/2 c1', '1/1 b1']);
    const tryOne: string[] = [];
    for await (const chunk of runtime.readLogs(
      'j',
      { algIndex: 0, attempt: 1 },
      new AbortController().signal,
    ))
      tryOne.push(...chunk.lines);
    expect(tryOne).toEqual(['a1', 'a2']);
  });

  it('are all there when the end is told, however fast it came behind them', async () => {
    const { runtime } = await start();
    await runtime.submit(jobSpec('j'));
    const executor = under.executor('e1');
    const { assign } = await executor.message(1);
    const told: string[] = [];
    runtime.logs.onAppended('j', ({ firstSeq, count }) =>
      told.push(`lines ${firstSeq} to ${firstSeq + count - 1}`),
    );
    runtime.subscribe('j', (view) => told.push(view.group(0)?.phase ?? ''));
    const ref = { jobId: jobId('j'), algIndex: 0, attempt: 1 };
    executor.session.logs(ref, 7, 1, ['one', 'two']);
    executor.session.logs(ref, 7, 3, ['three']);
    executor.tell(assign?.id, 'failed', { logLines: 3 });
    await runtime.finished('j');
    expect(told.slice(0, 3)).toEqual(['lines 1 to 2', 'lines 3 to 3', 'failed']);
  });

  it('of attempts that nobody knows are taken and dropped, wherever their name leads', async () => {
    const { runtime } = await start();
    const executor = under.executor('e1');
    await executor.message(0);
    executor.session.logs({ jobId: jobId('../../escape'), algIndex: 0, attempt: 1 }, 7, 5, ['x', 'y']);
    expect(await executor.message(1)).toMatchObject({ logAck: { seq: 6 } });
    expect(await runtime.logs.count({ jobId: '../../escape', algIndex: 0, attempt: 1 })).toBe(0);
  });

  it('go on, after a reconnect, behind the last line that was kept', async () => {
    const { runtime } = await start();
    await runtime.submit(jobSpec('j'));
    const executor = under.executor('e1');
    const { assign } = await executor.message(1);
    executor.session.logs({ jobId: jobId('j'), algIndex: 0, attempt: 1 }, 7, 1, ['one', 'two']);
    await executor.message(2);
    executor.session.closed();
    const back = new MemoryExecutor(runtime, facts('e1'), [newsAbout(assign?.id, 'running')]);
    expect(await back.message(1)).toEqual({ logAck: { id: assign?.id, seq: 2 } });
  });
});

it('stops: streams end, who waits is told', async () => {
  const { runtime } = await start();
  const executor = under.executor('e1');
  await executor.message(0);
  await runtime.submit(jobSpec('j', 1, { each: { task: { cpus: 5 } } }));
  const finished = runtime.finished('j');
  runtime.stop();
  await expect(finished).rejects.toMatchObject({ code: 'MLSQL_CLUSTER_UNREACHABLE' });
  await expect(runtime.submit(jobSpec('k'))).rejects.toMatchObject({ code: 'MLSQL_CLUSTER_UNREACHABLE' });
  expect(executor.ended).toBe('the coordinator stops');
});
