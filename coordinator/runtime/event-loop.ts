// The machine's one queue: events one behind the other, each step's effects handed on in order, one timer for its wishes.
import type { Clock } from '../../shared/clock.js';
import type { SchedulerEffect } from '../scheduling/effects.js';
import type { SchedulerEvent } from '../scheduling/events.js';
import { checkInvariants } from '../scheduling/invariants.js';
import type { SchedulerState } from '../scheduling/model.js';
import type { step } from '../scheduling/step.js';

export interface EventLoopDependencies {
  readonly state: SchedulerState;
  readonly step: typeof step;
  /** Never runs backwards. */
  readonly clock: Clock;
  /** True: the invariants are checked after each step. Costs time with many groups. */
  readonly checkInvariants: boolean;
  /** Takes each step's effects, in order. */
  run(effects: readonly SchedulerEffect[], causeId: string): void;
  /** A step failed: the state is not to be trusted any more. */
  onDefect(error: unknown): void;
}

export class EventLoop {
  readonly #queue: { readonly event: SchedulerEvent; readonly causeId: string }[] = [];
  #working = false;
  #stopped = false;
  #events = 0;
  #now = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(private readonly deps: EventLoopDependencies) {}

  /**
   * Takes an event; it is done when the call returns, unless it came from within a step.
   * @param causeId - of the event that this one follows from; a new one where it comes from outside
   */
  dispatch(event: SchedulerEvent, causeId?: string): void {
    if (this.#stopped) return;
    this.#events += 1;
    this.#queue.push({ event, causeId: causeId ?? `${event.type}#${this.#events}` });
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift())
        this.#step(next.event, next.causeId);
    } catch (error) {
      this.stop();
      this.deps.onDefect(error);
    } finally {
      this.#working = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#queue.length = 0;
  }

  #step(event: SchedulerEvent, causeId: string): void {
    this.#now = this.deps.clock.now();
    const effects = this.deps.step(this.deps.state, event, this.#now);
    if (this.deps.checkInvariants) checkInvariants(this.deps.state);
    for (const effect of effects) if (effect.type === 'wake-at') this.#wakeAt(effect.atMs);
    this.deps.run(effects, causeId);
  }

  #wakeAt(atMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.deps.clock.after(Math.max(0, atMs - this.#now), () => {
      this.#cancelTimer = undefined;
      this.dispatch({ type: 'tick' });
    });
  }
}
