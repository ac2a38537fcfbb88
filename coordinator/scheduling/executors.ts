// Executors come, go, come back, fall silent and drain. Attempts outlive a broken stream: only their lease, or an executor
// that comes back without them, ends them.
import { attemptKey, type ExecutorName } from '../../shared/ids.js';
import { guardFailure, isLast, takeNews } from './attempts.js';
import { addDeadline } from './deadlines.js';
import type {
  DrainExecutorEvent,
  ExecutorConnectedEvent,
  ExecutorDisconnectedEvent,
  ExecutorDrainingEvent,
  HeartbeatEvent,
} from './events.js';
import { currentExecutor } from './executors-lookup.js';
import { attemptLost } from './groups.js';
import { refOf, renewExecutor, watchAttempt } from './leases.js';
import type { ExecutorRecord, GroupRecord, JobRecord } from './model.js';
import { endQuarantine } from './quarantine.js';
import { drainText, lostText } from './reasons.js';
import { tell } from './story.js';
import type { Turn } from './turn.js';

export function onExecutorConnected(turn: Turn, event: ExecutorConnectedEvent): void {
  const { facts, connectionId } = event;
  const { state, now } = turn;
  let executor = state.executors.get(facts.name);
  if (executor !== undefined && connectionId <= executor.lastConnectionId) return;
  const before = executor?.facts.session;
  if (executor === undefined) {
    executor = disconnectedExecutor(facts.name, now);
    state.executors.set(facts.name, executor);
  }
  if (executor.connectionId !== 0) close(turn, executor, 'another stream of this executor was opened');
  if (before !== facts.session) {
    executor.drainReason = undefined;
    executor.drainUntilMs = 0;
    // A new process may have found what was broken mended.
    endQuarantine(turn, executor);
  }
  const goneMs = executor.disconnectedMs;
  executor.facts = facts;
  executor.connectionId = connectionId;
  executor.lastConnectionId = connectionId;
  executor.connectedMs = now;
  executor.disconnectedMs = 0;
  executor.leaseUntilMs = now + state.config.leaseMs;
  keep(turn, executor);
  executor.cached.clear();
  for (const sha256 of event.cachedBlobs) executor.cached.add(sha256);
  turn.capacityChanged = true;
  addDeadline(state, executor.leaseUntilMs, { kind: 'executor', executor: facts.name, connectionId });
  turn.emit({ type: 'send-welcome', executor: facts.name, connectionId });
  if (goneMs > 0) tellJobs(turn, executor, `is back after ${((now - goneMs) / 1000).toFixed(1)} s`);
  loseUnreported(turn, executor, event, before === facts.session);
  for (const news of event.attempts) {
    takeNews(turn, executor, news);
    if (!isLast(news)) remind(turn, executor, attemptKey(news.ref));
  }
  // An executor that was asked to drain and only lost its stream still has to leave.
  if (executor.drainReason !== undefined) {
    const leftMs = executor.drainUntilMs === 0 ? 0 : Math.max(1, executor.drainUntilMs - now);
    sendDrain(turn, executor, executor.drainReason, leftMs);
  }
}

export function onExecutorDisconnected(turn: Turn, event: ExecutorDisconnectedEvent): void {
  const executor = currentExecutor(turn.state, event.executor, event.connectionId);
  if (executor === undefined) return;
  disconnect(turn, executor);
  tellJobs(turn, executor, lostText(executor, turn.now).replace(/^gone for [^;]*; /, 'went away; '));
}

export function onHeartbeat(turn: Turn, event: HeartbeatEvent): void {
  const executor = currentExecutor(turn.state, event.executor, event.connectionId);
  if (executor === undefined) return;
  renewExecutor(turn, executor);
  executor.cacheBytes = event.cacheBytes;
  for (const sha256 of event.blobsAdded) executor.cached.add(sha256);
  for (const sha256 of event.blobsDropped) executor.cached.delete(sha256);
}

export function onExecutorDraining(turn: Turn, event: ExecutorDrainingEvent): void {
  const executor = currentExecutor(turn.state, event.executor, event.connectionId);
  if (executor === undefined || executor.drainReason !== undefined) return;
  executor.drainReason = event.reason;
  executor.drainUntilMs = event.deadlineMs === 0 ? 0 : turn.now + event.deadlineMs;
  keep(turn, executor);
  tellJobs(turn, executor, `drains: ${drainText(executor, turn.now)}`);
  turn.capacityChanged = true;
}

export function onDrainExecutor(turn: Turn, event: DrainExecutorEvent): void {
  const executor = turn.state.executors.get(event.executor);
  if (executor === undefined || executor.connectionId === 0) return;
  executor.drainReason ??= event.reason;
  executor.drainUntilMs = event.deadlineMs === 0 ? 0 : turn.now + event.deadlineMs;
  keep(turn, executor);
  tellJobs(turn, executor, `drains: ${drainText(executor, turn.now)}`);
  turn.capacityChanged = true;
  sendDrain(turn, executor, event.reason, event.deadlineMs);
}

/** An attempt's deadline: its lease ended, its guard struck, or it was renewed meanwhile. */
export function onAttemptDue(turn: Turn, job: JobRecord, group: GroupRecord): void {
  const live = group.live;
  if (live === undefined) return;
  if (live.leaseUntilMs <= turn.now) {
    const executor = turn.state.executors.get(live.executor);
    const connected = executor !== undefined && executor.connectionId !== 0;
    if (connected) {
      const { connectionId } = executor;
      const ref = refOf(job, group);
      turn.emit({
        type: 'send-forget',
        executor: live.executor,
        connectionId,
        ref,
        epoch: live.epoch,
        reason: 'its lease ended',
      });
    }
    const what = !connected ? 'went away' : live.confirmed ? 'was silent' : 'did not take it up';
    attemptLost(
      turn,
      job,
      group,
      `executor ${live.executor} ${what} for ${turn.state.config.leaseMs / 1000} s`,
    );
  } else if (live.guardAtMs !== 0 && live.guardAtMs <= turn.now) {
    guardFailure(turn, job, group, live);
  } else {
    watchAttempt(turn.state, job, group, live);
  }
}

/** A connected executor's deadline: a stream that carries nothing for a whole lease is dead, whatever TCP believes. */
export function onExecutorDue(turn: Turn, executor: ExecutorRecord): void {
  if (executor.leaseUntilMs > turn.now) {
    const { connectionId, facts, leaseUntilMs } = executor;
    addDeadline(turn.state, leaseUntilMs, { kind: 'executor', executor: facts.name, connectionId });
    return;
  }
  close(turn, executor, `no heartbeat for ${turn.state.config.leaseMs / 1000} s`);
  disconnect(turn, executor);
}

/** A lost or drained executor goes from the list. */
export function onLostExecutorDue(turn: Turn, executor: ExecutorRecord): void {
  const { state, now } = turn;
  if (executor.connectionId !== 0) return;
  const goneAtMs = executor.disconnectedMs + state.config.lostExecutorKeptMs;
  if (goneAtMs > now || executor.attempts.size > 0) {
    addDeadline(state, Math.max(goneAtMs, now + state.config.leaseMs), {
      kind: 'lost-executor',
      executor: executor.facts.name,
    });
    return;
  }
  remove(turn, executor);
}

function disconnect(turn: Turn, executor: ExecutorRecord): void {
  const { state, now } = turn;
  executor.connectionId = 0;
  executor.disconnectedMs = now;
  state.reserved.delete(executor.facts.name);
  for (const { group } of executor.attempts.values())
    if (group.live !== undefined) group.live.confirmed = false;
  turn.capacityChanged = true;
  // Also after a restart it has to be known that it left, and when.
  keep(turn, executor);
  addDeadline(state, now + state.config.lostExecutorKeptMs, {
    kind: 'lost-executor',
    executor: executor.facts.name,
  });
}

/** Attempts that should be there and are not: the process started anew, or the assignment never arrived. */
function loseUnreported(
  turn: Turn,
  executor: ExecutorRecord,
  event: ExecutorConnectedEvent,
  sameProcess: boolean,
): void {
  const reported = new Set(event.attempts.map((news) => attemptKey(news.ref)));
  const why = sameProcess ? 'came back and does not know it' : 'was started anew';
  for (const [key, { job, group }] of [...executor.attempts]) {
    if (!reported.has(key)) attemptLost(turn, job, group, `executor ${executor.facts.name} ${why}`);
  }
}

/** An attempt that goes on: where its log goes on, and, where it was to end, that it still is. */
function remind(turn: Turn, executor: ExecutorRecord, key: string): void {
  const held = executor.attempts.get(key);
  const live = held?.group.live;
  if (held === undefined || live === undefined) return;
  const { connectionId } = executor;
  const to = {
    executor: executor.facts.name,
    connectionId,
    ref: refOf(held.job, held.group),
    epoch: live.epoch,
  };
  turn.emit({ type: 'resume-log', ...to });
  if (live.cancelReason !== undefined) turn.emit({ type: 'send-cancel', ...to, reason: live.cancelReason });
}

/** Each job that still has work there learns what becomes of it; said again, it is not told again. */
function tellJobs(turn: Turn, executor: ExecutorRecord, what: string): void {
  const jobs = new Set([...executor.attempts.values()].map(({ job }) => job));
  const text = `executor ${executor.facts.name} ${what}`;
  for (const job of jobs) if (job.story.at(-1)?.text !== text) tell(turn, job, text);
}

function sendDrain(turn: Turn, executor: ExecutorRecord, reason: string, deadlineMs: number): void {
  const { connectionId, facts } = executor;
  turn.emit({ type: 'send-drain', executor: facts.name, connectionId, reason, deadlineMs });
}

function close(turn: Turn, executor: ExecutorRecord, reason: string): void {
  turn.emit({
    type: 'close-connection',
    executor: executor.facts.name,
    connectionId: executor.connectionId,
    reason,
  });
}

/** An executor of which nothing is known but its name, and that it is away since now. */
export function disconnectedExecutor(name: ExecutorName, now: number): ExecutorRecord {
  return {
    facts: {
      name,
      session: '',
      slots: 0,
      cpus: 0,
      memoryBytes: 0,
      gpus: 0,
      host: '',
      pid: 0,
      version: '',
      pythonVersion: '',
    },
    connectionId: 0,
    lastConnectionId: 0,
    connectedMs: 0,
    disconnectedMs: now,
    leaseUntilMs: 0,
    drainReason: undefined,
    drainUntilMs: 0,
    troubles: [],
    quarantineUntilMs: 0,
    quarantineReason: '',
    quarantines: 0,
    cacheBytes: 0,
    cached: new Set(),
    attempts: new Map(),
    uploading: 0,
    cpusBusy: 0,
    memoryBusy: 0,
    gpusBusy: 0,
  };
}

/** Keeps what has to be known of it after a restart. */
function keep(turn: Turn, { facts, drainReason, drainUntilMs, disconnectedMs }: ExecutorRecord): void {
  const value = { facts, drainReason, drainUntilMs, disconnectedMs };
  turn.persist({ type: 'persist-record', record: { kind: 'executor', executor: facts.name, value } });
}

function remove(turn: Turn, { facts }: ExecutorRecord): void {
  turn.state.executors.delete(facts.name);
  turn.persist({
    type: 'persist-record',
    record: { kind: 'executor', executor: facts.name, value: undefined },
  });
}
