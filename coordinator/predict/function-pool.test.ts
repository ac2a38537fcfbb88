// Where calls of functions go: executors that come, go and fail, seen through a small link and channel of the test's own.
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import { createLogger } from '../../shared/logger.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { FunctionUpdate__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import type { ExchangeOutcome, FunctionBatch } from '../tables/table-engine.js';
import type { FunctionChannel } from './function-channel.js';
import { type ExecutorLink, FunctionPool } from './function-pool.js';

class Link implements ExecutorLink {
  readonly names = new Set<string>();
  readonly sent: [string, CoordinatorMessage][] = [];
  update: (executor: string, update: FunctionUpdate__Output) => void = () => undefined;
  disconnected: (executor: string) => void = () => undefined;
  readonly #connected = new Set<(executor: string) => void>();

  connected = (): string[] => [...this.names];
  send(executor: string, message: CoordinatorMessage): boolean {
    this.sent.push([executor, message]);
    return this.names.has(executor);
  }
  onFunctionUpdate(listener: typeof this.update): void {
    this.update = listener;
  }
  onDisconnected(listener: typeof this.disconnected): void {
    this.disconnected = listener;
  }
  onConnected(listener: (executor: string) => void): () => void {
    this.#connected.add(listener);
    return () => this.#connected.delete(listener);
  }
  join(name: string): void {
    this.names.add(name);
    for (const listener of [...this.#connected]) listener(name);
  }
  answer(
    executor: string,
    state: 'ready' | 'failed',
    failure?: Partial<FunctionUpdate__Output['failure']>,
  ): void {
    this.update(executor, {
      functionId: 'f',
      state,
      kind: 'batch',
      failure: failure ?? null,
    } as FunctionUpdate__Output);
  }
}

function setUp(call: (executor: string) => Promise<Uint8Array>): { link: Link; pool: FunctionPool } {
  const link = new Link();
  const channel = {
    ready: () => Promise.resolve(),
    call: (executor: string) => call(executor),
  } as unknown as FunctionChannel;
  const pool = new FunctionPool(link, channel, systemClock, createLogger('test', 'silent'));
  pool.add('f', { name: 'f' });
  return { link, pool };
}

const BYTES = new Uint8Array([1]);
/** A batch that some executors can be asked with by a link. */
const batch = (outcomes: Record<string, ExchangeOutcome> = {}): FunctionBatch => ({
  bytes: () => Promise.resolve(BYTES),
  reaches: (executor) => executor in outcomes,
  exchange: (executor) => Promise.resolve(outcomes[executor]!),
});
const BATCH = batch();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the pool of functions', () => {
  it('waits for an executor, makes the function ready there once, and calls it', async () => {
    const { link, pool } = setUp((executor) => Promise.resolve(Buffer.from(executor)));
    const signal = new AbortController().signal;
    const answer = pool.call('f', BATCH, signal);
    await turn();
    link.join('one');
    await turn();
    link.answer('one', 'ready');
    expect(String(await answer)).toBe('one');
    expect(String(await pool.call('f', BATCH, signal))).toBe('one');
    expect(link.sent.filter(([, message]) => message.prepareFunction !== undefined)).toHaveLength(1);
  });

  it('tries elsewhere when a worker is lost, and gives the user’s own error as it is', async () => {
    const { link, pool } = setUp((executor) =>
      executor === 'one'
        ? Promise.reject(new MlsqlError('MLSQL_FUNCTION_WORKER', 'gone'))
        : Promise.reject(new MlsqlError('MLSQL_FUNCTION_ROW', 'bad row')),
    );
    link.join('one');
    link.join('two');
    const answer = pool.call('f', BATCH, new AbortController().signal);
    await turn();
    link.answer('one', 'ready');
    await turn();
    await turn();
    link.answer('two', 'ready');
    await expect(answer).rejects.toMatchObject({ code: 'MLSQL_FUNCTION_ROW' });
  });

  it('outlives more executors than workers may die of it, one after the other', async () => {
    const { link, pool } = setUp((executor) => Promise.resolve(Buffer.from(executor)));
    const answer = pool.call('f', BATCH, new AbortController().signal);
    for (let lost = 0; lost < 5; lost++) {
      await turn();
      link.join('one');
      await turn();
      link.names.delete('one');
      link.disconnected('one');
    }
    await turn();
    link.join('two');
    await turn();
    link.answer('two', 'ready');
    expect(String(await answer)).toBe('two');
    expect(link.sent.filter(([name]) => name === 'one')).toHaveLength(5);
  });

  it('asks by a link where there is one, and elsewhere when that is lost; what the function raised is the user’s', async () => {
    const { link, pool } = setUp(() => Promise.resolve(Buffer.from('by stream')));
    const { signal } = new AbortController();
    link.join('one');
    const first = pool.call('f', batch({ one: { kind: 'answered' } }), signal);
    await turn();
    link.answer('one', 'ready');
    expect(await first).toBeUndefined();
    link.join('two');
    const second = pool.call('f', batch({ one: { kind: 'lost' } }), signal);
    await turn();
    link.answer('two', 'ready');
    expect(String(await second)).toBe('by stream');
    const raised = JSON.stringify({ code: 'MLSQL_FUNCTION_ROW', message: 'no', row: 3, arguments: '[1]' });
    const failed = { kind: 'failed', error: raised } as const;
    await expect(pool.call('f', batch({ one: failed, two: failed }), signal)).rejects.toMatchObject({
      code: 'MLSQL_FUNCTION_ROW',
      row: 3,
      message: 'no, for [1]',
    });
  });

  it('ends a warm-up and a call that wait for a script that never gets ready, when they are cancelled', async () => {
    const { link, pool } = setUp(() => Promise.resolve(BYTES));
    link.join('one');
    const abort = new AbortController();
    const reason = new MlsqlError('MLSQL_RUN_CANCELLED', 'cancelled');
    const waiting = Promise.allSettled([pool.warm('f', abort.signal), pool.call('f', BATCH, abort.signal)]);
    await turn();
    abort.abort(reason);
    expect(await waiting).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    await expect(pool.warm('f', abort.signal)).rejects.toBe(reason);
  });

  it('tells a script that fails to load as the user’s error, and prepares it again for the next who asks', async () => {
    const { link, pool } = setUp(() => Promise.resolve(BYTES));
    link.join('one');
    const signal = new AbortController().signal;
    const first = pool.warm('f', signal);
    await turn();
    link.answer('one', 'failed', { message: 'no udf', traceback: 'tb', blame: 'user' });
    await expect(first).rejects.toMatchObject({ code: 'MLSQL_FUNCTION_SCRIPT', message: 'no udf' });
    const second = pool.warm('f', signal);
    await turn();
    link.answer('one', 'ready');
    expect(await second).toBe('batch');
  });
});
