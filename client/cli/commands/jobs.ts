// `mlsql jobs`: lists, shows, prints logs, cancels.
import type { GroupFailure, GroupView, JobView } from '../../library/views.js';
import type { CommandContext } from '../context.js';
import { cellText, printableLine } from '../output/cells.js';
import { formatBytes, formatDuration, formatScore, formatTime } from '../output/format.js';
import { type ListColumn, writeFacts, writeList } from '../output/lists.js';
import type { Streams } from '../output/run-output.js';

const COLUMNS: readonly ListColumn<JobView>[] = [
  { head: 'JOB', text: (job) => job.jobId },
  { head: 'STATE', text: (job) => job.state },
  { head: 'PATH', text: (job) => job.path },
  { head: 'VERSION', text: (job) => job.version, numeric: true },
  {
    head: 'GROUPS',
    text: (job) =>
      `${job.groupsSucceeded}/${job.groupsTotal}${job.groupsFailed > 0 ? `, ${job.groupsFailed} failed` : ''}`,
  },
  { head: 'SUBMITTED', text: (job) => formatTime(job.submitTimeMs) },
  { head: 'REASON', text: (job) => job.reason },
];

export async function listJobs({ client, streams, json }: CommandContext, limit: number): Promise<void> {
  writeList(streams, json, await client.jobs.list(limit), COLUMNS, 'no jobs');
}

export async function showJob({ client, streams, json }: CommandContext, jobId: string): Promise<void> {
  const job = await client.jobs.get(jobId);
  if (json) {
    streams.stdout.write(`${JSON.stringify(job)}\n`);
    return;
  }
  const took = job.endTimeMs === null ? null : formatDuration(job.endTimeMs - job.submitTimeMs);
  writeFacts(streams, [
    ['job', job.jobId],
    ['run', job.runId],
    ['path', job.path],
    ['version', job.version],
    ['state', job.state],
    ['reason', job.reason],
    ['user', job.user],
    ['submitted', formatTime(job.submitTimeMs)],
    ['took', took],
    [
      'data',
      job.summary &&
        `${formatBytes(job.summary.dataBytesTotal)}, written ${formatBytes(job.summary.dataBytesWritten)}, synced ${formatBytes(job.summary.bytesSynced)}`,
    ],
  ]);
  streams.stdout.write('\n');
  writeList(
    streams,
    false,
    job.groups,
    [
      { head: 'GROUP', text: (group) => group.algIndex, numeric: true },
      { head: 'PHASE', text: (group) => group.phase },
      { head: 'TRY', text: (group) => group.attempt || null, numeric: true },
      { head: 'SCORE', text: (group) => formatScore(group.score), numeric: true },
      { head: 'EXECUTOR', text: (group) => group.executor },
      {
        head: 'TOOK',
        text: (group) =>
          group.startTimeMs === null
            ? null
            : formatDuration((group.endTimeMs ?? Date.now()) - group.startTimeMs),
        numeric: true,
      },
      { head: 'MESSAGE', text: (group) => group.message },
    ],
    'no groups',
  );
  for (const group of job.groups) if (group.failure !== null) writeFailure(streams, group, group.failure);
  if (job.story.length > 0)
    streams.stdout.write(
      `\n${job.story.map((line) => `${formatTime(line.timeMs)}  ${cellText(line.text)}`).join('\n')}\n`,
    );
}

function writeFailure(streams: Streams, group: GroupView, failure: GroupFailure): void {
  streams.stdout.write('\n');
  writeFacts(streams, [
    ['group', group.algIndex],
    ['cause', `${failure.cause} (${failure.code})`],
    ['try', failure.attempt === 0 ? null : failure.attempt],
    ['executor', group.executor],
    ['exit code', failure.exitCode],
    ['signal', failure.signal],
    ['memory', failure.peakMemoryBytes === null ? null : `at most ${formatBytes(failure.peakMemoryBytes)}`],
    ['printed', failure.logLines === null ? null : `${failure.logLines} lines`],
    ['look', failure.look],
  ]);
  if (group.traceback !== null) streams.stdout.write(`${group.traceback.trimEnd()}\n`);
}

export interface LogsOptions {
  readonly group?: number;
  readonly attempt?: number;
  readonly tail?: number;
  readonly follow?: boolean;
}

/** All groups' lines, each with its group's number in front; of one group, its lines as they are. */
export async function printLogs(
  { client, streams, json }: CommandContext,
  jobId: string,
  options: LogsOptions,
): Promise<void> {
  const { group, attempt, tail, follow } = options;
  const lines = client.jobs.logs(jobId, {
    ...(group !== undefined && { algIndex: group }),
    ...(attempt !== undefined && { attempt }),
    ...(tail !== undefined && { tail }),
    ...(follow !== undefined && { follow }),
  });
  const { stdout } = streams;
  for await (const { algIndex, attempt: tried, seq, line } of lines) {
    if (json)
      stdout.write(`${JSON.stringify({ event: 'log', jobId, algIndex, attempt: tried, seq, line })}\n`);
    else
      stdout.write(
        `${group === undefined ? `[${algIndex}] ` : ''}${stdout.isTTY ? printableLine(line) : line}\n`,
      );
  }
}

export async function cancelJob({ client, streams, json }: CommandContext, jobId: string): Promise<void> {
  const { state } = await client.jobs.get(jobId);
  const cancelled = state === 'PENDING' || state === 'RUNNING';
  if (cancelled) await client.jobs.cancel(jobId);
  const text = cancelled ? 'is being cancelled' : `has ended already: ${state}`;
  streams.stdout.write(json ? `${JSON.stringify({ jobId, cancelled })}\n` : `job ${jobId} ${text}\n`);
}
