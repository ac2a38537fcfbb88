// A job of a run: submitted, its changes and log lines told as the run's events, cancelled with the run.

import type { JobView } from '../runtime/job-view.js';
import type { JobSpec } from '../scheduling/model.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import type { RunContext } from './context.js';
import { GatheredChanges } from './gathered-changes.js';

/**
 * Resolves with the job's outcome, whatever that is.
 * @param spec - the job to submit first; undefined: it is there
 */
export async function followJob(context: RunContext, jobId: string, spec?: JobSpec): Promise<JobOutcome> {
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
  const stopLogs = jobs.logs.onAppended(jobId, ({ ref, firstSeq, count }) =>
    context.emit({
      kind: 'log',
      jobId: ref.jobId,
      algIndex: ref.algIndex,
      attempt: ref.attempt,
      firstSeq,
      count,
    }),
  );
  const changes = new GatheredChanges(context.services.clock, tell);
  const stopChanges = jobs.subscribe(jobId, changes.changed);
  const cancel = (): void => {
    // Before the submit is taken there is no such job: the look behind the submit cancels it then.
    jobs.cancel(jobId, `run ${context.runId} was cancelled`).catch((error: unknown) => {
      context.services.logger.info({ jobId: jobId, err: error }, 'nothing to cancel yet');
    });
  };
  context.signal.addEventListener('abort', cancel, { once: true });
  try {
    if (spec !== undefined) await jobs.submit(spec);
    else await catchUp(context, jobId, tell);
    // An abort between the claim and the submit found no job to cancel.
    if (context.signal.aborted) cancel();
    return await jobs.finished(jobId);
  } finally {
    context.signal.removeEventListener('abort', cancel);
    stopChanges();
    changes.close();
    stopLogs();
  }
}

/** Tells how the job stands, and the log lines that came when nobody told of them. */
async function catchUp(
  context: RunContext,
  jobId: string,
  tell: (view: JobView, changed: readonly number[]) => void,
): Promise<void> {
  const { jobs } = context.services;
  const view = jobs.get(jobId);
  if (view === undefined) return;
  const groups = view.groups;
  tell(
    view,
    groups.map((group) => group.algIndex),
  );
  const told = context.toldLines(jobId);
  for (const { algIndex, attempt: last } of groups) {
    for (let attempt = 1; attempt <= last; attempt++) {
      const ref = { jobId, algIndex, attempt };
      const lines = await jobs.logs.count(ref);
      const from = told.get(`${algIndex}/${attempt}`) ?? 0;
      if (lines > from) context.emit({ kind: 'log', ...ref, firstSeq: from + 1, count: lines - from });
    }
  }
}
