// A process in virtual time: it can be killed, paused for a while, and its clock can jump. What reaches it goes through
// deliver(), so that nothing happens in it while it is paused, or after its death.
import type { Clock } from '../../../shared/clock.js';
import type { VirtualTime } from '../scheduling/chaos.js';

export class SimulatedProcess implements Clock {
  dead = false;
  #pausedUntilMs = 0;
  #skewMs = 0;
  #backlog: (() => void)[] = [];

  constructor(
    readonly name: string,
    readonly time: VirtualTime,
  ) {}

  now(): number {
    return this.time.nowMs + this.#skewMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    let cancelled = false;
    // Clocks of the product show whole milliseconds.
    this.time.after(Math.ceil(delayMs), () => {
      if (!cancelled)
        this.deliver(() => {
          if (!cancelled) callback();
        });
    });
    return () => {
      cancelled = true;
    };
  }

  get paused(): boolean {
    return this.time.nowMs < this.#pausedUntilMs;
  }

  deliver(run: () => void): void {
    if (this.dead) return;
    if (this.paused || this.#backlog.length > 0) this.#backlog.push(run);
    else run();
  }

  pause(milliseconds: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.time.nowMs + milliseconds);
    this.time.after(milliseconds, () => this.#resume());
  }

  /** The wall clock is set forward or back; timers go on as they were. */
  jump(milliseconds: number): void {
    this.#skewMs += milliseconds;
  }

  kill(): void {
    this.dead = true;
    this.#backlog = [];
  }

  /** What came meanwhile happens in order, one thing at a time. */
  #resume(): void {
    if (this.paused || this.dead) return;
    const next = this.#backlog.shift();
    if (next === undefined) return;
    if (this.#backlog.length > 0) this.time.after(0, () => this.#resume());
    next();
  }
}
