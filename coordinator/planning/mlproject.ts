// An MLproject file: its entry points' commands with their parameters filled in, and the packages of its conda.yaml. Loaded
// when a project is a folder, since YAML and schema libraries are slow to load.
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { MlsqlError, type Position } from '../../shared/errors.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';
import type { InputContext, InputTree } from './inputs.js';
import { type EntryPoint, listed, type Project } from './project-model.js';

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

/**
 * The project that a folder with MLproject is.
 * @param name - the folder, for messages
 * @param parameters - values for `{name}` in the command
 * @throws MlsqlError MLSQL_SCRIPT_OPTION_VALUE where there is no MLproject, or not such an entry point
 */
export async function readMlproject(
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
    const value = Object.hasOwn(parameters, name) ? parameters[name] : fallback;
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
