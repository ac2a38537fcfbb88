// The exit codes of the command.
import { asMlsqlError } from '../../shared/errors.js';

export const EXIT_OK = 0;
/** The script or job failed, or warned under --strict. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_UNREACHABLE = 3;
export const EXIT_INTERRUPTED = 130;

/** The exit code for a command that ended with this error. */
export function exitCodeOf(error: unknown): number {
  switch (asMlsqlError(error).code) {
    case 'MLSQL_USAGE_INVALID':
      return EXIT_USAGE;
    case 'MLSQL_CLUSTER_UNREACHABLE':
      return EXIT_UNREACHABLE;
    default:
      return EXIT_FAILED;
  }
}
