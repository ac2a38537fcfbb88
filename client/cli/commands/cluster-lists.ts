// `mlsql executors`, `mlsql functions` and `mlsql models`.
import type { CommandContext } from '../context.js';
import { formatBytes, formatDuration, formatScore, formatTime } from '../output/format.js';
import { writeFacts, writeList } from '../output/lists.js';

export async function listExecutors({ client, streams, json }: CommandContext): Promise<void> {
  writeList(
    streams,
    json,
    await client.executors.list(),
    [
      { head: 'EXECUTOR', text: (executor) => executor.name },
      { head: 'STATE', text: (executor) => executor.state },
      { head: 'SLOTS', text: (executor) => `${executor.slotsBusy}/${executor.slots}` },
      { head: 'CPUS', text: (executor) => executor.cpus, numeric: true },
      { head: 'MEMORY', text: (executor) => formatBytes(executor.memoryBytes), numeric: true },
      { head: 'PYTHON', text: (executor) => executor.pythonVersion },
      { head: 'CACHE', text: (executor) => formatBytes(executor.cacheBytes), numeric: true },
      { head: 'HOST', text: (executor) => executor.host },
      { head: 'SINCE', text: (executor) => formatTime(executor.connectedMs) },
      { head: 'REASON', text: (executor) => executor.reason },
    ],
    'no executor is connected',
  );
}

export async function drainExecutor(
  { client, streams, json }: CommandContext,
  name: string,
  deadlineMs: number,
): Promise<void> {
  await client.executors.drain(name, deadlineMs);
  streams.stdout.write(
    json
      ? `${JSON.stringify({ name, state: 'draining' })}\n`
      : deadlineMs === 0
        ? `executor ${name} gets nothing new and leaves when its work has ended\n`
        : `executor ${name} gets nothing new; in ${formatDuration(deadlineMs)} at the latest its work is handed on, and it leaves\n`,
  );
}

export async function listFunctions({ client, streams, json }: CommandContext): Promise<void> {
  writeList(
    streams,
    json,
    await client.functions.list(),
    [
      { head: 'FUNCTION', text: (entry) => entry.name },
      { head: 'MODEL', text: (entry) => entry.path },
      { head: 'VERSION', text: (entry) => entry.version, numeric: true },
      { head: 'GROUP', text: (entry) => entry.algIndex, numeric: true },
      { head: 'SCORE', text: (entry) => formatScore(entry.score), numeric: true },
      { head: 'KIND', text: (entry) => entry.kind },
      { head: 'REGISTERED', text: (entry) => formatTime(entry.registeredMs) },
    ],
    'no function is registered',
  );
}

export async function listModels({ client, streams, json }: CommandContext, path: string): Promise<void> {
  writeList(
    streams,
    json,
    await client.models.list(path),
    [
      { head: 'VERSION', text: (model) => model.version ?? 'current', numeric: true },
      {
        head: 'GROUPS',
        text: (model) =>
          `${model.groups.filter((group) => group.status === 'success').length}/${model.groups.length}`,
      },
      { head: 'BEST SCORE', text: (model) => formatScore(bestScore(model.groups)), numeric: true },
      {
        head: 'SIZE',
        text: (model) => formatBytes(model.groups.reduce((sum, group) => sum + group.sizeBytes, 0)),
        numeric: true,
      },
      { head: 'TRAINED', text: (model) => formatTime(model.endTimeMs) },
      { head: 'TOOK', text: (model) => formatDuration(model.endTimeMs - model.startTimeMs), numeric: true },
    ],
    `no model lies at ${path}`,
  );
}

export async function showModel(
  { client, streams, json }: CommandContext,
  path: string,
  version: number | undefined,
): Promise<void> {
  const model = await client.models.get(path, version);
  if (json) {
    streams.stdout.write(`${JSON.stringify(model)}\n`);
    return;
  }
  writeFacts(streams, [
    ['path', model.path],
    ['version', model.version],
    ['trained', formatTime(model.endTimeMs)],
  ]);
  streams.stdout.write('\n');
  writeList(
    streams,
    false,
    model.groups,
    [
      { head: 'GROUP', text: (group) => group.algIndex, numeric: true },
      { head: 'STATUS', text: (group) => group.status },
      { head: 'SCORE', text: (group) => formatScore(group.score), numeric: true },
      { head: 'SIZE', text: (group) => formatBytes(group.sizeBytes), numeric: true },
      { head: 'TRIES', text: (group) => group.attempts, numeric: true },
      {
        head: 'PARAMETERS',
        text: (group) =>
          Object.entries(group.trainParams)
            .map(([key, value]) => `${key}=${value}`)
            .join(' '),
      },
      {
        head: 'METRICS',
        text: (group) =>
          Object.entries(group.metrics)
            .map(([key, value]) => `${key}=${formatScore(value)}`)
            .join(' '),
      },
      { head: 'MESSAGE', text: (group) => group.message },
    ],
    'no groups',
  );
}

function bestScore(
  groups: readonly { readonly status: string; readonly score: number | null }[],
): number | null {
  const scores = groups
    .filter((group) => group.status === 'success' && group.score !== null)
    .map((group) => group.score!);
  return scores.length === 0 ? null : Math.max(...scores);
}
