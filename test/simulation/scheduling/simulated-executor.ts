// An executor as the machine sees one: it runs attempts, tells of them, holds results until they are acknowledged, loses
// its stream, crashes and comes back. It keeps the protocol; only the network and its own death are unkind.

import type { SchedulerEffect } from '../../../coordinator/scheduling/effects.js';
import type { AttemptNews } from '../../../coordinator/scheduling/events.js';
import type { ExecutorFacts } from '../../../coordinator/scheduling/model.js';
import { type AttemptRef, attemptKey } from '../../../shared/ids.js';
import { facts, failure, PLATFORM_FAILURE, RESULT } from '../../support/machine.js';
import type { Dice, VirtualTime, Weather } from './chaos.js';

/** Messages to the machine; the stream decides whether and when they arrive. */
export interface CoordinatorSide {
  hello(executor: ExecutorFacts, attempts: readonly AttemptNews[]): void;
  heartbeat(): void;
  news(news: AttemptNews): void;
  /** This side ends the stream. */
  hangUp(): void;
}

interface Running {
  readonly ref: AttemptRef;
  readonly epoch: number;
  phase: AttemptNews['phase'];
  ended: boolean;
}

const HEARTBEAT_MS = 2_000;
const RESEND_MS = 5_000;
const RECONNECT_MS = 1_000;

export class SimulatedExecutor {
  readonly #attempts = new Map<string, Running>();
  #process = 0;
  #stream: CoordinatorSide | undefined;
  #welcomed = false;

  constructor(
    private readonly name: string,
    private readonly slots: number,
    private readonly time: VirtualTime,
    private readonly dice: Dice,
    private readonly weather: () => Weather,
    private readonly dial: (executor: SimulatedExecutor) => CoordinatorSide,
    /** How attempts really ended, by attempt. */
    private readonly ends: Map<string, AttemptNews['phase']>,
  ) {}

  start(): void {
    this.#process += 1;
    this.#attempts.clear();
    this.#connect(this.#process);
    this.#everySecond(this.#process);
  }

  /** A message of the machine arrived on this stream. */
  receive(stream: CoordinatorSide, message: SchedulerEffect): void {
    if (stream !== this.#stream) return;
    switch (message.type) {
      case 'send-welcome':
        this.#welcomed = true;
        this.#beat(this.#process, stream);
        return;
      case 'send-assign':
        this.#take(message.ref, message.epoch);
        return;
      case 'send-cancel': {
        const running = this.#attempts.get(attemptKey(message.ref));
        if (running !== undefined && !running.ended)
          this.#later(200, running, () => this.#end(running, 'cancelled'));
        return;
      }
      case 'send-forget':
      case 'send-result-ack':
        this.#attempts.delete(attemptKey(message.ref));
        return;
      default:
        return;
    }
  }

  /** The stream was ended by the other side. */
  hungUp(stream: CoordinatorSide): void {
    if (stream !== this.#stream) return;
    this.#stream = undefined;
    const process = this.#process;
    this.time.after(this.dice.between(100, RECONNECT_MS), () => this.#connect(process));
  }

  #connect(process: number): void {
    if (process !== this.#process || this.#stream !== undefined) return;
    const stream = this.dial(this);
    this.#stream = stream;
    this.#welcomed = false;
    stream.hello(
      this.#facts(),
      [...this.#attempts.values()].map((running) => this.#newsOf(running)),
    );
    // A hello or welcome that is lost: dial again.
    this.time.after(RESEND_MS, () => {
      if (stream === this.#stream && !this.#welcomed) this.#breakStream();
    });
  }

  #facts(): ExecutorFacts {
    return facts(this.name, { slots: this.slots, session: `${this.name}-${this.#process}` });
  }

  #everySecond(process: number): void {
    this.time.after(1_000, () => {
      if (process !== this.#process) return;
      if (this.dice.chance(this.weather().crash)) {
        this.#stream?.hangUp();
        this.#stream = undefined;
        this.#process += 1;
        this.time.after(this.dice.between(100, 20_000), () => this.start());
        return;
      }
      if (this.#stream !== undefined && this.dice.chance(this.weather().disconnect)) this.#breakStream();
      this.#everySecond(process);
    });
  }

  #breakStream(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    stream.hangUp();
    this.hungUp(stream);
  }

  #beat(process: number, stream: CoordinatorSide): void {
    if (process !== this.#process || stream !== this.#stream) return;
    stream.heartbeat();
    this.time.after(HEARTBEAT_MS, () => this.#beat(process, stream));
  }

  #take(ref: AttemptRef, epoch: number): void {
    const key = attemptKey(ref);
    if (this.#attempts.has(key)) return;
    const running: Running = { ref, epoch, phase: 'syncing', ended: false };
    this.#attempts.set(key, running);
    this.#tell(running);
    this.#later(2_000, running, () => this.#phase(running, 'running'));
    // Some take longer than any lease; some scripts fail, some attempts by the executor's fault.
    const workMs = this.dice.chance(0.2) ? 40_000 : 8_000;
    this.#later(2_000 + workMs, running, () => {
      if (this.dice.chance(0.7)) this.#phase(running, 'uploading');
      const end = this.dice.chance(0.75) ? 'succeeded' : 'failed';
      this.#later(500, running, () => this.#end(running, end));
    });
  }

  #phase(running: Running, phase: 'running' | 'uploading'): void {
    if (running.ended) return;
    running.phase = phase;
    this.#tell(running);
  }

  #end(running: Running, phase: 'succeeded' | 'failed' | 'cancelled'): void {
    if (running.ended) return;
    running.ended = true;
    running.phase = phase;
    this.ends.set(attemptKey(running.ref), phase);
    this.#repeat(running);
  }

  /** The last news is told until it is acknowledged. */
  #repeat(running: Running): void {
    if (!this.#attempts.has(attemptKey(running.ref))) return;
    this.#tell(running);
    this.#later(RESEND_MS, running, () => this.#repeat(running));
  }

  #tell(running: Running): void {
    if (this.#welcomed) this.#stream?.news(this.#newsOf(running));
  }

  #newsOf({ ref, epoch, phase }: Running): AttemptNews {
    // Which failure it is, follows from the attempt, so that it is the same whenever it is told.
    const own = (ref.algIndex + ref.attempt) % 3 !== 0;
    return {
      ref,
      epoch,
      phase,
      metrics: {},
      bytesSynced: 10,
      warnings: [],
      ...(phase === 'succeeded' && { result: RESULT }),
      ...(phase === 'failed' && { failure: own ? failure() : PLATFORM_FAILURE }),
    };
  }

  /** Goes on with an attempt unless the process died or the attempt was forgotten. */
  #later(delayMaxMs: number, running: Running, run: () => void): void {
    const process = this.#process;
    this.time.after(this.dice.between(1, delayMaxMs), () => {
      if (process === this.#process && this.#attempts.get(attemptKey(running.ref)) === running) run();
    });
  }
}
