// A job of a run: submitted, its changes and log lines told as the run's events, cancelled with the run.

import type { Position } from '../../shared/errors.js';
import { jobId as toJobId } from '../../shared/ids.js';
import type { JobView } from '../runtime/job-view.js';
import type { JobSpec } from '../scheduling/model.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import type { RunContext } from './context.js';
import { GatheredChanges } from './gathered-changes.js';

/**
 * Resolves with the job's outcome, whatever that is.
 * @param position - of the statement, for its warnings
 * @param spec - the job to submit first; undefined: it is there
 */
export async function followJob(
  context: RunContext,
  jobId: string,
  position: Position,
  spec?: JobSpec,
): Promise<JobOutcome> {
  const { services } = context;
  const { jobs } = services;
  let follows = true;
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
  const lines = new ToldLines(context, jobId, spec === undefined ? context.toldLines(jobId) : []);
  const stopLogs = jobs.logs.onAppended(jobId, ({ ref, firstSeq, count }) =>
    lines.tell(ref.algIndex, ref.attempt, firstSeq + count - 1),
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
    else await catchUp(context, jobId, tell, lines);
    services.logForwarder.forward(toJobId(jobId), (message) => {
      if (follows)
        context.warn({
          code: 'MLSQL_TRAIN_KAFKA',
          message,
          hint: 'mlsql jobs logs shows all of them',
          ...position,
          jobId,
        });
    });
    // An abort between the claim and the submit found no job to cancel.
    if (context.signal.aborted) cancel();
    return await jobs.finished(jobId);
  } finally {
    follows = false;
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
  lines: ToldLines,
): Promise<void> {
  const { jobs } = context.services;
  const view = jobs.get(jobId);
  if (view === undefined) return;
  const groups = view.groups;
  tell(
    view,
    groups.map((group) => group.algIndex),
  );
  for (const { algIndex, attempt: last } of groups) {
    for (let attempt = 1; attempt <= last; attempt++)
      lines.tell(algIndex, attempt, await jobs.logs.count({ jobId, algIndex, attempt }));
  }
}

/** Tells log lines in order and once, whichever way one learns that they are there. */
class ToldLines {
  /** `algIndex/attempt` → number of the last line that was told. */
  readonly #last: Map<string, number>;

  constructor(
    private readonly context: RunContext,
    private readonly jobId: string,
    told: Iterable<readonly [string, number]>,
  ) {
    this.#last = new Map(told);
  }

  /** All lines of the attempt up to this one are there. */
  tell(algIndex: number, attempt: number, upTo: number): void {
    const key = `${algIndex}/${attempt}`;
    const last = this.#last.get(key) ?? 0;
    if (upTo <= last) return;
    this.#last.set(key, upTo);
    const { context, jobId } = this;
    context.emit({ kind: 'log', jobId, algIndex, attempt, firstSeq: last + 1, count: upTo - last });
  }
}
