// What others may see of a job. Made cheaply, since it is made at each change: groups are read when they are asked for.
import type { JobId, RunId } from '../../shared/ids.js';
import type {
  GroupRecord,
  JobRecord,
  JobState,
  SchedulerState,
  StoryLine,
  WarningInfo,
} from '../scheduling/model.js';
import { type JobSummary, jobSummary } from '../scheduling/outcome.js';
import { groupMessage, jobReason } from '../scheduling/reasons.js';

export type VisiblePhase =
  | 'pending'
  | 'assigned'
  | 'syncing'
  | 'starting'
  | 'running'
  | 'uploading'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

export interface GroupView {
  readonly algIndex: number;
  readonly phase: VisiblePhase;
  /** 0 to 1; -1: not known. */
  readonly progress: number;
  /** Number of the last attempt; 0: none yet. */
  readonly attempt: number;
  /** Of the last attempt; empty: none yet. */
  readonly executor: string;
  readonly score?: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** What a pending group waits for, why one failed. */
  readonly message: string;
  /** The script's own, of the last failure. */
  readonly traceback: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  /** Of the last failure, where it failed or waits after it; empty otherwise. */
  readonly cause: string;
  readonly code: string;
  readonly exitCode?: number;
  readonly signal: string;
  /** 0: not known. */
  readonly peakMemoryBytes: number;
  readonly logLines: number;
  /** The attempt that failed; 0: none. */
  readonly failedAttempt: number;
  readonly warnings: readonly WarningInfo[];
}

/** The job's facts as they were when the view was made; `groups`, `group`, `summary` and `story` as they are when asked for. */
export class JobView {
  readonly jobId: JobId;
  readonly runId: RunId;
  readonly user: string;
  readonly path: string;
  readonly version: number | undefined;
  readonly state: JobState;
  /** Why it is in that state, in words. */
  readonly reason: string;
  readonly submitTimeMs: number;
  /** 0: it has not ended. */
  readonly endTimeMs: number;
  readonly groupsTotal: number;
  readonly groupsSucceeded: number;
  readonly groupsFailed: number;
  readonly groupsCancelled: number;

  readonly #state: SchedulerState;
  readonly #job: JobRecord;
  readonly #now: () => number;

  constructor(state: SchedulerState, job: JobRecord, now: () => number) {
    this.#state = state;
    this.#job = job;
    this.#now = now;
    const { spec } = job;
    this.jobId = spec.jobId;
    this.runId = spec.runId;
    this.user = spec.user;
    this.path = spec.path;
    this.version = spec.version;
    this.state = job.state;
    this.reason = jobReason(state, job, now());
    this.submitTimeMs = job.submitTimeMs;
    this.endTimeMs = job.endTimeMs;
    this.groupsTotal = job.groups.size;
    this.groupsSucceeded = job.succeeded;
    this.groupsFailed = job.failed;
    this.groupsCancelled = job.cancelled;
  }

  /** All groups, in the order of the spec. */
  get groups(): GroupView[] {
    return [...this.#job.groups.values()].map((group) => this.#view(group));
  }

  group(algIndex: number): GroupView | undefined {
    const group = this.#job.groups.get(algIndex);
    return group === undefined ? undefined : this.#view(group);
  }

  get summary(): JobSummary {
    return jobSummary(this.#job, this.#now());
  }

  /** What happened to it, in order of time. */
  get story(): readonly StoryLine[] {
    return [...this.#job.story];
  }

  #view(group: GroupRecord): GroupView {
    const failure = group.phase === 'pending' || group.phase === 'failed' ? group.failure : undefined;
    return {
      algIndex: group.algIndex,
      phase: group.phase === 'accepting' ? 'uploading' : group.phase,
      progress: group.progress,
      attempt: group.attempts,
      executor: group.executor,
      ...(group.score !== undefined && { score: group.score }),
      metrics: group.metrics,
      message: groupMessage(this.#state, this.#job, group, this.#now()),
      traceback: failure?.traceback ?? '',
      startTimeMs: group.startTimeMs,
      endTimeMs: group.endTimeMs,
      cause: failure?.cause ?? '',
      code: failure?.code ?? '',
      ...(failure?.exitCode !== undefined && { exitCode: failure.exitCode }),
      signal: failure?.signal ?? '',
      peakMemoryBytes: failure?.peakMemoryBytes ?? 0,
      logLines: failure?.logLines ?? 0,
      failedAttempt: failure === undefined ? 0 : group.attempts,
      warnings: group.warnings,
    };
  }
}
