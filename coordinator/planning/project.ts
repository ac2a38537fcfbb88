// What a train or register runs: a single script, a folder with MLproject, or a folder shipped whole with a script in it.
import { MlsqlError, type Position } from '../../shared/errors.js';
import type { ResolvedOption } from '../../shared/language/options.js';
import { type InputContext, type InputTree, resolveInput } from './inputs.js';
import { type EntryPoint, listed, type Project } from './project-model.js';

/** What the statement says about its project. */
export interface ProjectOptions {
  /** pythonScriptPath (or pythonDescPath): a script, or a folder with MLproject; relative to the project where one is given. */
  readonly script?: ResolvedOption;
  /** pythonProjectPath: a folder shipped whole. */
  readonly project?: ResolvedOption;
}

/**
 * Finds script and files.
 * @param parameters - values for `{name}` in an MLproject's command
 * @throws MlsqlError that names the path and what is missing there
 */
export async function resolveProject(
  context: InputContext,
  options: ProjectOptions,
  entryPoint: EntryPoint,
  parameters: Readonly<Record<string, string>>,
): Promise<Project> {
  const { script: scriptOption, project: projectOption } = options;
  if (projectOption !== undefined) {
    const tree = await resolveInput(context, projectOption.value, 'the project', projectOption.valuePosition);
    if (scriptOption === undefined)
      return mlproject(
        context,
        tree,
        projectOption.value,
        entryPoint,
        parameters,
        projectOption.valuePosition,
      );
    const script = scriptOption.value.replace(/^\.\//, '');
    const position = scriptOption.valuePosition;
    if (!tree.files.some((file) => file.path === script)) {
      throw new MlsqlError(
        'MLSQL_SCRIPT_FILE_MISSING',
        `the project ${projectOption.value} has no file "${script}"`,
        { position, hint: `it has ${listed(tree.files.map((file) => file.path))}` },
      );
    }
    return { files: tree.files, script, command: '', packages: [] };
  }
  if (scriptOption === undefined) throw new Error('a project needs a script path or a project path');
  const { value, valuePosition: position } = scriptOption;
  const tree = await resolveInput(context, value, 'the script', position);
  if (tree.folder) return mlproject(context, tree, value, entryPoint, parameters, position);
  return { files: tree.files, script: tree.files[0]!.path, command: '', packages: [] };
}

/**
 * The project as it lies with a model version, for register and predict.
 * @throws MlsqlError where it has no such entry point
 */
export function projectOfVersion(
  context: InputContext,
  tree: InputTree,
  name: string,
  entryPoint: EntryPoint,
  parameters: Readonly<Record<string, string>>,
  position: Position,
): Promise<Project> {
  return mlproject(context, tree, name, entryPoint, parameters, position);
}

/** @throws MlsqlError as readMlproject */
async function mlproject(
  ...folder: Parameters<typeof import('./mlproject.js').readMlproject>
): Promise<Project> {
  const { readMlproject } = await import('./mlproject.js');
  return readMlproject(...folder);
}
