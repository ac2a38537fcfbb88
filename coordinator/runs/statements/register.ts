// register: version and group chosen, the predict script found, run once as proof, and the name made durable.

import { isMlsqlError, MlsqlError } from '../../../shared/errors.js';
import { functionId, newId } from '../../../shared/ids.js';
import type { RegisterStatement, UnregisterStatement } from '../../../shared/language/ast.js';
import { checkModelOptions, type ModelOptions } from '../../../shared/language/statement-options.js';
import { substitute } from '../../../shared/language/substitute.js';
import type { RegisteredModel } from '../../models/model-types.js';
import { selectModel } from '../../models/select-model.js';
import { type InputContext, targetKey } from '../../planning/inputs.js';
import { projectOfVersion, resolveProject } from '../../planning/project.js';
import type { Project } from '../../planning/project-model.js';
import { BUILTIN_ALGS } from '../../planning/train-options.js';
import { functionSpecOf, type ServedModel } from '../../predict/function-spec.js';
import { positionOf, type RunContext } from '../context.js';
import type { FinishedStatement } from '../script-runner.js';

type FinishedRegister = Extract<FinishedStatement, { kind: 'register' }>;

export async function runRegister(
  context: RunContext,
  statement: RegisterStatement,
): Promise<FinishedRegister> {
  const { services, scope } = context;
  const position = positionOf(statement.path);
  const path = substitute(statement.path, scope.variables);
  const key = targetKey(path, 'register', position);
  const name = checkedName(substitute(statement.name, scope.variables), statement);
  const options = checkModelOptions(statement, scope.variables);
  const model = await chooseModel(context, key, options, position);
  const inputs: InputContext = {
    store: services.store,
    buckets: services.buckets,
    hasher: services.hasher,
    clientFiles: context.clientFiles,
  };
  const project = await predictProject(inputs, model, options, position);
  const spec = functionSpecOf(servedModel(name, model, project, options));
  const id = functionId(newId('fn', services.clock.now()));
  services.functions.add(id, spec);
  try {
    const kind = await services.functions.warm(id, context.signal);
    context.signal.throwIfAborted();
    const replaced = await services.registry.register({
      name,
      id,
      alg: options.algorithm,
      path,
      ...(model.version !== undefined && { version: model.version }),
      algIndex: model.algIndex,
      score: model.score,
      folder: model.folder,
      registeredMs: services.clock.now(),
      kind,
      spec,
    });
    if (replaced !== undefined) services.functions.retire(replaced.id);
  } catch (error) {
    services.functions.drop(id);
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
  context.ownFunctions.set(name.toLowerCase(), id);
  return { kind: 'register', name, functionId: id, spec };
}

/** A function that an earlier execution of the run registered is still the run's own. */
export function recallRegister(context: RunContext, finished: FinishedRegister): void {
  context.services.functions.add(finished.functionId, finished.spec);
  context.ownFunctions.set(finished.name.toLowerCase(), finished.functionId);
}

export async function runUnregister(
  context: RunContext,
  statement: UnregisterStatement,
): Promise<Extract<FinishedStatement, { kind: 'unregister' }>> {
  const name = substitute(statement.name, context.scope.variables);
  // A coordinator that dies behind the removal leaves a statement that was begun: then the function may be gone already.
  await context.kept();
  try {
    const removed = await context.services.registry.unregister(name);
    context.services.functions.retire(removed.id);
  } catch (error) {
    if (!(context.begun && isMlsqlError(error, 'MLSQL_FUNCTION_UNKNOWN')))
      throw error instanceof MlsqlError ? error.with({ position: positionOf(statement.name) }) : error;
  }
  context.ownFunctions.delete(name.toLowerCase());
  return { kind: 'unregister', name };
}

function checkedName(name: string, statement: RegisterStatement): string {
  if (/^[\p{L}_][\p{L}\p{N}_]{0,127}$/u.test(name)) return name;
  throw new MlsqlError('MLSQL_SCRIPT_SYNTAX', `"${name}" is no name for a function`, {
    position: positionOf(statement.name),
    hint: 'letters, digits and underscores, at most 128, no digit first',
  });
}

async function chooseModel(
  context: RunContext,
  key: string,
  options: ModelOptions,
  position: { line: number; column: number },
): Promise<RegisteredModel> {
  try {
    const choice = {
      ...(options.modelVersion !== undefined && { modelVersion: options.modelVersion }),
      ...(options.algIndex !== undefined && { algIndex: options.algIndex }),
    };
    return await selectModel(context.services.store, key, choice, (info) =>
      context.services.hasher.hash(info),
    );
  } catch (error) {
    if (!(error instanceof MlsqlError)) throw error;
    const at =
      error.code === 'MLSQL_MODEL_VERSION_UNKNOWN'
        ? options.modelVersionOption
        : error.code === 'MLSQL_MODEL_GROUP_UNKNOWN'
          ? options.algIndexOption
          : undefined;
    throw error.with({ position: at?.valuePosition ?? position });
  }
}

/** The statement's script; else the kept MLproject's api_predict; else the built-in trainer's own prediction. */
async function predictProject(
  inputs: InputContext,
  model: RegisteredModel,
  options: ModelOptions,
  position: { line: number; column: number },
): Promise<(Project & { builtinAlg: string }) | undefined> {
  if (options.script !== undefined || options.project !== undefined) {
    return { ...(await resolveProject(inputs, options, 'api_predict', model.fitParam)), builtinAlg: '' };
  }
  if (BUILTIN_ALGS.some((name) => name === model.alg))
    return { files: [], script: '', command: '', packages: [], builtinAlg: model.alg };
  const kept = model.project;
  if (kept?.files.some((file) => file.path === 'MLproject')) {
    const project = await projectOfVersion(
      inputs,
      { folder: true, name: model.folder, files: kept.files },
      `of ${model.path}`,
      'api_predict',
      model.fitParam,
      position,
    );
    return { ...project, builtinAlg: '' };
  }
  throw new MlsqlError(
    'MLSQL_SCRIPT_OPTION_MISSING',
    'register needs pythonScriptPath: the model was trained by a plain script',
    {
      position,
      hint: 'add options pythonScriptPath="./predict.py", a script that calls python_fun.udf(fn)',
    },
  );
}

function servedModel(
  name: string,
  model: RegisteredModel,
  project: (Project & { builtinAlg: string }) | undefined,
  options: ModelOptions,
): ServedModel {
  const pythonPath = options.systemParam.pythonPath ?? model.systemParam.pythonPath ?? '';
  return {
    name,
    project: project?.files ?? [],
    script: project?.script ?? '',
    command: project?.command ?? '',
    builtinAlg: project?.builtinAlg ?? '',
    model: model.files,
    resources: model.resources,
    fitParam: model.fitParam,
    systemParam: { ...model.systemParam, ...options.systemParam.raw },
    pythonPath,
    pythonParams:
      options.systemParam.pythonParam.length > 0
        ? options.systemParam.pythonParam
        : splitParams(model.systemParam.pythonParam),
    envs: options.systemParam.envs,
    copyTrainParams: options.enableCopyTrainParamsToPython,
    trainParams: model.trainParams,
  };
}

function splitParams(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').filter((part) => part !== '');
}
