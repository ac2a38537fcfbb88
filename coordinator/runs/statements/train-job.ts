// The job of a train or retry: its place claimed and submitted once whoever dies meanwhile, followed to its end, its outcome
// told.
import { MlsqlError, type Position } from '../../../shared/errors.js';
import { type JobId, newId, jobId as toJobId } from '../../../shared/ids.js';
import type { Text } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import { retrying } from '../../../shared/retry.js';
import type { ModelTarget } from '../../models/model-types.js';
import type { ClaimRequest, Published } from '../../models/publisher.js';
import type { JobOutcome } from '../../scheduling/outcome.js';
import type { RunContext } from '../context.js';
import { followJob } from '../follow-job.js';
import { META_COLUMNS, metaRowsJson } from '../meta-rows.js';
import type { FinishedStatement } from '../script-runner.js';

/** How long a store that does not answer is asked for a place, or to end one. */
const CLAIM_DEADLINE_MS = 60_000;

export type FinishedTrain = Extract<FinishedStatement, { kind: 'train' }>;

export interface JobSteps {
  /** Of the statement's path. */
  readonly position: Position;
  /** Submits the job under this id, and follows it. */
  submit(id: JobId): Promise<JobOutcome>;
  /** Key of the path that it trains. */
  key(): string;
}

/** Resolves with the outcome of the statement's job; what an earlier coordinator submitted is followed, not done again. */
export async function submitOrFollow(
  context: RunContext,
  { position, submit, key }: JobSteps,
): Promise<JobOutcome> {
  const { jobs, clock, rowTopics } = context.services;
  const started = context.startedJob();
  const id = toJobId(started ?? newId('job', clock.now()));
  let outcome: JobOutcome;
  try {
    if (jobs.get(id) !== undefined) outcome = await followJob(context, id, position);
    else outcome = await submit(id);
  } catch (error) {
    await endClaim(context, key, error);
    throw error;
  } finally {
    await rowTopics.removeWithJob(id);
  }
  if (!context.jobIds.includes(outcome.jobId)) context.jobIds.push(outcome.jobId);
  return outcome;
}

/**
 * Takes the place for the job's result. From then on a coordinator that is started anew finds the job, or claims the same
 * place for it again; so does another try of a claim whose answer was lost.
 */
export async function claimPlace(
  context: RunContext,
  key: string,
  request: Omit<ClaimRequest, 'runId' | 'user' | 'now'>,
): Promise<ModelTarget> {
  const { runId, user, services, signal } = context;
  const { jobId } = request;
  await context.noteJob(jobId);
  const target = await retrying(
    () => services.publisher.claim(key, { ...request, runId, user, now: services.clock.now() }),
    {
      deadlineMs: CLAIM_DEADLINE_MS,
      clock: services.clock,
      signal,
      onRetry: (error) =>
        services.logger.warn({ jobId, err: error }, 'the place for a model is claimed again'),
    },
  );
  context.jobIds.push(jobId);
  return target;
}

/**
 * A place may be claimed for a job that cannot be submitted, by this coordinator or by an earlier one: it is ended. Where
 * the process ends and the run does not, the next coordinator claims it again.
 */
async function endClaim(context: RunContext, key: () => string, cause: unknown): Promise<void> {
  const { jobs, clock, publisher, logger } = context.services;
  const noted = context.startedJob();
  if (noted === undefined || jobs.get(noted) !== undefined || context.leaving()) return;
  const jobId = toJobId(noted);
  const why = cause instanceof Error ? cause.message : String(cause);
  const reason = `the train could not be submitted: ${why}`;
  try {
    await retrying(() => publisher.abandonJob(key(), jobId, reason, clock.now()), {
      deadlineMs: CLAIM_DEADLINE_MS,
      clock,
      onRetry: (error) =>
        logger.warn({ jobId, err: error }, 'the claim of a train that failed is ended again'),
    });
  } catch (error) {
    // The run's own error counts; what is left tells nobody of a version that would be there.
    logger.error({ jobId, err: error }, 'the claim of a train that failed could not be ended');
  }
}

/** Warnings for what went wrong and yet was published; the first cause as the error where nothing was. */
export function conclude(context: RunContext, position: Position, outcome: JobOutcome): FinishedTrain {
  const { jobId } = outcome;
  for (const group of outcome.groups) {
    for (const { code, message } of group.warnings) {
      context.warn({
        code: code as 'MLSQL_TRAIN_NO_MODEL',
        message: `group ${group.algIndex}: ${message}`,
        hint: '',
        ...position,
        jobId,
        algIndex: group.algIndex,
      });
    }
  }
  if (outcome.state === 'CANCELLED')
    throw new MlsqlError('MLSQL_TRAIN_CANCELLED', outcome.reason, { position, jobId });
  const unsuccessful = outcome.groups.filter((group) => group.status !== 'success');
  if (outcome.state === 'FAILED') {
    const first = outcome.error;
    const failed = unsuccessful.filter((group) => group.status === 'fail').length;
    const cancelled = unsuccessful.length - failed;
    const counts = `${failed} of ${outcome.groups.length} groups failed${cancelled === 0 ? '' : `, ${cancelled} cancelled`}`;
    const cause = first === undefined ? outcome.reason : `${first.failure.message} (${first.failure.code})`;
    throw new MlsqlError(
      'MLSQL_TRAIN_FAILED',
      `${counts}; ${first?.algIndex === undefined ? cause : `group ${first.algIndex}: ${cause}`}`,
      {
        position,
        jobId,
        ...(first?.algIndex !== undefined && { algIndex: first.algIndex }),
        ...(first !== undefined && first.failure.traceback !== '' && { traceback: first.failure.traceback }),
        hint:
          first?.failure.cause === 'queue'
            ? `mlsql jobs show ${jobId} tells what it waited for`
            : `mlsql jobs logs ${jobId} shows all the output`,
      },
    );
  }
  for (const group of unsuccessful) {
    context.warn({
      code: 'MLSQL_TRAIN_GROUP_FAILED',
      message: `group ${group.algIndex} ${group.status === 'cancelled' ? 'was cancelled' : 'failed'}: ${group.message}`,
      hint: `mlsql jobs logs ${jobId} --group ${group.algIndex}`,
      ...position,
      jobId,
      algIndex: group.algIndex,
    });
  }
  return {
    kind: 'train',
    columns: META_COLUMNS,
    rowsJson: metaRowsJson((outcome.published as Published).groups),
  };
}

/** Makes the meta/0 rows the table of that name, and the result so far. */
export async function showResult(
  context: RunContext,
  result: Text | undefined,
  finished: FinishedTrain,
): Promise<void> {
  const { columns, rowsJson } = finished;
  const name = result === undefined ? '' : substitute(result, context.scope.variables);
  if (name !== '') await context.services.engine.fromRows(context.scope.session, name, columns, rowsJson);
  context.lastTable = { kind: 'rows', name, columns, rowsJson };
}
