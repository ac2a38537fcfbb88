// Follows a run to its end, across broken connections: each new stream starts behind the last event that was seen.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceError, status } from '@grpc/grpc-js';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import type { RunEvent__Output } from '../../shared/rpc/gen/mlsql/v1/RunEvent.js';
import type { Connection } from './connection.js';
import { type RunEvent, RunEventMapper } from './events.js';

/** The trailer that carries a coordinator's own error. */
const ERROR_TRAILER = 'mlsql-error-bin';
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 5_000;
/** The coordinator may be away so long (a restart) before a follower gives up. */
const AWAY_MAX_MS = 60_000;

export interface FollowOptions {
  /** Ends the following (not the run) without an error. */
  readonly signal?: AbortSignal;
  /** How long the coordinator may be away, in milliseconds; default one minute. */
  readonly awayMaxMs?: number;
  /** Told when the connection broke and is tried again. */
  readonly onReconnect?: (error: MlsqlError) => void;
}

/**
 * The run's events from its start to `done`, which is the last.
 * @throws MlsqlError MLSQL_RUN_UNKNOWN, or MLSQL_CLUSTER_UNREACHABLE when the coordinator stays away
 */
export async function* followRun(
  connection: Connection,
  runId: string,
  options: FollowOptions = {},
): AsyncGenerator<RunEvent> {
  const { signal, awayMaxMs = AWAY_MAX_MS, onReconnect } = options;
  const mapper = new RunEventMapper();
  let afterSeq = 0;
  let delayMs = RETRY_FIRST_MS;
  let awaySinceMs: number | undefined;
  while (!signal?.aborted) {
    let broken = new MlsqlError('MLSQL_CLUSTER_UNREACHABLE', `the events of run ${runId} broke off`, {
      hint: `mlsql runs attach ${runId} goes on with them`,
    });
    try {
      for await (const message of connection.stream<RunEvent__Output>(
        (metadata) => connection.runs.followRun({ runId, afterSeq }, metadata),
        signal,
      )) {
        // A coordinator never sends an event twice; if it did, the user would see it once.
        if (message.seq <= afterSeq) continue;
        afterSeq = message.seq;
        awaySinceMs = undefined;
        delayMs = RETRY_FIRST_MS;
        for (const event of mapper.map(message)) {
          yield event;
          if (event.event === 'done') return;
        }
      }
      if (signal?.aborted) return;
    } catch (error) {
      if (!isBroken(error)) throw error;
      broken = error;
    }
    awaySinceMs ??= Date.now();
    if (Date.now() - awaySinceMs >= awayMaxMs) throw broken;
    onReconnect?.(broken);
    connection.relocate();
    await sleep(delayMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, RETRY_MAX_MS);
  }
}

/** How a stream ends that a coordinator did not end on purpose; its own errors say more than a bare status. */
const BROKEN = new Set([
  status.UNAVAILABLE,
  status.CANCELLED,
  status.INTERNAL,
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
]);

function isBroken(error: unknown): error is MlsqlError {
  if (!isMlsqlError(error)) return false;
  const cause = error.details.cause as Partial<ServiceError> | undefined;
  const saidByCoordinator = (cause?.metadata?.get(ERROR_TRAILER).length ?? 0) > 0;
  return !saidByCoordinator && cause?.code !== undefined && BROKEN.has(cause.code);
}
