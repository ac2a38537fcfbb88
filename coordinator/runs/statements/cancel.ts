// !cancel "job": records the wish; the job's process trees end within the grace.
import { MlsqlError } from '../../../shared/errors.js';
import { jobId } from '../../../shared/ids.js';
import type { CancelStatement } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import { positionOf, type RunContext } from '../context.js';

export async function runCancel(context: RunContext, statement: CancelStatement): Promise<void> {
  const id = substitute(statement.job, context.scope.variables);
  if (context.services.jobs.get(jobId(id)) === undefined) {
    throw new MlsqlError('MLSQL_JOB_UNKNOWN', `no job "${id}"`, {
      position: positionOf(statement.job),
      hint: 'see !show jobs;',
    });
  }
  await context.services.jobs.cancel(jobId(id), `cancelled by run ${context.runId}`);
}
