// gRPC Jobs: lists, one job with its story, cancel, logs.
import { MlsqlError } from '../../shared/errors.js';
import { jobId as toJobId } from '../../shared/ids.js';
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
    ListJobs: unary((request) => ({ jobs: jobs.list(request.limit === 0 ? LIST_DEFAULT : request.limit).map((job) => ({ ...jobMessage(job), groups: [], story: [] })) })),
    GetJob: unary((request) => jobMessage(viewOf(jobs, request.jobId))),
    CancelJob: unary(async (request) => {
      viewOf(jobs, request.jobId);
      await jobs.cancel(toJobId(request.jobId), 'cancelled by a client');
      return {};
    }),
    ReadLogs: serverStream((request, signal) => readLogs(jobs, request, signal)),
  };
}

function viewOf(jobs: JobRuntime, id: string): JobView {
  const view = jobs.get(toJobId(id));
  if (view === undefined) throw new MlsqlError('MLSQL_JOB_UNKNOWN', `no job "${id}"`, { hint: 'see mlsql jobs ls' });
  return view;
}

function jobMessage(job: JobView): Job {
  const { version, groups, summary, story, ...rest } = job;
  return {
    ...rest,
    ...(version !== undefined && { version }),
    groups: [...groups],
    story: [...story],
    ...(summary !== undefined && { summary }),
  };
}

/** The asked groups' lines, each attempt from its start (or its last lines), all of them at once when following. */
async function* readLogs(jobs: JobRuntime, request: ReadLogsRequest__Output, signal: AbortSignal): AsyncGenerator<LogChunk> {
  const job = viewOf(jobs, request.jobId);
  const wanted = job.groups.filter((group) => request._algIndex === undefined || group.algIndex === request.algIndex);
  if (wanted.length === 0) {
    throw new MlsqlError('MLSQL_MODEL_GROUP_UNKNOWN', `job ${request.jobId} has no group ${request.algIndex}`, { hint: `it has ${job.groups.map((group) => group.algIndex).join(', ')}` });
  }
  const logs = jobs.logs;
  yield* logs.stream(
    {
      jobId: toJobId(request.jobId),
      algIndexes: wanted.map((group) => group.algIndex),
      ...(request._attempt !== undefined && { attempt: request.attempt ?? 0 }),
      tail: request.tail,
      follow: request.follow,
    },
    signal,
  );
}
