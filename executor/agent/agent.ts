// The executor's side of the conversation: takes assignments, keeps what it knows of each attempt until it is acknowledged.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Metadata } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.js';
import { attemptKey, jobId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import type { Assign__Output as Assign } from '../../shared/rpc/gen/mlsql/v1/Assign.js';
import type { AttemptId__Output as AttemptId } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { AttemptUpdate } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorsClient } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { Hello } from '../../shared/rpc/gen/mlsql/v1/Hello.js';
import type { Welcome__Output as Welcome } from '../../shared/rpc/gen/mlsql/v1/Welcome.js';
import { PROTOCOL_MAX, PROTOCOL_MIN, VERSION } from '../../shared/version.js';
import type { ExecutorConfig } from '../config.js';
import type { FunctionHost } from '../functions/function-host.js';
import { HELLO_BLOBS_MAX, HELLO_PATIENCE_MS, RESULT_LINGER_MS } from '../limits.js';
import type { Attempt } from '../tasks/attempt.js';
import type { LeftAttempt } from '../tasks/left-attempts.js';
import type { Stop } from '../tasks/outcome.js';
import { Connection } from './connection.js';

/** What the agent tells of the cache, as soon as there is one. */
export interface CacheView {
  readonly bytes: number;
  contents(limit: number): string[];
  takeChanges(): { readonly added: string[]; readonly dropped: string[] };
}

/** What the agent asks of an attempt. */
export type AgentAttempt = Pick<
  Attempt,
  'id' | 'snapshot' | 'final' | 'ended' | 'run' | 'stop' | 'forget' | 'abandon' | 'dispose'
> & {
  readonly logs: Pick<
    Attempt['logs'],
    'acknowledged' | 'ack' | 'connect' | 'disconnect' | 'resendIfStalled' | 'finish' | 'close'
  >;
};

/** What can be used once the coordinator has said where the store is. */
export interface Workshop {
  readonly functions: Pick<FunctionHost, 'connect' | 'disconnect' | 'prepare' | 'drop' | 'link' | 'close'>;
  /** Makes an attempt that has not started; `send` takes its updates. */
  attempt(
    id: AttemptId,
    task: NonNullable<Assign['task']>,
    send: (update: AttemptUpdate) => void,
    left?: LeftAttempt,
  ): AgentAttempt;
}

/** What the agent needs. The parts that take time to get ready come as promises, since dialling does not wait for them. */
export interface AgentDeps {
  readonly config: ExecutorConfig;
  readonly client: ExecutorsClient;
  readonly metadata: Metadata;
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves when the cache's contents are known. */
  readonly cache: Promise<CacheView>;
  /** Attempts that a dead executor of this name left. */
  readonly left: Promise<readonly LeftAttempt[]>;
  /** "3.11.7"; empty: there is no interpreter. */
  readonly pythonVersion: Promise<string>;
  /** Opens the store, once. */
  readonly workshop: (storeUrl: string) => Promise<Workshop>;
  /** Called at each welcome, when work can come. */
  readonly onConnected: () => void;
  /** Called when no work comes any more: the connection is lost, or this executor is about to leave. */
  readonly onUnavailable?: () => void;
  /** In [0, 1), for the waits between tries of a connection; default: Math.random. */
  readonly random?: () => number;
}

interface Held {
  readonly attempt: AgentAttempt;
  /** The coordinator has taken the last update. */
  acknowledged: boolean;
}

/** Lives as long as the process; run() ends when there is nothing more to do. */
export class Agent {
  readonly session = randomUUID();
  readonly #deps: AgentDeps;
  readonly #log: Logger;
  readonly #connection: Connection;
  readonly #attempts = new Map<string, Held>();
  #cache: CacheView | undefined;
  #pythonVersion = '';
  #workshop: Workshop | undefined;
  /** Not taken over yet: the coordinator was never there. */
  #left: readonly LeftAttempt[] = [];
  #epoch = 0;
  #clusterId = '';
  #draining: { readonly reason: string; readonly untilMs: number } | undefined;
  /** Ends the wait for a coordinator that is away. */
  #cancelOrphanTimer: (() => void) | undefined;
  #finished: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(deps: AgentDeps) {
    this.#deps = deps;
    this.#log = deps.log;
    this.#connection = new Connection(
      deps.client,
      deps.metadata,
      {
        hello: () => this.#hello(),
        welcomed: (welcome) => this.#onWelcome(welcome),
        received: (message) => this.#onMessage(message),
        beat: () => this.#beat(),
        lost: () => this.#onLost(),
        refused: (error) => this.#finished?.reject(error),
      },
      deps.clock,
      deps.log,
      deps.random,
    );
  }

  /** Works until drained, or until the coordinator refuses this executor for good. */
  async run(): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#finished = { resolve, reject };
    });
    this.#connection.open();
    try {
      await finished;
    } finally {
      await this.#connection.close();
      await this.#workshop?.functions.close();
      await Promise.all([...this.#attempts.values()].map(({ attempt }) => attempt.logs.close()));
    }
  }

  /**
   * Takes nothing new; run() ends when the work has.
   * @param deadlineMs - what still runs then is stopped, for another executor to take; 0: as long as it takes
   */
  drain(reason: string, deadlineMs: number): void {
    if (this.#draining === undefined) {
      this.#draining = { reason, untilMs: deadlineMs === 0 ? 0 : this.#deps.clock.now() + deadlineMs };
      this.#log.info({ reason, deadlineMs, attempts: this.#attempts.size }, 'draining');
      this.#deps.onUnavailable?.();
      this.#sayDraining();
      this.#leaveIfDone();
    }
    if (deadlineMs === 0) return;
    const stop: Stop = {
      cause: 'lost',
      message: `the executor ${this.#deps.config.name} had to leave: ${reason}`,
    };
    this.#deps.clock.after(deadlineMs, () => {
      for (const { attempt } of this.#attempts.values()) attempt.stop(stop);
    });
  }

  /** Tells every script to end, and leaves without waiting until it has. */
  abandon(reason: string): void {
    this.#log.warn({ reason, attempts: this.#attempts.size }, 'leaving at once');
    const told = [...this.#attempts.values()].map(({ attempt }) => attempt.abandon(reason));
    void Promise.allSettled(told).then(() => this.#finished?.resolve());
  }

  async #hello(): Promise<Hello> {
    const { config, cache, left, pythonVersion } = this.#deps;
    this.#left = this.#workshop === undefined ? await left : [];
    // Most of the time both are long there; where not, what is missing follows in heartbeats.
    let cancel = (): void => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.#deps.clock.after(HELLO_PATIENCE_MS, resolve);
    });
    const cacheReady = cache.then((view) => {
      this.#cache = view;
    });
    const versionReady = pythonVersion.then((version) => {
      this.#pythonVersion = version;
    });
    await Promise.race([Promise.all([cacheReady, versionReady]), patience]);
    cancel();
    this.#cache?.takeChanges();
    return {
      name: config.name,
      session: this.session,
      protocolMin: PROTOCOL_MIN,
      protocolMax: PROTOCOL_MAX,
      slots: config.slots,
      cpus: config.cpus,
      memoryBytes: config.memoryBytes,
      gpus: config.gpuDevices.length,
      host: hostname(),
      pid: process.pid,
      version: VERSION,
      pythonVersion: this.#pythonVersion,
      cachedBlobs: this.#cache?.contents(HELLO_BLOBS_MAX) ?? [],
      attempts: [...this.#attempts.values()]
        .filter((held) => !held.acknowledged)
        .map(({ attempt }) => snapshotFor(attempt))
        .concat(this.#left.map(({ id }) => ({ id, phase: 'running' }))),
    };
  }

  async #onWelcome(welcome: Welcome): Promise<void> {
    if (welcome.epoch < this.#epoch) {
      throw new Error(
        `the coordinator speaks for epoch ${welcome.epoch}, a later one (${this.#epoch}) was here already`,
      );
    }
    if (this.#clusterId !== '' && welcome.clusterId !== this.#clusterId) {
      throw new Error(
        `the coordinator belongs to cluster ${welcome.clusterId}, this executor to ${this.#clusterId}`,
      );
    }
    this.#cancelOrphanTimer?.();
    this.#cancelOrphanTimer = undefined;
    this.#epoch = welcome.epoch;
    this.#clusterId = welcome.clusterId;
    this.#workshop ??= await this.#deps.workshop(welcome.storeUrl);
    this.#log.info({ epoch: welcome.epoch }, 'connected');
    if (this.#draining === undefined) this.#deps.onConnected();
    this.#workshop.functions.connect();
    this.#sayDraining();
    for (const left of this.#left) this.#takeUp(this.#workshop, left.id, left.task, left);
    this.#left = [];
    for (const held of this.#attempts.values()) this.#follow(held);
  }

  /** Scripts run on while the coordinator is away, but not for ever: nobody may be there any more to want them. */
  #onOrphaned(): void {
    const { config } = this.#deps;
    this.#log.error(
      { attempts: this.#attempts.size, orphanGraceMs: config.orphanGraceMs },
      'no coordinator for too long: scripts are ended',
    );
    const message = `no coordinator was there for ${config.orphanGraceMs / 1000} s (--orphan-grace)`;
    for (const { attempt } of this.#attempts.values()) attempt.stop({ cause: 'lost', message });
  }

  #onLost(): void {
    this.#deps.onUnavailable?.();
    this.#cancelOrphanTimer ??= this.#deps.clock.after(this.#deps.config.orphanGraceMs, () =>
      this.#onOrphaned(),
    );
    for (const { attempt } of this.#attempts.values()) attempt.logs.disconnect();
    this.#workshop?.functions.disconnect();
  }

  #onMessage(message: CoordinatorMessage): void {
    const workshop = this.#workshop;
    if (workshop === undefined) return;
    if (message.assign) this.#onAssign(workshop, message.assign);
    else if (message.cancel)
      this.#held(message.cancel.id)?.attempt.stop({ cause: 'cancelled', message: message.cancel.reason });
    else if (message.forget) this.#onForget(message.forget.id, message.forget.reason);
    else if (message.logAck) {
      const held = this.#held(message.logAck.id);
      held?.attempt.logs.ack(message.logAck.seq);
      if (held !== undefined) this.#releaseIfDone(held);
    } else if (message.resultAck) this.#onResultAck(message.resultAck);
    else if (message.prepareFunction) void this.#prepare(workshop, message.prepareFunction);
    else if (message.dropFunction) workshop.functions.drop(message.dropFunction.functionId);
    else if (message.functionLink) workshop.functions.link(message.functionLink);
    else if (message.drain) this.drain(message.drain.reason, message.drain.deadlineMs);
  }

  #onAssign(workshop: Workshop, assign: Assign): void {
    const { id, task } = assign;
    if (id === null || task === null) return;
    if (id.epoch < this.#epoch) {
      this.#log.warn({ jobId: id.jobId, epoch: id.epoch }, 'an assignment of an earlier epoch is refused');
      return;
    }
    if (this.#attempts.has(keyOf(id))) return;
    const attempt = this.#takeUp(workshop, id, task);
    attempt.logs.connect((firstSeq, lines) => this.#connection.send({ logs: { id, firstSeq, lines } }));
    if (this.#draining !== undefined) {
      // It was on its way while we said that we leave.
      attempt.stop({
        cause: 'lost',
        message: `the executor ${this.#deps.config.name} takes nothing new: ${this.#draining.reason}`,
      });
    }
  }

  /** Begins an attempt, or goes on with one that was left. */
  #takeUp(
    workshop: Workshop,
    id: AttemptId,
    task: NonNullable<Assign['task']>,
    left?: LeftAttempt,
  ): AgentAttempt {
    const key = keyOf(id);
    const attempt = workshop.attempt(id, task, (update) => this.#send(key, update), left);
    this.#attempts.set(key, { attempt, acknowledged: false });
    void attempt.run();
    return attempt;
  }

  #send(key: string, update: AttemptUpdate): void {
    if (this.#attempts.get(key)?.acknowledged === false) this.#connection.send({ attempt: update });
  }

  /** A new stream: the log from where the coordinator has it, then what has become of the attempt. */
  #follow({ attempt, acknowledged }: Held): void {
    attempt.logs.connect((firstSeq, lines) =>
      this.#connection.send({ logs: { id: attempt.id, firstSeq, lines } }),
    );
    const { final } = attempt;
    if (final === undefined || acknowledged) return;
    const sendFinal = (): void => void this.#connection.send({ attempt: final });
    attempt.logs.finish().then(sendFinal, sendFinal);
  }

  #onResultAck(id: AttemptId): void {
    const held = this.#held(id);
    if (held === undefined) return;
    held.acknowledged = true;
    // The log may be looked at once more just now; when that is over its last lines may long be acknowledged.
    const release = (): void => this.#releaseIfDone(held);
    held.attempt.logs.finish().then(release, release);
    // Its log is safe in the store; a coordinator that never acknowledges the last lines must not fill this disk.
    this.#deps.clock.after(RESULT_LINGER_MS, () => this.#release(held));
  }

  #onForget(id: AttemptId | null, reason: string): void {
    const held = this.#held(id);
    if (held === undefined) return;
    held.acknowledged = true;
    held.attempt.forget(reason);
    if (held.attempt.final !== undefined) this.#release(held);
    else void held.attempt.ended.then(() => this.#release(held));
  }

  #releaseIfDone(held: Held): void {
    if (held.acknowledged && held.attempt.logs.acknowledged) this.#release(held);
  }

  #release(held: Held): void {
    const key = keyOf(held.attempt.id);
    if (this.#attempts.get(key) !== held) return;
    this.#attempts.delete(key);
    held.attempt
      .dispose()
      .catch((error: unknown) =>
        this.#log.warn({ err: error, attempt: key }, 'a folder could not be removed'),
      );
    this.#leaveIfDone();
  }

  async #prepare(
    workshop: Workshop,
    { functionId, spec }: NonNullable<CoordinatorMessage['prepareFunction']>,
  ): Promise<void> {
    if (spec === null) return;
    const update = await workshop.functions.prepare(functionId, spec);
    this.#connection.send({ function: update });
  }

  #sayDraining(): void {
    if (this.#draining === undefined) return;
    const { reason, untilMs } = this.#draining;
    const deadlineMs = untilMs === 0 ? 0 : Math.max(1, untilMs - this.#deps.clock.now());
    this.#connection.send({ draining: { reason, deadlineMs } });
  }

  #leaveIfDone(): void {
    if (this.#draining !== undefined && this.#attempts.size === 0) this.#finished?.resolve();
  }

  #beat(): void {
    const { added = [], dropped = [] } = this.#cache?.takeChanges() ?? {};
    this.#connection.send({
      heartbeat: { cacheBytes: this.#cache?.bytes ?? 0, blobsAdded: added, blobsDropped: dropped },
    });
    for (const { attempt } of this.#attempts.values()) attempt.logs.resendIfStalled();
  }

  #held(id: AttemptId | null): Held | undefined {
    return id === null ? undefined : this.#attempts.get(keyOf(id));
  }
}

/** Without the result while lines of its log are still to come: whoever reads the log shall have all of it by then. */
function snapshotFor(attempt: AgentAttempt): AttemptUpdate {
  const snapshot = attempt.snapshot;
  if (attempt.final === undefined || attempt.logs.acknowledged) return snapshot;
  const { result: _, failure: __, ...rest } = snapshot;
  return { ...rest, phase: 'uploading' };
}

function keyOf(id: AttemptId): string {
  return attemptKey({ jobId: jobId(id.jobId), algIndex: id.algIndex, attempt: id.attempt });
}
