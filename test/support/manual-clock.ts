// A clock that goes on only when it is told to.
import type { Clock } from '../../shared/clock.js';

interface Timer {
  atMs: number;
  callback(): void;
}

export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 1_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The wall clock is set back: timers come when they would have come. */
  setBack(milliseconds: number): void {
    for (const timer of this.#timers) timer.atMs -= milliseconds;
    this.#now -= milliseconds;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Time passes; timers that are due call back in order. */
  advance(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#timers]
        .filter((timer) => timer.atMs <= until)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.atMs);
      next.callback();
    }
    this.#now = until;
  }
}
