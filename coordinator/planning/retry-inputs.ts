// What a retry reads of the store: the others' models and the open groups' files, looked at before anything is claimed; and
// changed client files under the names that the train wrote.
import { MlsqlError, type Position } from '../../shared/errors.js';
import type { ResolvedOption } from '../../shared/language/options.js';
import { classifyPath } from '../../shared/language/paths.js';
import { SYSTEM_PREFIX } from '../../shared/object-store/keys.js';
import { keptModelPrefix } from '../models/assemble.js';
import type { KeptModel } from '../models/model-types.js';
import { mapStore } from '../models/objects.js';
import type { GroupSpec, JobSpec } from '../scheduling/model.js';
import type { TaskInputFile, TaskResource } from '../scheduling/task-spec.js';
import { type InputContext, resolveInput } from './inputs.js';
import { resolveProject } from './project.js';
import type { ChangedInputs } from './retry-plan.js';

const NAMED_MAX = 3;
const RESOURCE = /^fitParam\.(\d+)\.resource\.(.+)$/s;

/** The client's files and folders that the job's train named, as it wrote them: scripts, project, resources. */
export function clientNames(spec: JobSpec): readonly string[] {
  const params = spec.groups[0]!.task.trainParams;
  const { script, project } = projectNames(params);
  const resources = Object.entries(params).flatMap(([key, value]) => (RESOURCE.test(key) ? [value] : []));
  const names = [project ?? script, ...resources].filter((name) => name !== undefined);
  return [...new Set(names.filter((name) => classifyPath(name).kind === 'client'))];
}

/**
 * Of each group, what the client brought under a name that the train wrote. All else stays as it was.
 * @throws MlsqlError as resolveProject
 */
export async function changedInputs(
  context: InputContext,
  groups: readonly GroupSpec[],
  position: Position,
): Promise<ReadonlyMap<number, ChangedInputs>> {
  const changed = new Map<number, ChangedInputs>();
  if (context.clientFiles.size === 0) return changed;
  for (const { algIndex, task } of groups) {
    const params = task.trainParams;
    const resources = new Map<string, TaskResource>();
    for (const { name } of task.resources) {
      const value = params[`fitParam.${algIndex}.resource.${name}`] ?? resourceOfAny(params, name);
      if (value === undefined || !context.clientFiles.has(value)) continue;
      const { folder, files } = await resolveInput(context, value, `resource ${name}`, position);
      resources.set(name, { name, folder, files });
    }
    const { script, project } = projectNames(params);
    const named = project ?? script;
    if (task.builtinAlg !== '' || named === undefined || !context.clientFiles.has(named)) {
      changed.set(algIndex, { resources });
      continue;
    }
    const option = (value: string): ResolvedOption => ({
      key: '',
      value,
      keyPosition: position,
      valuePosition: position,
    });
    const options = {
      ...(script !== undefined && { script: option(script) }),
      ...(project !== undefined && { project: option(project) }),
    };
    changed.set(algIndex, {
      resources,
      project: await resolveProject(context, options, 'train', task.fitParam),
    });
  }
  return changed;
}

function projectNames(params: Readonly<Record<string, string>>): { script?: string; project?: string } {
  const script = params.pythonScriptPath ?? params.pythonDescPath;
  const project = params.pythonProjectPath;
  return { ...(script !== undefined && { script }), ...(project !== undefined && { project }) };
}

/** Partitions without a fitParam of their own have the first group's resources. */
function resourceOfAny(params: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(params).find(([key]) => RESOURCE.exec(key)?.[2] === name)?.[1];
}

/**
 * Looks whether all that a retry keeps and reads is there.
 * @throws MlsqlError MLSQL_JOB_MODELS_GONE, MLSQL_JOB_INPUTS_GONE: which
 */
export async function requireRetryInputs(
  { store, hasher }: Pick<InputContext, 'store' | 'hasher'>,
  jobId: string,
  groups: readonly GroupSpec[],
  kept: readonly KeptModel[],
): Promise<void> {
  const keptOf = new Map(kept.map((model) => [model.algIndex, model]));
  const models = groups.flatMap(({ algIndex, kept: from }) => {
    const model = keptOf.get(algIndex);
    if (from === undefined || model === undefined) return [];
    return from.result.files.map(({ path, sizeBytes }) => ({
      key: keptModelPrefix(model) + path,
      sizeBytes,
    }));
  });
  const lacking = await mapStore(models, async ({ key, sizeBytes }) =>
    (await store.head(key))?.sizeBytes === sizeBytes ? [] : [`/${key}`],
  );
  if (lacking.flat().length > 0) {
    throw new MlsqlError(
      'MLSQL_JOB_MODELS_GONE',
      `models that a retry of job ${jobId} would keep are gone or changed: ${named(lacking.flat())}`,
      { hint: 'run its script again to train everything anew', jobId },
    );
  }
  const inputs = new Map<string, TaskInputFile>();
  for (const { task, kept: from } of groups) {
    if (from !== undefined) continue;
    const resources = task.resources.flatMap(({ files }) => files);
    for (const file of [...task.data, ...task.validate, ...task.project, ...resources])
      inputs.set(file.key, file);
  }
  const written = new Set(
    groups.flatMap(({ task }) => [...task.data, ...task.validate]).map(({ key }) => key),
  );
  const gone = await mapStore([...inputs.values()], async ({ key, sizeBytes, sha256 }) => {
    const info = await store.head(key);
    if (info === undefined) return [`/${key}`];
    // What the product wrote bears its content in its name; a user's own file may have been replaced.
    const own = key.startsWith(SYSTEM_PREFIX) || written.has(key);
    const same = info.sizeBytes === sizeBytes && (own || (await hasher.hash(info)) === sha256);
    return same ? [] : [`/${key} (changed)`];
  });
  if (gone.flat().length > 0) {
    throw new MlsqlError(
      'MLSQL_JOB_INPUTS_GONE',
      `data or files of job ${jobId} are in the store no more, or have changed: ${named(gone.flat())}`,
      { hint: 'run its script again, which writes and reads them anew', jobId },
    );
  }
}

function named(keys: readonly string[]): string {
  const more = keys.length - NAMED_MAX;
  return keys.slice(0, NAMED_MAX).join(', ') + (more > 0 ? `, and ${more} more` : '');
}
