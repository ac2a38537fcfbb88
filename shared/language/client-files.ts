// Which files of the client's machine a script itself names. The client offers these and no others, before anything runs.
import { MlsqlError, type Position } from '../errors.js';
import type { Option, Span, Statement, Text } from './ast.js';
import { classifyPath, type PathPlace } from './paths.js';
import { substitute, variablesIn } from './substitute.js';

export type ClientFilePurpose = 'data' | 'script' | 'project' | 'resource';

export interface ClientFileName {
  /** The path as the script writes it, variables filled in. */
  readonly name: string;
  /** Where the script first names it. */
  readonly span: Span;
  /** What it is read for; a script may be a folder with MLproject, and data a folder of files. */
  readonly purpose: ClientFilePurpose;
}

export interface KnownVariables {
  /** The client's own (`--set`): they win over the script's. */
  readonly settings?: ReadonlyMap<string, string>;
  /** The cluster's: the script's own win over them. */
  readonly defaults?: ReadonlyMap<string, string>;
}

const RESOURCE = /^fitParam\.\d+\.resource\./;
/** Formats whose path is the name of a variable. */
const INLINE_FORMATS = new Set(['jsonstr', 'script']);

/**
 * The client files that a script names, each once, in order. Variables are followed as far as the script tells them: a
 * path that needs one which only the run can know (`set … options type="sql"`, or one never set) is left out.
 * @throws MlsqlError MLSQL_SCRIPT_TARGET_RELATIVE where a save, train, register or predict names no path of the store,
 * MLSQL_STORE_PATH_INVALID for a malformed path, both at the path
 */
export function clientFileNames(
  statements: readonly Statement[],
  known: KnownVariables = {},
): readonly ClientFileName[] {
  const settings = known.settings ?? new Map<string, string>();
  const variables = new Map<string, string>([...(known.defaults ?? []), ...settings]);
  const names = new Map<string, ClientFileName>();
  const resolve = (text: Text): string | undefined =>
    variablesIn(text).every((name) => variables.has(name)) ? substitute(text, variables) : undefined;
  const note = (text: Text, purpose: ClientFilePurpose): void => {
    const path = resolve(text);
    if (path === undefined || classifyAt(path, text).kind !== 'client' || names.has(path)) return;
    names.set(path, { name: path, span: text.span, purpose });
  };
  for (const statement of statements) {
    switch (statement.kind) {
      case 'set': {
        const name = resolve(statement.name) ?? statement.name.value;
        if (settings.has(name)) break;
        const value = valueType(statement.options, resolve) === 'sql' ? undefined : resolve(statement.value);
        if (value === undefined) variables.delete(name);
        else variables.set(name, value);
        break;
      }
      case 'load':
        if (!INLINE_FORMATS.has(statement.format.value.toLowerCase())) note(statement.path, 'data');
        break;
      case 'save':
      case 'train':
      case 'register':
      case 'predict': {
        const target = resolve(statement.path);
        if (target !== undefined) checkTarget(target, statement.kind, statement.path.span);
        for (const { text, purpose } of filesOf(statement.options)) note(text, purpose);
        break;
      }
      default:
        break;
    }
  }
  return [...names.values()];
}

/**
 * The place that a save or train writes to, or a register or predict reads its model from.
 * @param path - as written, variables substituted
 * @throws MlsqlError MLSQL_SCRIPT_TARGET_RELATIVE for a client's path, MLSQL_STORE_PATH_INVALID for a malformed one
 */
export function checkTarget(
  path: string,
  statement: 'save' | 'train' | 'register' | 'predict',
  position: Position,
): Exclude<PathPlace, { kind: 'client' }> {
  const place = at(position, () => classifyPath(path));
  if (place.kind !== 'client') return place;
  const does = statement === 'save' || statement === 'train' ? 'writes to' : 'reads its model from';
  const hint = path.startsWith('file:')
    ? 'write a path of the store, for example /models/a'
    : `write /${path.replace(/^(\.{0,2}\/)+/, '')}`;
  throw new MlsqlError(
    'MLSQL_SCRIPT_TARGET_RELATIVE',
    `${statement} ${does} the store, and "${path}" is a path of the client`,
    {
      position: { line: position.line, column: position.column },
      hint,
    },
  );
}

/** The options that name files. A script inside a project is no file of its own. */
function filesOf(options: readonly Option[]): { text: Text; purpose: ClientFilePurpose }[] {
  const inProject = options.some((option) => option.key.value === 'pythonProjectPath');
  return options.flatMap(({ key, value }) => {
    const purpose = purposeOf(key.value, inProject);
    return purpose === undefined ? [] : [{ text: value, purpose }];
  });
}

function purposeOf(key: string, inProject: boolean): ClientFilePurpose | undefined {
  if (key === 'pythonProjectPath') return 'project';
  if (RESOURCE.test(key)) return 'resource';
  return !inProject && (key === 'pythonScriptPath' || key === 'pythonDescPath') ? 'script' : undefined;
}

function valueType(
  options: readonly Option[],
  resolve: (text: Text) => string | undefined,
): string | undefined {
  const option = options.find(({ key }) => key.value === 'type');
  return option === undefined ? undefined : resolve(option.value)?.trim().toLowerCase();
}

function classifyAt(path: string, text: Text): PathPlace {
  return at(text.span, () => classifyPath(path));
}

function at<T>(position: Position, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MlsqlError)) throw error;
    throw error.with({ position: { line: position.line, column: position.column } });
  }
}
