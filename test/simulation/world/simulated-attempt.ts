// An attempt as the real agent drives it. The steps, the news of them and how each failure is judged are the product's;
// only the work itself (files, the script, the upload's bytes) happens in the simulated world.
import type { AgentAttempt } from '../../../executor/agent/agent.js';
import { RESULT_DEADLINE_MS, SYNC_DEADLINE_MS } from '../../../executor/limits.js';
import { AttemptNews } from '../../../executor/tasks/attempt-news.js';
import {
  failureOfScript,
  failureOfStep,
  failureOfStop,
  type Step,
  type Stop,
} from '../../../executor/tasks/outcome.js';
import { insistent } from '../../../executor/tasks/upload.js';
import { jobLogKey } from '../../../shared/object-store/keys.js';
import type { ObjectStore } from '../../../shared/object-store/object-store.js';
import { type Retrying, retrying } from '../../../shared/retry.js';
import type { AttemptFailure } from '../../../shared/rpc/gen/mlsql/v1/AttemptFailure.js';
import type { AttemptId__Output as AttemptId } from '../../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { AttemptUpdate } from '../../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import type { TaskSpec__Output as TaskSpec } from '../../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import { modelText, sha256 } from './content.js';
import type { Faults } from './faults.js';
import type { Child, ScriptEnd } from './machine.js';
import type { SimulatedProcess } from './process.js';

export interface AttemptWorld {
  readonly process: SimulatedProcess;
  readonly store: ObjectStore;
  readonly faults: Faults;
  startChild(id: AttemptId, task: TaskSpec): Child;
  /** Nobody needs what the child left any more. */
  removeChild(child: Child): void;
}

export class SimulatedAttempt implements AgentAttempt {
  readonly ended: Promise<void>;
  /** Scripts of the simulation print nothing: there is never a line to wait for. */
  readonly logs: AgentAttempt['logs'] = {
    acknowledged: true,
    ack: () => undefined,
    connect: () => undefined,
    disconnect: () => undefined,
    resendIfStalled: () => undefined,
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  readonly #news: AttemptNews;
  readonly #abort = new AbortController();
  #child: Child | undefined;
  #step: Step = 'sync';
  #stop: Stop | undefined;
  #forgotten = false;
  #markEnded: () => void = () => undefined;

  constructor(
    readonly id: AttemptId,
    private readonly task: TaskSpec,
    private readonly world: AttemptWorld,
    send: (update: AttemptUpdate) => void,
    private readonly left?: Child,
  ) {
    this.#news = new AttemptNews(id, world.process, (update) => {
      if (!this.#forgotten) send(update);
    });
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  get snapshot(): AttemptUpdate {
    return this.#news.snapshot();
  }

  get final(): AttemptUpdate | undefined {
    return this.#news.final;
  }

  async run(): Promise<void> {
    let failure: AttemptFailure | undefined;
    const text = modelText(this.id);
    try {
      if (this.left === undefined) {
        this.#news.enter('syncing');
        await this.#sync();
      }
      this.#step = 'start';
      const end = await this.#runScript();
      failure = failureOfScript({ scriptName: this.task.scriptName, ...end, stop: this.#stop });
      if (failure === undefined) {
        this.#step = 'upload';
        this.#news.enter('uploading');
        const key = `${this.task.stagingPrefix}/model/model.pickle`;
        await retrying(() => this.world.store.put(key, Buffer.from(text)), this.#asking(RESULT_DEADLINE_MS));
      }
    } catch (error) {
      failure = this.#stop === undefined ? failureOfStep(this.#step, error) : failureOfStop(this.#stop);
    }
    const { jobId, algIndex, attempt } = this.id;
    const log = jobLogKey(jobId, algIndex, attempt);
    if (!this.#forgotten)
      await insistent(
        (how) => retrying(() => this.world.store.put(log, Buffer.from('log\n')), how),
        this.#asking(RESULT_DEADLINE_MS),
      ).catch((error: unknown) => {
        failure ??= failureOfStep('upload', error);
      });
    failure ??= this.#stop === undefined ? undefined : failureOfStop(this.#stop);
    if (failure !== undefined)
      this.#news.end(failure.cause === 'cancelled' ? 'cancelled' : 'failed', { ...failure, logLines: 0 });
    else
      this.#news.end('succeeded', {
        files: [{ path: 'model.pickle', size: Buffer.byteLength(text), sha256: sha256(text) }],
        logLines: 0,
        interpreter: { version: '3.11.7' },
        peakMemoryBytes: 1,
      });
    this.#markEnded();
  }

  stop(stop: Stop): void {
    if (this.#stop !== undefined || this.final !== undefined) return;
    this.#stop = stop;
    this.#abort.abort(new Error(stop.message));
    this.#child?.stop();
  }

  forget(reason: string): void {
    this.#forgotten = true;
    this.stop({ cause: 'cancelled', message: reason });
  }

  abandon(reason: string): Promise<void> {
    this.forget(reason);
    return Promise.resolve();
  }

  dispose(): Promise<void> {
    if (this.#child !== undefined) this.world.removeChild(this.#child);
    return Promise.resolve();
  }

  async #sync(): Promise<void> {
    if (this.world.faults.strikes('executor disk full', 0.02))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const bytes = await retrying(async () => {
      const { body } = await this.world.store.get(this.task.project[0]!.key);
      let size = 0;
      for await (const chunk of body) size += (chunk as Buffer).length;
      return size;
    }, this.#asking(SYNC_DEADLINE_MS));
    this.#news.addBytesSynced(bytes);
  }

  #runScript(): Promise<ScriptEnd> {
    this.#news.enter('starting');
    this.#abort.signal.throwIfAborted();
    const child = this.left ?? this.world.startChild(this.id, this.task);
    this.#child = child;
    this.#news.enter('running');
    if (this.#stop !== undefined) child.stop();
    return new Promise((resolve) =>
      child.onEnd((end) =>
        this.world.process.deliver(() => {
          this.#news.observe('mlsql_validation_score:0.5');
          resolve(end);
        }),
      ),
    );
  }

  #asking(deadlineMs: number): Retrying & { readonly signal: AbortSignal } {
    const { process, faults } = this.world;
    const random = (): number => faults.dice.between(0, 99) / 100;
    return { deadlineMs, signal: this.#abort.signal, clock: process, random };
  }
}
