// From an ended job to the one that trains what is still open: groups with an accepted result are carried as kept, all
// others run again, with the files of the first time or with changed ones. Pure.
import { MlsqlError } from '../../shared/errors.js';
import type { JobId } from '../../shared/ids.js';
import { resourceFileKey } from '../models/assemble.js';
import type { KeptModel, ModelTarget, TrainDescription, TrainGroup } from '../models/model-types.js';
import type { GroupSpec, InputContent, JobSpec, KeptGroup } from '../scheduling/model.js';
import type { GroupOutcome, JobOutcome } from '../scheduling/outcome.js';
import type { TaskResource, TaskSpec } from '../scheduling/task-spec.js';
import type { Project } from './project-model.js';

/** What of a group is taken anew; what is absent stays as it was. */
export interface ChangedInputs {
  readonly project?: Project;
  /** By name. */
  readonly resources: ReadonlyMap<string, TaskResource>;
}

export interface RetryPlan {
  /** In the order of the first job: kept ones and those that run. */
  readonly groups: readonly GroupSpec[];
  readonly minSuccess: number;
  /** Where the models of the kept groups lie. */
  readonly kept: readonly KeptModel[];
  readonly train: TrainDescription;
}

/** Groups of an ended job without an accepted result. */
export function openGroups({ spec, outcome }: { spec: JobSpec; outcome: JobOutcome }): readonly GroupSpec[] {
  const done = new Set(
    outcome.groups.filter(({ status }) => status === 'success').map(({ algIndex }) => algIndex),
  );
  const open = spec.groups.filter(({ algIndex }) => !done.has(algIndex));
  if (open.length > 0) return open;
  // Enough groups succeeded, and yet the version could not be published.
  if (outcome.state !== 'SUCCEEDED') return spec.groups.filter(({ kept }) => kept === undefined);
  throw new MlsqlError(
    'MLSQL_JOB_COMPLETE',
    `all ${spec.groups.length} groups of job ${spec.jobId} succeeded: there is nothing to retry`,
    { hint: 'run its script again to train everything anew', jobId: spec.jobId },
  );
}

/**
 * @param changed - by algIndex, of groups that run
 * @throws MlsqlError MLSQL_JOB_COMPLETE
 */
export function planRetry(
  job: { spec: JobSpec; outcome: JobOutcome },
  changed: ReadonlyMap<number, ChangedInputs>,
): RetryPlan {
  const { spec, outcome } = job;
  const target = spec.target as ModelTarget;
  const open = new Set(openGroups(job).map(({ algIndex }) => algIndex));
  // A retry of which nothing comes then publishes nothing: what it keeps is published already.
  const published = outcome.state === 'SUCCEEDED';
  const outcomes = new Map(outcome.groups.map((group) => [group.algIndex, group]));
  const groups = spec.groups.map((group): GroupSpec => {
    const { algIndex } = group;
    if (open.has(algIndex)) return withChanges(group, changed.get(algIndex));
    return { ...group, kept: group.kept ?? keptGroup(spec.jobId, outcomes.get(algIndex)!) };
  });
  const kept = groups
    .filter((group) => group.kept !== undefined)
    .map(({ algIndex, kept: from }) => keptModel(target, published, algIndex, from!));
  const planned = new Map(groups.map((group) => [group.algIndex, group]));
  return {
    groups,
    minSuccess: published
      ? Math.min(groups.length, Math.max(spec.minSuccess, kept.length + 1))
      : spec.minSuccess,
    kept,
    train: describe(target, planned, kept, [...changed.values()].find(({ project }) => project)?.project),
  };
}

function keptGroup(jobId: JobId, group: GroupOutcome): KeptGroup {
  const { attempts, attempt, result, executor, score, metrics, warnings, startTimeMs, endTimeMs } = group;
  if (result === undefined) throw new Error(`group ${group.algIndex} of job ${jobId} has no result`);
  return {
    jobId,
    attempts,
    acceptedAttempt: attempt,
    result,
    executor,
    score,
    metrics,
    warnings,
    startTimeMs,
    endTimeMs,
  };
}

/** Where it lies: in what the job published, else where it was uploaded to, or where that job itself had it from. */
function keptModel(target: ModelTarget, published: boolean, algIndex: number, from: KeptGroup): KeptModel {
  const { jobId } = from;
  if (published) return { algIndex, jobId, folder: target.folder };
  const before = target.kept?.find((model) => model.algIndex === algIndex);
  return before ?? { algIndex, jobId, folder: target.folder, stagedAttempt: from.acceptedAttempt };
}

function withChanges(group: GroupSpec, changed: ChangedInputs | undefined): GroupSpec {
  const { kept: _, ...open } = group;
  if (changed === undefined) return open;
  const { task } = group;
  const { project, resources } = changed;
  const next: TaskSpec = {
    ...task,
    ...(project !== undefined && {
      project: project.files,
      script: project.script,
      command: project.command,
      expectedPackages: project.packages,
    }),
    resources: task.resources.map((resource) => resources.get(resource.name) ?? resource),
  };
  const before = new Set(ownFiles(task).map(({ sha256 }) => sha256));
  const rest = group.inputs.filter(({ sha256 }) => !before.has(sha256));
  const own = ownFiles(next).map(({ sha256, sizeBytes }): InputContent => ({ sha256, sizeBytes }));
  return { ...open, task: next, inputs: [...rest, ...own] };
}

function ownFiles({ project, resources }: TaskSpec): readonly TaskResource['files'][number][] {
  return [...project, ...resources.flatMap(({ files }) => files)];
}

/** What is written down of the train: kept groups have their resources from where their models lie. */
function describe(
  { train }: ModelTarget,
  planned: ReadonlyMap<number, GroupSpec>,
  kept: readonly KeptModel[],
  project: Project | undefined,
): TrainDescription {
  const keptOf = new Map(kept.map((model) => [model.algIndex, model]));
  const hashes = Object.entries(train.hashes).filter(
    ([name]) => !name.startsWith('resource/') && (project === undefined || !name.startsWith('script/')),
  );
  for (const file of project?.files ?? []) hashes.push([`script/${file.path}`, file.sha256]);
  const groups = train.groups.map((group): TrainGroup => {
    const model = keptOf.get(group.algIndex);
    if (model !== undefined) return model.stagedAttempt === undefined ? inVersion(group, model) : group;
    return { ...group, resources: planned.get(group.algIndex)?.task.resources ?? group.resources };
  });
  for (const { algIndex, resources } of groups) {
    for (const { name, files } of resources)
      for (const { path, sha256 } of files) hashes.push([`resource/${algIndex}/${name}/${path}`, sha256]);
  }
  return {
    ...train,
    hashes: Object.fromEntries(hashes),
    groups,
    ...(project !== undefined && {
      project: { ...train.project, files: project.files, script: project.script, command: project.command },
    }),
  };
}

function inVersion(group: TrainGroup, { folder, algIndex }: KeptModel): TrainGroup {
  const resources = group.resources.map((resource) => ({
    ...resource,
    files: resource.files.map((file, index) => ({
      ...file,
      key: resourceFileKey(folder, algIndex, resource, index),
    })),
  }));
  return { ...group, resources };
}
