// A function's folder: its files, its spec.json, and the command that starts its workers.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PYTHON_ROOT } from '../../shared/paths.js';
import type { FunctionSpec__Output as FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import { SYNC_DEADLINE_MS } from '../limits.js';
import { writeJson } from '../tasks/attempt-folder.js';
import { type Environment, scriptEnvironment } from '../tasks/environment.js';
import { type Interpreters, resolveInterpreter } from '../tasks/interpreter.js';
import { placeFolder, placeResources, resourcePaths, type Syncer } from '../tasks/sync.js';
import type { WorkerCommand } from './function-worker.js';

/** What preparing a function needs of the executor. */
export interface FunctionFolderDeps {
  readonly syncer: Syncer;
  readonly interpreters: Interpreters;
  /** The executor's own, of which scripts see an allow-list. */
  readonly environment: Environment;
}

/**
 * Brings the function's files into a new folder.
 * @returns how to start a worker
 * @throws MlsqlError MLSQL_TASK_INTERPRETER, or what the store failed with
 */
export async function prepareFunctionFolder(
  dir: string,
  functionId: string,
  spec: FunctionSpec,
  deps: FunctionFolderDeps,
  signal: AbortSignal,
): Promise<WorkerCommand> {
  const [work, model, resource, tmp] = ['work', 'model', 'resource', 'tmp'].map((name) =>
    join(dir, name),
  ) as [string, string, string, string];
  await mkdir(dir, { mode: 0o700 });
  await Promise.all([work, model, resource, tmp].map((folder) => mkdir(folder, { mode: 0o700 })));
  const resources = await placeResources(resource, spec.resources);
  await deps.syncer.place(
    [...placeFolder(work, spec.project), ...placeFolder(model, spec.model), ...resources],
    { deadlineMs: SYNC_DEADLINE_MS, signal },
  );
  const specFile = join(dir, 'spec.json');
  await writeJson(specFile, {
    functionId,
    name: spec.name,
    workDir: work,
    script: spec.script,
    command: spec.command,
    builtinAlg: spec.builtinAlg,
    modelDir: model,
    resources: resourcePaths(resource, spec.resources),
    fitParam: spec.fitParam,
    systemParam: spec.systemParam,
    copyTrainParams: spec.copyTrainParams,
    trainParams: spec.trainParams,
    pythonVersion: spec.systemParam.pythonVer ?? '',
  });
  return {
    program: resolveInterpreter(spec.pythonPath, work, deps.interpreters),
    arguments: [...spec.pythonParams, join(PYTHON_ROOT, 'mlsql_runtime/function_worker.py'), specFile],
    cwd: dir,
    // Rows come in parallel through several workers, not through threads of one.
    environment: scriptEnvironment(deps.environment, {
      tmpDir: tmp,
      cpus: 1,
      gpuDevices: [],
      envs: spec.envs,
      fixed: {},
    }),
  };
}
