// train: options checked, inputs found, partitions written, a version claimed, the job followed to its end, meta/0 shown.
import type { JobId } from '../../../shared/ids.js';
import { withoutKafkaSecrets } from '../../../shared/kafka/kafka-access.js';
import type { TrainStatement } from '../../../shared/language/ast.js';
import { substitute } from '../../../shared/language/substitute.js';
import { trainDataPrefix } from '../../../shared/object-store/keys.js';
import type { TrainDescription } from '../../models/model-types.js';
import { type InputContext, resolveInput, targetKey } from '../../planning/inputs.js';
import { resolveProject } from '../../planning/project.js';
import { parseTrainOptions, type TrainOptions } from '../../planning/train-options.js';
import { dataFormat, planTrain, type ResolvedGroup } from '../../planning/train-plan.js';
import type { JobOutcome } from '../../scheduling/outcome.js';
import type { WrittenPart } from '../../tables/table-engine.js';
import { atPosition, positionOf, type RunContext } from '../context.js';
import { followJob } from '../follow-job.js';
import { interruptible } from '../interruptible.js';
import { checkKafka, throughKafka } from './row-topic.js';
import { claimPlace, conclude, type FinishedTrain, showResult, submitOrFollow } from './train-job.js';

export async function runTrain(context: RunContext, statement: TrainStatement): Promise<FinishedTrain> {
  const position = positionOf(statement.path);
  const outcome = await submitOrFollow(context, {
    position,
    submit: (id) => submitTrain(context, statement, id),
    key: () => targetKey(substitute(statement.path, context.scope.variables), 'train', position),
  });
  const result = conclude(context, position, outcome);
  await showResult(context, statement.result, result);
  return result;
}

/** Checks, plans and submits the job, and follows it to its end. */
async function submitTrain(context: RunContext, statement: TrainStatement, id: JobId): Promise<JobOutcome> {
  const { services, scope } = context;
  const position = positionOf(statement.path);
  const path = substitute(statement.path, scope.variables);
  const key = targetKey(path, 'train', position);
  const options = parseTrainOptions(statement, scope.variables);
  const inputs: InputContext = {
    store: services.store,
    buckets: services.buckets,
    hasher: services.hasher,
    clientFiles: context.clientFiles,
  };
  checkKafka(options.kafkaParam, position);
  const groups = await resolveGroups(inputs, options);
  const table = substitute(statement.table, scope.variables);
  const { columns } = await atPosition(
    services.engine.describe(scope.session, table),
    positionOf(statement.table),
  );
  const { parts, validateParts } = await interruptible(context, async () => ({
    parts: await writeParts(context, statement, table, key, options),
    validateParts: await writeValidateParts(context, options, key),
  }));
  const plan = planTrain({
    options,
    path,
    groups,
    columns: columns.map((column) => column.name),
    parts,
    validateParts,
    graceMs: services.graceMs,
  });
  context.signal.throwIfAborted();
  const streamed = await throughKafka(context, position, id, plan.groups, options.kafkaParam);
  const target = await claimPlace(context, key, {
    jobId: id,
    keepVersion: options.keepVersion,
    train: {
      ...describe(
        options,
        groups,
        plan.groups.map((group) => group.algIndex),
        parts,
      ),
      warnings: streamed.warnings,
    },
  });
  return followJob(context, id, position, {
    jobId: id,
    runId: context.runId,
    user: context.user,
    path,
    target,
    ...(target.version !== undefined && { version: target.version }),
    ...plan,
    groups: streamed.groups,
  });
}

/** The table of a train that an earlier execution of the run did. */
export async function recallTrain(
  context: RunContext,
  statement: TrainStatement,
  finished: FinishedTrain,
): Promise<void> {
  await showResult(context, statement.result, finished);
}

async function resolveGroups(inputs: InputContext, options: TrainOptions): Promise<readonly ResolvedGroup[]> {
  return Promise.all(
    options.groups.map(async (group): Promise<ResolvedGroup> => {
      const resources = await Promise.all(
        [...group.resources].map(async ([name, { value, valuePosition: position }]) => {
          const tree = await resolveInput(inputs, value, `resource ${name}`, position);
          return { name, folder: tree.folder, files: tree.files };
        }),
      );
      const project =
        group.builtinAlg === undefined
          ? await resolveProject(inputs, options, 'train', group.params)
          : undefined;
      return {
        algIndex: group.algIndex,
        params: group.params,
        builtinAlg: group.builtinAlg ?? '',
        resources,
        project,
      };
    }),
  );
}

function writeParts(
  context: RunContext,
  statement: TrainStatement,
  table: string,
  key: string,
  options: TrainOptions,
): Promise<readonly WrittenPart[]> {
  return atPosition(
    context.services.engine.writeParts(context.scope.session, {
      table,
      format: dataFormat(options),
      prefix: trainDataPrefix(key),
      ...(options.dataLocalFileNum !== undefined && { partitions: options.dataLocalFileNum }),
    }),
    positionOf(statement.table),
  );
}

async function writeValidateParts(
  context: RunContext,
  options: TrainOptions,
  key: string,
): Promise<readonly WrittenPart[]> {
  if (options.validateTable === undefined) return [];
  const { value, valuePosition: position } = options.validateTable;
  return atPosition(
    context.services.engine.writeParts(context.scope.session, {
      table: value,
      format: 'json',
      prefix: `${key}/tmp/validate`,
      partitions: 1,
    }),
    position,
  );
}

function describe(
  options: TrainOptions,
  groups: readonly ResolvedGroup[],
  algIndexes: readonly number[],
  parts: readonly WrittenPart[],
): TrainDescription {
  const project = groups.find((group) => group.project !== undefined)?.project;
  const hashes: Record<string, string> = {};
  for (const file of project?.files ?? []) hashes[`script/${file.path}`] = file.sha256;
  for (const part of parts) hashes[`data/${part.key.slice(part.key.lastIndexOf('/') + 1)}`] = part.sha256;
  for (const group of groups) {
    for (const resource of group.resources)
      for (const file of resource.files)
        hashes[`resource/${group.algIndex}/${resource.name}/${file.path}`] = file.sha256;
  }
  return {
    systemParam: options.systemParam.raw,
    trainParams: withoutKafkaSecrets(options.trainParams),
    hashes,
    project: {
      files: project?.files ?? [],
      script: project?.script ?? '',
      command: project?.command ?? '',
      builtinAlg: groups[0]!.builtinAlg,
    },
    groups: algIndexes.map((algIndex) => {
      const group = groups.find((candidate) => candidate.algIndex === algIndex) ?? groups[0]!;
      return {
        algIndex,
        alg: group.builtinAlg === '' ? options.algorithm : group.builtinAlg,
        fitParam: group.params,
        resources: group.resources,
      };
    }),
  };
}
