// The scheduling machine's records in the state file.
import { MlsqlError } from '../../shared/errors.js';
import type { JobId } from '../../shared/ids.js';
import type { StateStore } from '../runtime/state-store.js';
import type { DurableRecord, ExecutorSnapshot, GroupSnapshot, JobSnapshot } from '../scheduling/effects.js';
import type { GroupSpec, JobSpec, StoryLine } from '../scheduling/model.js';
import type { SavedJob, SavedState } from '../scheduling/saved-state.js';
import type { StateDb, StateWrite } from './state-db.js';

/** Groups of a spec in one value: what they share is written once in each. */
const TASKS_AT_ONCE = 1000;

type SpecHead = Omit<JobSpec, 'groups'>;

export class JobRecords implements StateStore {
  constructor(private readonly db: StateDb) {}

  write(records: readonly DurableRecord[]): Promise<void> {
    return this.db.write(records.flatMap(writesOf));
  }

  async forget(jobId: JobId): Promise<void> {
    await this.db.write(this.db.keys(['job', jobId]).map((key) => ({ key, value: undefined })));
  }

  load(): SavedState {
    const parts = new Map<string, JobParts>();
    for (const { key, value } of this.db.read(['job'])) {
      const [, jobId, part] = key as [string, string, string];
      let job = parts.get(jobId);
      if (job === undefined) {
        job = { tasks: [], groups: [], story: [] };
        parts.set(jobId, job);
      }
      if (part === 'spec') job.spec = value as SpecHead;
      else if (part === 'tasks') job.tasks.push(...(value as GroupSpec[]));
      else if (part === 'job') job.job = value as JobSnapshot;
      else if (part === 'group') job.groups.push(value as GroupSnapshot);
      else if (part === 'story') job.story.push(value as StoryLine);
    }
    const executors = [...this.db.read(['executor'])].map(({ value }) => value as ExecutorSnapshot);
    return { jobs: [...parts].map(([jobId, job]) => savedJob(jobId, job)), executors };
  }
}

interface JobParts {
  spec?: SpecHead;
  job?: JobSnapshot;
  readonly tasks: GroupSpec[];
  readonly groups: GroupSnapshot[];
  readonly story: StoryLine[];
}

/** All records of a step are written together, so a job is there whole or not at all. */
function savedJob(jobId: string, { spec, job, tasks, groups, story }: JobParts): SavedJob {
  if (spec === undefined || job === undefined) {
    throw new MlsqlError('MLSQL_STATE_UNREADABLE', `the records of job ${jobId} are not whole`, {
      hint: 'bring back a copy: mlsql state import',
    });
  }
  return { spec: { ...spec, groups: tasks }, job, groups, story };
}

function writesOf(record: DurableRecord): StateWrite[] {
  switch (record.kind) {
    case 'spec': {
      const { groups, ...head } = record.value;
      const writes: StateWrite[] = [{ key: ['job', record.jobId, 'spec'], value: head }];
      for (let at = 0; at < groups.length; at += TASKS_AT_ONCE)
        writes.push({ key: ['job', record.jobId, 'tasks', at], value: groups.slice(at, at + TASKS_AT_ONCE) });
      return writes;
    }
    case 'job':
      return [{ key: ['job', record.jobId, 'job'], value: record.value }];
    case 'group':
      return [{ key: ['job', record.jobId, 'group', record.algIndex], value: record.value }];
    case 'story':
      return [{ key: ['job', record.jobId, 'story', record.index], value: record.value }];
    case 'executor':
      return [{ key: ['executor', record.executor], value: record.value }];
  }
}
