// All runs of this coordinator: submit, attach, go on behind the last finished statement, follow, cancel.
import { asMlsqlError, MlsqlError } from '../../shared/errors.js';
import { newId, type RunId, runId as toRunId } from '../../shared/ids.js';
import type { Statement } from '../../shared/language/ast.js';
import { parseScript } from '../../shared/language/parser.js';
import { ROWS_DEFAULT, SCRIPT_MAX_BYTES } from '../../shared/limits.js';
import type { ClientTree } from '../planning/inputs.js';
import type { RunContext, Scope, Services } from './context.js';
import type { RunEvent } from './run-events.js';
import { RunJournal } from './run-journal.js';
import type { RunStore, SavedRun } from './run-store.js';
import { type FinishedStatement, runScript } from './script-runner.js';
import { type EnteredScope, Sessions } from './sessions.js';
import { applyVariables } from './statements/set.js';

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
  /** The client's folder that relative names start from, for his own later use; absent or empty: he did not say. */
  readonly baseDir?: string;
  /** True: whoever asked waits for the answer and asks again himself; the run need not outlive this process. */
  readonly ephemeral?: boolean;
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
  /** As the client gave it; empty: he did not. */
  readonly baseDir: string;
}

interface RunRecord {
  readonly id: RunId;
  readonly order: number;
  readonly journal: RunJournal;
  submission: RunSubmission;
  state: RunState;
  startTimeMs: number;
  endTimeMs: number;
  statementsDone: number;
  statementsTotal: number;
  jobIds: string[];
  message: string;
  warnings: number;
  abort: AbortController;
  /** Saves, registers and trains that are done, by statement index: never done again. */
  finished: Map<number, FinishedStatement>;
  /** Jobs of this execution, by statement index. */
  jobs: Map<number, string>;
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
  /** The process ends and its runs do not: whatever still happens to them here is not recorded. */
  #suspended = false;
  #order = 0;

  constructor(
    private readonly services: Services,
    variableDefaults: ReadonlyMap<string, string>,
    private readonly store: RunStore,
    /** The store failed: nothing can be promised any more. */
    private readonly onStateLost: (error: unknown) => void,
  ) {
    this.#sessions = new Sessions(services.engine, services.clock, variableDefaults, services.logger);
  }

  /**
   * Takes up the runs of an earlier coordinator. To be called once, before anything else.
   * @param goOn - those that had not ended go on; false: they are only known
   */
  recover({ goOn }: { goOn: boolean }): void {
    for (const saved of this.store.load()) {
      const record = this.#newRecord(saved.id, saved.order, saved.submission);
      const { state, startTimeMs, endTimeMs, statementsDone, statementsTotal, message, warnings } = saved;
      Object.assign(record, {
        state,
        startTimeMs,
        endTimeMs,
        statementsDone,
        statementsTotal,
        message,
        warnings,
      });
      record.jobIds = [...saved.jobIds];
      this.#order = Math.max(this.#order, saved.order);
      if (state === 'SUCCEEDED' || state === 'CANCELLED') continue;
      record.finished = this.store.finished(saved.id);
      if (state !== 'RUNNING' || !goOn) continue;
      record.jobs = this.store.jobs(saved.id);
      this.services.logger.info({ runId: saved.id, statementsDone }, 'a run goes on');
      record.ended = this.#execute(record, parseScript(saved.submission.script).statements);
    }
  }

  /**
   * Starts a run, attaches to one of the same id and text, or goes on with one that failed. The run is kept when the
   * promise resolves: it ends, whatever dies in between.
   * @throws MlsqlError MLSQL_SCRIPT_SYNTAX before anything runs, MLSQL_RUN_CONFLICT where the id has another text
   */
  async submit(submission: RunSubmission): Promise<{ runId: string; attached: boolean }> {
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
    this.#order += 1;
    const record = this.#newRecord(id, this.#order, submission);
    record.journal.begin();
    record.startTimeMs = this.services.clock.now();
    record.statementsTotal = statements.length;
    this.#forgetOldRuns();
    await record.journal.keep({ run: saved(record) });
    record.ended = this.#execute(record, statements);
    return { runId: id, attached: false };
  }

  /** Events behind a number, then live ones until the run has ended. */
  follow(id: string, afterSeq: number, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#record(id).journal.events.follow(afterSeq, signal);
  }

  cancel(id: string): void {
    const record = this.#record(id);
    record.abort.abort(new MlsqlError('MLSQL_RUN_CANCELLED', `run ${id} was cancelled`));
  }

  get(id: string): RunView {
    return view(this.#record(id));
  }

  /** The folder that relative names of a run's script start from; empty: the client did not say, or the run is forgotten. */
  baseDirOf(id: string): string {
    return this.#runs.get(id)?.submission.baseDir ?? '';
  }

  /** Newest first. */
  list(limit: number): readonly RunView[] {
    return [...this.#runs.values()].reverse().slice(0, limit).map(view);
  }

  /** Takes a run out of lists and replays once it has ended; one that runs stays until then. */
  forget(id: string): void {
    const record = this.#runs.get(id);
    void record?.ended.then(() => this.#drop(record));
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
    await Promise.all(running.map((record) => record.journal.flush()));
  }

  /** Takes nothing new and leaves what runs as it is, for the coordinator that comes next. */
  suspend(): void {
    this.#stopping = true;
    this.#suspended = true;
  }

  #newRecord(id: RunId, order: number, submission: RunSubmission): RunRecord {
    const store = submission.ephemeral === true ? undefined : this.store;
    const record: RunRecord = {
      id,
      order,
      journal: new RunJournal(id, store, (error) => {
        if (!this.#suspended) this.onStateLost(error);
      }),
      submission,
      state: 'RUNNING',
      startTimeMs: 0,
      endTimeMs: 0,
      statementsDone: 0,
      statementsTotal: 0,
      jobIds: [],
      message: '',
      warnings: 0,
      abort: new AbortController(),
      finished: new Map(),
      jobs: new Map(),
      ended: Promise.resolve(),
    };
    this.#runs.set(id, record);
    return record;
  }

  async #resubmit(
    record: RunRecord,
    submission: RunSubmission,
    statements: readonly Statement[],
  ): Promise<{ runId: string; attached: boolean }> {
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
    record.journal.events.end();
    record.journal.begin();
    Object.assign(record, {
      submission,
      state: 'RUNNING',
      endTimeMs: 0,
      statementsDone: 0,
      message: '',
      warnings: 0,
      abort: new AbortController(),
      jobs: new Map(),
    } satisfies Partial<RunRecord>);
    await record.journal.keep({ run: saved(record), anew: true });
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
    let entered: EnteredScope | undefined;
    try {
      entered = await this.#sessions.enter(submission.sessionId, abort.signal);
      const { scope } = entered;
      for (const [name, value] of Object.entries(submission.settings)) scope.variables.set(name, value);
      const context = this.#context(record, scope);
      await applyVariables(context);
      if (changedFiles.length > 0) {
        const message = `the run goes on with changed files: ${changedFiles.join(', ')}`;
        context.warn({ code: 'MLSQL_RUN_FILES_CHANGED', message, hint: '', line: 0, column: 0, jobId: '' });
      }
      await runScript(context, statements, {
        finished: record.finished,
        told: record.statementsDone,
        toldRunning: toldRunning(record.journal.events.all()),
        rowLimit: submission.rowLimit === 0 ? ROWS_DEFAULT : submission.rowLimit,
        onDone: async (index, event, finished) => {
          if (finished !== undefined) record.finished.set(index, finished);
          record.statementsDone = index + 1;
          record.journal.append(event, this.services.clock.now(), {
            run: saved(record),
            ...(finished !== undefined && { finished: new Map([[index, finished]]) }),
          });
          await record.journal.flush();
        },
      });
      abort.signal.throwIfAborted();
      this.#end(record, 'SUCCEEDED');
    } catch (error) {
      // The process ends, the run does not: what broke off here is taken up by the next coordinator.
      if (this.#suspended) return;
      const cause = abort.signal.aborted ? asMlsqlError(abort.signal.reason) : asMlsqlError(error);
      if (cause.code === 'MLSQL_INTERNAL')
        this.services.logger.error({ runId: record.id, err: error }, 'run failed by a defect');
      record.message = cause.message;
      const { hint, position, statement, jobId, algIndex, traceback, path } = asMlsqlError(error).details;
      record.journal.append(
        {
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
        },
        this.services.clock.now(),
      );
      const cancelled = cause.code === 'MLSQL_RUN_CANCELLED';
      this.#end(record, cancelled ? 'CANCELLED' : 'FAILED');
    } finally {
      await entered?.leave();
    }
  }

  #context(record: RunRecord, scope: Scope): RunContext {
    const { submission, journal, abort } = record;
    const { clock } = this.services;
    const context: RunContext = {
      runId: record.id,
      startTimeMs: record.startTimeMs,
      user: submission.user,
      scope,
      services: this.services,
      clientFiles: submission.clientFiles,
      pinnedVariables: new Set(Object.keys(submission.settings)),
      ownFunctions: new Map(),
      signal: abort.signal,
      jobIds: record.jobIds,
      statement: 0,
      begun: false,
      kept: () => journal.flush(),
      leaving: () => this.#suspended,
      startedJob: () => record.jobs.get(context.statement),
      toldLines: (jobId) => toldLines(journal.events.all(), jobId),
      noteJob: (jobId) => {
        record.jobs.set(context.statement, jobId);
        return journal.keep({ jobs: new Map([[context.statement, jobId]]) });
      },
      lastTable: undefined,
      quiet: false,
      emit: (body) => {
        if (!context.quiet && !this.#suspended) journal.append(body, clock.now());
      },
      warn: (warning) => {
        if (context.quiet || this.#suspended) return;
        record.warnings += 1;
        journal.append({ kind: 'warning', ...warning }, clock.now(), { run: saved(record) });
      },
    };
    return context;
  }

  #end(record: RunRecord, state: Exclude<RunState, 'RUNNING'>): void {
    if (this.#suspended) return;
    record.endTimeMs = this.services.clock.now();
    record.state = state;
    // A resubmit brings its own settings; a request's data may be among these.
    record.submission = { ...record.submission, settings: {} };
    const { journal, warnings } = record;
    journal.append(
      {
        kind: 'done',
        ok: state === 'SUCCEEDED',
        runId: record.id,
        warnings,
        state: state.toLowerCase() as 'succeeded' | 'failed' | 'cancelled',
      },
      record.endTimeMs,
      { run: saved(record) },
    );
    const { events } = journal;
    void journal.flush().then(() => events.end());
    this.#forgetOldRuns();
  }

  #record(id: string): RunRecord {
    const record = this.#runs.get(id);
    if (record === undefined)
      throw new MlsqlError('MLSQL_RUN_UNKNOWN', `no run "${id}"`, { hint: 'see mlsql runs ls' });
    return record;
  }

  #forgetOldRuns(): void {
    const ended = [...this.#runs.values()].filter((record) => record.state !== 'RUNNING');
    let bytes = ended.reduce((sum, record) => sum + record.journal.bytes, 0);
    for (const [index, record] of ended.entries()) {
      if (ended.length - index <= ENDED_RUNS_MAX && bytes <= ENDED_BYTES_MAX) return;
      bytes -= record.journal.bytes;
      this.#drop(record);
    }
  }

  #drop(record: RunRecord): void {
    this.#runs.delete(record.id);
    if (record.submission.ephemeral === true) return;
    this.store.forget(record.id).catch((error: unknown) => {
      if (!this.#suspended) this.onStateLost(error);
    });
  }
}

/** The statement that was told as running and has not ended; -1: none. */
function toldRunning(events: readonly RunEvent[]): number {
  const last = events.findLast(({ body }) => body.kind === 'statement')?.body;
  return last?.kind === 'statement' && last.state === 'running' ? last.index : -1;
}

/** Log lines of a job that were told, by attempt. */
function toldLines(events: readonly RunEvent[], jobId: string): ReadonlyMap<string, number> {
  const told = new Map<string, number>();
  for (const { body } of events) {
    if (body.kind !== 'log' || body.jobId !== jobId) continue;
    const key = `${body.algIndex}/${body.attempt}`;
    told.set(key, Math.max(told.get(key) ?? 0, body.firstSeq + body.count - 1));
  }
  return told;
}

function saved(record: RunRecord): SavedRun {
  const { journal: _, abort: __, finished: ___, jobs: ____, ended: _____, ...rest } = record;
  return { ...rest, jobIds: [...record.jobIds] };
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
    baseDir: submission.baseDir ?? '',
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
