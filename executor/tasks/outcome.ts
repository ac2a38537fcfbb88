// How an attempt ended, in the words of the protocol. Pure.
import { ERROR_KINDS, type ErrorCode, MlsqlError } from '../../shared/errors.js';
import type { AttemptFailure } from '../../shared/rpc/gen/mlsql/v1/AttemptFailure.js';
import type { ErrorReport, ExitReport } from './reports.js';

/** Causes of AttemptFailure. */
export type FailureCause =
  | 'exit'
  | 'signal'
  | 'memory'
  | 'timeout'
  | 'idle'
  | 'cancelled'
  | 'sync'
  | 'environment'
  | 'upload'
  | 'disk'
  | 'internal';

/** Why the executor itself ends an attempt. */
export interface Stop {
  /** cancelled: somebody asked; sync: streaming its data failed; lost: the executor has to leave. */
  readonly cause: 'cancelled' | 'sync' | 'lost';
  readonly message: string;
}

const MESSAGE_MAX_CHARS = 2000;
const TRACEBACK_MAX_CHARS = 64 * 1024;

/** What the script and its shim left behind. */
export interface ScriptEnd {
  readonly scriptName: string;
  readonly exit: ExitReport;
  readonly error: ErrorReport | undefined;
  readonly stop: Stop | undefined;
}

/** The failure of a script that has ended; undefined: it succeeded. */
export function failureOfScript({ scriptName, exit, error, stop }: ScriptEnd): AttemptFailure | undefined {
  const facts: AttemptFailure = {
    traceback: (error?.traceback ?? '').slice(-TRACEBACK_MAX_CHARS),
    signal: exit.signal,
    peakMemoryBytes: exit.peakMemoryBytes,
    ...(exit.exitCode !== undefined && { exitCode: exit.exitCode }),
  };
  // Asked to stop, it is stopped, also where it came to its end by itself in the same moment.
  if (stop !== undefined) return { ...failureOfStop(stop), ...facts };
  const script = `the script ${scriptName}`;
  const byUser = (
    cause: FailureCause,
    code: ErrorCode,
    message: string,
    retryable = true,
  ): AttemptFailure => ({
    ...facts,
    ...failure(cause, code, message, retryable),
  });
  switch (exit.cause) {
    case 'exit':
      if (exit.exitCode === 0) return undefined;
      if (error !== undefined) {
        const raised = error.message === '' ? error.type : `${error.type}: ${error.message}`;
        return byUser('exit', 'MLSQL_TASK_EXIT', `${script} raised ${raised}`, error.retryable);
      }
      return byUser('exit', 'MLSQL_TASK_EXIT', `${script} ended with exit code ${exit.exitCode}`);
    case 'signal':
      return byUser('signal', 'MLSQL_TASK_SIGNAL', `${script} was ended by ${exit.signal}`);
    case 'memory':
      return byUser(
        'memory',
        'MLSQL_TASK_MEMORY',
        `${script} ${exit.message || 'used more memory than its limit'}`,
      );
    case 'timeout':
      return byUser(
        'timeout',
        'MLSQL_TASK_TIMEOUT',
        `${script} ${exit.message || 'ran longer than its timeout'}`,
      );
    case 'idle':
      return byUser(
        'idle',
        'MLSQL_TASK_IDLE',
        `${script} ${exit.message || 'printed nothing for longer than its idleTimeout'}`,
      );
    case 'disk':
      return byUser('disk', 'MLSQL_TASK_DISK', `${script} ${exit.message || 'filled its disk quota'}`);
    case 'environment':
      return byUser(
        'environment',
        'MLSQL_TASK_INTERPRETER',
        exit.message || 'the interpreter cannot be started',
        false,
      );
    default:
      return {
        ...facts,
        ...failure(
          'internal',
          'MLSQL_INTERNAL',
          `${script}: ${exit.message || `ended by ${exit.cause}`}`,
          true,
        ),
      };
  }
}

/** The failure of an attempt that the executor ended before there was a script, or instead of it. */
export function failureOfStop(stop: Stop): AttemptFailure {
  switch (stop.cause) {
    case 'cancelled':
      return failure('cancelled', 'MLSQL_TRAIN_CANCELLED', stop.message, false);
    case 'sync':
      return failure('sync', 'MLSQL_TASK_SYNC', stop.message, true);
    case 'lost':
      return failure('internal', 'MLSQL_TASK_LOST', stop.message, true);
  }
}

/** What the executor was doing when it failed. */
export type Step = 'sync' | 'start' | 'upload';

/** The failure of the executor's own work. */
export function failureOfStep(step: Step, error: unknown): AttemptFailure {
  const known = error instanceof MlsqlError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (known?.code === 'MLSQL_TASK_INTERPRETER') {
    return failure('environment', known.code, withHint(known), false);
  }
  // The script's own doing: names that no store takes, links that lead out of its folder.
  const lasting = known !== undefined && known.kind.blame === 'user';
  if (step === 'upload') {
    return lasting
      ? failure('upload', known.code, withHint(known), true)
      : failure(
          'upload',
          'MLSQL_TASK_UPLOAD',
          `the model could not be brought to the store: ${message}`,
          true,
        );
  }
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
    const where = 'the disk of the executor’s work folder is full';
    return failure('sync', 'MLSQL_TASK_SYNC', `${where}: ${message}`, true);
  }
  if (step === 'sync') {
    return failure(
      'sync',
      'MLSQL_TASK_SYNC',
      `data or resources could not be brought to the executor: ${message}`,
      !lasting,
    );
  }
  return failure('internal', 'MLSQL_INTERNAL', `the attempt could not be started: ${message}`, true);
}

function failure(cause: FailureCause, code: ErrorCode, message: string, retryable: boolean): AttemptFailure {
  return {
    cause,
    code,
    message: message.slice(0, MESSAGE_MAX_CHARS),
    retryable,
    blame: ERROR_KINDS[code].blame,
  };
}

function withHint(error: MlsqlError): string {
  return error.details.hint === undefined ? error.message : `${error.message}; ${error.details.hint}`;
}
