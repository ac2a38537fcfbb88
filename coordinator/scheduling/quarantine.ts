// Executors on which attempts of several jobs fail at once are taken out of rotation for a while: a full disk, a broken
// library or a machine without memory would fail whatever is sent there. Never the last one that could work.
import type { ExecutorName } from '../../shared/ids.js';
import { isReady, takesWork } from './capacity.js';
import { addDeadline } from './deadlines.js';
import type { ExecutorRecord, FailureInfo, JobRecord } from './model.js';
import { backoffMs } from './retry.js';
import { tell } from './story.js';
import type { Turn } from './turn.js';

/**
 * Causes that may be the machine's. An exit is the script's own, a lost executor is judged by its lease, and what was
 * cancelled or took too long says nothing.
 */
const CAUSES: ReadonlySet<string> = new Set([
  'signal',
  'memory',
  'disk',
  'environment',
  'sync',
  'upload',
  'internal',
]);

/** Notes that an attempt failed there, and takes the executor out of rotation where it is one too many. */
export function noteTrouble(
  turn: Turn,
  name: ExecutorName | undefined,
  job: JobRecord,
  failure: FailureInfo,
): void {
  const { state, now } = turn;
  const executor = name === undefined ? undefined : state.executors.get(name);
  // What a draining executor hands on is no trouble.
  if (executor === undefined || !isReady(executor) || !CAUSES.has(failure.cause)) return;
  if (failure.code === 'MLSQL_TASK_LOST') return;
  const { quarantineWithinMs, quarantineJobs, quarantineMs, quarantineMaxMs } = state.config;
  const { troubles } = executor;
  while (troubles[0] !== undefined && troubles[0].atMs <= now - quarantineWithinMs) troubles.shift();
  // One for each job and cause is enough to tell of: the latest.
  const { jobId } = job.spec;
  const { cause } = failure;
  const known = troubles.findIndex((trouble) => trouble.jobId === jobId && trouble.cause === cause);
  if (known >= 0) troubles.splice(known, 1);
  troubles.push({ atMs: now, jobId, cause });
  const jobs = new Set(troubles.map((trouble) => trouble.jobId));
  if (jobs.size < quarantineJobs) return;
  if (![...state.executors.values()].some((other) => other !== executor && isReady(other))) return;
  const delays = { retryDelayMs: quarantineMs, retryDelayMaxMs: quarantineMaxMs };
  const forMs = backoffMs(executor.quarantines, delays, state.rng);
  const causes = [...new Set(troubles.map((trouble) => trouble.cause))].join(', ');
  executor.quarantines += 1;
  executor.quarantineUntilMs = now + forMs;
  executor.quarantineReason = `attempts of ${jobs.size} jobs failed there within ${quarantineWithinMs / 1000} s (${causes})`;
  addDeadline(state, executor.quarantineUntilMs, { kind: 'quarantine', executor: executor.facts.name });
  const text = `executor ${executor.facts.name} is out of rotation for ${Math.round(forMs / 1000)} s: ${executor.quarantineReason}`;
  for (const id of jobs) {
    const told = state.jobs.get(id);
    if (told !== undefined && told.stage !== 'ended') tell(turn, told, text);
  }
  turn.capacityChanged = true;
}

/** Its time is over, or it works again. */
export function endQuarantine(turn: Turn, executor: ExecutorRecord): void {
  if (executor.quarantineUntilMs === 0) return;
  executor.quarantineUntilMs = 0;
  executor.quarantineReason = '';
  // What was held against it was held against it once.
  executor.troubles.length = 0;
  turn.capacityChanged = true;
}

export function onQuarantineDue(turn: Turn, executor: ExecutorRecord): void {
  if (executor.quarantineUntilMs <= turn.now) endQuarantine(turn, executor);
}

/** An attempt succeeded there: the next time in quarantine is a first one again. */
export function showRecovered({ state }: Turn, name: ExecutorName | undefined): void {
  const executor = name === undefined ? undefined : state.executors.get(name);
  if (executor === undefined || executor.quarantineUntilMs !== 0) return;
  executor.quarantines = 0;
}

/** Where all others have left, those in quarantine are better than none. */
export function reviewQuarantine(turn: Turn): void {
  const working = [...turn.state.executors.values()].filter(takesWork);
  if (working.some(isReady)) return;
  for (const executor of working) endQuarantine(turn, executor);
}
