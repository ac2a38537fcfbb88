// gRPC Jobs: lists, one job with its story, cancel, logs.
import { MlsqlError } from '../../shared/errors.js';
import type { Job } from '../../shared/rpc/gen/mlsql/v1/Job.js';
import type { JobsHandlers } from '../../shared/rpc/gen/mlsql/v1/Jobs.js';
import type { LogChunk } from '../../shared/rpc/gen/mlsql/v1/LogChunk.js';
import type { ReadLogsRequest__Output } from '../../shared/rpc/gen/mlsql/v1/ReadLogsRequest.js';
import type { JobRuntime } from '../runtime/job-runtime.js';
import type { JobView } from '../runtime/job-view.js';
import { serverStream, unary } from './handlers.js';

const LIST_DEFAULT = 100;

export function jobsService(jobs: JobRuntime): JobsHandlers {
  return {
    ListJobs: unary((request) => ({
      jobs: jobs.list(request.limit === 0 ? LIST_DEFAULT : request.limit).map(jobFacts),
    })),
    GetJob: unary((request) => jobMessage(viewOf(jobs, request.jobId))),
    CancelJob: unary(async (request) => {
      viewOf(jobs, request.jobId);
      await jobs.cancel(request.jobId, 'cancelled by a client');
      return {};
    }),
    ReadLogs: serverStream((request, signal) => readLogs(jobs, request, signal)),
  };
}

function viewOf(jobs: JobRuntime, id: string): JobView {
  const view = jobs.get(id);
  if (view === undefined)
    throw new MlsqlError('MLSQL_JOB_UNKNOWN', `no job "${id}"`, { hint: 'see mlsql jobs ls' });
  return view;
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
