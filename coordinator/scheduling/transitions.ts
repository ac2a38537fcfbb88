// Which states and phases may follow which. An impossible move is a defect and carries the job's whole story.
import type { GroupPhase, GroupRecord, JobRecord, JobStage, JobState } from './model.js';
import { storyText } from './story.js';

const JOB_STATES: Readonly<Record<JobState, readonly JobState[]>> = {
  PENDING: ['RUNNING', 'FAILED', 'CANCELLED'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELLED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
};

const JOB_STAGES: Readonly<Record<JobStage, readonly JobStage[]>> = {
  working: ['publishing', 'failing'],
  // A publish that can never succeed leaves the meta of a failure behind.
  publishing: ['failing', 'ended'],
  failing: ['ended'],
  ended: [],
};

const LIVE_ENDS = ['accepting', 'pending', 'failed', 'cancelled'] as const;

const GROUP_PHASES: Readonly<Record<GroupPhase, readonly GroupPhase[]>> = {
  pending: ['assigned', 'failed', 'cancelled'],
  // An executor may skip phases: nothing to sync, nothing to upload, a failure at once.
  assigned: ['syncing', 'starting', 'running', 'uploading', ...LIVE_ENDS],
  syncing: ['starting', 'running', 'uploading', ...LIVE_ENDS],
  starting: ['running', 'uploading', ...LIVE_ENDS],
  running: ['uploading', ...LIVE_ENDS],
  uploading: LIVE_ENDS,
  accepting: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** A move that the tables above do not know. */
export class InvalidTransitionError extends Error {
  constructor(what: string, from: string, to: string, story: string) {
    super(`${what} cannot go from ${from} to ${to}; its story:\n${story}`);
    this.name = 'InvalidTransitionError';
  }
}

export function moveJobState(job: JobRecord, to: JobState): void {
  if (!JOB_STATES[job.state].includes(to)) {
    throw new InvalidTransitionError(`job ${job.spec.jobId}`, job.state, to, storyText(job));
  }
  job.state = to;
}

export function moveJobStage(job: JobRecord, to: JobStage): void {
  if (!JOB_STAGES[job.stage].includes(to)) {
    throw new InvalidTransitionError(`job ${job.spec.jobId}`, job.stage, to, storyText(job));
  }
  job.stage = to;
}

export function moveGroup(job: JobRecord, group: GroupRecord, to: GroupPhase): void {
  if (!mayMoveGroup(group.phase, to)) {
    throw new InvalidTransitionError(
      `group ${group.algIndex} of job ${job.spec.jobId}`,
      group.phase,
      to,
      storyText(job),
    );
  }
  group.phase = to;
}

export function mayMoveGroup(from: GroupPhase, to: GroupPhase): boolean {
  return GROUP_PHASES[from].includes(to);
}
