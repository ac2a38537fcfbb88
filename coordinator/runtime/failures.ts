// Errors as values: what an operation of the world failed with, told to the machine.
import { asMlsqlError } from '../../shared/errors.js';
import type { FailureInfo } from '../scheduling/model.js';

export function failureOf(error: unknown): FailureInfo {
  const known = asMlsqlError(error);
  return {
    code: known.code,
    message: known.message,
    traceback: known.details.traceback ?? '',
    retryable: known.kind.retryable,
    blame: known.kind.blame,
    cause: known.code === 'MLSQL_INTERNAL' ? 'internal' : 'store',
  };
}
