// The scheduling machine in a simulated world: executors, network, store and time are ours, and drawn from one seed. After
// each step the machine's invariants are checked, and what it must never do whatever happens.
import { createHash, type Hash } from 'node:crypto';
import { busySlots } from '../../../coordinator/scheduling/capacity.js';
import type { GroupSnapshot, SchedulerEffect } from '../../../coordinator/scheduling/effects.js';
import type { AttemptNews, SchedulerEvent } from '../../../coordinator/scheduling/events.js';
import { checkInvariants } from '../../../coordinator/scheduling/invariants.js';
import type { SchedulerState } from '../../../coordinator/scheduling/model.js';
import type { JobOutcome } from '../../../coordinator/scheduling/outcome.js';
import { createSchedulerState, step } from '../../../coordinator/scheduling/step.js';
import { storyText } from '../../../coordinator/scheduling/story.js';
import { attemptKey, executorName, type JobId } from '../../../shared/ids.js';
import { EPOCH, jobSpec } from '../../support/machine.js';
import { CALM, Dice, STORM, VirtualTime, type Weather } from './chaos.js';
import { type CoordinatorSide, SimulatedExecutor } from './simulated-executor.js';
import { SimulatedStore } from './simulated-store.js';

const STORM_MS = 180_000;
/** After the storm everything must end within this time. */
const CALM_MS = 3_600_000;

interface Stream {
  readonly executor: SimulatedExecutor;
  readonly side: CoordinatorSide;
  open: boolean;
}

export class MachineSimulation {
  readonly state: SchedulerState;
  readonly #time = new VirtualTime();
  readonly #dice: Dice;
  readonly #store: SimulatedStore;
  readonly #streams = new Map<number, Stream>();
  readonly #durable = new Map<string, GroupSnapshot>();
  /** How attempts really ended on their executors. */
  readonly #ends = new Map<string, AttemptNews['phase']>();
  readonly #acknowledged = new Set<number>();
  readonly #submitted = new Map<number, JobId>();
  readonly #cancelled = new Set<JobId>();
  readonly #ended = new Map<JobId, JobOutcome>();
  readonly #trace: Hash = createHash('sha256');
  #weather: Weather = STORM;
  #connections = 0;
  #requests = 0;
  #steps = 0;

  constructor(private readonly seed: number) {
    this.#dice = new Dice(seed);
    this.#store = new SimulatedStore(this.#dice, () => this.#weather);
    this.state = createSchedulerState(
      { epoch: EPOCH, unplaceableGraceMs: 600_000, cancelGuardMs: 5_000 },
      seed,
    );
  }

  /** Runs the whole story. @returns how many steps it took and a hash of all events and effects */
  run(): { readonly steps: number; readonly trace: string } {
    const executors = this.#dice.between(1, 4);
    for (let index = 0; index < executors; index++) this.#startExecutor(`e${index}`);
    const jobs = this.#dice.between(1, 6);
    for (let index = 0; index < jobs; index++)
      this.#time.after(this.#dice.between(0, STORM_MS / 2), () => this.#submit(`j${index}`));
    this.#time.runUntil(() => false, this.#time.nowMs + STORM_MS);
    this.#weather = CALM;
    const done = (): boolean => [...this.state.jobs.values()].every((job) => job.stage === 'ended');
    if (!this.#time.runUntil(done, this.#time.nowMs + CALM_MS))
      throw this.#error('not all jobs ended in the calm after the storm');
    // What is still under way must not undo anything.
    this.#time.runUntil(() => false, this.#time.nowMs + 60_000);
    this.#checkEnd();
    return { steps: this.#steps, trace: this.#trace.digest('hex') };
  }

  #startExecutor(name: string): void {
    const slots = this.#dice.between(1, 3);
    const dial = (executor: SimulatedExecutor): CoordinatorSide => this.#dial(executor);
    const weather = (): Weather => this.#weather;
    const executor = new SimulatedExecutor(name, slots, this.#time, this.#dice, weather, dial, this.#ends);
    this.#time.after(this.#dice.between(0, 10_000), () => executor.start());
  }

  #submit(id: string): void {
    const groups = this.#dice.between(1, 12);
    const retries = this.#dice.between(0, 2);
    const failFast = this.#dice.chance(0.3);
    const minSuccess = this.#dice.between(1, groups);
    const user = this.#dice.one(['ada', 'bob']);
    const spec = jobSpec(id, groups, {
      each: { retries, task: { timeoutMs: 60_000 } },
      failFast,
      minSuccess,
      user,
    });
    // The answer to a submit may be lost: it comes again.
    const times = this.#dice.chance(0.2) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      this.#requests += 1;
      this.#submitted.set(this.#requests, spec.jobId);
      this.#step({ type: 'submit-job', spec, requestId: this.#requests });
    }
    if (!this.#dice.chance(0.25)) return;
    this.#time.after(this.#dice.between(0, 60_000), () => {
      this.#requests += 1;
      if (this.state.jobs.get(spec.jobId)?.stage === 'working') this.#cancelled.add(spec.jobId);
      this.#step({ type: 'cancel-job', jobId: spec.jobId, reason: 'enough', requestId: this.#requests });
    });
  }

  /** A stream: each message is delayed on its own, dropped or doubled, so they overtake each other, too. */
  #dial(executor: SimulatedExecutor): CoordinatorSide {
    const streamOf = (): { id: number; name: string } | undefined =>
      connection === 0 ? undefined : { id: connection, name };
    let connection = 0;
    let name = '';
    const send = (deliver: (id: number, name: string) => void): void =>
      this.#deliver(() => {
        const stream = streamOf();
        if (stream !== undefined) deliver(stream.id, stream.name);
      });
    const side: CoordinatorSide = {
      hello: (executorFacts, attempts) =>
        this.#deliver(() => {
          name = executorFacts.name;
          this.#connections += 1;
          connection = this.#connections;
          this.#streams.set(connection, { executor, side, open: true });
          this.#step({
            type: 'executor-connected',
            facts: executorFacts,
            connectionId: connection,
            cachedBlobs: [],
            attempts,
          });
        }),
      heartbeat: () =>
        send((connectionId, from) =>
          this.#step({
            type: 'heartbeat',
            executor: executorName(from),
            connectionId,
            cacheBytes: 0,
            blobsAdded: [],
            blobsDropped: [],
          }),
        ),
      news: (news) =>
        send((connectionId, from) =>
          this.#step({ type: 'attempt-news', executor: executorName(from), connectionId, news }),
        ),
      // The end of a stream is noticed in the end, however bad the weather.
      hangUp: () => this.#time.after(this.#dice.between(1, 5_000), () => this.#streamEnded(connection, name)),
    };
    return side;
  }

  #streamEnded(connectionId: number, name: string): void {
    const stream = this.#streams.get(connectionId);
    if (stream === undefined) return;
    stream.open = false;
    this.#step({ type: 'executor-disconnected', executor: executorName(name), connectionId });
  }

  #deliver(run: () => void): void {
    if (this.#dice.chance(this.#weather.drop)) return;
    this.#time.after(this.#dice.between(1, this.#weather.delayMaxMs), run);
    if (this.#dice.chance(this.#weather.duplicate))
      this.#time.after(this.#dice.between(1, this.#weather.delayMaxMs), run);
  }

  #step(event: SchedulerEvent): void {
    this.#steps += 1;
    let effects: SchedulerEffect[];
    try {
      effects = step(this.state, event, this.#time.nowMs);
      checkInvariants(this.state);
      for (const executor of this.state.executors.values()) {
        const { slots, name } = executor.facts;
        if (busySlots(executor) > slots || executor.attempts.size > 2 * slots)
          throw new Error(`executor ${name} holds too much`);
      }
      for (const effect of effects) this.#perform(effect);
    } catch (error) {
      throw this.#error(`after ${event.type}: ${(error as Error).message}`);
    }
    this.#trace.update(
      `${this.#time.nowMs} ${event.type} ${effects.map((effect) => effect.type).join(' ')}\n`,
    );
  }

  #perform(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'persist-record':
        if (effect.record.kind === 'group') {
          this.#durable.set(attemptKey({ ...effect.record, attempt: 0 }), effect.record.value);
        }
        return;
      case 'acknowledge':
        this.#acknowledged.add(effect.requestId);
        return;
      case 'wake-at':
        this.#time.after(effect.atMs - this.#time.nowMs, () => this.#step({ type: 'tick' }));
        return;
      case 'send-assign': {
        const record = this.#durable.get(attemptKey({ ...effect.ref, attempt: 0 }));
        if (record?.attempts !== effect.ref.attempt)
          throw new Error(`${attemptKey(effect.ref)} is sent before its record is kept`);
        this.#send(effect);
        return;
      }
      case 'send-welcome':
      case 'send-cancel':
      case 'send-forget':
      case 'send-result-ack':
        this.#send(effect);
        return;
      case 'close-connection': {
        const stream = this.#streams.get(effect.connectionId);
        if (stream?.open !== true) return;
        stream.open = false;
        this.#time.after(this.#dice.between(1, 1_000), () => stream.executor.hungUp(stream.side));
        return;
      }
      case 'accept-result':
        if (this.#ends.get(attemptKey(effect.ref)) !== 'succeeded')
          throw new Error(`${attemptKey(effect.ref)} never succeeded`);
        this.#later(() => {
          const answer = this.#store.accept(effect.ref);
          const decision = answer.ok
            ? ({ kind: 'accepted', attempt: answer.value } as const)
            : ({ kind: 'failed', failure: answer.failure } as const);
          this.#step({ type: 'result-decided', ref: effect.ref, decision });
        });
        return;
      case 'publish-job':
      case 'fail-job':
        this.#later(() => {
          const answer = this.#store.settle(effect.jobId, effect.outcome);
          const stage = effect.type === 'publish-job' ? 'publishing' : 'failing';
          const decision = answer.ok
            ? ({ kind: 'done', published: answer.value } as const)
            : ({ kind: 'failed', failure: answer.failure } as const);
          this.#step({ type: 'publish-decided', jobId: effect.jobId, stage, decision });
        });
        return;
      case 'job-ended':
        if (this.#ended.has(effect.jobId)) throw new Error(`job ${effect.jobId} ended twice`);
        this.#ended.set(effect.jobId, effect.outcome);
        return;
      default:
        return;
    }
  }

  #send(effect: Extract<SchedulerEffect, { connectionId: number }>): void {
    const stream = this.#streams.get(effect.connectionId);
    if (stream?.open !== true) return;
    this.#deliver(() => {
      if (stream.open) stream.executor.receive(stream.side, effect);
    });
  }

  /** An operation of the store and its answer; an answer that comes twice must not count twice. */
  #later(run: () => void): void {
    this.#time.after(this.#dice.between(1, 500), run);
    if (this.#dice.chance(this.#weather.duplicate)) this.#time.after(this.#dice.between(1, 500), run);
  }

  #checkEnd(): void {
    for (const [requestId, jobId] of this.#submitted) {
      if (!this.#acknowledged.has(requestId))
        throw this.#error(`the submit of ${jobId} was never acknowledged`);
      const outcome = this.#ended.get(jobId);
      if (outcome === undefined) throw this.#error(`job ${jobId} was acknowledged and never ended`);
      if (this.#store.settled.get(jobId)?.state !== outcome.state)
        throw this.#error(`job ${jobId}: the store says otherwise`);
      if (this.#cancelled.has(jobId) && outcome.state !== 'CANCELLED')
        throw this.#error(`job ${jobId} was cancelled and ${outcome.state}`);
      for (const group of outcome.groups) {
        const accepted = this.#store.accepted.get(
          attemptKey({ jobId, algIndex: group.algIndex, attempt: 0 }),
        );
        if (group.status === 'success' && group.attempt !== accepted) {
          throw this.#error(
            `group ${group.algIndex} of ${jobId} counts try ${group.attempt}, the store accepted ${accepted}`,
          );
        }
      }
    }
  }

  #error(what: string): Error {
    const stories = [...this.state.jobs.values()].map(
      (job) => `${job.spec.jobId} (${job.state}):\n${storyText(job)}`,
    );
    return new Error(
      `seed ${this.seed}, step ${this.#steps}, ${this.#time.nowMs} ms: ${what}\n${stories.join('\n')}`,
    );
  }
}
