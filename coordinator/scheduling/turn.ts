// What one step carries along: the state, the time, what it wants done, and what it has changed.
import type { JobSnapshot, SchedulerEffect } from './effects.js';
import type { GroupRecord, JobRecord, SchedulerState } from './model.js';

/**
 * One call of step. Records that were marked as changed are persisted as they are at the end of the step, in front of all
 * its other effects: so nothing that a step sends can depend on a record that is not durable yet.
 */
export class Turn {
  /** Executors, slots or requirements changed: placement and the reasons of waiting are looked at again. */
  capacityChanged = false;
  /** The queue or who is ahead in it changed. */
  queueChanged = false;
  /** Jobs with a group that became final. */
  readonly toSettle = new Set<JobRecord>();

  readonly #effects: SchedulerEffect[] = [];
  readonly #durable: SchedulerEffect[] = [];
  readonly #dirtyJobs = new Set<JobRecord>();
  readonly #dirtyGroups = new Map<GroupRecord, JobRecord>();
  readonly #changed = new Map<JobRecord, Set<number>>();

  constructor(
    readonly state: SchedulerState,
    readonly now: number,
  ) {}

  emit(effect: SchedulerEffect): void {
    this.#effects.push(effect);
  }

  /** The job changed in a way that must be durable; watchers are told. */
  jobChanged(job: JobRecord): void {
    this.#dirtyJobs.add(job);
    this.touch(job);
  }

  /** The group changed in a way that must be durable; watchers are told. */
  groupChanged(job: JobRecord, group: GroupRecord): void {
    this.#dirtyGroups.set(group, job);
    this.touch(job, group.algIndex);
  }

  /** Something to show changed, but nothing that must be durable: executors tell it again. */
  touch(job: JobRecord, algIndex?: number): void {
    let groups = this.#changed.get(job);
    if (groups === undefined) {
      groups = new Set();
      this.#changed.set(job, groups);
    }
    if (algIndex !== undefined) groups.add(algIndex);
  }

  /** A record of which the job has many, written once each. */
  persist(effect: Extract<SchedulerEffect, { type: 'persist-record' }>): void {
    this.#durable.push(effect);
  }

  /** All effects of the step, in the order in which they have to run. */
  finish(): SchedulerEffect[] {
    const effects = this.#durable;
    for (const job of this.#dirtyJobs) {
      effects.push({
        type: 'persist-record',
        record: { kind: 'job', jobId: job.spec.jobId, value: jobSnapshot(job) },
      });
    }
    for (const [group, job] of this.#dirtyGroups) {
      const { spec: _, ...value } = group;
      const record = {
        kind: 'group',
        jobId: job.spec.jobId,
        algIndex: group.algIndex,
        value: copyLive(value),
      } as const;
      effects.push({ type: 'persist-record', record });
    }
    effects.push(...this.#effects);
    for (const [job, groups] of this.#changed) {
      effects.push({ type: 'notify-job', jobId: job.spec.jobId, changedGroups: [...groups] });
    }
    if (this.queueChanged || this.capacityChanged) effects.push({ type: 'queue-changed' });
    return effects;
  }
}

function jobSnapshot(job: JobRecord): JobSnapshot {
  const { spec: _spec, groups: _groups, queues: _queues, story: _story, ...value } = job;
  return value;
}

/** The live attempt is the one nested record that changes in place. */
function copyLive<T extends Pick<GroupRecord, 'live'>>(group: T): T {
  return { ...group, live: group.live === undefined ? undefined : { ...group.live } };
}
