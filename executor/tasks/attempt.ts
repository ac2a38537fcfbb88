// One attempt's life: syncing → starting → running → uploading → succeeded, failed or cancelled.
import { mkdirSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/logger.js';
import { jobLogKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { Retrying } from '../../shared/retry.js';
import type { AttemptFailure } from '../../shared/rpc/gen/mlsql/v1/AttemptFailure.js';
import type { AttemptId__Output as AttemptId } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { AttemptUpdate } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import type { TaskSpec__Output as TaskSpec } from '../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import { GRACE_DEFAULT_MS, RESULT_DEADLINE_MS, SYNC_DEADLINE_MS } from '../limits.js';
import { LogTail } from '../logs/log-tail.js';
import { DataStream } from '../rows/data-stream.js';
import type { RowSource } from '../rows/row-source.js';
import { StoreRows } from '../rows/store-rows.js';
import { TopicRows } from '../rows/topic-rows.js';
import {
  type AttemptFolder,
  attemptFolder,
  makeAttemptFolder,
  removeTree,
  writeJson,
} from './attempt-folder.js';
import { AttemptNews } from './attempt-news.js';
import { attemptSpec } from './attempt-spec.js';
import { CheckpointStore } from './checkpoint-store.js';
import { Checkpoints } from './checkpoints.js';
import { type Environment, scriptEnvironment } from './environment.js';
import { FolderWatch } from './folder-watch.js';
import type { GpuPool } from './gpu-pool.js';
import { type Interpreters, resolveInterpreter } from './interpreter.js';
import type { Launcher } from './launcher.js';
import { type LeftAttempt, noteAttempt } from './left-attempts.js';
import { failureOfScript, failureOfStep, failureOfStop, type Step, type Stop } from './outcome.js';
import { isRunning, type ProcessRef, signalProcess } from './process-ref.js';
import { type ExitReport, readError, readExit, readInfo } from './reports.js';
import { type Placement, placeFolder, placeResources, type Syncer } from './sync.js';
import { insistent, type Uploader } from './upload.js';

/** What attempts of one executor share. */
export interface AttemptDeps {
  readonly store: ObjectStore;
  readonly syncer: Syncer;
  readonly uploader: Uploader;
  readonly launcher: Launcher;
  readonly interpreters: Interpreters;
  readonly gpus: GpuPool;
  readonly executorName: string;
  /** Parent of the attempts' folders. */
  readonly folder: string;
  /** The executor's own, of which scripts see an allow-list. */
  readonly environment: Environment;
  /** Quota of an attempt's folder; 0: none. */
  readonly diskBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often a shim is looked at when the launcher, who would tell, is gone. */
const LIVENESS_MS = 1000;

/** Of an attempt whose shim is gone without a word. */
const SHIM_GONE: ExitReport = {
  cause: 'internal',
  exitCode: undefined,
  signal: '',
  peakMemoryBytes: 0,
  message: 'its shim is gone',
};

/**
 * Runs by itself once started; everything that happens is told by `send`, in order, the last update last. What it
 * holds stays until dispose(): the coordinator may ask again.
 */
export class Attempt {
  readonly id: AttemptId;
  readonly logs: LogTail;
  /** Resolves when run() has come to its end; never where it was not called. */
  readonly ended: Promise<void>;
  readonly #task: TaskSpec;
  readonly #deps: AttemptDeps;
  readonly #log: Logger;
  readonly #folder: AttemptFolder;
  readonly #news: AttemptNews;
  readonly #abort = new AbortController();
  readonly #graceMs: number;
  readonly #left: LeftAttempt | undefined;
  #step: Step = 'sync';
  #stop: Stop | undefined;
  #forgotten = false;
  #launching: Promise<void> | undefined;
  #shim: ProcessRef | undefined;
  #scriptEnded = false;
  #interpreter: Record<string, string> = {};
  #infoRead = false;
  #gpus: string[] = [];
  #stream: DataStream | undefined;
  readonly #checkpoints: Checkpoints | undefined;
  #watch: FolderWatch | undefined;
  #liveness: NodeJS.Timeout | undefined;
  #logKept: Promise<void> | undefined;
  #toldOfStore = false;
  #markEnded: () => void = () => {};

  /**
   * @param send - takes each update, in order
   * @param left - an attempt of a dead executor, to be followed from where it is
   */
  constructor(
    id: AttemptId,
    task: TaskSpec,
    deps: AttemptDeps,
    send: (update: AttemptUpdate) => void,
    left?: LeftAttempt,
  ) {
    this.#left = left;
    this.id = id;
    this.#task = task;
    this.#deps = deps;
    this.#log = deps.log.child({ jobId: id.jobId, algIndex: id.algIndex, attempt: id.attempt });
    this.#folder = attemptFolder(
      left?.dir ?? join(deps.folder, `${id.jobId.slice(-40)}-${id.algIndex}-${id.attempt}`),
    );
    this.#news = new AttemptNews(id, deps.clock, (update) => {
      if (!this.#forgotten) send(update);
    });
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
    this.#graceMs = task.graceMs > 0 ? task.graceMs : GRACE_DEFAULT_MS;
    if (task.checkpointPrefix)
      this.#checkpoints = new Checkpoints({
        ...deps,
        store: new CheckpointStore(deps.store, task.checkpointPrefix, id.attempt),
        folder: this.#folder.checkpoint,
        takenFolder: this.#folder.checkpointTaken,
        log: this.#log,
        warn: (message) => this.#news.warn({ code: 'MLSQL_TASK_CHECKPOINT', message }),
      });
    this.logs = new LogTail(this.#folder.output, deps.clock, (line) => this.#news.observe(line));
  }

  /** All that is known of it; after the end the last update. */
  get snapshot(): AttemptUpdate {
    return this.#news.snapshot();
  }

  /** The last update, once there is one. */
  get final(): AttemptUpdate | undefined {
    return this.#news.final;
  }

  /** From the first file to the last update. Never fails: a failure is an outcome. */
  async run(): Promise<void> {
    this.#log.info('attempt starts');
    let failure: AttemptFailure | undefined;
    let files: Awaited<ReturnType<Uploader['model']>> = [];
    let peakMemoryBytes = 0;
    try {
      if (this.#left === undefined) {
        this.#news.enter('syncing');
        await this.#sync();
      }
      this.#step = 'start';
      const exit = this.#left === undefined ? await this.#runScript() : await this.#takeOver(this.#left);
      peakMemoryBytes = exit.peakMemoryBytes;
      await this.#finishLog();
      const error = readError(this.#folder);
      failure = failureOfScript({ scriptName: this.#task.scriptName, exit, error, stop: this.#stop });
      if (failure === undefined) {
        this.#step = 'upload';
        this.#news.enter('uploading');
        const prefix = `${this.#task.stagingPrefix}/model`;
        const [uploaded] = await Promise.allSettled([
          this.#deps.uploader.model(this.#folder.model, prefix, this.#asking(RESULT_DEADLINE_MS)),
          this.#keepLog(),
        ]);
        if (uploaded.status === 'rejected') throw uploaded.reason;
        files = uploaded.value;
      }
    } catch (error) {
      failure = this.#stop === undefined ? failureOfStep(this.#step, error) : failureOfStop(this.#stop);
      if (this.#stop === undefined) this.#log.error({ err: error, step: this.#step }, 'attempt cannot go on');
      await this.#finishLog();
    }
    await this.#release();
    await this.#checkpoints?.close(failure !== undefined && this.#stop?.cause !== 'cancelled');
    try {
      await this.#keepLog();
    } catch (error) {
      this.#log.warn({ err: error }, 'the log could not be brought to the store');
      failure ??= failureOfStep('upload', error);
    }
    this.#end(failure, files, peakMemoryBytes);
    this.#markEnded();
  }

  /** Ends the attempt, whatever it is doing. The first reason counts. */
  stop(stop: Stop): void {
    if (this.#stop !== undefined || this.final !== undefined) return;
    this.#stop = stop;
    this.#log.info({ cause: stop.cause, reason: stop.message }, 'attempt is stopped');
    this.#abort.abort(new Error(stop.message));
    this.#stopScript();
  }

  /** Ends it, and says nothing of it any more. */
  forget(reason: string): void {
    this.#forgotten = true;
    this.stop({ cause: 'cancelled', message: reason });
  }

  /** Ends it because the executor leaves now. Resolves when its processes have been told, not when they have ended. */
  async abandon(reason: string): Promise<void> {
    this.forget(reason);
    await this.#launching?.catch(() => undefined);
    this.#stopScript();
    this.#watch?.close();
    void this.#checkpoints?.close(false);
    clearInterval(this.#liveness);
  }

  /** Lets go of all that is held of a finished attempt. */
  async dispose(): Promise<void> {
    await this.logs.close();
    if (!this.#task.keepLocalDirectory) await removeTree(this.#folder.dir);
  }

  async #sync(): Promise<void> {
    const task = this.#task;
    const folder = this.#folder;
    makeAttemptFolder(folder);
    if (task.keepLocalDirectory) writeFileSync(folder.keep, '');
    if (task.dataLocal) mkdirSync(folder.data, { mode: 0o700 });
    const placements: Placement[] = [
      ...placeFolder(folder.work, task.project),
      ...(task.dataLocal ? placeFolder(folder.data, task.data) : []),
      ...placeFolder(folder.validate, task.validate),
      ...(await placeResources(folder.resource, task.resources)),
    ];
    this.#news.addBytesSynced(await this.#deps.syncer.place(placements, this.#asking(SYNC_DEADLINE_MS)));
    // A first attempt has none before it.
    if (this.id.attempt > 1 && this.#checkpoints !== undefined)
      this.#news.addBytesSynced(await this.#checkpoints.restore(this.#asking(SYNC_DEADLINE_MS)));
  }

  async #runScript(): Promise<ExitReport> {
    const { task, folder, deps } = { task: this.#task, folder: this.#folder, deps: this.#deps };
    this.#news.enter('starting');
    const pythonPath = resolveInterpreter(task.pythonPath, folder.work, deps.interpreters);
    this.#gpus = deps.gpus.take(task.gpus);
    const spec = attemptSpec(task, folder, {
      ...this.id,
      pythonPath,
      environment: this.#environment(),
      dataSocket: task.dataLocal ? undefined : await this.#openStream(),
      diskBytes: deps.diskBytes,
      graceMs: this.#graceMs,
    });
    writeJson(folder.spec, spec);
    noteAttempt(folder, deps.executorName, { id: this.id, task, gpus: this.#gpus });
    this.#abort.signal.throwIfAborted();
    this.#checkpoints?.watch();
    return await this.#launch();
  }

  /** Follows a script that a dead executor started. Nobody tells when its shim ends but the folder, and a look. */
  async #takeOver({ shim, gpus }: LeftAttempt): Promise<ExitReport> {
    this.#gpus = this.#deps.gpus.claim(gpus);
    this.#news.enter('running');
    this.#checkpoints?.watch();
    this.#shim = shim;
    return await new Promise<ExitReport>((resolve) => {
      const lookForExit = this.#watchFolder(resolve);
      this.#liveness = setInterval(lookForExit, LIVENESS_MS);
      this.logs.poke();
      this.#readInfo();
      lookForExit();
      // Asked to stop in the moment it was taken over.
      this.#stopScript();
    });
  }

  #environment(): Environment {
    return scriptEnvironment(this.#deps.environment, {
      tmpDir: this.#folder.tmp,
      cpus: this.#task.cpus,
      gpuDevices: this.#gpus,
      envs: this.#task.envs,
      fixed: {
        MLSQL_JOB_ID: this.id.jobId,
        MLSQL_ALG_INDEX: String(this.id.algIndex),
        MLSQL_ATTEMPT: String(this.id.attempt),
      },
    });
  }

  async #openStream(): Promise<string> {
    const { dataFormat } = this.#task;
    if (dataFormat !== 'json')
      throw new Error(`rows are streamed as JSON lines, but the data lies in the store as ${dataFormat}`);
    const { stream, path } = await DataStream.open(this.#folder.dataSocket, this.#rowSource(), (error) => {
      const message = error instanceof Error ? error.message : String(error);
      this.stop({ cause: 'sync', message: `the data could not be streamed to the script: ${message}` });
    });
    this.#stream = stream;
    return path;
  }

  #rowSource(): RowSource {
    const { data, rowTopic, kafkaParam } = this.#task;
    const { store, clock } = this.#deps;
    const onBytes = (count: number): void => this.#news.addBytesSynced(count);
    const { onRetry } = this.#asking(RESULT_DEADLINE_MS);
    const fallback = (skip: readonly number[]): RowSource =>
      new StoreRows(data, store, { onBytes, onRetry }, skip);
    if (!rowTopic) return fallback([]);
    return new TopicRows({
      topic: rowTopic,
      kafkaParam,
      fallback,
      onBytes,
      onFallback: (message) => {
        this.#log.warn({ topic: rowTopic.name, message }, 'rows come from the store from now on');
        this.#news.warn({
          code: 'MLSQL_TRAIN_NO_KAFKA',
          message: `${message}; the rest came from the store`,
        });
      },
      clock,
      log: this.#log,
    });
  }

  /** Starts the shim and waits for exit.json; the folder tells what happens in between. */
  async #launch(): Promise<ExitReport> {
    return await new Promise<ExitReport>((resolve, reject) => {
      const lookForExit = this.#watchFolder(resolve);
      const launcherGone = (): void => {
        // Mostly exit.json was seen before the launcher tells of the end.
        if (this.#scriptEnded) return;
        lookForExit();
        this.#liveness ??= setInterval(lookForExit, LIVENESS_MS);
      };
      this.#launching = this.#deps.launcher.start(this.#folder.dir, launcherGone).then((shim) => {
        this.#shim = shim;
        // Asked to stop in the moment it started.
        this.#stopScript();
      });
      this.#launching.catch(reject);
    });
  }

  /** The folder tells what happens in it. @returns looks whether the script has ended */
  #watchFolder(resolve: (exit: ExitReport) => void): () => void {
    const lookForExit = (): void => {
      const exit = readExit(this.#folder);
      if (exit !== undefined) resolve(exit);
      // Either it has just written exit.json, or it never will.
      else if (this.#shim !== undefined && !isRunning(this.#shim))
        resolve(readExit(this.#folder) ?? SHIM_GONE);
    };
    this.#watch = new FolderWatch(this.#folder.dir, (name) => {
      if (name === undefined || name === 'output.log') this.logs.poke();
      if (name === undefined || name === 'info.json') this.#readInfo();
      if (name === undefined || name === 'exit.json') lookForExit();
    });
    return lookForExit;
  }

  #stopScript(): void {
    if (this.#shim === undefined || this.#scriptEnded || this.#stop === undefined) return;
    try {
      writeJson(this.#folder.stop, {
        cause: this.#stop.cause,
        reason: this.#stop.message,
        graceMs: this.#graceMs,
      });
    } catch (error) {
      // A full disk: the signal alone ends it too, with the grace of its spec.
      this.#log.warn({ err: error }, 'stop.json cannot be written');
    }
    signalProcess(this.#shim, 'SIGTERM');
  }

  #readInfo(): void {
    if (this.#infoRead) return;
    const info = readInfo(this.#folder);
    if (info === undefined) return;
    this.#infoRead = true;
    this.#interpreter = info.interpreter;
    for (const warning of info.warnings) this.#news.warn(warning);
    if (this.#news.phase === 'starting') this.#news.enter('running');
  }

  /** No process of the attempt is left: what it printed is complete. */
  async #finishLog(): Promise<void> {
    this.#scriptEnded = true;
    // Whatever the script had is free before it is told that it has ended: the next one may be on its way at once.
    this.#deps.gpus.give(this.#gpus.splice(0));
    await this.#launching?.catch(() => undefined);
    this.#watch?.close();
    clearInterval(this.#liveness);
    this.#readInfo();
    if (this.#task.keepLocalDirectory) {
      const line = `[mlsql] the folder of this attempt is kept: ${this.#folder.dir} on the executor ${this.#deps.executorName}\n`;
      await appendFile(this.#folder.output, line).catch(() => undefined);
    }
    await this.logs
      .finish()
      .catch((error: unknown) => this.#log.error({ err: error }, 'the log cannot be read to its end'));
  }

  async #release(): Promise<void> {
    this.#deps.launcher.forget(this.#folder.dir);
    this.#deps.gpus.give(this.#gpus.splice(0));
    await this.#stream?.close();
  }

  /** Brings the log to the store, once, of failed attempts too. */
  #keepLog(): Promise<void> {
    if (this.#forgotten) return Promise.resolve();
    this.#logKept ??= this.#bringLog();
    return this.#logKept;
  }

  async #bringLog(): Promise<void> {
    const { jobId, algIndex, attempt } = this.id;
    const key = jobLogKey(jobId, algIndex, attempt);
    await insistent(
      (how) => this.#deps.uploader.log(this.#folder.output, key, how),
      this.#asking(RESULT_DEADLINE_MS),
    );
  }

  /** How a store that does not answer is asked again: each time is logged, and the user told once. */
  #asking(deadlineMs: number): Required<Pick<Retrying, 'deadlineMs' | 'signal' | 'clock' | 'onRetry'>> {
    const onRetry = (error: unknown): void => {
      this.#log.warn({ err: error, step: this.#step }, 'the store is asked again');
      if (this.#toldOfStore) return;
      this.#toldOfStore = true;
      const why = error instanceof Error ? error.message : String(error);
      this.#news.warn({
        code: 'MLSQL_STORE_UNAVAILABLE',
        message: `${this.#deps.executorName} asks the store again, for up to ${deadlineMs / 1000} s: ${why}`,
      });
    };
    return { deadlineMs, signal: this.#abort.signal, clock: this.#deps.clock, onRetry };
  }

  #end(
    failure: AttemptFailure | undefined,
    files: readonly { path: string; size: number; sha256: string }[],
    peakMemoryBytes: number,
  ): void {
    const logLines = this.logs.lines;
    // A cancel that came while the last file went up still counts: the coordinator would not take the result.
    const last = failure ?? (this.#stop === undefined ? undefined : failureOfStop(this.#stop));
    if (last !== undefined) {
      this.#log.info({ cause: last.cause, reason: last.message }, 'attempt failed');
      this.#news.end(last.cause === 'cancelled' ? 'cancelled' : 'failed', { ...last, logLines });
      return;
    }
    if (files.length === 0) {
      this.#news.warn({
        code: 'MLSQL_TRAIN_NO_MODEL',
        message: `the script ${this.#task.scriptName} saved no file into tempModelLocalPath: there is nothing to register`,
      });
    }
    this.#log.info({ files: files.length }, 'attempt succeeded');
    this.#news.end('succeeded', {
      files: [...files],
      logLines,
      interpreter: this.#interpreter,
      peakMemoryBytes,
    });
  }
}
