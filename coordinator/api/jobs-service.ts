// gRPC Jobs: lists, one job with its story, cancel, retry, logs.
import { MlsqlError } from '../../shared/errors.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { Job } from '../../shared/rpc/gen/mlsql/v1/Job.js';
import type { JobsHandlers } from '../../shared/rpc/gen/mlsql/v1/Jobs.js';
import type { LogChunk } from '../../shared/rpc/gen/mlsql/v1/LogChunk.js';
import type { ReadLogsRequest__Output } from '../../shared/rpc/gen/mlsql/v1/ReadLogsRequest.js';
import { clientNames } from '../planning/retry-inputs.js';
import { openGroups } from '../planning/retry-plan.js';
import type { RunManager } from '../runs/run-manager.js';
import type { JobRuntime } from '../runtime/job-runtime.js';
import type { JobView } from '../runtime/job-view.js';
import { clientTrees } from './client-trees.js';
import { serverStream, unary } from './handlers.js';
import { keptLog } from './kept-log.js';

const LIST_DEFAULT = 100;

export function jobsService(jobs: JobRuntime, runs: RunManager, store: ObjectStore): JobsHandlers {
  return {
    ListJobs: unary((request) => ({
      jobs: jobs.list(request.limit === 0 ? LIST_DEFAULT : request.limit).map(jobFacts),
    })),
    GetJob: unary((request) => ({
      ...jobMessage(viewOf(jobs, request.jobId)),
      clientFiles: [...clientNames(jobs.spec(request.jobId))],
    })),
    CancelJob: unary(async (request) => {
      viewOf(jobs, request.jobId);
      await jobs.cancel(request.jobId, 'cancelled by a client');
      return {};
    }),
    RetryJob: unary(async (request) => {
      const { jobId, rowLimit, user } = request;
      const first = jobs.ended(jobId);
      // Said at once what can be: the rest is the run's to say.
      openGroups(first);
      const clientFiles = await clientTrees(store, request.clientFiles);
      requireNamed(jobId, [...clientFiles.keys()], clientNames(first.spec));
      const { runId } = await runs.submit({
        runId: '',
        script: `!retry "${jobId}";`,
        scriptName: '',
        settings: {},
        clientFiles,
        rowLimit,
        sessionId: '',
        user,
        baseDir: request.baseDir === '' ? runs.baseDirOf(first.spec.runId) : request.baseDir,
      });
      return { runId };
    }),
    ReadLogs: serverStream((request, signal) => readLogs(jobs, store, request, signal)),
  };
}

function viewOf(jobs: JobRuntime, id: string): JobView {
  const view = jobs.get(id);
  if (view === undefined)
    throw new MlsqlError('MLSQL_JOB_UNKNOWN', `no job "${id}"`, { hint: 'see mlsql jobs ls' });
  return view;
}

/** A file under another name would change nothing, and nobody would see it. */
function requireNamed(jobId: string, given: readonly string[], known: readonly string[]): void {
  const strange = given.find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new MlsqlError('MLSQL_USAGE_INVALID', `the train of job ${jobId} names no file "${strange}"`, {
    hint: known.length === 0 ? 'it names none of the client' : `it names ${known.join(', ')}`,
  });
}

function jobMessage(job: JobView): Job {
  return { ...jobFacts(job), groups: job.groups, story: [...job.story], summary: job.summary };
}

/** A job as lists show it. */
function jobFacts(job: JobView): Job {
  const {
    jobId,
    runId,
    path,
    version,
    state,
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
    ...(version !== undefined && { version }),
    state,
    reason,
    user,
    submitTimeMs,
    endTimeMs,
    groupsTotal,
    groupsSucceeded,
    groupsFailed,
  };
}

/** The asked groups' lines, each attempt from its start (or its last lines), all of them at once when following. */
async function* readLogs(
  jobs: JobRuntime,
  store: ObjectStore,
  request: ReadLogsRequest__Output,
  signal: AbortSignal,
): AsyncGenerator<LogChunk> {
  const job = viewOf(jobs, request.jobId);
  if (request._algIndex !== undefined && job.group(request.algIndex ?? 0) === undefined) {
    throw new MlsqlError(
      'MLSQL_MODEL_GROUP_UNKNOWN',
      `job ${request.jobId} has no group ${request.algIndex}`,
      {
        hint: `it has ${job.groups.map((group) => group.algIndex).join(', ')}`,
      },
    );
  }
  if (job.endTimeMs > 0) {
    for (const { algIndex, attempt: last } of job.groups) {
      if (request._algIndex !== undefined && algIndex !== request.algIndex) continue;
      const attempt = request._attempt === undefined ? last : (request.attempt ?? 0);
      const ref = { jobId: request.jobId, algIndex, attempt };
      if (attempt > 0 && (await jobs.logs.count(ref)) === 0) yield* keptLog(store, ref, request.tail);
    }
  }
  yield* jobs.readLogs(
    request.jobId,
    {
      ...(request._algIndex !== undefined && { algIndex: request.algIndex ?? 0 }),
      ...(request._attempt !== undefined && { attempt: request.attempt ?? 0 }),
      tail: request.tail,
      follow: request.follow,
    },
    signal,
  );
}
