// `mlsql runs`: lists, shows, attaches to, cancels.
import type { RunView } from '../../library/views.js';
import type { CommandContext } from '../context.js';
import { EXIT_FAILED, EXIT_OK } from '../exit-codes.js';
import { formatDuration, formatTime } from '../output/format.js';
import { type ListColumn, writeFacts, writeList } from '../output/lists.js';
import { createRunOutput } from '../output/run-output.js';
import { showEvents } from './run.js';

const COLUMNS: readonly ListColumn<RunView>[] = [
  { head: 'RUN', text: (run) => run.runId },
  { head: 'STATE', text: (run) => run.state },
  { head: 'SCRIPT', text: (run) => run.scriptName },
  { head: 'STATEMENTS', text: (run) => `${run.statementsDone}/${run.statementsTotal}` },
  { head: 'STARTED', text: (run) => formatTime(run.startTimeMs) },
  { head: 'USER', text: (run) => run.user },
  { head: 'MESSAGE', text: (run) => run.message },
];

export async function listRuns({ client, streams, json }: CommandContext, limit: number): Promise<void> {
  writeList(streams, json, await client.runs.list(limit), COLUMNS, 'no runs');
}

export async function showRun({ client, streams, json }: CommandContext, runId: string): Promise<void> {
  const run = await client.runs.get(runId);
  if (json) {
    streams.stdout.write(`${JSON.stringify(run)}\n`);
    return;
  }
  writeFacts(streams, [
    ['run', run.runId],
    ['script', run.scriptName],
    ['state', run.state],
    ['statements', `${run.statementsDone} of ${run.statementsTotal} done`],
    ['user', run.user],
    ['started', formatTime(run.startTimeMs)],
    ['took', run.endTimeMs === null ? null : formatDuration(run.endTimeMs - run.startTimeMs)],
    ['jobs', run.jobIds.join(', ')],
    ['message', run.message],
  ]);
}

/** Shows a run's events from its start to its end. Ctrl-C leaves; the run goes on. */
export async function attachRun({ client, streams, json }: CommandContext, runId: string): Promise<number> {
  await client.runs.get(runId);
  const output = createRunOutput(streams, json, undefined);
  try {
    return (await showEvents(client, runId, output))?.ok === true ? EXIT_OK : EXIT_FAILED;
  } finally {
    output.end();
  }
}

export async function cancelRun({ client, streams, json }: CommandContext, runId: string): Promise<void> {
  const { state } = await client.runs.get(runId);
  const cancelled = state === 'RUNNING';
  if (cancelled) await client.cancel(runId);
  const text = cancelled ? 'is being cancelled' : `has ended already: ${state}`;
  streams.stdout.write(json ? `${JSON.stringify({ runId, cancelled })}\n` : `run ${runId} ${text}\n`);
}
