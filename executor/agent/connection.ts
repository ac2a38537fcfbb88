// The one stream to the coordinator: kept alive, opened again whenever it ends.
import { type ClientDuplexStream, Metadata, status } from '@grpc/grpc-js';
import { backoffMs, RECONNECT_BACKOFF } from '../../shared/backoff.js';
import type { Clock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import { errorFromStatus } from '../../shared/rpc/errors.js';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorMessage } from '../../shared/rpc/gen/mlsql/v1/ExecutorMessage.js';
import type { ExecutorsClient } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { Hello } from '../../shared/rpc/gen/mlsql/v1/Hello.js';
import type { Welcome__Output as Welcome } from '../../shared/rpc/gen/mlsql/v1/Welcome.js';
import { HEARTBEAT_DEFAULT_MS, STREAM_SETTLED_MS, WELCOME_TIMEOUT_MS } from '../limits.js';

/** How long a call that tells why there is no connection may take. */
const REASON_PATIENCE_MS = 1000;
/** How long the coordinator's own end of a stream is waited for at a goodbye. */
const GOODBYE_PATIENCE_MS = 1000;

type Stream = ClientDuplexStream<ExecutorMessage, CoordinatorMessage>;

/** What the connection asks and tells. */
export interface ConnectionHandlers {
  /** Who we are and what we hold, as of now. */
  readonly hello: () => Promise<Hello>;
  /** The coordinator took us. Fails to refuse it: then the stream is ended and tried again. */
  readonly welcomed: (welcome: Welcome) => Promise<void>;
  readonly received: (message: CoordinatorMessage) => void;
  /** Time for a heartbeat. */
  readonly beat: () => void;
  /** The stream has ended; another one is coming. */
  readonly lost: () => void;
  /** The coordinator will never take us: wrong token, other protocol. */
  readonly refused: (error: MlsqlError) => void;
}

/** Statuses of a first connection that no other try changes. */
const LASTING = new Map<status, 'MLSQL_CLUSTER_UNAUTHENTICATED' | 'MLSQL_EXECUTOR_PROTOCOL'>([
  [status.UNAUTHENTICATED, 'MLSQL_CLUSTER_UNAUTHENTICATED'],
  [status.PERMISSION_DENIED, 'MLSQL_CLUSTER_UNAUTHENTICATED'],
  [status.FAILED_PRECONDITION, 'MLSQL_EXECUTOR_PROTOCOL'],
]);

/** Sends only between welcomed and lost; what is to survive an interruption, its owner keeps. */
export class Connection {
  readonly #client: ExecutorsClient;
  readonly #metadata: Metadata;
  readonly #handlers: ConnectionHandlers;
  readonly #clock: Clock;
  readonly #log: Logger;
  #stream: Stream | undefined;
  #welcomed = false;
  #everWelcomed = false;
  #failures = 0;
  #welcomedMs = 0;
  #closed = false;
  readonly #random: () => number;
  #cancelHeartbeat: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #writable: Promise<void> | undefined;

  /**
   * @param metadata - carries the token; the connection waits for the coordinator to be reachable
   * @param random - in [0, 1), for the waits between tries
   */
  constructor(
    client: ExecutorsClient,
    metadata: Metadata,
    handlers: ConnectionHandlers,
    clock: Clock,
    log: Logger,
    random: () => number = Math.random,
  ) {
    this.#random = random;
    this.#client = client;
    this.#metadata = metadata;
    this.#handlers = handlers;
    this.#clock = clock;
    this.#log = log;
  }

  get connected(): boolean {
    return this.#welcomed;
  }

  /** Dials, and keeps dialling until close(). */
  open(): void {
    if (this.#closed) return;
    // Not before somebody listens: Hello shall tell how things are then.
    this.#client.waitForReady(this.#clock.now() + WELCOME_TIMEOUT_MS, (error) => {
      if (this.#closed) return;
      if (error === undefined) {
        this.#openStream();
        return;
      }
      this.#sayWhy();
      this.open();
    });
  }

  /** The wait itself does not tell why nobody answers (no such host, another CA, no certificate): a call that fails does. */
  #sayWhy(): void {
    const coordinator = this.#client.getChannel().getTarget();
    const deadline = this.#clock.now() + REASON_PATIENCE_MS;
    this.#client.listExecutors({}, new Metadata(), { deadline }, (error) => {
      if (this.#closed || error === null) return;
      const { message, details } = errorFromStatus(error);
      this.#log.warn({ coordinator, reason: message, hint: details.hint }, 'waiting for the coordinator');
    });
  }

  #openStream(): void {
    const stream = this.#client.connect(this.#metadata);
    this.#stream = stream;
    stream.on('data', (message: CoordinatorMessage) => this.#onMessage(stream, message));
    stream.on('error', (error: Error & { code?: status; details?: string }) => this.#onEnd(stream, error));
    stream.on('end', () => this.#onEnd(stream, undefined));
    void this.#greet(stream);
  }

  /**
   * Sends a message, or drops it where nobody is connected.
   * @returns a promise to wait for before the next large one, where the other side does not keep up
   */
  send(message: ExecutorMessage): Promise<void> | undefined {
    const stream = this.#stream;
    if (stream === undefined || !this.#welcomed) return undefined;
    if (stream.write(message)) return undefined;
    this.#writable ??= new Promise<void>((resolve) => {
      const done = (): void => {
        this.#writable = undefined;
        resolve();
      };
      stream.once('drain', done);
      stream.once('close', done);
      stream.once('error', done);
      stream.once('end', done);
    });
    return this.#writable;
  }

  /** Says goodbye after what was sent, and stays away. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelHeartbeat?.();
    const stream = this.#stream;
    if (stream === undefined) return;
    if (this.#welcomed) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(GOODBYE_PATIENCE_MS, resolve);
        const done = (): void => {
          cancel();
          resolve();
        };
        stream.once('end', done);
        stream.once('error', done);
        stream.end();
      });
    }
    this.#stream = undefined;
    stream.cancel();
  }

  async #greet(stream: Stream): Promise<void> {
    const hello = await this.#handlers.hello();
    if (this.#stream !== stream || this.#closed) return;
    stream.write({ hello });
    this.#cancelTimer = this.#clock.after(WELCOME_TIMEOUT_MS, () => {
      // Where nobody listens yet the call waits for it, and so do we.
      if (!this.#welcomed) this.#onEnd(stream, new Error('the coordinator does not answer'));
    });
  }

  #onMessage(stream: Stream, message: CoordinatorMessage): void {
    if (this.#stream !== stream || this.#closed) return;
    if (message.message !== 'welcome' || message.welcome === null || message.welcome === undefined) {
      if (this.#welcomed) this.#handlers.received(message);
      return;
    }
    const welcome = message.welcome;
    // What follows waits until the welcome was taken in.
    stream.pause();
    this.#handlers.welcomed(welcome).then(
      () => {
        if (this.#stream !== stream || this.#closed) return;
        this.#welcomedMs = this.#clock.now();
        stream.resume();
        this.#beatEvery(welcome.heartbeatMs || HEARTBEAT_DEFAULT_MS);
      },
      (error: unknown) => this.#onEnd(stream, error as Error),
    );
    this.#welcomed = true;
    this.#everWelcomed = true;
    this.#cancelTimer?.();
  }

  #onEnd(stream: Stream, error: (Error & { code?: status; details?: string }) | undefined): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    stream.cancel();
    this.#cancelHeartbeat?.();
    this.#cancelTimer?.();
    const wasWelcomed = this.#welcomed;
    this.#welcomed = false;
    if (wasWelcomed) this.#handlers.lost();
    if (this.#closed) return;
    const lasting = error?.code === undefined ? undefined : LASTING.get(error.code);
    if (lasting !== undefined && !this.#everWelcomed) {
      this.#handlers.refused(refusal(lasting, error?.details ?? ''));
      return;
    }
    // A coordinator that welcomes and then breaks off would otherwise be called again without a pause.
    if (wasWelcomed && this.#clock.now() - this.#welcomedMs > STREAM_SETTLED_MS) this.#failures = 0;
    this.#failures++;
    const delayMs = backoffMs(RECONNECT_BACKOFF, this.#failures, this.#random());
    this.#log.warn(
      { reason: error?.message ?? 'the coordinator ended the stream', delayMs },
      'not connected',
    );
    this.#cancelTimer = this.#clock.after(delayMs, () => this.open());
  }

  #beatEvery(intervalMs: number): void {
    this.#cancelHeartbeat = this.#clock.after(intervalMs, () => {
      this.#beatEvery(intervalMs);
      this.#handlers.beat();
    });
  }
}

function refusal(
  code: 'MLSQL_CLUSTER_UNAUTHENTICATED' | 'MLSQL_EXECUTOR_PROTOCOL',
  details: string,
): MlsqlError {
  return code === 'MLSQL_CLUSTER_UNAUTHENTICATED'
    ? new MlsqlError(code, `the coordinator does not accept the token: ${details}`, {
        hint: 'give the cluster’s token with --token-file, MLSQL_TOKEN_FILE or MLSQL_TOKEN',
      })
    : new MlsqlError(code, `the coordinator does not take this executor: ${details}`, {
        hint: 'run the same version of the product on both sides',
      });
}
