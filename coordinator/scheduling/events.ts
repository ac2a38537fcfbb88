// Everything that can happen to the machine. Events are facts: they may come twice, late, or from streams and attempts
// that no longer count, and are judged by the machine alone.
import type { AttemptRef, ExecutorName, JobId } from '../../shared/ids.js';
import type { AttemptResult, ExecutorFacts, FailureInfo, JobSpec, WarningInfo } from './model.js';
import type { SavedState } from './saved-state.js';

/** What an executor says of an attempt. */
export interface AttemptNews {
  readonly ref: AttemptRef;
  /** The epoch that assigned it. */
  readonly epoch: number;
  readonly phase: 'syncing' | 'starting' | 'running' | 'uploading' | 'succeeded' | 'failed' | 'cancelled';
  readonly score?: number;
  readonly progress?: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** With phase succeeded. */
  readonly result?: AttemptResult;
  /** With phase failed or cancelled. */
  readonly failure?: FailureInfo;
  /** Lines of its whole log, with a last phase. */
  readonly logLines?: number;
  /** Fetched for it so far, in all. */
  readonly bytesSynced: number;
  readonly warnings: readonly WarningInfo[];
}

/** The coordinator starts: what an earlier one had recorded. Comes once, before anything else. */
export interface RecoverEvent {
  readonly type: 'recover';
  readonly saved: SavedState;
}

/** A job is there. The same jobId again is answered without being done again. */
export interface SubmitJobEvent {
  readonly type: 'submit-job';
  readonly spec: JobSpec;
  /** Answered by an acknowledge effect once the job is recorded. */
  readonly requestId: number;
}

export interface CancelJobEvent {
  readonly type: 'cancel-job';
  readonly jobId: JobId;
  readonly reason: string;
  readonly requestId: number;
}

/** An executor opened a stream and said Hello. */
export interface ExecutorConnectedEvent {
  readonly type: 'executor-connected';
  readonly facts: ExecutorFacts;
  /** Names the stream; greater than any before. */
  readonly connectionId: number;
  readonly cachedBlobs: readonly string[];
  /** What it still runs or holds results of. */
  readonly attempts: readonly AttemptNews[];
}

export interface ExecutorDisconnectedEvent {
  readonly type: 'executor-disconnected';
  readonly executor: ExecutorName;
  readonly connectionId: number;
}

export interface HeartbeatEvent {
  readonly type: 'heartbeat';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly cacheBytes: number;
  readonly blobsAdded: readonly string[];
  readonly blobsDropped: readonly string[];
}

export interface AttemptNewsEvent {
  readonly type: 'attempt-news';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly news: AttemptNews;
}

/** The executor itself says that it wants nothing new. */
export interface ExecutorDrainingEvent {
  readonly type: 'executor-draining';
  readonly executor: ExecutorName;
  readonly connectionId: number;
  readonly reason: string;
  /** How long its attempts still go on; 0: as long as they take. */
  readonly deadlineMs: number;
}

/** Someone asks an executor to leave when its work has ended. */
export interface DrainExecutorEvent {
  readonly type: 'drain-executor';
  readonly executor: ExecutorName;
  readonly reason: string;
  /** How long its attempts may go on; 0: as long as they take. */
  readonly deadlineMs: number;
}

/** What the store decided about an attempt's result, or why it could not be asked. */
export interface ResultDecidedEvent {
  readonly type: 'result-decided';
  readonly ref: AttemptRef;
  readonly decision: ResultDecision;
}

export type ResultDecision =
  /** The attempt whose result counts: mostly the one asked for; its result where another's counts. */
  | { readonly kind: 'accepted'; readonly attempt: number; readonly result?: AttemptResult }
  | { readonly kind: 'failed'; readonly failure: FailureInfo };

/** The outcome of a publish-job or fail-job effect. */
export interface PublishDecidedEvent {
  readonly type: 'publish-decided';
  readonly jobId: JobId;
  /** Which effect it answers. */
  readonly stage: 'publishing' | 'failing';
  readonly decision:
    | { readonly kind: 'done'; readonly published: unknown }
    | { readonly kind: 'failed'; readonly failure: FailureInfo };
}

/** The wake-up that a wake-at effect asked for, or any other look at the clock. */
export interface TickEvent {
  readonly type: 'tick';
}

export type SchedulerEvent =
  | RecoverEvent
  | SubmitJobEvent
  | CancelJobEvent
  | ExecutorConnectedEvent
  | ExecutorDisconnectedEvent
  | HeartbeatEvent
  | AttemptNewsEvent
  | ExecutorDrainingEvent
  | DrainExecutorEvent
  | ResultDecidedEvent
  | PublishDecidedEvent
  | TickEvent;
