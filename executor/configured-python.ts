// The interpreter that MLSQL_PYTHON names for all scripts: one that cannot be used is refused before any work comes.
import { isMlsqlError, MlsqlError } from '../shared/errors.js';
import { defaultInterpreter, type Interpreters, interpreterVersion } from './tasks/interpreter.js';

/** What scripts may be written for; older ones lack what the runtime needs. */
const PYTHON_MIN_MINOR = 9;

/**
 * Looks at the configured interpreter, if there is one.
 * @throws MlsqlError MLSQL_USAGE_INVALID that names it and the setting: it is not there, is no Python, or is too old
 */
export async function checkConfiguredPython(interpreters: Interpreters): Promise<void> {
  const { configured } = interpreters;
  if (configured === undefined) return;
  let path: string;
  try {
    path = defaultInterpreter(interpreters);
  } catch (error) {
    throw isMlsqlError(error) ? refused(error.message) : error;
  }
  const version = await interpreterVersion(path);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (version === '')
    throw refused(`the interpreter "${configured}" (MLSQL_PYTHON) does not run as a Python`);
  if (major !== 3 || minor < PYTHON_MIN_MINOR) {
    throw refused(
      `the interpreter "${configured}" (MLSQL_PYTHON) is Python ${version}, and 3.${PYTHON_MIN_MINOR} is the oldest that will do`,
    );
  }
}

function refused(message: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', message, {
    hint: `set MLSQL_PYTHON to a Python 3.${PYTHON_MIN_MINOR} or newer of this machine, or unset it: scripts then run in the environment that npm run setup made`,
  });
}
