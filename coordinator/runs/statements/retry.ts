// !retry "job": a new job that trains the groups of an ended one which have no accepted result, into a new version that
// keeps the others' models. Files that the run brought under the names of the first train are taken up; all else is as then.
import { MlsqlError, type Position } from '../../../shared/errors.js';
import type { JobId } from '../../../shared/ids.js';
import type { RetryStatement } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import type { ModelTarget } from '../../models/model-types.js';
import { changedInputs, requireRetryInputs } from '../../planning/retry-inputs.js';
import { openGroups, planRetry } from '../../planning/retry-plan.js';
import type { EndedJob } from '../../runtime/job-runtime.js';
import type { JobOutcome } from '../../scheduling/outcome.js';
import { positionOf, type RunContext } from '../context.js';
import { followJob } from '../follow-job.js';
import { conclude, type FinishedTrain, showResult, submitOrFollow } from './train-job.js';

export async function runRetry(context: RunContext, statement: RetryStatement): Promise<FinishedTrain> {
  const position = positionOf(statement.job);
  const first = substitute(statement.job, context.scope.variables);
  const outcome = await submitOrFollow(context, {
    submit: (id) => submitRetry(context, endedJob(context, first, position), position, id),
    key: () => targetOf(endedJob(context, first, position)).path,
  });
  const result = conclude(context, position, outcome);
  await showResult(context, undefined, result);
  return result;
}

async function submitRetry(
  context: RunContext,
  first: EndedJob,
  position: Position,
  id: JobId,
): Promise<JobOutcome> {
  const { services, runId, user, clientFiles } = context;
  const { store, hasher, publisher, clock } = services;
  const inputs = { store, hasher, clientFiles };
  const { spec } = first;
  const plan = await at(position, async () => {
    const planned = planRetry(first, await changedInputs(inputs, openGroups(first), position));
    await requireRetryInputs(inputs, spec.jobId, planned.groups, planned.kept);
    return planned;
  });
  context.signal.throwIfAborted();

  // From here on a coordinator that is started anew finds the job, or claims the same place for it again.
  await context.noteJob(id);
  const { train, kept, groups, minSuccess } = plan;
  const target = await publisher.claim(targetOf(first).path, {
    jobId: id,
    runId,
    user,
    keepVersion: spec.version !== undefined,
    train,
    kept,
    now: clock.now(),
  });
  context.jobIds.push(id);
  const { version: _, ...rest } = spec;
  return followJob(context, id, {
    ...rest,
    jobId: id,
    runId,
    user,
    target,
    ...(target.version !== undefined && { version: target.version }),
    groups,
    minSuccess,
    dataBytesWritten: 0,
  });
}

const targetOf = ({ spec }: EndedJob): ModelTarget => spec.target as ModelTarget;

function endedJob({ services }: RunContext, jobId: string, position: Position): EndedJob {
  try {
    return services.jobs.ended(jobId);
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
}

async function at<T>(position: Position, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
}
