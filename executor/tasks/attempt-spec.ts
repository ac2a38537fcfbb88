// spec.json of an attempt: a task in the form that the Python side reads. Pure.
import type { TaskSpec__Output as TaskSpec } from '../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import { LOG_MAX_BYTES } from '../limits.js';
import type { AttemptFolder } from './attempt-folder.js';
import { pathWithin } from './attempt-folder.js';
import { resourcePaths } from './sync.js';

/** What the executor adds to a task. */
export interface AttemptContext {
  readonly jobId: string;
  readonly algIndex: number;
  readonly attempt: number;
  /** Absolute path of the interpreter. */
  readonly pythonPath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where the data is streamed; undefined where it lies on disk. */
  readonly dataSocket: string | undefined;
  readonly diskBytes: number;
  readonly graceMs: number;
}

/** The content of spec.json, as docs/python-boundary.md lists it. */
export function attemptSpec(
  task: TaskSpec,
  folder: AttemptFolder,
  context: AttemptContext,
): Record<string, unknown> {
  return {
    jobId: context.jobId,
    algIndex: context.algIndex,
    attempt: context.attempt,
    attemptDir: folder.dir,
    pythonPath: context.pythonPath,
    pythonParams: task.pythonParams,
    pythonVersion: task.pythonVersion,
    expectedPackages: task.expectedPackages,
    dataColumns: task.dataColumns,
    script: task.script,
    command: task.command,
    builtinAlg: task.builtinAlg,
    dataDir: folder.data,
    dataStream: context.dataSocket ?? null,
    dataFormat: task.dataFormat,
    stopFlagNum: task.data.length,
    modelDir: folder.model,
    checkpointDir: folder.checkpoint,
    workDir: folder.work,
    tmpDir: folder.tmp,
    validateFiles: task.validate.map((file) => pathWithin(folder.validate, file.path)),
    resources: resourcePaths(folder.resource, task.resources),
    fitParam: task.fitParam,
    kafkaParam: task.kafkaParam,
    systemParam: task.systemParam,
    trainParams: task.trainParams,
    env: context.environment,
    memoryBytes: task.memoryBytes,
    diskBytes: context.diskBytes,
    timeoutMs: task.timeoutMs,
    idleTimeoutMs: task.idleTimeoutMs,
    graceMs: context.graceMs,
    logBytesMax: LOG_MAX_BYTES,
  };
}
