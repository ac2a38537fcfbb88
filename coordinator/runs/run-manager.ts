// All runs of this coordinator: submit, attach, go on behind the last finished statement, follow, cancel.
import { asMlsqlError, MlsqlError } from '../../shared/errors.js';
import { newId, type RunId, runId as toRunId } from '../../shared/ids.js';
import type { Statement } from '../../shared/language/ast.js';
import { parseScript } from '../../shared/language/parser.js';
import { ROWS_DEFAULT, SCRIPT_MAX_BYTES } from '../../shared/limits.js';
import type { ClientTree } from '../planning/inputs.js';
import type { RunContext, Services } from './context.js';
import { type RunEvent, type RunEventBody, RunEvents } from './run-events.js';
import { type FinishedStatement, runScript } from './script-runner.js';
import { type EnteredScope, Sessions } from './sessions.js';

export type RunState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface RunSubmission {
  /** Empty: the coordinator chooses one. */
  readonly runId: string;
  readonly script: string;
  readonly scriptName: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly clientFiles: ReadonlyMap<string, ClientTree>;
  readonly rowLimit: number;
  /** Empty: a scope of its own. */
  readonly sessionId: string;
  readonly user: string;
}

/** A run as lists show it. */
export interface RunView {
  readonly runId: string;
  readonly scriptName: string;
  readonly state: RunState;
  readonly user: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly statementsDone: number;
  readonly statementsTotal: number;
  readonly jobIds: readonly string[];
  readonly message: string;
}

interface RunRecord {
  readonly id: RunId;
  submission: RunSubmission;
  state: RunState;
  startTimeMs: number;
  endTimeMs: number;
  statementsDone: number;
  statementsTotal: number;
  jobIds: string[];
  message: string;
  events: RunEvents;
  abort: AbortController;
  /** Saves, registers and trains that are done, by statement index: never done again. */
  finished: Map<number, FinishedStatement>;
  /** Resolves when the present execution has ended. */
  ended: Promise<void>;
}

const RUN_ID = /^[\w.:-]{1,128}$/;
/** Ended runs kept for lists and replays. */
const ENDED_RUNS_MAX = 1000;
/** Bytes of result rows kept of ended runs. */
const ENDED_BYTES_MAX = 256 * 1024 * 1024;

export class RunManager {
  readonly #runs = new Map<string, RunRecord>();
  readonly #sessions: Sessions;
  #stopping = false;

  constructor(
    private readonly services: Services,
    variableDefaults: ReadonlyMap<string, string>,
  ) {
    this.#sessions = new Sessions(services.engine, services.clock, variableDefaults, services.logger);
  }

  /**
   * Starts a run, attaches to one of the same id and text, or goes on with one that failed.
   * @throws MlsqlError MLSQL_SCRIPT_SYNTAX before anything runs, MLSQL_RUN_CONFLICT where the id has another text
   */
  submit(submission: RunSubmission): { runId: string; attached: boolean } {
    if (this.#stopping) throw new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', 'the coordinator is stopping');
    if (Buffer.byteLength(submission.script) > SCRIPT_MAX_BYTES) {
      throw new MlsqlError('MLSQL_SCRIPT_TOO_LARGE', `the script is larger than ${SCRIPT_MAX_BYTES} bytes`, {
        hint: 'load large data from files instead of writing it into the script',
      });
    }
    if (submission.runId !== '' && !RUN_ID.test(submission.runId)) {
      throw new MlsqlError('MLSQL_USAGE_INVALID', `"${submission.runId.slice(0, 200)}" is no run id`, {
        hint: 'letters, digits, and . : _ -, at most 128 of them',
      });
    }
    const { statements } = parseScript(submission.script);
    const known = submission.runId === '' ? undefined : this.#runs.get(submission.runId);
    if (known !== undefined) return this.#resubmit(known, submission, statements);
    const id = toRunId(submission.runId === '' ? newId('run', this.services.clock.now()) : submission.runId);
    const record: RunRecord = {
      id,
      submission,
      state: 'RUNNING',
      startTimeMs: this.services.clock.now(),
      endTimeMs: 0,
      statementsDone: 0,
      statementsTotal: statements.length,
      jobIds: [],
      message: '',
      events: new RunEvents(),
      abort: new AbortController(),
      finished: new Map(),
      ended: Promise.resolve(),
    };
    this.#runs.set(id, record);
    this.#forgetOldRuns();
    record.ended = this.#execute(record, statements);
    return { runId: id, attached: false };
  }

  /** Events behind a number, then live ones until the run has ended. */
  follow(id: string, afterSeq: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#record(id).events.follow(afterSeq, signal);
  }

  cancel(id: string): void {
    const record = this.#record(id);
    record.abort.abort(new MlsqlError('MLSQL_RUN_CANCELLED', `run ${id} was cancelled`));
  }

  get(id: string): RunView {
    return view(this.#record(id));
  }

  /** Newest first. */
  list(limit: number): readonly RunView[] {
    return [...this.#runs.values()].reverse().slice(0, limit).map(view);
  }

  /** Takes a run out of lists and replays once it has ended; one that runs stays until then. */
  forget(id: string): void {
    const record = this.#runs.get(id);
    void record?.ended.then(() => this.#runs.delete(id));
  }

  openSession(): Promise<string> {
    return this.#sessions.open();
  }

  closeSession(session: string): Promise<void> {
    return this.#sessions.close(session);
  }

  /** Cancels what runs and waits for its end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#runs.values()].filter((record) => record.state === 'RUNNING');
    for (const record of running)
      record.abort.abort(new MlsqlError('MLSQL_RUN_CANCELLED', 'the coordinator stops'));
    await Promise.all(running.map((record) => record.ended));
  }

  #resubmit(
    record: RunRecord,
    submission: RunSubmission,
    statements: readonly Statement[],
  ): { runId: string; attached: boolean } {
    if (record.submission.script !== submission.script) {
      throw new MlsqlError(
        'MLSQL_RUN_CONFLICT',
        `run ${record.id} belongs to another script${record.submission.scriptName === '' ? '' : ` (${record.submission.scriptName})`}`,
        {
          hint: 'use another --run-id, or the script as it was',
        },
      );
    }
    if (record.state === 'RUNNING' || record.state === 'SUCCEEDED')
      return { runId: record.id, attached: true };
    const changed = changedClientFiles(record.submission.clientFiles, submission.clientFiles);
    record.events.end();
    Object.assign(record, {
      submission,
      state: 'RUNNING',
      endTimeMs: 0,
      statementsDone: 0,
      message: '',
      events: new RunEvents(),
      abort: new AbortController(),
    } satisfies Partial<RunRecord>);
    record.ended = this.#execute(record, statements, changed);
    return { runId: record.id, attached: false };
  }

  /** Never fails: how the run ends is told by its events. */
  async #execute(
    record: RunRecord,
    statements: readonly Statement[],
    changedFiles: readonly string[] = [],
  ): Promise<void> {
    const { submission, abort } = record;
    let warnings = 0;
    let entered: EnteredScope | undefined;
    try {
      entered = await this.#sessions.enter(submission.sessionId, abort.signal);
      const { scope } = entered;
      for (const [name, value] of Object.entries(submission.settings)) scope.variables.set(name, value);
      const context: RunContext = {
        runId: record.id,
        user: submission.user,
        scope,
        services: this.services,
        clientFiles: submission.clientFiles,
        pinnedVariables: new Set(Object.keys(submission.settings)),
        ownFunctions: new Map(),
        signal: abort.signal,
        jobIds: record.jobIds,
        lastTable: undefined,
        emit: (body) => this.#emit(record, body),
        warn: (warning) => {
          warnings += 1;
          this.#emit(record, { kind: 'warning', ...warning });
        },
      };
      if (changedFiles.length > 0) {
        const message = `the run goes on with changed files: ${changedFiles.join(', ')}`;
        context.warn({ code: 'MLSQL_RUN_FILES_CHANGED', message, hint: '', line: 0, column: 0, jobId: '' });
      }
      await runScript(context, statements, {
        finished: record.finished,
        rowLimit: submission.rowLimit === 0 ? ROWS_DEFAULT : submission.rowLimit,
        onProgress: (done) => {
          record.statementsDone = done;
        },
      });
      abort.signal.throwIfAborted();
      this.#end(record, 'SUCCEEDED', warnings);
    } catch (error) {
      const cause = abort.signal.aborted ? asMlsqlError(abort.signal.reason) : asMlsqlError(error);
      if (cause.code === 'MLSQL_INTERNAL')
        this.services.logger.error({ runId: record.id, err: error }, 'run failed by a defect');
      record.message = cause.message;
      const { hint, position, statement, jobId, algIndex, traceback, path } = asMlsqlError(error).details;
      this.#emit(record, {
        kind: 'error',
        code: cause.code,
        message: cause.message,
        hint: cause.details.hint ?? hint ?? '',
        line: position?.line ?? 0,
        column: position?.column ?? 0,
        jobId: jobId ?? '',
        traceback: abort.signal.aborted ? '' : (traceback ?? ''),
        path: path ?? '',
        ...(statement !== undefined && { statement }),
        ...(algIndex !== undefined && { algIndex }),
      });
      const cancelled = cause.code === 'MLSQL_RUN_CANCELLED';
      this.#end(record, cancelled ? 'CANCELLED' : 'FAILED', warnings);
    } finally {
      await entered?.leave();
    }
  }

  #end(record: RunRecord, state: Exclude<RunState, 'RUNNING'>, warnings: number): void {
    record.endTimeMs = this.services.clock.now();
    record.state = state;
    this.#emit(record, {
      kind: 'done',
      ok: state === 'SUCCEEDED',
      runId: record.id,
      warnings,
      state: state.toLowerCase() as 'succeeded' | 'failed' | 'cancelled',
    });
    record.events.end();
    // A resubmit brings its own settings; a request's data may be among these.
    record.submission = { ...record.submission, settings: {} };
    this.#forgetOldRuns();
  }

  #emit(record: RunRecord, body: RunEventBody): void {
    record.events.append(body, this.services.clock.now());
  }

  #record(id: string): RunRecord {
    const record = this.#runs.get(id);
    if (record === undefined)
      throw new MlsqlError('MLSQL_RUN_UNKNOWN', `no run "${id}"`, { hint: 'see mlsql runs ls' });
    return record;
  }

  #forgetOldRuns(): void {
    const ended = [...this.#runs.values()].filter((record) => record.state !== 'RUNNING');
    let bytes = ended.reduce((sum, record) => sum + record.events.bytes, 0);
    for (const [index, record] of ended.entries()) {
      if (ended.length - index <= ENDED_RUNS_MAX && bytes <= ENDED_BYTES_MAX) return;
      bytes -= record.events.bytes;
      this.#runs.delete(record.id);
    }
  }
}

function view(record: RunRecord): RunView {
  const { id, submission, state, startTimeMs, endTimeMs, statementsDone, statementsTotal, jobIds, message } =
    record;
  return {
    runId: id,
    scriptName: submission.scriptName,
    state,
    user: submission.user,
    startTimeMs,
    endTimeMs,
    statementsDone,
    statementsTotal,
    jobIds: [...jobIds],
    message,
  };
}

function changedClientFiles(
  before: ReadonlyMap<string, ClientTree>,
  after: ReadonlyMap<string, ClientTree>,
): string[] {
  const content = (tree: ClientTree | undefined): string =>
    JSON.stringify(tree?.files.map((file) => [file.path, file.sha256]));
  return [...after.keys()].filter((name) => content(before.get(name)) !== content(after.get(name)));
}
