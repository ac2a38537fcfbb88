// A job that goes on where an ended one stopped: which groups it keeps, which it runs again, and with which files. Pure.
import { MlsqlError } from '../../shared/errors.js';
import { blobKey } from '../../shared/object-store/keys.js';
import type { ModelTarget, TrainDescription } from '../models/model-types.js';
import type { GroupSpec, InputContent, JobSpec, KeptGroups } from '../scheduling/model.js';
import type { JobOutcome } from '../scheduling/outcome.js';
import type { TaskInputFile, TaskSpec } from '../scheduling/task-spec.js';
import type { ClientTree } from './inputs.js';

/** Client files by the name that the script uses for them. */
export type ClientTrees = ReadonlyMap<string, ClientTree>;

export interface RetryPlan {
  /** Groups whose models the new version takes over, and the folder of the version that has them. */
  readonly kept: KeptGroups;
  readonly groups: readonly GroupSpec[];
  readonly minSuccess: number;
  readonly train: TrainDescription;
}

/**
 * @param updated - the client's files as they are now, where it wants them used; else undefined
 * @param before - the client's files as the job had them
 * @throws MlsqlError MLSQL_JOB_NOT_RETRYABLE where nothing is left to do, MLSQL_SCRIPT_FILE_MISSING where a file is gone
 */
export function planRetry(
  spec: JobSpec,
  outcome: JobOutcome,
  before: ClientTrees,
  updated: ClientTrees | undefined,
): RetryPlan {
  const { folder, train } = spec.target as ModelTarget;
  // Of a train that was not published there is no model: its groups run again, but for those it had from another one.
  const kept =
    outcome.state === 'SUCCEEDED'
      ? { folder, groups: outcome.groups.filter(({ status }) => status === 'success') }
      : (spec.kept ?? { folder, groups: [] });
  const done = new Set(kept.groups.map(({ algIndex }) => algIndex));
  const open = spec.groups.filter(({ algIndex }) => !done.has(algIndex));
  if (open.length === 0) {
    throw new MlsqlError('MLSQL_JOB_NOT_RETRYABLE', `every group of job ${spec.jobId} has succeeded`, {
      hint: 'run its script again for another version of all of them',
    });
  }
  // What the first train asked for, less what is there.
  const asked = spec.minSuccess + (spec.kept?.groups.length ?? 0);
  const minSuccess = Math.min(open.length, Math.max(1, asked - kept.groups.length));
  if (updated === undefined) return { kept, groups: open, minSuccess, train };
  const swap = fileSwap(before, updated);
  const groups = open.map((group): GroupSpec => {
    const task: TaskSpec = {
      ...group.task,
      project: swap(group.task.project),
      resources: group.task.resources.map((resource) => ({ ...resource, files: swap(resource.files) })),
    };
    return { ...group, task, inputs: inputsOf(task) };
  });
  return { kept, groups, minSuccess, train: describeAnew(train, done, swap) };
}

/** All that an attempt fetches before it starts. */
function inputsOf(task: TaskSpec): InputContent[] {
  const files = [
    ...(task.dataLocal ? task.data : []),
    ...task.validate,
    ...task.project,
    ...task.resources.flatMap((resource) => resource.files),
  ];
  return files.map(({ sha256, sizeBytes }) => ({ sha256, sizeBytes }));
}

/** Hashes and files of what runs again; kept groups have the resources that they had. */
function describeAnew(
  train: TrainDescription,
  kept: ReadonlySet<number>,
  swap: (files: readonly TaskInputFile[]) => readonly TaskInputFile[],
): TrainDescription {
  const project = { ...train.project, files: swap(train.project.files) };
  const groups = train.groups.map((group) =>
    kept.has(group.algIndex)
      ? group
      : {
          ...group,
          resources: group.resources.map((resource) => ({ ...resource, files: swap(resource.files) })),
        },
  );
  const hashes: Record<string, string> = {};
  for (const [name, sha256] of Object.entries(train.hashes))
    if (name.startsWith('data/')) hashes[name] = sha256;
  for (const file of project.files) hashes[`script/${file.path}`] = file.sha256;
  for (const group of groups)
    for (const resource of group.resources)
      for (const file of resource.files)
        hashes[`resource/${group.algIndex}/${resource.name}/${file.path}`] = file.sha256;
  return { ...train, project, groups, hashes };
}

/** Puts the client's present files in the place of those it sent before: whole folders, or single files out of them. */
function fileSwap(
  before: ClientTrees,
  updated: ClientTrees,
): (files: readonly TaskInputFile[]) => readonly TaskInputFile[] {
  return (files) => {
    for (const [name, tree] of before) {
      const now = updated.get(name);
      if (now !== undefined && sameFiles(files, tree)) return now.files.map(asInput);
    }
    return files.map((file) => {
      for (const [name, tree] of before) {
        const was = tree.files.find(
          ({ path, sha256 }) => sha256 === file.sha256 && baseName(path) === baseName(file.path),
        );
        const now = updated.get(name);
        if (was === undefined || now === undefined) continue;
        const is = now.files.find(({ path }) => path === was.path);
        if (is === undefined)
          throw new MlsqlError('MLSQL_SCRIPT_FILE_MISSING', `${name} has no file ${was.path} any more`, {
            hint: 'bring it back, or run the script again',
          });
        return { ...asInput(is), path: file.path };
      }
      return file;
    });
  };
}

function sameFiles(files: readonly TaskInputFile[], tree: ClientTree): boolean {
  if (files.length !== tree.files.length) return false;
  const there = new Map(tree.files.map(({ path, sha256 }) => [path, sha256]));
  return files.every(({ path, sha256 }) => there.get(path) === sha256);
}

function asInput({ path, sha256, sizeBytes, executable }: ClientTree['files'][number]): TaskInputFile {
  return { path, key: blobKey(sha256), sizeBytes, sha256, executable };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
