// From a job's outcome to the rows that are kept of it. Pure.
import type { AttemptResult } from '../scheduling/model.js';
import type { GroupOutcome, JobOutcome } from '../scheduling/outcome.js';
import type { GroupMeta, ModelTarget, StoredFile, TrainGroup, TrainMeta } from './model-types.js';

/** What of a job's outcome is kept. */
export type KeptOutcome = Pick<JobOutcome, 'state' | 'reason' | 'groups'>;

/** Facts of an interpreter itself; all else that an attempt tells of it is a package's version. */
const INTERPRETER_FACTS = new Set(['executable', 'version', 'platform', 'implementation']);

/**
 * The rows of a version that is published.
 * @param accepted - the results that count, by algIndex; one for each success
 */
export function publishedRows(
  target: ModelTarget,
  outcome: KeptOutcome,
  accepted: ReadonlyMap<number, AttemptResult>,
): GroupMeta[] {
  return outcome.groups.map((group) => {
    const row = rowOf(target, group, group.status, group.message);
    return group.status === 'success' ? { ...row, files: accepted.get(group.algIndex)!.files } : row;
  });
}

/**
 * The rows of a train that was not published. No row is a success, since whoever reads meta/0, an old tool too, takes
 * such a row for a model; a group that did succeed says so in its message and keeps its score.
 */
export function failedRows(target: ModelTarget, outcome: KeptOutcome): GroupMeta[] {
  const status = outcome.state === 'CANCELLED' ? 'cancelled' : 'fail';
  return outcome.groups.map((group) =>
    group.status === 'success'
      ? rowOf(target, group, status, `succeeded, but the train was not published: ${outcome.reason}`)
      : rowOf(target, group, group.status, group.message),
  );
}

function rowOf(
  target: ModelTarget,
  group: GroupOutcome,
  status: GroupMeta['status'],
  message: string,
): GroupMeta {
  const planned = plannedGroup(target, group.algIndex);
  return {
    modelPath: `model/${group.algIndex}`,
    algIndex: group.algIndex,
    alg: planned.alg,
    score: group.score ?? null,
    status,
    // A group that never started took no time.
    startTime: group.startTimeMs === 0 ? group.endTimeMs : group.startTimeMs,
    endTime: group.endTimeMs,
    trainParams: planned.fitParam,
    message,
    metrics: group.metrics,
    attempts: group.attempts,
    executor: group.executor,
    files: [],
  };
}

/** The row of meta/1. */
export function trainMeta(
  target: ModelTarget,
  outcome: KeptOutcome,
  interpreter: Readonly<Record<string, string>>,
  productVersion: string,
): TrainMeta {
  const { train } = target;
  const facts = Object.entries(interpreter);
  return {
    systemParam: train.systemParam,
    trainParams: train.trainParams,
    interpreter: Object.fromEntries(facts.filter(([name]) => INTERPRETER_FACTS.has(name))),
    versions: {
      ...Object.fromEntries(facts.filter(([name]) => !INTERPRETER_FACTS.has(name))),
      mlsql: productVersion,
    },
    hashes: train.hashes,
    jobId: target.jobId,
    script: train.project.script,
    command: train.project.command,
    builtinAlg: train.project.builtinAlg,
    project: train.project.files.map(kept),
    resources: train.groups.flatMap(({ algIndex, resources }) =>
      resources.map(({ name, folder, files }) => ({ algIndex, name, folder, files: files.map(kept) })),
    ),
    warnings: outcome.groups.flatMap(({ algIndex, warnings }) =>
      [...(train.warnings ?? []), ...warnings].map(({ code, message }) => ({ algIndex, code, message })),
    ),
  };
}

/** The interpreter to tell of: that of the first group that knows one. */
export function interpreterOf(outcome: KeptOutcome): Readonly<Record<string, string>> {
  return (
    outcome.groups.find(({ result }) => result !== undefined && Object.keys(result.interpreter).length > 0)
      ?.result?.interpreter ?? {}
  );
}

export function plannedGroup(target: ModelTarget, algIndex: number): TrainGroup {
  const group = target.train.groups.find((candidate) => candidate.algIndex === algIndex);
  if (group === undefined) throw new Error(`job ${target.jobId}: group ${algIndex} was never planned`);
  return group;
}

function kept({ path, sizeBytes, sha256, executable }: StoredFile): TrainMeta['project'][number] {
  return { path, sizeBytes, sha256, executable };
}
