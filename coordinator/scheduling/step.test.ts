// One job's way through the machine: events in, exact effects out.
import { describe, expect, it } from 'vitest';
import { jobId } from '../../shared/ids.js';
import {
  EPOCH,
  essence,
  facts,
  jobSpec,
  Machine,
  ofType,
  RESULT,
  taskSpec,
} from '../../test/support/machine.js';

describe('a job of one group', () => {
  it('is recorded, then acknowledged, and waits with a reason while nobody is there', () => {
    const machine = new Machine();
    const spec = jobSpec('j');
    const effects = machine.submit(spec);
    expect(
      effects.map((effect) => (effect.type === 'persist-record' ? effect.record.kind : effect.type)),
    ).toEqual(['spec', 'story', 'job', 'acknowledge', 'notify-job', 'queue-changed']);
    expect(effects[3]).toEqual({ type: 'acknowledge', requestId: 1, known: true });
    expect(machine.job('j').state).toBe('PENDING');
  });

  it('goes to an executor that connects: the record first, then the welcome, then the assignment', () => {
    const machine = new Machine();
    machine.submit(jobSpec('j'));
    machine.connect(facts('e1'));
    const kinds = machine.effects.map((effect) =>
      effect.type === 'persist-record' ? effect.record.kind : effect.type,
    );
    expect(kinds).toEqual([
      'executor',
      'story',
      'job',
      'group',
      'send-welcome',
      'send-assign',
      'wake-at',
      'notify-job',
      'queue-changed',
    ]);
    expect(ofType(machine.effects, 'send-assign')).toEqual([
      {
        type: 'send-assign',
        executor: 'e1',
        connectionId: 1,
        ref: { jobId: 'j', algIndex: 0, attempt: 1 },
        epoch: EPOCH,
        task: taskSpec(),
        target: { place: 'j' },
      },
    ]);
    const group = ofType(machine.effects, 'persist-record').find(({ record }) => record.kind === 'group');
    expect(group?.record.value).toMatchObject({
      phase: 'assigned',
      attempts: 1,
      live: { attempt: 1, executor: 'e1', epoch: EPOCH },
    });
    expect(machine.job('j').state).toBe('RUNNING');
  });

  it('is accepted, published and ended once', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j', 1, { version: 3 }));
    machine.report('j', 0, 'syncing');
    expect(essence(machine.effects)).toEqual([]);
    machine.report('j', 0, 'running', { progress: 0.5, score: 0.25, metrics: { loss: 2 }, bytesSynced: 100 });
    machine.report('j', 0, 'uploading', { score: 0.75 });
    expect(machine.group('j', 0)).toMatchObject({
      phase: 'uploading',
      progress: 0.5,
      score: 0.75,
      metrics: { loss: 2 },
    });

    const done = machine.report('j', 0, 'succeeded', { bytesSynced: 150 });
    expect(essence(done)).toEqual(['send-result-ack', 'accept-result']);
    expect(ofType(done, 'accept-result')[0]).toMatchObject({
      target: { place: 'j' },
      result: RESULT,
      ref: { attempt: 1 },
    });
    expect(ofType(done, 'finish-log')).toEqual([
      { type: 'finish-log', ref: { jobId: 'j', algIndex: 0, attempt: 1 }, lines: 2 },
    ]);
    expect(machine.state.executors.get(facts('e1').name)?.attempts.size).toBe(0);

    const accepted = machine.accept('j', 0);
    expect(essence(accepted)).toEqual(['publish-job']);
    expect(machine.job('j')).toMatchObject({ state: 'RUNNING', stage: 'publishing' });
    expect(ofType(accepted, 'publish-job')[0]?.outcome).toMatchObject({
      state: 'SUCCEEDED',
      reason: '1 of 1 group succeeded',
      error: undefined,
      groups: [
        {
          algIndex: 0,
          status: 'success',
          score: 0.75,
          attempt: 1,
          attempts: 1,
          executor: 'e1',
          result: RESULT,
          metrics: { loss: 2 },
        },
      ],
      summary: { bytesSynced: 150 },
    });

    const ended = machine.published('j', { version: 3 });
    expect(essence(ended)).toEqual(['job-ended']);
    expect(ofType(ended, 'job-ended')[0]?.outcome).toMatchObject({
      state: 'SUCCEEDED',
      published: { version: 3 },
    });
    expect(machine.job('j').state).toBe('SUCCEEDED');
  });

  it('takes a submit that is repeated for the one it is', () => {
    const machine = new Machine();
    machine.submit(jobSpec('j'));
    expect(machine.submit(jobSpec('j', 5))).toEqual([{ type: 'acknowledge', requestId: 2, known: true }]);
    expect(machine.job('j').groups.size).toBe(1);
  });

  it('tells its story in order', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.succeed('j', 0);
    machine.published('j');
    expect(machine.job('j').story.map((line) => line.text)).toEqual([
      'submitted: 1 group',
      'group 0: try 1 goes to e1',
      'group 0: succeeded',
      'publishes: 1 of 1 group succeeded',
      'SUCCEEDED: 1 of 1 group succeeded',
    ]);
  });
});

describe('what comes twice or late', () => {
  function accepting(): Machine {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'succeeded');
    return machine;
  }

  it('acknowledges a success that comes again, and asks for nothing twice', () => {
    const machine = accepting();
    const again = machine.reportFrom('e1', machine.news('j', 0, 'succeeded'));
    expect(again.map((effect) => effect.type)).toEqual(['send-result-ack']);
  });

  it('ignores a second decision of the store', () => {
    const machine = accepting();
    machine.accept('j', 0);
    expect(machine.accept('j', 0)).toEqual([]);
    machine.published('j');
    const stage = 'publishing';
    expect(
      machine.step({
        type: 'publish-decided',
        jobId: jobId('j'),
        stage,
        decision: { kind: 'done', published: 1 },
      }),
    ).toEqual([]);
  });

  it('takes an earlier phase for old news, but its facts for facts', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'running');
    machine.report('j', 0, 'syncing', { bytesSynced: 10 });
    expect(machine.group('j', 0).phase).toBe('running');
    expect(machine.job('j').bytesSynced).toBe(10);
  });

  it('never lets a try that was lost change anything: its success is acknowledged, its news answered by forget', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'running');
    const late = machine.news('j', 0, 'succeeded');
    const lateRunning = machine.news('j', 0, 'running', { score: 9 });
    machine.disconnect('e1');
    machine.connect(facts('e2'));
    machine.passAlive(machine.state.config.leaseMs, ['e2']);
    expect(machine.group('j', 0).live).toMatchObject({ attempt: 2, executor: 'e2' });
    machine.connect(facts('e1'), [lateRunning]);
    expect(essence(machine.effects)).toEqual(['send-welcome', 'send-forget']);
    const before = structuredClone({ ...machine.group('j', 0), spec: undefined });
    expect(machine.reportFrom('e1', late).map((effect) => effect.type)).toEqual(['send-result-ack']);
    expect({ ...machine.group('j', 0), spec: undefined }).toEqual(before);
  });

  it('refuses news with another epoch or from another executor', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.connect(facts('e2'));
    machine.submit(jobSpec('j'));
    const owner = machine.group('j', 0).executor;
    const other = owner === 'e1' ? 'e2' : 'e1';
    machine.reportFrom(other, machine.news('j', 0, 'succeeded'));
    machine.reportFrom(owner, { ...machine.news('j', 0, 'succeeded'), epoch: EPOCH - 1 });
    expect(machine.group('j', 0).phase).toBe('assigned');
  });

  it('ignores all messages of a stream that was replaced', () => {
    const machine = new Machine();
    const first = machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.connect(facts('e1'), [machine.news('j', 0, 'running')]);
    expect(essence(machine.effects)).toEqual(['close-connection', 'send-welcome', 'resume-log']);
    expect(machine.reportFrom('e1', machine.news('j', 0, 'succeeded'), first)).toEqual([]);
    expect(
      machine.step({ type: 'executor-disconnected', executor: facts('e1').name, connectionId: first }),
    ).toEqual([]);
    expect(machine.group('j', 0).phase).toBe('running');
  });
});

describe('acceptance', () => {
  it('takes the result of the earlier try that the store names', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j', 1, { each: { retries: 1 } }));
    machine.report('j', 0, 'failed');
    machine.passAlive(machine.state.config.retryDelayMs, ['e1']);
    machine.report('j', 0, 'succeeded');
    const ref = { jobId: jobId('j'), algIndex: 0, attempt: 2 };
    const other = { ...RESULT, logLines: 99 };
    const effects = machine.step({
      type: 'result-decided',
      ref,
      decision: { kind: 'accepted', attempt: 1, result: other },
    });
    expect(ofType(effects, 'publish-job')[0]?.outcome.groups[0]).toMatchObject({
      attempt: 1,
      attempts: 2,
      result: { logLines: 99 },
    });
  });

  it('asks a store that cannot answer until it does, and says what it waits for', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'succeeded');
    const ref = { jobId: jobId('j'), algIndex: 0, attempt: 1 };
    const down = {
      code: 'MLSQL_STORE_UNAVAILABLE',
      message: 'connection refused',
      traceback: '',
      retryable: true,
      blame: 'platform',
      cause: 'store',
    } as const;
    for (let round = 0; round < 50; round++) {
      machine.step({ type: 'result-decided', ref, decision: { kind: 'failed', failure: down } });
      expect(machine.group('j', 0).phase).toBe('accepting');
      expect(ofType(machine.pass(machine.state.config.retryDelayMaxMs), 'accept-result')).toHaveLength(1);
    }
    machine.accept('j', 0);
    expect(machine.group('j', 0).phase).toBe('succeeded');
  });

  it('fails the group where the store says no', () => {
    const machine = new Machine();
    machine.connect(facts('e1'));
    machine.submit(jobSpec('j'));
    machine.report('j', 0, 'succeeded');
    const ref = { jobId: jobId('j'), algIndex: 0, attempt: 1 };
    const refused = {
      code: 'MLSQL_MODEL_CORRUPT',
      message: 'files are gone',
      traceback: '',
      retryable: false,
      blame: 'platform',
      cause: 'store',
    } as const;
    const effects = machine.step({
      type: 'result-decided',
      ref,
      decision: { kind: 'failed', failure: refused },
    });
    expect(essence(effects)).toEqual(['fail-job']);
    expect(machine.group('j', 0)).toMatchObject({ phase: 'failed', failure: refused });
  });
});
