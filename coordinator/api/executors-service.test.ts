// Executors.Connect over real gRPC: a client that speaks the executors' protocol, and what it may do wrong.
import { type ClientDuplexStream, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../shared/logger.js';
import { CHANNEL_OPTIONS, channelCredentials } from '../../shared/rpc/channel.js';
import { errorFromStatus } from '../../shared/rpc/errors.js';
import type { CoordinatorMessage__Output } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorMessage } from '../../shared/rpc/gen/mlsql/v1/ExecutorMessage.js';
import type { ExecutorsClient } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { Hello } from '../../shared/rpc/gen/mlsql/v1/Hello.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';
import { jobSpec } from '../../test/support/machine.js';
import { RuntimeUnderTest } from '../../test/support/runtime.js';
import { executorsService } from './executors-service.js';

let under: RuntimeUnderTest;
let server: Server;
let client: ExecutorsClient;

beforeEach(async () => {
  under = await RuntimeUnderTest.start();
  server = new Server(CHANNEL_OPTIONS);
  const handlers = executorsService(under.runtime, createLogger('test', 'silent'));
  server.addService(mlsqlV1().Executors.service, {
    ...handlers,
    ServeFunctions: (call: { end(): void }) => call.end(),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  client = new (mlsqlV1().Executors)(`127.0.0.1:${port}`, channelCredentials(), CHANNEL_OPTIONS);
});

afterEach(async () => {
  client.close();
  await under.stop();
  server.forceShutdown();
  expect(under.defects).toEqual([]);
});

/** An executor's end of the stream: messages are awaited one by one. */
class FakeExecutor {
  readonly stream: ClientDuplexStream<ExecutorMessage, CoordinatorMessage__Output>;
  readonly #received: CoordinatorMessage__Output[] = [];
  #end: { readonly error: ServiceError | undefined } | undefined;
  #wake: () => void = () => undefined;

  constructor(hello: Hello) {
    this.stream = client.connect();
    this.stream.on('data', (message: CoordinatorMessage__Output) => {
      this.#received.push(message);
      this.#wake();
    });
    this.stream.on('error', (error: ServiceError) => {
      this.#end ??= { error };
      this.#wake();
    });
    this.stream.on('end', () => {
      this.#end ??= { error: undefined };
      this.#wake();
    });
    this.stream.write({ hello });
  }

  /** The next message; its kind and content. */
  async next<K extends NonNullable<CoordinatorMessage__Output['message']>>(
    kind: K,
  ): Promise<NonNullable<CoordinatorMessage__Output[K]>> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) {
        expect(message.message).toBe(kind);
        return message[kind] as NonNullable<CoordinatorMessage__Output[K]>;
      }
      if (this.#end !== undefined) throw this.#end.error ?? new Error('the stream has ended');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** How the stream ended: the error, or undefined. */
  async ended(): Promise<ServiceError | undefined> {
    while (this.#end === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#end.error;
  }
}

function hello(over: Hello = {}): Hello {
  return {
    name: 'e1',
    session: 's1',
    protocolMin: 1,
    protocolMax: 1,
    slots: 2,
    cpus: 2,
    memoryBytes: 1e9,
    host: 'host',
    pid: 42,
    version: '0.1.0',
    pythonVersion: '3.11.7',
    ...over,
  };
}

describe('Connect', () => {
  it('carries a job from assignment to its result', async () => {
    const executor = new FakeExecutor(hello());
    expect(await executor.next('welcome')).toEqual({
      epoch: 7,
      protocol: 1,
      heartbeatMs: 2_000,
      leaseMs: 10_000,
      storeUrl: 'file:///store',
      clusterId: 'cluster-1',
    });
    const task = {
      data: [
        {
          path: 'part-0.json',
          key: 'models/j/tmp/data/part-0.json',
          sizeBytes: 12,
          sha256: 'ab',
          executable: false,
        },
      ],
      fitParam: { C: '1.5' },
      resources: [{ name: 'dict', folder: true, files: [] }],
      timeoutMs: 60_000,
    };
    await under.runtime.submit(jobSpec('j', 1, { each: { task } }));
    const assign = await executor.next('assign');
    const id = { jobId: 'j', algIndex: 0, attempt: 1, epoch: 7 };
    expect(assign.id).toEqual(id);
    expect(assign.task).toMatchObject({
      script: 'train.py',
      data: [
        {
          path: 'part-0.json',
          key: 'models/j/tmp/data/part-0.json',
          size: 12,
          sha256: 'ab',
          executable: false,
        },
      ],
      fitParam: { C: '1.5' },
      resources: [{ name: 'dict', folder: true, files: [] }],
      timeoutMs: 60_000,
      stagingPrefix: 'staging/0-1',
    });
    executor.stream.write({ heartbeat: { cacheBytes: 12, blobsAdded: ['ab'], blobsDropped: [] } });
    executor.stream.write({
      attempt: { id, phase: 'running', progress: 0.25, metrics: { loss: 0.5 }, bytesSynced: 12 },
    });
    executor.stream.write({ logs: { id, firstSeq: 1, lines: ['hello', '世界'] } });
    expect(await executor.next('logAck')).toEqual({ id, seq: 2 });
    expect(under.runtime.get('j')?.group(0)).toMatchObject({
      phase: 'running',
      progress: 0.25,
      metrics: { loss: 0.5 },
    });
    expect(under.runtime.get('j')?.group(0)).not.toHaveProperty('score');
    const files = [{ path: 'model.pickle', size: 3, sha256: 'cd' }];
    const warnings = [{ code: 'MLSQL_TRAIN_NO_SCORE', message: 'no score' }];
    executor.stream.write({
      attempt: {
        id,
        phase: 'succeeded',
        score: -0.5,
        bytesSynced: 12,
        warnings,
        result: { files, logLines: 2, interpreter: { version: '3.11.7' } },
      },
    });
    expect(await executor.next('resultAck')).toEqual(id);
    expect(await under.runtime.finished('j')).toMatchObject({
      state: 'SUCCEEDED',
      groups: [
        {
          score: -0.5,
          metrics: { loss: 0.5 },
          warnings,
          result: {
            files: [{ path: 'model.pickle', sizeBytes: 3, sha256: 'cd' }],
            logLines: 2,
            interpreter: { version: '3.11.7' },
          },
        },
      ],
      summary: { bytesSynced: 12 },
    });
    expect(await under.runtime.logs.read({ jobId: 'j', algIndex: 0, attempt: 1 }, 1, 10)).toEqual([
      'hello',
      '世界',
    ]);
  });

  it('brings a failure with its traceback, and a cancel to the executor', async () => {
    const executor = new FakeExecutor(hello());
    await executor.next('welcome');
    await under.runtime.submit(jobSpec('j', 2));
    const first = await executor.next('assign');
    const second = await executor.next('assign');
    const failure = {
      cause: 'exit',
      code: 'MLSQL_TASK_EXIT',
      message: 'ValueError: no',
      traceback: 'Traceback …',
      exitCode: 1,
      blame: 'user',
      retryable: true,
      logLines: 4,
    };
    executor.stream.write({ attempt: { id: first.id, phase: 'failed', failure } });
    expect(await executor.next('resultAck')).toEqual(first.id);
    expect(under.runtime.get('j')?.group(0)).toMatchObject({
      phase: 'failed',
      message: 'ValueError: no',
      traceback: 'Traceback …',
    });
    await under.runtime.cancel('j', 'enough');
    expect(await executor.next('cancel')).toEqual({ id: second.id, reason: 'enough' });
    executor.stream.write({ attempt: { id: second.id, phase: 'cancelled' } });
    await executor.next('resultAck');
    expect(await under.runtime.finished('j')).toMatchObject({ state: 'CANCELLED' });
  });

  it('keeps an attempt over a broken stream, and ends the older of two', async () => {
    const executor = new FakeExecutor(hello());
    await executor.next('welcome');
    await under.runtime.submit(jobSpec('j'));
    const { id } = await executor.next('assign');
    const unknown = { jobId: 'other', algIndex: 3, attempt: 2, epoch: 5 };
    const back = new FakeExecutor(
      hello({
        attempts: [
          { id, phase: 'running' },
          { id: unknown, phase: 'running' },
        ],
      }),
    );
    await back.next('welcome');
    expect(await back.next('forget')).toMatchObject({ id: unknown });
    expect(await back.next('logAck')).toEqual({ id, seq: 0 });
    expect(await executor.ended()).toBeUndefined();
    back.stream.write({ attempt: { id, phase: 'succeeded', result: { files: [] } } });
    await back.next('resultAck');
    expect(await under.runtime.finished('j')).toMatchObject({
      state: 'SUCCEEDED',
      groups: [{ attempts: 1 }],
    });
  });

  it('notices a stream that ends, whichever side ends it', async () => {
    const { hub } = under.runtime;
    const gone = new Promise<string>((resolve) => hub.onDisconnected(resolve));
    const executor = new FakeExecutor(hello());
    await executor.next('welcome');
    expect(hub.connected()).toEqual(['e1']);
    executor.stream.cancel();
    expect(await gone).toBe('e1');
    expect(under.runtime.executors()).toMatchObject([{ name: 'e1', state: 'lost' }]);
    const again = new Promise<string>((resolve) => hub.onDisconnected(resolve));
    const ending = new FakeExecutor(hello());
    await ending.next('welcome');
    ending.stream.end();
    expect(await again).toBe('e1');
    expect(await ending.ended()).toBeUndefined();
  });

  it('carries function messages both ways', async () => {
    const { hub } = under.runtime;
    const executor = new FakeExecutor(hello());
    await executor.next('welcome');
    const update = new Promise((resolve) =>
      hub.onFunctionUpdate((name, message) => resolve([name, message])),
    );
    expect(hub.send('e1', { prepareFunction: { functionId: 'f1', spec: { name: 'predict' } } })).toBe(true);
    expect(await executor.next('prepareFunction')).toMatchObject({
      functionId: 'f1',
      spec: { name: 'predict' },
    });
    executor.stream.write({ function: { functionId: 'f1', state: 'ready', kind: 'batch' } });
    expect(await update).toMatchObject(['e1', { functionId: 'f1', state: 'ready', kind: 'batch' }]);
    expect(hub.send('e2', { dropFunction: { functionId: 'f1' } })).toBe(false);
  });
});

describe('what an executor may do wrong', () => {
  async function refusal(first: ExecutorMessage): Promise<unknown> {
    const stream = client.connect();
    stream.on('data', () => undefined);
    const error = new Promise((resolve) =>
      stream.on('error', (failed: ServiceError) => resolve(errorFromStatus(failed))),
    );
    stream.write(first);
    return error;
  }

  it('speaks another protocol: both sides are named', async () => {
    expect(await refusal({ hello: hello({ protocolMin: 2, protocolMax: 4, version: '9.9' }) })).toMatchObject(
      {
        code: 'MLSQL_EXECUTOR_PROTOCOL',
        message: 'executor e1 (version 9.9) speaks protocol 2 to 4, this coordinator speaks 1',
        details: { hint: 'run the same version of mlsql on both' },
      },
    );
  });

  it.each([
    ['does not begin with hello', { heartbeat: {} }, 'the first message is heartbeat, not hello'],
    ['has no name', { hello: hello({ name: '' }) }, "an executor's name has 1 to 255 characters"],
    ['has no session', { hello: hello({ session: '' }) }, 'executor e1 names no session'],
    [
      'tells of a phase that is none',
      { hello: hello({ attempts: [{ id: { jobId: 'j' }, phase: 'dancing' }] }) },
      '"dancing" is no phase of an attempt',
    ],
  ])('%s', async (_, message, text) => {
    expect(await refusal(message)).toMatchObject({
      code: 'MLSQL_USAGE_INVALID',
      message: `executor stream: ${text}`,
    });
    expect(under.runtime.hub.connected()).toEqual([]);
  });

  it('says hello twice: its stream ends, its attempts have their lease', async () => {
    const executor = new FakeExecutor(hello());
    await executor.next('welcome');
    await under.runtime.submit(jobSpec('j'));
    await executor.next('assign');
    executor.stream.write({ hello: hello() });
    expect(errorFromStatus(await executor.ended())).toMatchObject({ code: 'MLSQL_USAGE_INVALID' });
    expect(under.runtime.get('j')?.group(0)?.phase).toBe('assigned');
  });
});

describe('ListExecutors and DrainExecutor', () => {
  it('show who is there, and drain by name', async () => {
    const executor = new FakeExecutor(hello({ gpus: 1 }));
    await executor.next('welcome');
    const list = () =>
      new Promise((resolve, reject) =>
        client.listExecutors({}, (error, response) =>
          error === null ? resolve(response?.executors) : reject(error),
        ),
      );
    const facts = {
      name: 'e1',
      slots: 2,
      slotsBusy: 0,
      cpus: 2,
      memoryBytes: 1e9,
      gpus: 1,
      host: 'host',
      pid: 42,
      version: '0.1.0',
      pythonVersion: '3.11.7',
    };
    expect(await list()).toMatchObject([{ ...facts, state: 'ready', connectedMs: under.clock.now() }]);
    const drain = (name: string) =>
      new Promise((resolve, reject) =>
        client.drainExecutor({ name }, (error) => (error === null ? resolve(undefined) : reject(error))),
      );
    await drain('e1');
    expect(await executor.next('drain')).toMatchObject({ reason: 'drained by request' });
    expect(await list()).toMatchObject([{ ...facts, state: 'draining' }]);
    await expect(drain('e9')).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: 'no executor "e9" is connected',
    });
  });
});
