// From the interpreter as a user names it to a program on this machine.
import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MlsqlError } from '../../shared/errors.js';
import { SETUP_PYTHON } from '../../shared/paths.js';

/** Where interpreters come from. */
export interface Interpreters {
  /** MLSQL_PYTHON; undefined: the environment that set-up made, or else python3. */
  readonly configured: string | undefined;
  /** MLSQL_PYTHON_MAP. */
  readonly map: ReadonlyMap<string, string>;
  /** PATH of the executor. */
  readonly searchPath: string;
}

/**
 * The absolute path of an interpreter. Bare `python`, and nothing at all, mean the default; other bare names are
 * looked up in PATH; absolute paths stand as they are; relative ones count from the project's folder. A mapped name
 * or path is what it is mapped to.
 * @throws MlsqlError MLSQL_TASK_INTERPRETER that names what was asked for and where it was looked for
 */
export function resolveInterpreter(asked: string, workDir: string, interpreters: Interpreters): string {
  const mapped = interpreters.map.get(asked === '' ? 'python' : asked);
  const wanted = mapped ?? asked;
  if (wanted === '' || (wanted === 'python' && mapped === undefined)) return defaultInterpreter(interpreters);
  const named = asked === wanted ? `"${wanted}"` : `"${wanted}" (MLSQL_PYTHON_MAP has it for "${asked}")`;
  if (!wanted.includes('/')) return fromSearchPath(wanted, named, interpreters.searchPath);
  const path = isAbsolute(wanted) ? wanted : resolve(workDir, wanted);
  if (!isProgram(path))
    throw missing(`the interpreter ${named} does not exist on this executor, or cannot be run`);
  return path;
}

/**
 * The interpreter for scripts that name none.
 * @throws MlsqlError MLSQL_TASK_INTERPRETER
 */
export function defaultInterpreter(interpreters: Interpreters): string {
  const { configured, searchPath } = interpreters;
  if (configured !== undefined) {
    const named = `"${configured}" (MLSQL_PYTHON)`;
    if (!configured.includes('/')) return fromSearchPath(configured, named, searchPath);
    if (!isProgram(configured))
      throw missing(`the interpreter ${named} does not exist on this executor, or cannot be run`);
    return configured;
  }
  return isProgram(SETUP_PYTHON) ? SETUP_PYTHON : fromSearchPath('python3', '"python3"', searchPath);
}

/** The interpreter for the launcher, which is ours and needs nothing of the user's. */
export function launcherInterpreter(interpreters: Interpreters): string {
  return isProgram(SETUP_PYTHON) ? SETUP_PYTHON : defaultInterpreter(interpreters);
}

/** "3.11.7"; empty where the interpreter does not say. A virtual environment is not even started for it. */
export async function interpreterVersion(path: string): Promise<string> {
  try {
    const settings = readFileSync(join(dirname(dirname(path)), 'pyvenv.cfg'), 'utf8');
    const version = /^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)/m.exec(settings)?.[1];
    if (version !== undefined) return version;
  } catch {
    // No virtual environment: ask.
  }
  try {
    const { stdout, stderr } = await promisify(execFile)(path, ['-V'], { timeout: 10_000 });
    return /(\d+\.\d+\.\d+)/.exec(stdout + stderr)?.[1] ?? '';
  } catch {
    return '';
  }
}

function fromSearchPath(name: string, named: string, searchPath: string): string {
  for (const folder of searchPath.split(delimiter)) {
    if (folder !== '' && isProgram(join(folder, name))) return join(folder, name);
  }
  throw missing(`the interpreter ${named} is not in this executor's PATH (${searchPath})`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function missing(message: string): MlsqlError {
  return new MlsqlError('MLSQL_TASK_INTERPRETER', message, {
    hint: 'set systemParam.pythonPath to one that is there, or map it with MLSQL_PYTHON_MAP on the executors',
  });
}
