// What one stream of an executor brings, on its way to the machine, the logs and the hub.
import { type AttemptRef, attemptKey, type ExecutorName } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import type { FunctionUpdate__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import { isLast } from '../scheduling/attempts.js';
import type { AttemptNews, HeartbeatEvent, SchedulerEvent } from '../scheduling/events.js';
import { attemptIdMessage } from './coordinator-messages.js';
import type { ExecutorHub } from './executor-hub.js';
import type { LogStore } from './log-store.js';

export interface ExecutorSessionDependencies {
  readonly hub: ExecutorHub;
  readonly logs: LogStore;
  readonly logger: Logger;
  dispatch(event: SchedulerEvent): void;
  /** Whether such an attempt was ever made. */
  knows(ref: AttemptRef): boolean;
}

export class ExecutorSession {
  /** Log lines that are being written, by attempt. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(
    private readonly deps: ExecutorSessionDependencies,
    private readonly executor: ExecutorName,
    private readonly connectionId: number,
  ) {}

  heartbeat({
    cacheBytes,
    blobsAdded,
    blobsDropped,
  }: Pick<HeartbeatEvent, 'cacheBytes' | 'blobsAdded' | 'blobsDropped'>): void {
    const { executor, connectionId } = this;
    this.deps.dispatch({ type: 'heartbeat', executor, connectionId, cacheBytes, blobsAdded, blobsDropped });
  }

  /** The last news of an attempt waits for its log lines: whoever is told of the end finds all of them. */
  attempt(news: AttemptNews): void {
    const writing = isLast(news) ? this.#writing.get(attemptKey(news.ref)) : undefined;
    if (writing === undefined) this.#tell(news);
    else void writing.then(() => this.#tell(news));
  }

  logs(ref: AttemptRef, epoch: number, firstSeq: number, lines: readonly string[]): void {
    const key = attemptKey(ref);
    const writing: Promise<void> = Promise.all([
      this.#writing.get(key),
      this.#keep(ref, epoch, firstSeq, lines),
    ]).then(() => {
      if (this.#writing.get(key) === writing) this.#writing.delete(key);
    });
    this.#writing.set(key, writing);
  }

  draining(reason: string, deadlineMs: number): void {
    const { executor, connectionId } = this;
    this.deps.hub.markDraining(connectionId);
    this.deps.dispatch({ type: 'executor-draining', executor, connectionId, reason, deadlineMs });
  }

  /** Passed on to who listens at the hub. */
  function(update: FunctionUpdate__Output): void {
    this.deps.hub.functionUpdate(this.connectionId, update);
  }

  /** The stream has ended. */
  closed(): void {
    const { executor, connectionId } = this;
    this.deps.logger.info({ executor }, 'executor stream ended');
    this.deps.hub.closed(connectionId);
    this.deps.dispatch({ type: 'executor-disconnected', executor, connectionId });
  }

  #tell(news: AttemptNews): void {
    const { executor, connectionId } = this;
    this.deps.dispatch({ type: 'attempt-news', executor, connectionId, news });
  }

  async #keep(ref: AttemptRef, epoch: number, firstSeq: number, lines: readonly string[]): Promise<void> {
    try {
      // Lines of an attempt that nobody knows are of no use to anyone: taken, and dropped.
      const known = this.deps.knows(ref);
      const seq = known ? await this.deps.logs.append(ref, firstSeq, lines) : firstSeq + lines.length - 1;
      this.deps.hub.sendOn(this.connectionId, { logAck: { id: attemptIdMessage(ref, epoch), seq } });
    } catch (error) {
      // Not acknowledged: the executor has them still and sends them again.
      this.deps.logger.error({ ...ref, err: error }, 'log lines could not be kept');
    }
  }
}
