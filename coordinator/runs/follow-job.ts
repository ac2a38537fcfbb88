// A job of a run: submitted, its changes and log lines told as the run's events, cancelled with the run.

import type { JobView } from '../runtime/job-view.js';
import type { JobSpec } from '../scheduling/model.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import type { RunContext } from './context.js';

/** Submits the job and resolves with its outcome, whatever that is. */
export async function followJob(context: RunContext, spec: JobSpec): Promise<JobOutcome> {
  const { jobs } = context.services;
  const tell = (view: JobView, changed: readonly number[]): void => {
    context.emit({
      kind: 'job',
      jobId: view.jobId,
      path: view.path,
      ...(view.version !== undefined && { version: view.version }),
      state: view.state,
      reason: view.reason,
      groups: changed.map((algIndex) => view.group(algIndex)).filter((group) => group !== undefined),
      ...(view.summary !== undefined && view.endTimeMs > 0 && { summary: view.summary }),
    });
  };
  const stopLogs = jobs.logs.onAppended(spec.jobId, ({ ref, firstSeq, count }) =>
    context.emit({
      kind: 'log',
      jobId: ref.jobId,
      algIndex: ref.algIndex,
      attempt: ref.attempt,
      firstSeq,
      count,
    }),
  );
  const stopChanges = jobs.subscribe(spec.jobId, tell);
  const cancel = (): void => {
    // Before the submit is taken there is no such job: the look behind the submit cancels it then.
    jobs.cancel(spec.jobId, `run ${context.runId} was cancelled`).catch((error: unknown) => {
      context.services.logger.info({ jobId: spec.jobId, err: error }, 'nothing to cancel yet');
    });
  };
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    await jobs.submit(spec);
    // An abort between the claim and the submit found no job to cancel.
    if (context.signal.aborted) cancel();
    return await jobs.finished(spec.jobId);
  } finally {
    context.signal.removeEventListener('abort', cancel);
    stopChanges();
    stopLogs();
  }
}
