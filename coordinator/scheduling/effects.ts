// Everything the machine wants done. Effects are run in their order; a persist-record before the effects that depend on it
// has to be durable before they run.
import type { AttemptRef, ExecutorName, JobId } from '../../shared/ids.js';
import type { AttemptResult, ExecutorRecord, GroupRecord, JobRecord, JobSpec, StoryLine } from './model.js';
import type { JobOutcome } from './outcome.js';
import type { TaskSpec } from './task-spec.js';

/** A job without what never changes and what its other records hold. */
export type JobSnapshot = Omit<JobRecord, 'spec' | 'groups' | 'queues' | 'story'>;
/** A group without what never changes. */
export type GroupSnapshot = Omit<GroupRecord, 'spec'>;

/** An executor without what it tells again when it comes back. */
export type ExecutorSnapshot = Pick<ExecutorRecord, 'facts' | 'drainReason' | 'disconnectedMs'> &
  Partial<Pick<ExecutorRecord, 'drainUntilMs'>>;

/** What is kept: a later record of the same key replaces an earlier one. */
export type DurableRecord =
  | { readonly kind: 'spec'; readonly jobId: JobId; readonly value: JobSpec }
  | { readonly kind: 'job'; readonly jobId: JobId; readonly value: JobSnapshot }
  | {
      readonly kind: 'group';
      readonly jobId: JobId;
      readonly algIndex: number;
      readonly value: GroupSnapshot;
    }
  | { readonly kind: 'story'; readonly jobId: JobId; readonly index: number; readonly value: StoryLine }
  /** Undefined: it went from the list. */
  | {
      readonly kind: 'executor';
      readonly executor: ExecutorName;
      readonly value: ExecutorSnapshot | undefined;
    };

/** The record as it is now; durable before any later effect runs. */
export interface PersistRecordEffect {
  readonly type: 'persist-record';
  readonly record: DurableRecord;
}

/** A job that ended long ago: its records and logs may go. */
export interface ForgetJobEffect {
  readonly type: 'forget-job';
  readonly jobId: JobId;
}

/** The request is recorded: whoever waits for it may go on. */
export interface AcknowledgeEffect {
  readonly type: 'acknowledge';
  readonly requestId: number;
  /** False: there is no such job. */
  readonly known: boolean;
}

/** First message on a stream. */
export interface SendWelcomeEffect {
  readonly type: 'send-welcome';
  readonly executor: ExecutorName;
  readonly connectionId: number;
}

export interface SendAssignEffect {
  readonly type: 'send-assign';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly ref: AttemptRef;
  readonly epoch: number;
  readonly task: TaskSpec;
  /** The job's target, from which the staging place is named. */
  readonly target: unknown;
}

/** End an attempt: `cancel` one that counts, `forget` one that does not (any more). */
export interface SendEndEffect {
  readonly type: 'send-cancel' | 'send-forget';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly ref: AttemptRef;
  readonly epoch: number;
  readonly reason: string;
}

/** The attempt's last news was taken (and is durable): the executor may drop what it holds. */
export interface SendResultAckEffect {
  readonly type: 'send-result-ack';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly ref: AttemptRef;
  readonly epoch: number;
}

/** Tell the executor up to which line the attempt's log is kept: it goes on behind. */
export interface ResumeLogEffect {
  readonly type: 'resume-log';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly ref: AttemptRef;
  readonly epoch: number;
}

export interface SendDrainEffect {
  readonly type: 'send-drain';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly reason: string;
  readonly deadlineMs: number;
}

/** End a stream that counts no more. */
export interface CloseConnectionEffect {
  readonly type: 'close-connection';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly reason: string;
}

/** The attempt's log is complete; where the number of lines is known, once so many are there. */
export interface FinishLogEffect {
  readonly type: 'finish-log';
  readonly ref: AttemptRef;
  readonly lines: number | undefined;
}

/** Decide by a conditional create whose result counts; answered by result-decided. */
export interface AcceptResultEffect {
  readonly type: 'accept-result';
  readonly ref: AttemptRef;
  readonly target: unknown;
  readonly result: AttemptResult;
}

/** Publish the version; answered by publish-decided. */
export interface PublishJobEffect {
  readonly type: 'publish-job';
  readonly jobId: JobId;
  readonly target: unknown;
  readonly outcome: JobOutcome;
}

/** Write the meta of a job without a version (outcome.state FAILED or CANCELLED); answered by publish-decided. */
export interface FailJobEffect {
  readonly type: 'fail-job';
  readonly jobId: JobId;
  readonly target: unknown;
  readonly outcome: JobOutcome;
}

/** The job, or these groups of it, changed: tell who watches. At most one a job and step. */
export interface NotifyJobEffect {
  readonly type: 'notify-job';
  readonly jobId: JobId;
  readonly changedGroups: readonly number[];
}

/** The job is at its end; comes once. */
export interface JobEndedEffect {
  readonly type: 'job-ended';
  readonly jobId: JobId;
  readonly outcome: JobOutcome;
}

/** What pending jobs wait for has changed (slots, executors, the queue), so their reasons may read otherwise. */
export interface QueueChangedEffect {
  readonly type: 'queue-changed';
}

/** Send a tick at this time; replaces the wish before. */
export interface WakeAtEffect {
  readonly type: 'wake-at';
  readonly atMs: number;
}

export type SchedulerEffect =
  | PersistRecordEffect
  | ForgetJobEffect
  | AcknowledgeEffect
  | SendWelcomeEffect
  | SendAssignEffect
  | SendEndEffect
  | SendResultAckEffect
  | ResumeLogEffect
  | SendDrainEffect
  | CloseConnectionEffect
  | FinishLogEffect
  | AcceptResultEffect
  | PublishJobEffect
  | FailJobEffect
  | NotifyJobEffect
  | JobEndedEffect
  | QueueChangedEffect
  | WakeAtEffect;
