// Time as a dependency: pure parts take `now`, the rest takes a Clock.

/** Source of wall time and timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after at least delayMs; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * A clock whose time goes on where the other one is set back: leases, waits and reasons must neither see time run backwards
 * nor stand still until it has caught up. From then on it is ahead by as much.
 */
export function steady(clock: Clock): Clock {
  let lastRead = clock.now();
  let setBackMs = 0;
  return {
    now: () => {
      const read = clock.now();
      if (read < lastRead) setBackMs += lastRead - read;
      lastRead = read;
      return read + setBackMs;
    },
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
}
