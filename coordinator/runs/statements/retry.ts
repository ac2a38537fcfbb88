// !retry "job": the groups of an ended job that have no accepted result run again, into a new version that keeps the others.
import { MlsqlError } from '../../../shared/errors.js';
import { type JobId, newId, jobId as toJobId } from '../../../shared/ids.js';
import type { RetryStatement } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import { pathOfKey } from '../../../shared/object-store/keys.js';
import { keepGroups } from '../../models/keep-groups.js';
import type { ModelTarget } from '../../models/model-types.js';
import { mapStore } from '../../models/objects.js';
import { planRetry } from '../../planning/retry-plan.js';
import type { GroupSpec } from '../../scheduling/model.js';
import type { JobOutcome } from '../../scheduling/outcome.js';
import { positionOf, type RunContext } from '../context.js';
import { followJob } from '../follow-job.js';
import { concludeTrain, type FinishedTrain, showTrain } from './train.js';

/** With files of the client's in the run they take the place of those that the job had. */
export async function runRetry(context: RunContext, statement: RetryStatement): Promise<FinishedTrain> {
  const started = context.startedJob();
  // An earlier coordinator got as far as to submit it: it is followed to its end, not done again.
  const outcome =
    started !== undefined && context.services.jobs.get(started) !== undefined
      ? await followJob(context, started)
      : await submitRetry(context, statement, toJobId(started ?? newId('job', context.services.clock.now())));
  if (!context.jobIds.includes(outcome.jobId)) context.jobIds.push(outcome.jobId);
  const finished = await concludeTrain(context, positionOf(statement.job), outcome.jobId, outcome);
  await showTrain(context, '', finished);
  return finished;
}

async function submitRetry(context: RunContext, statement: RetryStatement, id: JobId): Promise<JobOutcome> {
  const { services, clientFiles } = context;
  const position = positionOf(statement.job);
  const old = substitute(statement.job, context.scope.variables);
  const ended = services.jobs.endedJob(old);
  if (ended === undefined) {
    const works = services.jobs.get(old) !== undefined;
    throw new MlsqlError(
      works ? 'MLSQL_JOB_NOT_RETRYABLE' : 'MLSQL_JOB_UNKNOWN',
      works ? `job ${old} still works` : `no job "${old}"`,
      {
        position,
        hint: works
          ? `wait for its end, or end it: mlsql jobs cancel ${old}`
          : 'see !show jobs; the oldest of a thousand ended jobs are forgotten: run the script again',
      },
    );
  }
  const { spec, outcome } = ended;
  const updates = clientFiles.size > 0;
  try {
    const filesRunId = spec.filesRunId ?? spec.runId;
    const before = services.clientFilesOf(filesRunId);
    if (updates && before === undefined)
      throw new MlsqlError('MLSQL_RUN_UNKNOWN', `the run ${filesRunId} of job ${old} is forgotten`, {
        hint: 'retry without --update, or run the script again',
      });
    const plan = planRetry(spec, outcome, before ?? new Map(), updates ? clientFiles : undefined);
    await checkThere(context, old, plan.groups);
    // From here on a coordinator that is started anew finds the job, or claims the same place for it again.
    await context.noteJob(id);
    const target = spec.target as ModelTarget;
    const place = await services.publisher.claim(target.path, {
      jobId: id,
      runId: context.runId,
      user: context.user,
      keepVersion: target.version !== undefined,
      train: plan.train,
      now: services.clock.now(),
    });
    context.jobIds.push(id);
    await keepGroups(services.store, plan.kept, place).catch(async (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      await services.publisher.abandonJob(target.path, id, why, services.clock.now());
      throw error;
    });
    const { version: _version, dataBytesWritten: _written, filesRunId: _files, ...rest } = spec;
    return await followJob(context, id, {
      ...rest,
      jobId: id,
      runId: context.runId,
      user: context.user,
      target: place,
      ...(place.version !== undefined && { version: place.version }),
      groups: plan.groups,
      minSuccess: plan.minSuccess,
      ...(updates ? {} : { filesRunId }),
      kept: plan.kept,
    });
  } catch (error) {
    throw error instanceof MlsqlError && error.details.position === undefined
      ? error.with({ position })
      : error;
  }
}

/** Everything that the groups read has to lie in the store still. */
async function checkThere(
  { services }: RunContext,
  job: string,
  groups: readonly GroupSpec[],
): Promise<void> {
  const keys = new Set(
    groups.flatMap(({ task }) =>
      [...task.data, ...task.validate, ...task.project, ...task.resources.flatMap(({ files }) => files)].map(
        ({ key }) => key,
      ),
    ),
  );
  await mapStore([...keys], async (key) => {
    if ((await services.store.head(key)) !== undefined) return;
    throw new MlsqlError('MLSQL_STORE_NOT_FOUND', `${pathOfKey(key)}, which job ${job} read, is gone`, {
      hint: 'run the script again: it writes its data anew',
    });
  });
}
