// Domain values to the messages that executors get.
import type { AttemptRef } from '../../shared/ids.js';
import type { AttemptId } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { InputFile } from '../../shared/rpc/gen/mlsql/v1/InputFile.js';
import type { TaskSpec as TaskSpecMessage } from '../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import type { TaskInputFile, TaskSpec } from '../scheduling/task-spec.js';

export function attemptIdMessage(ref: AttemptRef, epoch: number): AttemptId {
  return { jobId: ref.jobId, algIndex: ref.algIndex, attempt: ref.attempt, epoch };
}

/** @param prefixes - where this attempt uploads, and where its group keeps checkpoints */
export function taskMessage(
  task: TaskSpec,
  prefixes: { readonly stagingPrefix: string; readonly checkpointPrefix: string },
): TaskSpecMessage {
  return {
    project: task.project.map(inputFile),
    script: task.script,
    command: task.command,
    builtinAlg: task.builtinAlg,
    data: task.data.map(inputFile),
    dataColumns: [...task.dataColumns],
    dataFormat: task.dataFormat,
    dataLocal: task.dataLocal,
    validate: task.validate.map(inputFile),
    fitParam: task.fitParam,
    kafkaParam: task.kafkaParam,
    systemParam: task.systemParam,
    resources: task.resources.map(({ name, folder, files }) => ({
      name,
      folder,
      files: files.map(inputFile),
    })),
    pythonPath: task.pythonPath,
    pythonParams: [...task.pythonParams],
    pythonVersion: task.pythonVersion,
    envs: task.envs,
    cpus: task.cpus,
    memoryBytes: task.memoryBytes,
    gpus: task.gpus,
    timeoutMs: task.timeoutMs,
    idleTimeoutMs: task.idleTimeoutMs,
    graceMs: task.graceMs,
    ...prefixes,
    keepLocalDirectory: task.keepLocalDirectory,
    scriptName: task.scriptName,
    trainParams: task.trainParams,
    expectedPackages: [...task.expectedPackages],
    ...(task.rowTopic !== undefined && {
      rowTopic: { ...task.rowTopic, parts: [...task.rowTopic.parts] },
    }),
  };
}

function inputFile({ path, key, sizeBytes, sha256, executable }: TaskInputFile): InputFile {
  return { path, key, size: sizeBytes, sha256, executable };
}
