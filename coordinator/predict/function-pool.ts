// Which executors hold which function ready, and where the next batch goes. A function is made ready where it is first
// called, and on more executors as soon as calls wait for each other.
import { MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { FunctionUpdate__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import type { FunctionCaller } from '../tables/table-engine.js';
import type { FunctionChannel } from './function-channel.js';

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
const TRIES_MAX = 3;

interface Replica {
  readonly executor: string;
  ready: Promise<FunctionKind>;
  inFlight: number;
}

interface Served {
  readonly id: string;
  readonly spec: FunctionSpec;
  readonly replicas: Map<string, Replica>;
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
    private readonly logger: Logger,
  ) {
    link.onFunctionUpdate((executor, update) => this.#onUpdate(executor, update));
    link.onDisconnected((executor) => this.#onDisconnected(executor));
  }

  /** Makes a function callable by its id. Nothing is sent before it is needed. */
  add(id: string, spec: FunctionSpec): void {
    if (!this.#functions.has(id)) this.#functions.set(id, { id, spec, replicas: new Map() });
  }

  /** Forgets a function; executors end its workers. */
  drop(id: string): void {
    const served = this.#functions.get(id);
    if (served === undefined) return;
    this.#functions.delete(id);
    for (const executor of served.replicas.keys())
      this.link.send(executor, { dropFunction: { functionId: id } });
  }

  /**
   * Runs the user's script once on one executor: proof that it calls python_fun.
   * @throws MlsqlError MLSQL_FUNCTION_SCRIPT with the script's traceback
   */
  async warm(id: string, signal: AbortSignal): Promise<FunctionKind> {
    const replica = await this.#choose(this.#served(id), new Set(), signal);
    return replica.ready;
  }

  async call(functionId: string, batch: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const served = this.#served(functionId);
    const tried = new Set<string>();
    for (let attempt = 1; ; attempt++) {
      const replica = await this.#choose(served, tried, signal);
      replica.inFlight += 1;
      try {
        await replica.ready;
        await this.channel.ready(
          replica.executor,
          AbortSignal.any([signal, AbortSignal.timeout(EXECUTOR_WAIT_MS)]),
        );
        return await this.channel.call(replica.executor, functionId, batch, signal);
      } catch (error) {
        if (!(error instanceof MlsqlError) || error.code !== 'MLSQL_FUNCTION_WORKER' || attempt === TRIES_MAX)
          throw error;
        this.logger.warn(
          { functionId, executor: replica.executor, error: error.message },
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
    const fresh = connected.find((name) => !served.replicas.has(name) && !tried.has(name));
    if (fresh !== undefined) {
      const replica = this.#prepare(served, fresh);
      // While a further replica starts, the busy one goes on serving.
      return idle ?? replica;
    }
    if (idle !== undefined) return idle;
    const any = [...served.replicas.values()][0];
    if (any !== undefined && connected.includes(any.executor)) return any;
    await this.#executorConnects(signal);
    return this.#choose(served, new Set(), signal);
  }

  #prepare(served: Served, executor: string): Replica {
    const ready = new Promise<FunctionKind>((resolve, reject) => {
      this.#preparing.set(`${executor}\n${served.id}`, { resolve, reject });
      if (!this.link.send(executor, { prepareFunction: { functionId: served.id, spec: served.spec } })) {
        reject(new MlsqlError('MLSQL_FUNCTION_WORKER', `executor ${executor} is gone`));
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
      this.#preparing
        .get(key)
        ?.reject(new MlsqlError('MLSQL_FUNCTION_WORKER', `executor ${executor} is gone`));
      this.#preparing.delete(key);
    }
  }

  #executorConnects(signal: AbortSignal): Promise<void> {
    if (this.link.connected().length > 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timeout = AbortSignal.any([signal, AbortSignal.timeout(EXECUTOR_WAIT_MS)]);
      const off = this.link.onConnected(() => {
        off();
        resolve();
      });
      timeout.addEventListener('abort', () => {
        off();
        reject(
          signal.aborted
            ? new MlsqlError('MLSQL_RUN_CANCELLED', 'the query was cancelled')
            : new MlsqlError(
                'MLSQL_FUNCTION_WORKER',
                `no executor is connected since ${EXECUTOR_WAIT_MS / 1000} s`,
                { hint: 'start an executor: mlsql executor --coordinator …' },
              ),
        );
      });
    });
  }
}
