// The one registry of error codes, and the error class that carries them through every part.
// The file with the constants alone: all of grpc-js costs every program that only names an error 50 ms at its start.
import { Status as status } from '@grpc/grpc-js/build/src/constants.js';

/** Who has to act: the user, or whoever runs the cluster. */
export type Blame = 'user' | 'platform';

export interface ErrorKind {
  readonly blame: Blame;
  /** The gRPC status that a call failing with it ends with. */
  readonly grpc: status;
  /** True where the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** What it means, one sentence, for docs/errors.md. */
  readonly meaning: string;
}

const user = (grpc: status, meaning: string): ErrorKind => ({
  blame: 'user',
  grpc,
  retryable: false,
  meaning,
});
const platform = (grpc: status, retryable: boolean, meaning: string): ErrorKind => ({
  blame: 'platform',
  grpc,
  retryable,
  meaning,
});

/** Every code, grouped by area. A code that was released is never given another meaning. docs/errors.md lists the same. */
export const ERROR_KINDS = {
  // usage of the command line
  MLSQL_USAGE_INVALID: user(status.INVALID_ARGUMENT, 'A command, flag or environment variable is wrong.'),
  // scripts
  MLSQL_SCRIPT_SYNTAX: user(status.INVALID_ARGUMENT, 'The script does not follow the grammar.'),
  MLSQL_SCRIPT_VARIABLE_UNKNOWN: user(status.INVALID_ARGUMENT, 'A ${name} was never set.'),
  MLSQL_SCRIPT_OPTION_UNKNOWN: user(status.INVALID_ARGUMENT, 'A statement has no such option.'),
  MLSQL_SCRIPT_OPTION_DUPLICATE: user(status.INVALID_ARGUMENT, 'An option is given twice.'),
  MLSQL_SCRIPT_OPTION_MISSING: user(status.INVALID_ARGUMENT, 'A required option is not given.'),
  MLSQL_SCRIPT_OPTION_VALUE: user(status.INVALID_ARGUMENT, 'An option has a value it cannot take.'),
  MLSQL_SCRIPT_FORMAT_UNKNOWN: user(status.INVALID_ARGUMENT, 'load or save names an unknown format.'),
  MLSQL_SCRIPT_ALG_UNKNOWN: user(
    status.INVALID_ARGUMENT,
    'train, register or predict names an unknown algorithm.',
  ),
  MLSQL_SCRIPT_TARGET_RELATIVE: user(
    status.INVALID_ARGUMENT,
    'save or train names a path that is not in the store.',
  ),
  MLSQL_SCRIPT_FILE_MISSING: user(status.NOT_FOUND, 'A client file that the script names cannot be read.'),
  MLSQL_SCRIPT_TOO_LARGE: user(status.INVALID_ARGUMENT, 'The script is larger than the limit.'),
  // tables and SQL
  MLSQL_TABLE_UNKNOWN: user(status.NOT_FOUND, 'No table of that name in this run.'),
  MLSQL_TABLE_EMPTY: user(status.FAILED_PRECONDITION, 'The table has no rows where some are needed.'),
  MLSQL_TABLE_COLUMN_UNKNOWN: user(status.INVALID_ARGUMENT, 'The table has no such column.'),
  MLSQL_TABLE_DATA_INVALID: user(
    status.INVALID_ARGUMENT,
    'A data file does not hold what its format promises.',
  ),
  MLSQL_TABLE_SAVE_EXISTS: user(status.ALREADY_EXISTS, 'The target of a save exists already.'),
  MLSQL_SQL_INVALID: user(status.INVALID_ARGUMENT, 'A select is wrong: syntax, types or names.'),
  MLSQL_SQL_FUNCTION_UNKNOWN: user(status.INVALID_ARGUMENT, 'A select calls an unknown function.'),
  MLSQL_SQL_UNSUPPORTED: user(
    status.UNIMPLEMENTED,
    'Spark SQL that this product refuses rather than answers differently.',
  ),
  MLSQL_SQL_FORBIDDEN: user(
    status.PERMISSION_DENIED,
    'A select reaches for files or settings of the coordinator.',
  ),
  MLSQL_SQL_FAILED: user(status.FAILED_PRECONDITION, 'A select failed while it ran.'),
  MLSQL_SQL_SETTING_UNUSED: user(status.OK, 'A setting of SQL has no effect here.'),
  MLSQL_SQL_PROCESS_LOST: platform(
    status.UNAVAILABLE,
    true,
    'The SQL process ended in the middle of the work.',
  ),
  // store
  MLSQL_STORE_NOT_FOUND: user(status.NOT_FOUND, 'Nothing lies at that path in the store.'),
  MLSQL_STORE_PATH_INVALID: user(
    status.INVALID_ARGUMENT,
    'A path is malformed, too long or leaves its root.',
  ),
  MLSQL_STORE_PRECONDITION: platform(
    status.FAILED_PRECONDITION,
    false,
    'A conditional write lost: the object exists or has changed.',
  ),
  MLSQL_STORE_UNAVAILABLE: platform(status.UNAVAILABLE, true, 'The object store cannot be reached or fails.'),
  MLSQL_STORE_SETTINGS: user(
    status.FAILED_PRECONDITION,
    "The object store's settings are wrong: endpoint, bucket, region, certificate or credentials.",
  ),
  MLSQL_STORE_UNSUITABLE: user(
    status.FAILED_PRECONDITION,
    'The object store does not do what it must, as conditional writes; the message names the check.',
  ),
  MLSQL_STORE_CORRUPT: platform(
    status.DATA_LOSS,
    false,
    'Bytes from the store do not have the recorded hash or size.',
  ),
  MLSQL_STORE_OTHER_COORDINATOR: platform(
    status.FAILED_PRECONDITION,
    false,
    'Another coordinator holds the store.',
  ),
  // train
  MLSQL_TRAIN_FAILED: user(status.FAILED_PRECONDITION, 'Fewer groups succeeded than minSuccess asks for.'),
  MLSQL_TRAIN_GROUP_FAILED: user(status.FAILED_PRECONDITION, 'One group of a train failed.'),
  MLSQL_TRAIN_CANCELLED: user(status.CANCELLED, 'The job was cancelled.'),
  MLSQL_TRAIN_NO_MODEL: user(status.FAILED_PRECONDITION, 'The script saved no file into tempModelLocalPath.'),
  MLSQL_TRAIN_NO_SCORE: user(status.OK, 'The script printed no usable mlsql_validation_score.'),
  MLSQL_TRAIN_NO_KAFKA: user(
    status.OK,
    "Rows do not come through the user's Kafka, or not all of them: the store gives them to the script.",
  ),
  MLSQL_TRAIN_KAFKA: user(
    status.OK,
    "The user's Kafka does not take log lines; they are kept by the cluster, and sent when it does.",
  ),
  MLSQL_TRAIN_UNPLACEABLE: user(
    status.FAILED_PRECONDITION,
    'No executor could ever run a group of this size.',
  ),
  MLSQL_TRAIN_QUEUE_TIMEOUT: user(
    status.DEADLINE_EXCEEDED,
    'A group waited for its first try longer than its queueTimeout.',
  ),
  // attempts: causes of a failed attempt
  MLSQL_TASK_EXIT: user(status.FAILED_PRECONDITION, 'The script ended with a non-zero exit code.'),
  MLSQL_TASK_SIGNAL: user(status.FAILED_PRECONDITION, 'The script was ended by a signal.'),
  MLSQL_TASK_MEMORY: user(status.RESOURCE_EXHAUSTED, 'The script used more memory than its limit.'),
  MLSQL_TASK_TIMEOUT: user(status.DEADLINE_EXCEEDED, 'The script ran longer than its timeout.'),
  MLSQL_TASK_IDLE: user(
    status.DEADLINE_EXCEEDED,
    'The script printed nothing for longer than its idleTimeout.',
  ),
  MLSQL_TASK_DISK: user(status.RESOURCE_EXHAUSTED, 'The script or its data filled the disk quota.'),
  MLSQL_TASK_SYNC: platform(
    status.UNAVAILABLE,
    true,
    'Data or resources could not be brought to the executor.',
  ),
  MLSQL_TASK_UPLOAD: platform(status.UNAVAILABLE, true, 'The model could not be brought to the store.'),
  MLSQL_TASK_INTERPRETER: user(
    status.FAILED_PRECONDITION,
    'The interpreter does not exist, does not start or is too old.',
  ),
  MLSQL_TASK_PYTHON_VERSION: user(
    status.OK,
    'The interpreter has another version than systemParam.pythonVer.',
  ),
  MLSQL_TASK_PACKAGE: user(
    status.OK,
    "The interpreter lacks packages that the project's conda environment names.",
  ),
  MLSQL_TASK_CHECKPOINT: user(status.OK, 'What a script put into checkpointPath is not kept.'),
  MLSQL_TASK_LOST: platform(status.UNAVAILABLE, true, 'The executor went away with the attempt.'),
  // models and functions
  MLSQL_MODEL_NOT_FOUND: user(status.NOT_FOUND, 'No model with a success lies at that path.'),
  MLSQL_MODEL_VERSION_UNKNOWN: user(status.NOT_FOUND, 'The path has no such version.'),
  MLSQL_MODEL_GROUP_UNKNOWN: user(status.NOT_FOUND, 'The version has no such successful group.'),
  MLSQL_MODEL_EMPTY: user(
    status.FAILED_PRECONDITION,
    'The group succeeded but saved no file, so it cannot be registered.',
  ),
  MLSQL_MODEL_CORRUPT: platform(
    status.DATA_LOSS,
    false,
    'A model lacks files that its manifest names, or they differ.',
  ),
  MLSQL_FUNCTION_UNKNOWN: user(status.NOT_FOUND, 'No function of that name is registered.'),
  MLSQL_FUNCTION_SCRIPT: user(
    status.FAILED_PRECONDITION,
    'The predict script failed, or never called python_fun.udf.',
  ),
  MLSQL_FUNCTION_ROW: user(status.FAILED_PRECONDITION, 'The predict function raised on a row.'),
  MLSQL_FUNCTION_ARGUMENT: user(
    status.INVALID_ARGUMENT,
    'A function got something that is neither vector nor array.',
  ),
  MLSQL_FUNCTION_WORKER: platform(
    status.UNAVAILABLE,
    true,
    'The function worker ended or cannot be reached.',
  ),
  // runs, jobs, executors
  MLSQL_RUN_UNKNOWN: user(status.NOT_FOUND, 'No run of that id.'),
  MLSQL_RUN_CONFLICT: user(status.ALREADY_EXISTS, 'The run id belongs to another script.'),
  MLSQL_RUN_FILES_CHANGED: user(status.OK, 'A run goes on with other client files than it began with.'),
  MLSQL_RUN_CANCELLED: user(status.CANCELLED, 'The run was cancelled.'),
  MLSQL_JOB_UNKNOWN: user(status.NOT_FOUND, 'No job of that id.'),
  MLSQL_JOB_WORKS: user(status.FAILED_PRECONDITION, 'The job cannot be retried before it has ended.'),
  MLSQL_JOB_COMPLETE: user(
    status.FAILED_PRECONDITION,
    'All groups of the job succeeded: there is nothing to retry.',
  ),
  MLSQL_JOB_MODELS_GONE: user(
    status.FAILED_PRECONDITION,
    'Models that a retry would keep are in the store no more.',
  ),
  MLSQL_JOB_INPUTS_GONE: user(
    status.FAILED_PRECONDITION,
    'Data or files that a retry needs are in the store no more, or have changed.',
  ),
  MLSQL_EXECUTOR_UNKNOWN: user(status.NOT_FOUND, 'No executor of that name.'),
  MLSQL_EXECUTOR_NAME_TAKEN: user(status.ALREADY_EXISTS, 'Another executor of that name is at work.'),
  MLSQL_EXECUTOR_PROTOCOL: platform(
    status.FAILED_PRECONDITION,
    false,
    'Client, coordinator and executor speak different protocol versions.',
  ),
  // cluster
  MLSQL_CLUSTER_UNREACHABLE: platform(status.UNAVAILABLE, true, 'No coordinator answers at that address.'),
  MLSQL_CLUSTER_UNAUTHENTICATED: user(status.UNAUTHENTICATED, 'The token is missing, wrong or expired.'),
  MLSQL_CLUSTER_FORBIDDEN: user(status.PERMISSION_DENIED, 'The token does not allow this call.'),
  MLSQL_CLUSTER_PROTOCOL: user(
    status.FAILED_PRECONDITION,
    'Client and coordinator have no version of the protocol in common.',
  ),
  MLSQL_CLUSTER_HOME_BUSY: user(status.FAILED_PRECONDITION, 'Another cluster uses this home.'),
  MLSQL_CLUSTER_STATE: platform(status.FAILED_PRECONDITION, false, 'The state folder cannot be used.'),
  MLSQL_STATE_UNREADABLE: platform(
    status.DATA_LOSS,
    false,
    "The coordinator's state file is missing, damaged or none of LMDB's.",
  ),
  MLSQL_STATE_FOREIGN: platform(
    status.FAILED_PRECONDITION,
    false,
    'The file in the state folder belongs to another program or another cluster.',
  ),
  MLSQL_STATE_NEWER: platform(
    status.FAILED_PRECONDITION,
    false,
    'A newer version of the product wrote the state.',
  ),
  MLSQL_COORDINATOR_FENCED: platform(
    status.FAILED_PRECONDITION,
    false,
    'A later coordinator has taken over: this one may change nothing any more.',
  ),
  MLSQL_CLUSTER_WORK_DIR: user(
    status.FAILED_PRECONDITION,
    'The work folder belongs to someone else or cannot be written.',
  ),
  MLSQL_CLUSTER_SETUP: user(
    status.FAILED_PRECONDITION,
    'Set-up is incomplete: something the product needs is missing.',
  ),
  MLSQL_INTERNAL: platform(status.INTERNAL, false, 'A defect of the product.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** A place in a script, counted from 1, at the first character of the offending word. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ErrorDetails {
  /** What to do, one sentence. */
  readonly hint?: string;
  readonly position?: Position;
  readonly traceback?: string;
  readonly jobId?: string;
  readonly algIndex?: number;
  /** Index of the statement, from 0. */
  readonly statement?: number;
  /** The store path that was not there, as the user wrote it. */
  readonly path?: string;
  readonly cause?: unknown;
}

/**
 * An error that someone outside the code can cause or must act on. The message says what was wrong and where, by name;
 * the hint says what to do. Programming errors are plain Errors and crash loudly.
 */
export class MlsqlError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'MlsqlError';
    this.code = code;
    this.details = details;
  }

  get kind(): ErrorKind {
    return ERROR_KINDS[this.code];
  }

  /** The same error with details added; what it has already stays. */
  with(details: ErrorDetails): MlsqlError {
    const error = new MlsqlError(this.code, this.message, { ...details, ...this.details });
    if (this.stack !== undefined) error.stack = this.stack;
    return error;
  }
}

/** True for an MlsqlError, of that code where one is given. */
export function isMlsqlError(error: unknown, code?: ErrorCode): error is MlsqlError {
  return error instanceof MlsqlError && (code === undefined || error.code === code);
}

/** The error itself, or an MLSQL_INTERNAL that wraps whatever was thrown. */
export function asMlsqlError(error: unknown): MlsqlError {
  if (error instanceof MlsqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MlsqlError('MLSQL_INTERNAL', message, { cause: error });
}
