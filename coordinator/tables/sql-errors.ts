// What DuckDB says, as errors for users: the right code, no internal names, and a hint.
import { MlsqlError } from '../../shared/errors.js';
import { SqlWorkError } from './sql-client.js';

/** What is being done, for the choice of the code. */
export type SqlActivity = 'select' | 'load' | 'read' | 'write';

/**
 * Turns a failure of the SQL process into an MlsqlError; other errors pass through as they are.
 * @param activity - a load's failures are about data files, a select's about the select
 * @param displayNames - what users call the files that DuckDB knows by their paths
 */
export function sqlError(
  error: unknown,
  activity: SqlActivity,
  displayNames: ReadonlyMap<string, string> = new Map(),
): unknown {
  if (!(error instanceof SqlWorkError)) return error;
  const { cause } = error.failure;
  let { message } = error.failure;
  for (const [path, name] of displayNames) message = message.replaceAll(path, name);
  if (cause === 'cancelled') return new MlsqlError('MLSQL_RUN_CANCELLED', 'the statement was cancelled');
  if (cause === 'session')
    return new MlsqlError('MLSQL_SQL_PROCESS_LOST', `the session's SQL thread ended: ${message}`, {
      hint: 'Run the script again.',
    });
  if (cause === 'argument') {
    return new MlsqlError('MLSQL_FUNCTION_ARGUMENT', message, {
      hint: 'A function takes a vector or an array of numbers without nulls: fill them first, for example with coalesce.',
    });
  }
  const [kind, text] = split(message);
  if (kind === 'INTERRUPT') return new MlsqlError('MLSQL_RUN_CANCELLED', 'the statement was cancelled');
  if (
    /^CSV Error on Line|Malformed JSON|Error in file|Could not convert string .* to '|^JSON transform error/.test(
      text,
    ) &&
    activity !== 'select'
  ) {
    return new MlsqlError('MLSQL_TABLE_DATA_INVALID', text, {
      hint: 'Correct the file, or load it with other options.',
    });
  }
  switch (kind) {
    case 'Out of Memory':
      return new MlsqlError('MLSQL_SQL_FAILED', `the SQL process has not enough memory: ${text}`, {
        hint: 'Give the coordinator more memory, or split the select into smaller ones.',
      });
    case 'Parser':
    case 'Binder':
    case 'Catalog':
      return new MlsqlError('MLSQL_SQL_INVALID', text);
    case 'Permission':
      return new MlsqlError('MLSQL_SQL_FORBIDDEN', text);
    case 'INTERNAL':
    case 'Internal':
    case 'FATAL':
      return new MlsqlError('MLSQL_INTERNAL', text);
    default:
      return new MlsqlError(activity === 'load' ? 'MLSQL_TABLE_DATA_INVALID' : 'MLSQL_SQL_FAILED', text);
  }
}

/** DuckDB writes `Kind Error: text`, then the line of SQL, which is not the user's. */
function split(message: string): [string, string] {
  const [head] = message.split(/\n\s*LINE \d+:|\n\n/);
  const match = /^(\w[\w ]*?) (?:Error|exception): ([\s\S]*)$/.exec(head!.trim());
  return match === null ? ['', head!.trim()] : [match[1]!, match[2]!.trim()];
}
