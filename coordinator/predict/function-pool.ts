// Which executors hold which function ready, and where the next batch goes. A function is made ready where it is first
// called, and on more executors as soon as calls wait for each other.
import type { Clock } from '../../shared/clock.js';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { FunctionUpdate__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import type { FunctionBatch, FunctionCaller } from '../tables/table-engine.js';
import { errorOfJson, type FunctionChannel, LostExecutorError, lostExecutor } from './function-channel.js';

/** What the pool needs of the executors' main streams. */
export interface ExecutorLink {
  /** Names of the executors that take work. */
  connected(): readonly string[];
  /** False where the executor is not connected. */
  send(executor: string, message: CoordinatorMessage): boolean;
  onFunctionUpdate(listener: (executor: string, update: FunctionUpdate__Output) => void): void;
  onDisconnected(listener: (executor: string) => void): void;
  /** Calls back at the next connect of any executor; the result takes the listener away. */
  onConnected(listener: (executor: string) => void): () => void;
}

/** How python_fun was called: udf or udf_batch. */
export type FunctionKind = 'row' | 'batch';

const PREPARE_TIMEOUT_MS = 120_000;
const EXECUTOR_WAIT_MS = 30_000;
/** Executors whose worker may die of a call before it fails. */
const TRIES_MAX = 3;
/** Executors that may be lost while they have the call: machines that go down, not what the function does. */
const LOST_MAX = 10;
/** An executor that could not make a function ready is not asked again for so long. */
const FAILED_KEPT_MS = 30_000;
/** A function that was registered anew or taken away serves so long still: runs may hold it. */
const RETIRED_KEPT_MS = 600_000;

interface Replica {
  readonly executor: string;
  ready: Promise<FunctionKind>;
  inFlight: number;
}

interface Served {
  readonly id: string;
  readonly spec: FunctionSpec;
  readonly replicas: Map<string, Replica>;
  /** Executors that failed to make it ready, and until when they are left alone. */
  readonly failedUntil: Map<string, number>;
}

interface PendingPrepare {
  resolve(kind: FunctionKind): void;
  reject(error: MlsqlError): void;
}

export class FunctionPool implements FunctionCaller {
  readonly #functions = new Map<string, Served>();
  readonly #preparing = new Map<string, PendingPrepare>();

  constructor(
    private readonly link: ExecutorLink,
    private readonly channel: FunctionChannel,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    link.onFunctionUpdate((executor, update) => this.#onUpdate(executor, update));
    link.onDisconnected((executor) => this.#onDisconnected(executor));
  }

  /** Makes a function callable by its id. Nothing is sent before it is needed. */
  add(id: string, spec: FunctionSpec): void {
    if (!this.#functions.has(id))
      this.#functions.set(id, { id, spec, replicas: new Map(), failedUntil: new Map() });
  }

  /** Forgets a function; executors end its workers. */
  drop(id: string): void {
    const served = this.#functions.get(id);
    if (served === undefined) return;
    this.#functions.delete(id);
    for (const executor of served.replicas.keys())
      this.link.send(executor, { dropFunction: { functionId: id } });
  }

  /** Drops a function that no new query will find, once those that hold it have had time to end. */
  retire(id: string): void {
    this.clock.after(RETIRED_KEPT_MS, () => this.drop(id));
  }

  /**
   * Runs the user's script once on one executor: proof that it calls python_fun.
   * @throws MlsqlError MLSQL_FUNCTION_SCRIPT with the script's traceback; the signal's reason where it aborts
   */
  warm(id: string, signal: AbortSignal): Promise<FunctionKind> {
    return this.#onReplica(id, signal, (replica) => within(replica.ready, signal));
  }

  call(functionId: string, batch: FunctionBatch, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#onReplica(functionId, signal, async (replica) => {
      await within(replica.ready, signal);
      if (batch.reaches(replica.executor)) {
        const outcome = await batch.exchange(replica.executor, functionId, signal);
        if (outcome.kind === 'answered') return undefined;
        throw outcome.kind === 'lost' ? lostExecutor(replica.executor) : errorOfJson(outcome.error);
      }
      const noStream = new MlsqlError(
        'MLSQL_FUNCTION_WORKER',
        `executor ${replica.executor} opened no stream for function calls`,
      );
      await within(this.channel.ready(replica.executor), signal, { ms: EXECUTOR_WAIT_MS, error: noStream });
      signal.throwIfAborted();
      return this.channel.call(replica.executor, functionId, await batch.bytes(), signal);
    });
  }

  /** Does something on the best replica; elsewhere, where that one's worker or executor is lost. */
  async #onReplica<T>(id: string, signal: AbortSignal, work: (replica: Replica) => Promise<T>): Promise<T> {
    const served = this.#served(id);
    const tried = new Set<string>();
    let failures = 0;
    let lost = 0;
    for (;;) {
      signal.throwIfAborted();
      const replica = await this.#choose(served, tried, signal);
      replica.inFlight += 1;
      try {
        return await work(replica);
      } catch (error) {
        if (!isMlsqlError(error, 'MLSQL_FUNCTION_WORKER')) throw error;
        if (error instanceof LostExecutorError) lost += 1;
        else failures += 1;
        if (failures === TRIES_MAX || lost === LOST_MAX) throw error;
        this.logger.warn(
          { functionId: id, executor: replica.executor, error: error.message },
          'function call tried again elsewhere',
        );
        tried.add(replica.executor);
      } finally {
        replica.inFlight -= 1;
      }
    }
  }

  #served(id: string): Served {
    const served = this.#functions.get(id);
    if (served === undefined) throw new Error(`function ${id} was never added to the pool`);
    return served;
  }

  /** The least busy replica; a new one where all are busy and an executor is free of it. */
  async #choose(served: Served, tried: ReadonlySet<string>, signal: AbortSignal): Promise<Replica> {
    const idle = [...served.replicas.values()]
      .filter((replica) => !tried.has(replica.executor))
      .sort((a, b) => a.inFlight - b.inFlight)[0];
    if (idle !== undefined && idle.inFlight === 0) return idle;
    const connected = this.link.connected();
    const now = this.clock.now();
    const fresh = connected.find(
      (name) => !served.replicas.has(name) && !tried.has(name) && (served.failedUntil.get(name) ?? 0) <= now,
    );
    if (fresh !== undefined) {
      const replica = this.#prepare(served, fresh);
      // While a further replica starts, the busy one goes on serving.
      return idle ?? replica;
    }
    if (idle !== undefined) return idle;
    const any = [...served.replicas.values()][0];
    if (any !== undefined && connected.includes(any.executor)) return any;
    // All connected ones failed a short while ago: the first of them once more.
    const again = connected.find((name) => !tried.has(name)) ?? connected[0];
    if (again !== undefined) return this.#prepare(served, again);
    await this.#executorConnects(signal);
    return this.#choose(served, new Set(), signal);
  }

  #prepare(served: Served, executor: string): Replica {
    const ready = new Promise<FunctionKind>((resolve, reject) => {
      this.#preparing.set(`${executor}\n${served.id}`, { resolve, reject });
      if (!this.link.send(executor, { prepareFunction: { functionId: served.id, spec: served.spec } })) {
        reject(lostExecutor(executor));
      }
    });
    const replica: Replica = { executor, ready, inFlight: 0 };
    served.replicas.set(executor, replica);
    const timer = setTimeout(() => {
      this.#preparing
        .get(`${executor}\n${served.id}`)
        ?.reject(
          new MlsqlError(
            'MLSQL_FUNCTION_WORKER',
            `executor ${executor} did not make ${served.spec.name ?? served.id} ready within ${PREPARE_TIMEOUT_MS / 1000} s`,
          ),
        );
    }, PREPARE_TIMEOUT_MS);
    ready.then(
      () => clearTimeout(timer),
      () => {
        clearTimeout(timer);
        if (served.replicas.get(executor) === replica) served.replicas.delete(executor);
        served.failedUntil.set(executor, this.clock.now() + FAILED_KEPT_MS);
      },
    );
    return replica;
  }

  #onUpdate(executor: string, update: FunctionUpdate__Output): void {
    const key = `${executor}\n${update.functionId}`;
    const pending = this.#preparing.get(key);
    if (pending === undefined) return;
    this.#preparing.delete(key);
    if (update.state === 'ready') {
      pending.resolve(update.kind === 'batch' ? 'batch' : 'row');
      return;
    }
    const failure = update.failure;
    const message = failure?.message ?? 'the predict script could not be started';
    pending.reject(
      failure?.blame === 'platform'
        ? new MlsqlError('MLSQL_FUNCTION_WORKER', message)
        : new MlsqlError(
            'MLSQL_FUNCTION_SCRIPT',
            message,
            failure?.traceback ? { traceback: failure.traceback } : {},
          ),
    );
  }

  #onDisconnected(executor: string): void {
    for (const served of this.#functions.values()) {
      served.replicas.delete(executor);
      const key = `${executor}\n${served.id}`;
      this.#preparing.get(key)?.reject(lostExecutor(executor));
      this.#preparing.delete(key);
    }
  }

  async #executorConnects(signal: AbortSignal): Promise<void> {
    if (this.link.connected().length > 0) return;
    let off = (): void => undefined;
    const connects = new Promise<void>((resolve) => {
      off = this.link.onConnected(() => resolve());
    });
    const error = new MlsqlError(
      'MLSQL_FUNCTION_WORKER',
      `no executor is connected since ${EXECUTOR_WAIT_MS / 1000} s`,
      { hint: 'start an executor: mlsql executor --coordinator …' },
    );
    try {
      await within(connects, signal, { ms: EXECUTOR_WAIT_MS, error });
    } finally {
      off();
    }
  }
}

/** The promise; or the signal's reason, or the deadline's error, whichever comes first. */
function within<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  deadline?: { ms: number; error: Error },
): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    const timer = deadline === undefined ? undefined : setTimeout(() => reject(deadline.error), deadline.ms);
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    });
  });
}
