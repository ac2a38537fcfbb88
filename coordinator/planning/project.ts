// What a train or register runs: a single script, a folder with MLproject, or a folder shipped whole with a script in it.
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { MlsqlError, type Position } from '../../shared/errors.js';
import type { ResolvedOption } from '../../shared/language/options.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';
import { type InputContext, type InputTree, resolveInput } from './inputs.js';

export type EntryPoint = 'train' | 'batch_predict' | 'api_predict';

export interface Project {
  readonly files: readonly TaskInputFile[];
  /** The script to run, relative to the project; empty where a command is given. */
  readonly script: string;
  /** Command line of the MLproject's entry point; empty without one. */
  readonly command: string;
  /** Packages that the project's conda.yaml names. */
  readonly packages: readonly string[];
}

const MLPROJECT_MAX_BYTES = 1024 * 1024;

const entrySchema = z.object({
  parameters: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.object({ default: z.union([z.string(), z.number(), z.boolean()]).optional() }).loose(),
      ]),
    )
    .optional(),
  command: z.string(),
});
const mlprojectSchema = z.object({
  name: z.string().optional(),
  conda_env: z.string().optional(),
  entry_points: z.record(z.string(), z.record(z.string(), z.unknown())),
});

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
      return fromFolder(
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
  if (tree.folder) return fromFolder(context, tree, value, entryPoint, parameters, position);
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
  return fromFolder(context, tree, name, entryPoint, parameters, position);
}

async function fromFolder(
  context: InputContext,
  tree: InputTree,
  name: string,
  entryPoint: EntryPoint,
  parameters: Readonly<Record<string, string>>,
  position: Position,
): Promise<Project> {
  const description = tree.files.find((file) => file.path === 'MLproject');
  if (description === undefined) {
    throw new MlsqlError('MLSQL_SCRIPT_OPTION_VALUE', `the folder ${name} has no MLproject file`, {
      position,
      hint: 'name a script file, or add pythonProjectPath for the folder and pythonScriptPath for the script in it',
    });
  }
  const parsed = mlprojectSchema.safeParse(
    await readYaml(context, description, `${name}/MLproject`, position),
  );
  if (!parsed.success) throw invalid(`${name}/MLproject`, z.prettifyError(parsed.error), position);
  const points = Object.values(parsed.data.entry_points);
  const raw =
    points.map((point) => point[entryPoint]).find((point) => point !== undefined) ??
    parsed.data.entry_points[entryPoint];
  const point = entrySchema.safeParse(raw);
  if (!point.success) {
    throw invalid(
      `${name}/MLproject`,
      `no entry point "${entryPoint}" with a command (it has ${listed(points.flatMap((value) => Object.keys(value)))})`,
      position,
    );
  }
  const packages =
    parsed.data.conda_env === undefined
      ? []
      : await condaPackages(context, tree, name, parsed.data.conda_env, position);
  return {
    files: tree.files,
    script: '',
    command: fillCommand(point.data, parameters, `${name}/MLproject`, position),
    packages,
  };
}

/** Replaces `{name}` by the group's parameter or the default. */
function fillCommand(
  point: z.infer<typeof entrySchema>,
  parameters: Readonly<Record<string, string>>,
  file: string,
  position: Position,
): string {
  return point.command.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const declared = point.parameters?.[name];
    const fallback = typeof declared === 'object' ? declared.default : undefined;
    const value = parameters[name] ?? fallback;
    if (value === undefined)
      throw invalid(
        file,
        `the command's ${whole} has no value`,
        position,
        `give fitParam.N.${name}, or a default in MLproject`,
      );
    return `'${String(value).replaceAll("'", `'\\''`)}'`;
  });
}

async function condaPackages(
  context: InputContext,
  tree: InputTree,
  name: string,
  file: string,
  position: Position,
): Promise<string[]> {
  const input = tree.files.find((candidate) => candidate.path === file.replace(/^\.\//, ''));
  if (input === undefined) return [];
  const schema = z.object({
    dependencies: z
      .array(z.union([z.string(), z.object({ pip: z.array(z.string()).optional() }).loose()]))
      .optional(),
  });
  const parsed = schema.safeParse(await readYaml(context, input, `${name}/${file}`, position));
  if (!parsed.success) throw invalid(`${name}/${file}`, z.prettifyError(parsed.error), position);
  return (parsed.data.dependencies ?? [])
    .flatMap((dependency) => (typeof dependency === 'string' ? [dependency] : (dependency.pip ?? [])))
    .map((requirement) => /^[\w.-]+/.exec(requirement.trim())?.[0] ?? '')
    .filter((requirement) => requirement !== '' && requirement !== 'python' && requirement !== 'pip');
}

async function readYaml(
  context: InputContext,
  input: TaskInputFile,
  name: string,
  position: Position,
): Promise<unknown> {
  if (input.sizeBytes > MLPROJECT_MAX_BYTES)
    throw invalid(name, `larger than ${MLPROJECT_MAX_BYTES} bytes`, position);
  const { body } = await context.store.get(input.key);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  try {
    return parseYaml(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw invalid(name, (error as Error).message, position);
  }
}

function invalid(file: string, problem: string, position: Position, hint?: string): MlsqlError {
  return new MlsqlError('MLSQL_SCRIPT_OPTION_VALUE', `${file}: ${problem}`, {
    position,
    ...(hint !== undefined && { hint }),
  });
}

function listed(names: readonly string[]): string {
  return names.length === 0
    ? 'nothing'
    : names.slice(0, 10).join(', ') + (names.length > 10 ? `, … (${names.length} in all)` : '');
}
