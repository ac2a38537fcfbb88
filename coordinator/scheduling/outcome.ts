// How a job ended, group by group: what the publisher writes down, and what the train statement answers.
import type { JobId } from '../../shared/ids.js';
import type { AttemptResult, FailureInfo, GroupRecord, JobRecord, WarningInfo } from './model.js';

export interface GroupOutcome {
  readonly algIndex: number;
  readonly status: 'success' | 'fail' | 'cancelled';
  readonly score: number | undefined;
  /** Why it failed or was cancelled; of a success the job that trained it, where that is another one; else empty. */
  readonly message: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** Tries in all. */
  readonly attempts: number;
  /** The attempt whose files count (success), else the last; 0: none was made. */
  readonly attempt: number;
  /** Of the last attempt; empty: none was made. */
  readonly executor: string;
  /** Start of the last attempt, milliseconds since 1970; 0: none was made. */
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  /** Files, interpreter and so on, of a success. */
  readonly result: AttemptResult | undefined;
  /** Of a failure. */
  readonly failure: FailureInfo | undefined;
  readonly traceback: string;
  readonly warnings: readonly WarningInfo[];
}

export interface JobSummary {
  readonly dataBytesWritten: number;
  readonly dataBytesTotal: number;
  readonly bytesSynced: number;
  readonly durationMs: number;
}

export interface JobOutcome {
  readonly jobId: JobId;
  readonly state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  /** In words. */
  readonly reason: string;
  /** By algIndex, in the order of the spec. */
  readonly groups: readonly GroupOutcome[];
  /** The first cause of a FAILED job; algIndex where it is a group's. */
  readonly error: { readonly failure: FailureInfo; readonly algIndex: number | undefined } | undefined;
  /** What the publisher answered; undefined before it did. */
  readonly published: unknown;
  readonly summary: JobSummary;
}

/** The job's outcome as it stands; every group must be final. */
export function jobOutcome(
  job: JobRecord,
  state: JobOutcome['state'],
  reason: string,
  error: JobOutcome['error'],
  published: unknown,
  now: number,
): JobOutcome {
  return {
    jobId: job.spec.jobId,
    state,
    reason,
    groups: [...job.groups.values()].map(groupOutcome),
    error,
    published,
    summary: jobSummary(job, now),
  };
}

export function jobSummary(job: JobRecord, now: number): JobSummary {
  return {
    dataBytesWritten: job.spec.dataBytesWritten ?? 0,
    dataBytesTotal: job.spec.dataBytesTotal ?? 0,
    bytesSynced: job.bytesSynced,
    durationMs: (job.endTimeMs || now) - job.submitTimeMs,
  };
}

/** Says of a group that a retry took over where it comes from; empty for any other. */
export function keptMessage({ spec: { kept } }: Pick<GroupRecord, 'spec'>): string {
  return kept === undefined ? '' : `kept of job ${kept.jobId}`;
}

function groupOutcome(group: GroupRecord): GroupOutcome {
  const succeeded = group.phase === 'succeeded';
  return {
    algIndex: group.algIndex,
    status: succeeded ? 'success' : group.phase === 'cancelled' ? 'cancelled' : 'fail',
    score: group.score,
    message: succeeded ? keptMessage(group) : (group.failure?.message ?? ''),
    metrics: group.metrics,
    attempts: group.attempts,
    attempt: succeeded ? group.acceptedAttempt : group.attempts,
    executor: group.executor,
    startTimeMs: group.startTimeMs,
    endTimeMs: group.endTimeMs,
    result: succeeded ? group.result : undefined,
    failure: succeeded ? undefined : group.failure,
    traceback: succeeded ? '' : (group.failure?.traceback ?? ''),
    warnings: group.warnings,
  };
}
