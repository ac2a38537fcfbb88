// !retry "job": a new job that trains the groups of an ended one which have no accepted result, into a new version that
// keeps the others' models. Files that the run brought under the names of the first train are taken up; all else is as then.
import type { Position } from '../../../shared/errors.js';
import type { JobId } from '../../../shared/ids.js';
import { kafkaParamOf } from '../../../shared/kafka/kafka-access.js';
import type { RetryStatement } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import type { ModelTarget } from '../../models/model-types.js';
import { changedInputs, requireRetryInputs } from '../../planning/retry-inputs.js';
import { openGroups, planRetry } from '../../planning/retry-plan.js';
import type { EndedJob } from '../../runtime/job-runtime.js';
import type { JobOutcome } from '../../scheduling/outcome.js';
import { atPosition, positionOf, type RunContext } from '../context.js';
import { followJob } from '../follow-job.js';
import { throughKafka } from './row-topic.js';
import { claimPlace, conclude, type FinishedTrain, showResult, submitOrFollow } from './train-job.js';

export async function runRetry(context: RunContext, statement: RetryStatement): Promise<FinishedTrain> {
  const position = positionOf(statement.job);
  const first = substitute(statement.job, context.scope.variables);
  const { jobs } = context.services;
  const outcome = await submitOrFollow(context, {
    position,
    submit: (id) => atPosition(submitRetry(context, first, position, id), position),
    key: () => targetOf(jobs.ended(first)).path,
  });
  const result = conclude(context, position, outcome);
  await showResult(context, undefined, result);
  return result;
}

async function submitRetry(
  context: RunContext,
  jobId: string,
  position: Position,
  id: JobId,
): Promise<JobOutcome> {
  const { services, runId, user, clientFiles } = context;
  const { store, buckets, hasher, jobs } = services;
  const inputs = { store, buckets, hasher, clientFiles };
  const first = jobs.ended(jobId);
  const { spec } = first;
  const plan = planRetry(first, await changedInputs(inputs, openGroups(first), position));
  const { kept, minSuccess } = plan;
  await requireRetryInputs(inputs, spec.jobId, plan.groups, kept);
  context.signal.throwIfAborted();
  const kafkaParam = kafkaParamOf(plan.groups[0]!.task.trainParams);
  const { groups, warnings } = await throughKafka(context, position, id, plan.groups, kafkaParam);
  const train = { ...plan.train, warnings };
  const keepVersion = spec.version !== undefined;
  const target = await claimPlace(context, targetOf(first).path, { jobId: id, keepVersion, train, kept });
  const { version: _, ...rest } = spec;
  return followJob(context, id, position, {
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
