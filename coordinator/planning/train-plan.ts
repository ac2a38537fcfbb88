// From a train's options to its groups: what each attempt runs, reads and is told. Pure.
import type { GroupSpec, InputContent, JobSpec } from '../scheduling/model.js';
import type { TaskInputFile, TaskResource, TaskSpec } from '../scheduling/task-spec.js';
import type { WrittenPart } from '../tables/table-engine.js';
import type { Project } from './project-model.js';
import type { TrainOptions } from './train-options.js';

/** A fitParam group with everything it names resolved. */
export interface ResolvedGroup {
  readonly algIndex: number;
  readonly params: Readonly<Record<string, string>>;
  /** Name of a built-in trainer; empty where a script runs. */
  readonly builtinAlg: string;
  readonly resources: readonly TaskResource[];
  readonly project: Project | undefined;
}

export interface TrainPlanInput {
  readonly options: TrainOptions;
  /** The path as the statement wrote it. */
  readonly path: string;
  readonly groups: readonly ResolvedGroup[];
  /** Names of the table's columns, in order. */
  readonly columns: readonly string[];
  readonly parts: readonly WrittenPart[];
  readonly validateParts: readonly WrittenPart[];
  readonly graceMs: number;
}

/** The parts of a job's description that follow from the statement alone. */
export type TrainPlan = Pick<
  JobSpec,
  'groups' | 'failFast' | 'minSuccess' | 'queueTimeoutMs' | 'weight' | 'dataBytesWritten' | 'dataBytesTotal'
>;

export function planTrain(input: TrainPlanInput): TrainPlan {
  const { options, parts } = input;
  const data = partFiles(parts);
  const validate = partFiles(input.validateParts);
  const shared = [...data, ...validate];
  const groups =
    options.algorithm === 'PythonParallelExt'
      ? data.map((part, index) =>
          groupSpec(
            input,
            {
              ...(input.groups.find((group) => group.algIndex === index) ?? input.groups[0]!),
              algIndex: index,
            },
            [part],
            validate,
            [part, ...validate],
          ),
        )
      : input.groups.map((group) => groupSpec(input, group, data, validate, shared));
  return {
    groups,
    failFast: options.failFast,
    weight: options.priority,
    minSuccess: resolveMinSuccess(options.minSuccess, groups.length),
    dataBytesWritten: sum(parts.filter((part) => part.written)),
    dataBytesTotal: sum(parts),
    ...(options.queueTimeoutMs !== undefined && { queueTimeoutMs: options.queueTimeoutMs }),
  };
}

function groupSpec(
  input: TrainPlanInput,
  group: ResolvedGroup,
  data: readonly TaskInputFile[],
  validate: readonly TaskInputFile[],
  dataInputs: readonly TaskInputFile[],
): GroupSpec {
  const { options } = input;
  const project = group.project;
  const task: TaskSpec = {
    project: project?.files ?? [],
    script: project?.script ?? '',
    command: project?.command ?? '',
    builtinAlg: group.builtinAlg,
    data,
    dataColumns: input.columns,
    dataFormat: dataFormat(options),
    dataLocal: options.enableDataLocal,
    validate,
    fitParam: group.params,
    kafkaParam: options.kafkaParam,
    systemParam: options.systemParam.raw,
    resources: group.resources,
    pythonPath: options.systemParam.pythonPath ?? '',
    pythonParams: options.systemParam.pythonParam,
    pythonVersion: options.systemParam.pythonVer ?? '',
    envs: options.systemParam.envs,
    cpus: options.cpus,
    memoryBytes: options.memoryBytes ?? 0,
    gpus: options.gpus,
    timeoutMs: options.timeoutMs ?? 0,
    idleTimeoutMs: options.idleTimeoutMs ?? 0,
    graceMs: input.graceMs,
    keepLocalDirectory: options.keepLocalDirectory,
    scriptName:
      project === undefined
        ? group.builtinAlg
        : project.script === ''
          ? 'MLproject'
          : project.script.slice(project.script.lastIndexOf('/') + 1),
    trainParams: options.trainParams,
    expectedPackages: project?.packages ?? [],
  };
  const own = [...task.project, ...group.resources.flatMap((resource) => resource.files)];
  return {
    algIndex: group.algIndex,
    task,
    inputs: [...(task.dataLocal ? dataInputs : validate), ...own].map(
      ({ sha256, sizeBytes }): InputContent => ({ sha256, sizeBytes }),
    ),
    retries: options.retries,
  };
}

/**
 * How many groups must succeed.
 * @param wanted - a number, a share of the groups (0 to 1, rounded up), or all
 */
export function resolveMinSuccess(wanted: TrainOptions['minSuccess'], groups: number): number {
  if (wanted.kind === 'all') return groups;
  const count = wanted.kind === 'percent' ? Math.ceil((wanted.percent / 100) * groups) : wanted.count;
  return Math.min(Math.max(count, 1), groups);
}

/** The format of the parts: streamed rows always travel as JSON lines. */
export function dataFormat(options: TrainOptions): TrainOptions['dataLocalFormat'] {
  return options.enableDataLocal ? options.dataLocalFormat : 'json';
}

function partFiles(parts: readonly WrittenPart[]): TaskInputFile[] {
  return parts.map((part) => ({
    path: part.key.slice(part.key.lastIndexOf('/') + 1),
    key: part.key,
    sizeBytes: part.sizeBytes,
    sha256: part.sha256,
    executable: false,
  }));
}

function sum(parts: readonly WrittenPart[]): number {
  return parts.reduce((bytes, part) => bytes + part.sizeBytes, 0);
}
