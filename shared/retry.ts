// Another try of what failed for a passing reason: transfers, and other uses of the store.
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, TRANSFER_BACKOFF } from './backoff.js';
import { isMlsqlError } from './errors.js';

/** Tries of one transfer, over some three seconds, before it fails. */
export const TRANSFER_TRIES_MAX = 5;

/** Errors of connections and streams that another try may not see. */
const PASSING = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Whether the same transfer may succeed a moment later. Bytes that arrived wrong may arrive right. */
export function mayPass(error: unknown): boolean {
  if (isMlsqlError(error)) return error.kind.retryable || error.code === 'MLSQL_STORE_CORRUPT';
  return PASSING.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/**
 * Runs the action until it succeeds, fails for good, has failed too often, or the signal is aborted.
 * @param onRetry - told of each failure behind which it is tried again
 */
export async function retrying<T>(
  action: () => Promise<T>,
  signal?: AbortSignal,
  onRetry: (error: unknown) => void = () => undefined,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      if (signal?.aborted === true || failures >= TRANSFER_TRIES_MAX || !mayPass(error)) throw error;
      onRetry(error);
      const waitMs = backoffMs(TRANSFER_BACKOFF, failures, Math.random());
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}
