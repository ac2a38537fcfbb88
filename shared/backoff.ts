// How long to wait before another try.

/** Bounds of a back-off. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** For the stream to the coordinator: quick at first, since most interruptions are short. */
export const RECONNECT_BACKOFF: Backoff = { firstMs: 100, maxMs: 5000 };
/** For downloads and uploads. */
export const TRANSFER_BACKOFF: Backoff = { firstMs: 100, maxMs: 3000 };

/**
 * Doubles from the first wait to the longest, less up to a half by chance, so that fifty executors do not come back
 * in one beat.
 * @param failures - in a row, from 1
 * @param random - in [0, 1)
 */
export function backoffMs(backoff: Backoff, failures: number, random: number): number {
  const whole = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole * (1 - random / 2));
}
