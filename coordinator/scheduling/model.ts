// The machine's records. They are plain data: nested arrays, maps of metrics and failures are replaced, never changed in
// place, so that a shallow copy of a record is a snapshot of it.
import type TinyQueue from 'tinyqueue';
import type { Blame, ErrorCode } from '../../shared/errors.js';
import type { ExecutorName, JobId, RunId } from '../../shared/ids.js';
import type { Rng } from '../../shared/rng.js';
import type { TaskSpec } from './task-spec.js';

/** PENDING: no attempt was ever placed. RUNNING: until its outcome is published, or told to be none. */
export type JobState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/**
 * What the machine does with a job: `working` on its groups, then `publishing` (enough groups succeeded) or `failing`
 * (the meta of a failed or cancelled job is written), then `ended`.
 */
export type JobStage = 'working' | 'publishing' | 'failing' | 'ended';

/**
 * `pending`: waits for its next attempt. `assigned` to `uploading`: the attempt's phase as its executor tells it.
 * `accepting`: the executor is done, the store decides which attempt's result counts. The rest is final.
 */
export type GroupPhase =
  | 'pending'
  | 'assigned'
  | 'syncing'
  | 'starting'
  | 'running'
  | 'uploading'
  | 'accepting'
  | 'succeeded'
  | 'failed'
  | 'cancelled';

/** Phases in which a group has a live attempt on an executor. */
export const LIVE_PHASES: ReadonlySet<GroupPhase> = new Set([
  'assigned',
  'syncing',
  'starting',
  'running',
  'uploading',
]);
/**
 * Whether a live attempt takes its slot and what it requires. While the model goes up the script has ended, and its slot
 * is free for the next one.
 */
export function holdsSlot(group: GroupRecord): boolean {
  return group.live !== undefined && group.phase !== 'uploading';
}

/** Phases that a group never leaves. */
export const FINAL_PHASES: ReadonlySet<GroupPhase> = new Set(['succeeded', 'failed', 'cancelled']);

/** What an attempt takes from its executor until its script ends, beside one slot. */
export interface Requirement {
  readonly cpus: number;
  /** 0: not counted. */
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** A content that an attempt reads, for placement. */
export interface InputContent {
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface GroupSpec {
  readonly algIndex: number;
  readonly task: TaskSpec;
  /** Contents to have on the executor; one array may be shared by many groups. */
  readonly inputs: readonly InputContent[];
  /** Further tries after the script's own failure. */
  readonly retries: number;
  /** The success of an earlier job that this one takes over: nothing runs for the group. */
  readonly kept?: KeptGroup;
}

/** A group as the job left it that trained it. */
export interface KeptGroup {
  readonly jobId: JobId;
  /** Tries that it took. */
  readonly attempts: number;
  /** The one whose result counts. */
  readonly acceptedAttempt: number;
  readonly result: AttemptResult;
  readonly executor: string;
  readonly score: number | undefined;
  readonly metrics: Readonly<Record<string, number>>;
  readonly warnings: readonly WarningInfo[];
  readonly startTimeMs: number;
  readonly endTimeMs: number;
}

/** A submitted job, as it never changes. */
export interface JobSpec {
  readonly jobId: JobId;
  readonly runId: RunId;
  readonly user: string;
  /** The train's path, as the statement wrote it. */
  readonly path: string;
  /** The publisher's own description of where the result goes; the machine only passes it on. */
  readonly target: unknown;
  /** The version it fills; absent where it replaces the path itself. */
  readonly version?: number;
  /** At least one; algIndex differs in each. */
  readonly groups: readonly GroupSpec[];
  /** True: the first failed group cancels what has not ended. Whether the job succeeds is still minSuccess's matter. */
  readonly failFast: boolean;
  /** Groups that must succeed for a publish, as a number. */
  readonly minSuccess: number;
  /** How long a group may wait for its first attempt; absent: as long as it takes. */
  readonly queueTimeoutMs?: number;
  /** Share of the slots among the user's jobs; default 1. */
  readonly weight?: number;
  /** Bytes of training data written for this job; 0: they lay there already. */
  readonly dataBytesWritten?: number;
  /** Bytes of training data that the job uses. */
  readonly dataBytesTotal?: number;
}

/** Why something failed, as a value. */
export interface FailureInfo {
  readonly code: ErrorCode;
  readonly message: string;
  /** The script's own traceback; empty where there is none. */
  readonly traceback: string;
  /** False: another try would end the same way. */
  readonly retryable: boolean;
  /** Whose budget of tries it uses up. */
  readonly blame: Blame;
  /** exit, signal, memory, timeout, idle, cancelled, sync, environment, upload, disk, internal, lost, queue, unplaceable. */
  readonly cause: string;
  /** Of the script's process; absent where it did not end by itself. */
  readonly exitCode?: number;
  /** The signal that ended it, as SIGKILL; absent or empty: none. */
  readonly signal?: string;
  /** Most memory that its process tree used; absent or 0: not known. */
  readonly peakMemoryBytes?: number;
  /** Lines that the attempt printed; absent: not known. */
  readonly logLines?: number;
}

export interface ModelFileInfo {
  /** Relative to the staging prefix's model folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a successful attempt left in its staging place. */
export interface AttemptResult {
  readonly files: readonly ModelFileInfo[];
  readonly logLines: number;
  /** Interpreter as it really was: executable, version, platform, package versions. */
  readonly interpreter: Readonly<Record<string, string>>;
  readonly peakMemoryBytes: number;
}

export interface WarningInfo {
  readonly code: string;
  readonly message: string;
}

/** One live try of one group on one executor. It exists exactly while the group is in a live phase. */
export interface AttemptRecord {
  /** From 1; equals the group's `attempts`. */
  readonly attempt: number;
  /** The coordinator's epoch that assigned it; every message about it must carry the same. */
  readonly epoch: number;
  readonly executor: ExecutorName;
  readonly requirement: Requirement;
  /** When the lease ends unless it is renewed by the executor's heartbeats or by news of the attempt. */
  leaseUntilMs: number;
  /** The executor has spoken of it on its present stream. Heartbeats renew only such: an assignment that never arrived expires. */
  confirmed: boolean;
  /** When the script was first told to run; 0: not yet. */
  runningSinceMs: number;
  /** When the attempt is ended without its executor's help: timeout or cancel was not obeyed. 0: no such guard. */
  guardAtMs: number;
  /** When it is looked at next; a queued deadline of another time is void. */
  deadlineAtMs: number;
  /** Why it was told to end; undefined: it was not. Once set it stays. */
  cancelReason: string | undefined;
  /** Bytes fetched for it so far. */
  bytesSynced: number;
}

export interface GroupRecord {
  readonly algIndex: number;
  readonly spec: GroupSpec;
  /** Key of its requirement: groups of one shape wait in one queue. */
  readonly shape: string;
  phase: GroupPhase;
  /** Number of the last attempt; 0: none yet. Only rises. */
  attempts: number;
  /** Tries that the script's own failures used up; at most `retries` before the last. */
  scriptFailures: number;
  /** Tries that the cluster's failures used up. */
  infrastructureFailures: number;
  /** Tries that ended for want of memory. */
  memoryFailures: number;
  /** Defined exactly in a live phase. */
  live: AttemptRecord | undefined;
  /** Its place in the queue (`PendingQueue.nextTicket`); -1: not queued. Only `pending` groups are queued. */
  ticket: number;
  /** A pending group is queued again at this time; 0: it is queued now. */
  retryAtMs: number;
  /** The executor that the last try was lost on, ran out of memory on, or failed on by the cluster's fault: others are preferred. */
  avoid: ExecutorName | undefined;
  /** The result that waits for acceptance or was accepted. */
  result: AttemptResult | undefined;
  /** The attempt whose result counts; 0: none (yet). Positive exactly when `succeeded`. */
  acceptedAttempt: number;
  /** Tries of the acceptance that failed in a row. */
  acceptFailures: number;
  /** When the first of them was. */
  acceptFailedMs: number;
  /** Next try of an acceptance that failed; 0: one is under way, or none is due. */
  acceptAtMs: number;
  /** Facts of the last attempt; empty before the first. */
  executor: string;
  /** 0 to 1 as the script prints it; -1: not known. */
  progress: number;
  score: number | undefined;
  metrics: Readonly<Record<string, number>>;
  /** Why the last attempt or the group ended as it did; also while it waits for the next try. */
  failure: FailureInfo | undefined;
  /** Each (code, message) once, over all attempts. */
  warnings: readonly WarningInfo[];
  /** When the last attempt was assigned; 0: never. */
  startTimeMs: number;
  /** When the group became final; 0: not yet. */
  endTimeMs: number;
}

export interface StoryLine {
  readonly timeMs: number;
  readonly text: string;
}

/** Groups of one shape of one job that wait, first in first out. */
export interface PendingQueue {
  readonly shape: string;
  readonly requirement: Requirement;
  /** algIndexes; before `head` all is taken; an entry whose group has another ticket is void. */
  entries: number[];
  head: number;
  /** Ticket of `entries[0]`. */
  firstTicket: number;
  nextTicket: number;
  /** Groups that really wait. */
  length: number;
}

export interface JobRecord {
  readonly spec: JobSpec;
  /** Rises with each submit: older jobs go first where all else is equal. */
  readonly submitOrder: number;
  readonly submitTimeMs: number;
  readonly weight: number;
  state: JobState;
  stage: JobStage;
  /** Set when it ends; until then the reason is made from the state when somebody asks. */
  endReason: string;
  /** By algIndex, in the order of the spec. */
  readonly groups: ReadonlyMap<number, GroupRecord>;
  /** By shape; only shapes with groups that wait. */
  readonly queues: Map<string, PendingQueue>;
  /** Groups queued; the sum of its queues' lengths. */
  queued: number;
  /** Live attempts, and those of them that hold a slot. */
  running: number;
  slotsHeld: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** The user's wish to end it; undefined: none. */
  cancelReason: string | undefined;
  /** True when failFast struck. */
  stopped: boolean;
  /** The first group that failed for good. */
  firstFailure: { readonly algIndex: number; readonly failure: FailureInfo } | undefined;
  /** Tries of publish or fail that failed in a row. */
  publishFailures: number;
  /** When the first of them was. */
  publishFailedMs: number;
  /** What the last such try said. */
  publishFailure: FailureInfo | undefined;
  /** Why the version can never be published, although enough groups succeeded. */
  publishRefused: FailureInfo | undefined;
  /** Next try of a publish that failed; 0: one is under way, or none is due. */
  publishAtMs: number;
  bytesSynced: number;
  endTimeMs: number;
  /** What the publisher answered; undefined before it did, and where it had nothing to say. */
  published: unknown;
  /** Where it stands among its user's jobs: moves on by 1 / weight with each of its placements. */
  served: number;
  readonly story: StoryLine[];
  /** Lines left out of the story since it was full. */
  storyDropped: number;
}

/** What an executor says of itself in Hello. */
export interface ExecutorFacts {
  readonly name: ExecutorName;
  /** New at each start of the process. */
  readonly session: string;
  readonly slots: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly pythonVersion: string;
}

/** An attempt that failed with a cause that may be its machine's. */
export interface Trouble {
  readonly atMs: number;
  readonly jobId: JobId;
  readonly cause: string;
}

export interface ExecutorRecord {
  facts: ExecutorFacts;
  /** Its present stream; messages of any other are ignored. 0: none, it is lost. */
  connectionId: number;
  /** The latest stream there was; one with a smaller number is old news. */
  lastConnectionId: number;
  connectedMs: number;
  /** When the last stream ended; 0: it is connected. */
  disconnectedMs: number;
  /** A connected executor that is silent for longer is taken for lost. */
  leaseUntilMs: number;
  /** Why it gets nothing new; undefined: it does. */
  drainReason: string | undefined;
  /** When what it still runs then is handed on; 0: its work may take as long as it takes. */
  drainUntilMs: number;
  /** Attempts that failed there lately with causes that may be the machine's, oldest first. */
  readonly troubles: Trouble[];
  /** Out of rotation until then; 0: it is not. */
  quarantineUntilMs: number;
  /** Why, in words; empty where it is not. */
  quarantineReason: string;
  /** Times in a row, for the back-off; 0 again once an attempt succeeds there. */
  quarantines: number;
  cacheBytes: number;
  /** Contents its cache holds, as far as it told. */
  readonly cached: Set<string>;
  /** Its live attempts: key → group. All and only groups whose `live.executor` is this one. */
  readonly attempts: Map<string, { readonly job: JobRecord; readonly group: GroupRecord }>;
  /** Its attempts whose script has ended, and whose model goes up: they hold no slot, within a bound. */
  uploading: number;
  /** Sums over its attempts that hold a slot. */
  cpusBusy: number;
  memoryBusy: number;
  gpusBusy: number;
}

/** A user's share. Kept as long as he has jobs that have not ended. */
export interface UserRecord {
  readonly name: string;
  readonly weight: number;
  /** Live attempts of all his jobs that hold a slot. */
  slotsHeld: number;
  /** Where the job stood that was served last. */
  turn: number;
  /** Where he stands among the users: moves on by 1 / weight with each placement of a job of his. */
  served: number;
  /** His jobs with queued groups. */
  readonly waiting: Set<JobRecord>;
  /** His jobs that have not ended. */
  jobs: number;
}

/** A requirement that some queue waits with. */
export interface ShapeRecord {
  readonly key: string;
  readonly requirement: Requirement;
  /** Queued groups of this shape, over all jobs. */
  waiting: number;
  /** Since when executors are connected but none could ever hold it; 0: one could, or none is connected. */
  impossibleSinceMs: number;
  /** Since when slots were free but on no executor with room for it; 0: it is not passed over. */
  blockedSinceMs: number;
}

/** Something to look at when its time has come. Entries are never taken back: the look finds whether it still holds. */
export interface Deadline {
  readonly atMs: number;
  readonly subject: /** The attempt's lease or guard. */
    | { readonly kind: 'attempt'; readonly jobId: JobId; readonly algIndex: number; readonly attempt: number }
    /** A group's next try, or the next try of its acceptance. */
    | { readonly kind: 'retry' | 'accept'; readonly jobId: JobId; readonly algIndex: number }
    | { readonly kind: 'publish'; readonly jobId: JobId }
    /** Groups that were never placed have waited for as long as they may. */
    | { readonly kind: 'queue'; readonly jobId: JobId }
    /** A connected executor's lease. */
    | { readonly kind: 'executor'; readonly executor: ExecutorName; readonly connectionId: number }
    /** An executor comes back into rotation. */
    | { readonly kind: 'quarantine'; readonly executor: ExecutorName }
    /** A lost executor goes from the list. */
    | { readonly kind: 'lost-executor'; readonly executor: ExecutorName }
    /** A shape that no executor can hold, or that was passed over for long. */
    | { readonly kind: 'shape'; readonly shape: string };
}

export interface SchedulerConfig {
  /** This coordinator's, as claimed in the store. */
  readonly epoch: number;
  /** An attempt, or a silent executor, is lost after so long without news. */
  readonly leaseMs: number;
  /** Further tries after failures that are the cluster's own: lost executors, sync, upload. */
  readonly infrastructureRetries: number;
  /** Further tries after the script ran out of memory. */
  readonly memoryRetries: number;
  /** Wait before the next try after a failure; doubles each time up to the maximum, with jitter. */
  readonly retryDelayMs: number;
  readonly retryDelayMaxMs: number;
  /** How long a store that does not answer is asked to accept a result, or to take a version, before that fails. */
  readonly storeDeadlineMs: number;
  /** How long a group waits while executors are connected and none could ever hold it. */
  readonly unplaceableGraceMs: number;
  /** How long beyond its grace an executor has to end an attempt before it is given up. */
  readonly cancelGuardMs: number;
  /** After a restart of the coordinator: how long executors have to come back before what they run counts as lost. */
  readonly reattachMs: number;
  /** After so long passed over by smaller groups an executor is kept free for a large one. */
  readonly reserveAfterMs: number;
  /** An executor on which attempts of so many jobs failed within the time is taken out of rotation. */
  readonly quarantineJobs: number;
  readonly quarantineWithinMs: number;
  /** For how long; doubles each time in a row up to the maximum, with jitter. */
  readonly quarantineMs: number;
  readonly quarantineMaxMs: number;
  /** How long a lost executor stays in lists. */
  readonly lostExecutorKeptMs: number;
  /** Shares of the slots among users; 1 where not named. */
  readonly userWeights: ReadonlyMap<string, number>;
}

export interface SchedulerState {
  readonly config: SchedulerConfig;
  readonly rng: Rng;
  /** In order of submit. */
  readonly jobs: Map<JobId, JobRecord>;
  /** Ended jobs, oldest first, and how many groups they have. */
  readonly ended: JobRecord[];
  endedGroups: number;
  readonly executors: Map<ExecutorName, ExecutorRecord>;
  readonly users: Map<string, UserRecord>;
  readonly shapes: Map<string, ShapeRecord>;
  /** Executors kept free for large groups: executor → shape. An entry whose shape nobody waits with is void. */
  readonly reserved: Map<ExecutorName, string>;
  readonly deadlines: TinyQueue<Deadline>;
  /** The wake-up that was asked for; Infinity: none. */
  wakeAtMs: number;
  /** Where the user stood that was served last. */
  turn: number;
  submits: number;
}
