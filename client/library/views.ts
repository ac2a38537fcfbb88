// What lists and look-ups give: plain objects with the contract's names; what is not known is null.
import type { Executor__Output } from '../../shared/rpc/gen/mlsql/v1/Executor.js';
import type { FileEntry__Output } from '../../shared/rpc/gen/mlsql/v1/FileEntry.js';
import type { Function__Output } from '../../shared/rpc/gen/mlsql/v1/Function.js';
import type { GroupStatus__Output } from '../../shared/rpc/gen/mlsql/v1/GroupStatus.js';
import type { Job__Output } from '../../shared/rpc/gen/mlsql/v1/Job.js';
import type { ModelVersion__Output } from '../../shared/rpc/gen/mlsql/v1/ModelVersion.js';
import type { Run__Output } from '../../shared/rpc/gen/mlsql/v1/Run.js';
import { type GroupEvent, groupEvent, type JobState, type JobSummary } from './events.js';

export interface JobView {
  readonly jobId: string;
  readonly runId: string;
  readonly path: string;
  /** null: it replaces the path itself (keepVersion=false). */
  readonly version: number | null;
  readonly state: JobState;
  readonly reason: string;
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly submitTimeMs: number;
  /** null: it has not ended. */
  readonly endTimeMs: number | null;
  readonly groupsTotal: number;
  readonly groupsSucceeded: number;
  readonly groupsFailed: number;
}

export interface GroupView extends GroupEvent {
  readonly traceback: string | null;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  /** Of the last failure, where it failed or waits after it; null: there is none. */
  readonly failure: GroupFailure | null;
}

/** Why an attempt failed, and where to look further. What is not known is null. */
export interface GroupFailure {
  /** exit, signal, memory, timeout, idle, sync, environment, upload, disk, internal, lost, queue, unplaceable. */
  readonly cause: string;
  /** Code of the registry. */
  readonly code: string;
  /** The attempt, from 1; 0: it failed before any. */
  readonly attempt: number;
  readonly exitCode: number | null;
  /** As SIGKILL. */
  readonly signal: string | null;
  readonly peakMemoryBytes: number | null;
  /** Lines that the attempt printed. */
  readonly logLines: number | null;
  /** The command that shows them; null: there was no attempt. */
  readonly look: string | null;
}

export interface JobDetails extends JobView {
  /** The client's files and folders that the train named, as it wrote them. */
  readonly clientFiles: readonly string[];
  readonly groups: readonly GroupView[];
  readonly summary: JobSummary | null;
  /** What happened to the job, in order of time. */
  readonly story: readonly { readonly timeMs: number; readonly text: string }[];
}

export interface RunView {
  readonly runId: string;
  readonly scriptName: string | null;
  readonly state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly user: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number | null;
  readonly statementsDone: number;
  readonly statementsTotal: number;
  readonly jobIds: readonly string[];
  /** The error's message, where it failed. */
  readonly message: string | null;
  /** The folder on its client's machine that relative names in its script start from; null: not known. */
  readonly baseDir: string | null;
}

export interface ExecutorView {
  readonly name: string;
  /** ready, quarantined (out of rotation for a while), draining, drained (it left as it was asked to), lost. */
  readonly state: string;
  /** Why it takes no new work, and what it waits for; null: it is ready. */
  readonly reason: string | null;
  /** Until when, milliseconds since 1970; null: that is not known. */
  readonly untilMs: number | null;
  readonly slots: number;
  readonly slotsBusy: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** null: it found no Python. */
  readonly pythonVersion: string | null;
  readonly cacheBytes: number;
  readonly connectedMs: number;
}

export interface FunctionView {
  readonly name: string;
  readonly alg: string;
  readonly path: string;
  readonly version: number | null;
  readonly algIndex: number;
  readonly score: number | null;
  readonly registeredMs: number;
  /** row (python_fun.udf) or batch (python_fun.udf_batch); null: not started yet. */
  readonly kind: string | null;
}

export interface ModelGroupView {
  readonly algIndex: number;
  /** success, fail, cancelled. */
  readonly status: string;
  readonly score: number | null;
  readonly message: string | null;
  readonly trainParams: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly executor: string | null;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly sizeBytes: number;
}

export interface ModelVersionView {
  readonly path: string;
  /** null: the path itself (keepVersion=false). */
  readonly version: number | null;
  readonly startTimeMs: number;
  readonly endTimeMs: number;
  readonly groups: readonly ModelGroupView[];
}

export interface FileView {
  readonly name: string;
  readonly folder: boolean;
  readonly sizeBytes: number;
  /** Milliseconds since 1970; null for folders. */
  readonly modifiedMs: number | null;
}

export function jobView(job: Job__Output): JobView {
  const {
    jobId,
    runId,
    path,
    reason,
    user,
    submitTimeMs,
    endTimeMs,
    groupsTotal,
    groupsSucceeded,
    groupsFailed,
  } = job;
  return {
    jobId,
    runId,
    path,
    version: job.version ?? null,
    state: job.state as JobState,
    reason,
    user,
    submitTimeMs,
    endTimeMs: endTimeMs || null,
    groupsTotal,
    groupsSucceeded,
    groupsFailed,
  };
}

export function jobDetails(job: Job__Output): JobDetails {
  const groups = job.groups.map((group) => ({
    ...groupEvent(group),
    traceback: group.traceback || null,
    startTimeMs: group.startTimeMs || null,
    endTimeMs: group.endTimeMs || null,
    failure: groupFailure(job.jobId, group),
  }));
  return {
    ...jobView(job),
    groups,
    summary: job.summary ? { ...job.summary } : null,
    story: job.story.map((line) => ({ ...line })),
    clientFiles: job.clientFiles,
  };
}

function groupFailure(jobId: string, group: GroupStatus__Output): GroupFailure | null {
  const { algIndex, cause, code, failedAttempt: attempt } = group;
  if (cause === '') return null;
  return {
    cause,
    code,
    attempt,
    exitCode: group.exitCode ?? null,
    signal: group.signal || null,
    peakMemoryBytes: group.peakMemoryBytes || null,
    logLines: group.logLines || null,
    look: attempt === 0 ? null : `mlsql jobs logs ${jobId} --group ${algIndex} --attempt ${attempt}`,
  };
}

export function runView(run: Run__Output): RunView {
  return {
    runId: run.runId,
    scriptName: run.scriptName || null,
    state: run.state as RunView['state'],
    user: run.user,
    startTimeMs: run.startTimeMs,
    endTimeMs: run.endTimeMs || null,
    statementsDone: run.statementsDone,
    statementsTotal: run.statementsTotal,
    jobIds: run.jobIds,
    message: run.message || null,
    baseDir: run.baseDir || null,
  };
}

export function executorView(executor: Executor__Output): ExecutorView {
  return {
    ...executor,
    pythonVersion: executor.pythonVersion || null,
    reason: executor.reason || null,
    untilMs: executor.untilMs || null,
  };
}

export function functionView(entry: Function__Output): FunctionView {
  const { name, alg, path, algIndex, registeredMs } = entry;
  return {
    name,
    alg,
    path,
    version: entry.version ?? null,
    algIndex,
    score: entry.score ?? null,
    registeredMs,
    kind: entry.kind || null,
  };
}

export function modelVersionView(model: ModelVersion__Output): ModelVersionView {
  const { path, startTimeMs, endTimeMs } = model;
  const groups = model.groups.map((group) => ({
    algIndex: group.algIndex,
    status: group.status,
    score: group.score ?? null,
    message: group.message || null,
    trainParams: group.trainParams,
    metrics: group.metrics,
    attempts: group.attempts,
    executor: group.executor || null,
    startTimeMs: group.startTimeMs || null,
    endTimeMs: group.endTimeMs || null,
    sizeBytes: group.sizeBytes,
  }));
  return { path, version: model.version ?? null, startTimeMs, endTimeMs, groups };
}

export function fileView(entry: FileEntry__Output): FileView {
  return {
    name: entry.name,
    folder: entry.folder,
    sizeBytes: entry.size,
    modifiedMs: entry.modifiedMs || null,
  };
}
