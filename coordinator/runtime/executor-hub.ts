// The executors' streams by name. It carries messages and knows who is there; what they mean is decided elsewhere.
import type { Logger } from '../../shared/logger.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { FunctionUpdate__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';

/** One stream to an executor. */
export interface ExecutorTransport {
  write(message: CoordinatorMessage): void;
  /** Ends the stream; `reason` for the log. */
  end(reason: string): void;
}

interface Connection {
  readonly id: number;
  readonly executor: string;
  readonly transport: ExecutorTransport;
  /** Welcome was sent: from now on it may get other messages. */
  welcomed: boolean;
  draining: boolean;
}

type ExecutorListener = (executor: string) => void;

export class ExecutorHub {
  readonly #connections = new Map<number, Connection>();
  /** The welcomed stream of each executor. */
  readonly #current = new Map<string, Connection>();
  readonly #connectedListeners = new Set<ExecutorListener>();
  readonly #disconnectedListeners = new Set<ExecutorListener>();
  readonly #functionListeners = new Set<(executor: string, update: FunctionUpdate__Output) => void>();
  #lastId = 0;

  constructor(private readonly logger: Logger) {}

  /** Takes a stream whose Hello was read. Nothing is sent to it before its welcome. */
  open(executor: string, transport: ExecutorTransport): number {
    this.#lastId += 1;
    this.#connections.set(this.#lastId, {
      id: this.#lastId,
      executor,
      transport,
      welcomed: false,
      draining: false,
    });
    return this.#lastId;
  }

  /** Sends the first message: from now on this is the executor's stream. */
  welcome(connectionId: number, message: CoordinatorMessage): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    connection.welcomed = true;
    const before = this.#current.get(connection.executor);
    this.#current.set(connection.executor, connection);
    connection.transport.write(message);
    // Whoever holds something on the older stream, of a process that may be gone, has to know.
    if (before !== undefined) this.#tell(this.#disconnectedListeners, connection.executor);
    this.#tell(this.#connectedListeners, connection.executor);
  }

  /** Sends on one particular stream; nothing where it is gone, since then nobody may rely on it. */
  sendOn(connectionId: number, message: CoordinatorMessage): void {
    const connection = this.#connections.get(connectionId);
    if (connection?.welcomed === true) connection.transport.write(message);
  }

  /**
   * Sends on the executor's present stream.
   * @returns false where it is not connected
   */
  send(executor: string, message: CoordinatorMessage): boolean {
    const connection = this.#current.get(executor);
    connection?.transport.write(message);
    return connection !== undefined;
  }

  /** The executor gets no new work on this stream. */
  markDraining(connectionId: number): void {
    const connection = this.#connections.get(connectionId);
    if (connection !== undefined) connection.draining = true;
  }

  /** Ends a stream from this side. */
  close(connectionId: number, reason: string): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    this.closed(connectionId);
    connection.transport.end(reason);
  }

  /** The stream ended, from whichever side. */
  closed(connectionId: number): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined) return;
    this.#connections.delete(connectionId);
    if (this.#current.get(connection.executor) !== connection) return;
    this.#current.delete(connection.executor);
    this.#tell(this.#disconnectedListeners, connection.executor);
  }

  closeAll(reason: string): void {
    for (const id of [...this.#connections.keys()]) this.close(id, reason);
  }

  /** Names of the executors that are connected and take work. */
  connected(): readonly string[] {
    return [...this.#current.values()]
      .filter((connection) => !connection.draining)
      .map((connection) => connection.executor);
  }

  /** Calls back whenever an executor connects; the result takes the listener away. */
  onConnected(listener: ExecutorListener): () => void {
    this.#connectedListeners.add(listener);
    return () => this.#connectedListeners.delete(listener);
  }

  /** Calls back whenever an executor's stream ends or is replaced by a new one. */
  onDisconnected(listener: ExecutorListener): () => void {
    this.#disconnectedListeners.add(listener);
    return () => this.#disconnectedListeners.delete(listener);
  }

  onFunctionUpdate(listener: (executor: string, update: FunctionUpdate__Output) => void): () => void {
    this.#functionListeners.add(listener);
    return () => this.#functionListeners.delete(listener);
  }

  /** An executor said something of a function, on this stream. */
  functionUpdate(connectionId: number, update: FunctionUpdate__Output): void {
    const connection = this.#connections.get(connectionId);
    if (connection === undefined || this.#current.get(connection.executor) !== connection) return;
    for (const listener of [...this.#functionListeners]) listener(connection.executor, update);
  }

  #tell(listeners: ReadonlySet<ExecutorListener>, executor: string): void {
    this.logger.debug({ executor, current: this.#current.has(executor) }, 'executor stream changed');
    for (const listener of [...listeners]) listener(executor);
  }
}
