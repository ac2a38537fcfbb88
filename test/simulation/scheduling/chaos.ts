// Seeded randomness and virtual time: what the simulation's world is made of. One seed, one story.
import TinyQueue from 'tinyqueue';
import { createRng, nextRandom, type Rng } from '../../../shared/rng.js';

/** Draws. */
export class Dice {
  readonly #rng: Rng;

  constructor(seed: number) {
    this.#rng = createRng(seed);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return nextRandom(this.#rng) < probability;
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(nextRandom(this.#rng) * (high - low + 1));
  }

  one<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}

interface Planned {
  readonly atMs: number;
  readonly order: number;
  run(): void;
}

/** Runs what was planned in order of time; what is planned for the same time, in the order of planning. */
export class VirtualTime {
  nowMs = 1_000_000;
  readonly #queue = new TinyQueue<Planned>([], (a, b) => a.atMs - b.atMs || a.order - b.order);
  #planned = 0;

  after(delayMs: number, run: () => void): void {
    this.#planned += 1;
    this.#queue.push({ atMs: this.nowMs + Math.max(0, delayMs), order: this.#planned, run });
  }

  /** Runs until the condition holds. @returns false where time is up before */
  runUntil(done: () => boolean, limitMs: number): boolean {
    while (!done()) if (!this.runNext(limitMs)) return false;
    return true;
  }

  /** Runs what is planned next. @returns false where nothing is, up to the limit */
  runNext(limitMs: number): boolean {
    const next = this.#queue.peek();
    if (next === undefined || next.atMs > limitMs) return false;
    this.#queue.pop();
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.run();
    return true;
  }
}

/** How bad the world is; all are probabilities, but the delay. */
export interface Weather {
  readonly drop: number;
  readonly duplicate: number;
  readonly delayMaxMs: number;
  /** A stream breaks, in each second of its life. */
  readonly disconnect: number;
  /** An executor's process dies, in each second. */
  readonly crash: number;
  /** An operation of the store fails, half of the times after it took effect. */
  readonly storeFails: number;
}

export const STORM: Weather = {
  drop: 0.05,
  duplicate: 0.05,
  delayMaxMs: 3_000,
  disconnect: 0.02,
  crash: 0.005,
  storeFails: 0.2,
};
export const CALM: Weather = {
  drop: 0,
  duplicate: 0,
  delayMaxMs: 50,
  disconnect: 0,
  crash: 0,
  storeFails: 0,
};
