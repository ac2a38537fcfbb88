// gRPC Executors: an executor's stream to the job runtime and back, and what clients may ask about executors.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { ERROR_KINDS, type ErrorCode, MlsqlError } from '../../shared/errors.js';
import { type AttemptRef, executorName, jobId } from '../../shared/ids.js';
import type { Logger } from '../../shared/logger.js';
import { statusFromError } from '../../shared/rpc/errors.js';
import type { AttemptFailure__Output } from '../../shared/rpc/gen/mlsql/v1/AttemptFailure.js';
import type { AttemptId__Output } from '../../shared/rpc/gen/mlsql/v1/AttemptId.js';
import type { AttemptResult__Output } from '../../shared/rpc/gen/mlsql/v1/AttemptResult.js';
import type { AttemptUpdate__Output } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorMessage__Output } from '../../shared/rpc/gen/mlsql/v1/ExecutorMessage.js';
import type { ExecutorsHandlers } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { Hello__Output } from '../../shared/rpc/gen/mlsql/v1/Hello.js';
import { PROTOCOL_MAX, PROTOCOL_MIN } from '../../shared/version.js';
import type { ExecutorSession } from '../runtime/executor-session.js';
import type { JobRuntime } from '../runtime/job-runtime.js';
import type { AttemptNews } from '../scheduling/events.js';
import type { AttemptResult, ExecutorFacts, FailureInfo } from '../scheduling/model.js';
import { unary } from './handlers.js';

type Stream = ServerDuplexStream<ExecutorMessage__Output, CoordinatorMessage>;

const NEWS_PHASES = [
  'syncing',
  'starting',
  'running',
  'uploading',
  'succeeded',
  'failed',
  'cancelled',
] as const;
const NAME_MAX_CHARACTERS = 255;

/** All methods but ServeFunctions, to be spread into the service's implementation. */
export function executorsService(
  runtime: JobRuntime,
  logger: Logger,
): Pick<ExecutorsHandlers, 'Connect' | 'ListExecutors' | 'DrainExecutor'> {
  return {
    Connect: (stream) => serveExecutor(stream, runtime, logger),
    ListExecutors: unary(() => ({
      executors: runtime.executors(),
    })),
    DrainExecutor: unary((request) => {
      runtime.drain(request.name, request.deadlineMs);
      return {};
    }),
  };
}

function serveExecutor(stream: Stream, runtime: JobRuntime, logger: Logger): void {
  let session: ExecutorSession | undefined;
  let over = false;
  const close = (): void => {
    if (over) return;
    over = true;
    session?.closed();
  };
  const refuse = (error: unknown): void => {
    close();
    stream.emit('error', statusFromError(error));
  };
  stream.on('data', (message: ExecutorMessage__Output) => {
    if (over) return;
    try {
      if (session !== undefined) take(session, message);
      else session = connect(stream, message, runtime);
    } catch (error) {
      logger.warn({ err: error }, 'executor stream refused');
      refuse(error);
    }
  });
  stream.on('end', () => {
    close();
    stream.end();
  });
  stream.on('cancelled', close);
  stream.on('error', close);
}

function connect(stream: Stream, message: ExecutorMessage__Output, runtime: JobRuntime): ExecutorSession {
  const { hello } = message;
  if (hello === undefined || hello === null)
    throw invalid(`the first message is ${message.message ?? 'empty'}, not hello`);
  checkProtocol(hello);
  const facts = factsOf(hello);
  return runtime.connectExecutor(facts, hello.cachedBlobs, hello.attempts.map(newsOf), {
    write: (outgoing) => {
      if (stream.writable && !stream.cancelled) stream.write(outgoing);
    },
    // Status OK: the executor is to connect again, or has already.
    end: () => {
      if (stream.writable) stream.end();
    },
  });
}

function take(session: ExecutorSession, message: ExecutorMessage__Output): void {
  if (message.heartbeat) session.heartbeat(message.heartbeat);
  else if (message.attempt) session.attempt(newsOf(message.attempt));
  else if (message.logs)
    session.logs(
      refOf(message.logs.id),
      message.logs.id?.epoch ?? 0,
      message.logs.firstSeq,
      message.logs.lines,
    );
  else if (message.function) session.function(message.function);
  else if (message.draining) session.draining(message.draining.reason, message.draining.deadlineMs);
  else if (message.hello) throw invalid('hello came twice on one stream');
  // Anything else is of a later protocol than this build: not for us.
}

/** @throws MlsqlError MLSQL_EXECUTOR_PROTOCOL that names both sides' versions */
function checkProtocol(hello: Hello__Output): void {
  if (hello.protocolMin <= PROTOCOL_MAX && hello.protocolMax >= PROTOCOL_MIN) return;
  const range = (min: number, max: number): string => (min === max ? `${min}` : `${min} to ${max}`);
  throw new MlsqlError(
    'MLSQL_EXECUTOR_PROTOCOL',
    `executor ${hello.name} (version ${hello.version}) speaks protocol ${range(hello.protocolMin, hello.protocolMax)}, ` +
      `this coordinator speaks ${range(PROTOCOL_MIN, PROTOCOL_MAX)}`,
    { hint: 'run the same version of mlsql on both' },
  );
}

function factsOf(hello: Hello__Output): ExecutorFacts {
  const { name, session, slots, cpus, memoryBytes, gpus, host, pid, version, pythonVersion } = hello;
  if (name === '' || name.length > NAME_MAX_CHARACTERS)
    throw invalid(`an executor's name has 1 to ${NAME_MAX_CHARACTERS} characters`);
  if (session === '') throw invalid(`executor ${name} names no session`);
  return {
    name: executorName(name),
    session,
    slots,
    cpus,
    memoryBytes,
    gpus,
    host,
    pid,
    version,
    pythonVersion,
  };
}

function newsOf(update: AttemptUpdate__Output): AttemptNews {
  const { phase } = update;
  const known = NEWS_PHASES.find((candidate) => candidate === phase);
  if (known === undefined) throw invalid(`"${phase}" is no phase of an attempt`);
  const logLines = update.result?.logLines ?? update.failure?.logLines;
  return {
    ref: refOf(update.id),
    epoch: update.id?.epoch ?? 0,
    phase: known,
    ...(update.score !== undefined && { score: update.score }),
    ...(update.progress !== undefined && { progress: update.progress }),
    metrics: update.metrics,
    ...(update.result !== null && { result: resultOf(update.result) }),
    ...(update.failure !== null && { failure: failureOf(update.failure) }),
    ...(logLines !== undefined && { logLines }),
    bytesSynced: update.bytesSynced,
    warnings: update.warnings,
  };
}

function refOf(id: AttemptId__Output | null): AttemptRef {
  if (id === null) throw invalid('a message about an attempt does not say which');
  return { jobId: jobId(id.jobId), algIndex: id.algIndex, attempt: id.attempt };
}

function resultOf(result: AttemptResult__Output): AttemptResult {
  return {
    files: result.files.map(({ path, size, sha256 }) => ({ path, sizeBytes: size, sha256 })),
    logLines: result.logLines,
    interpreter: result.interpreter,
    peakMemoryBytes: result.peakMemoryBytes,
  };
}

function failureOf(failure: AttemptFailure__Output): FailureInfo {
  return {
    code: failure.code in ERROR_KINDS ? (failure.code as ErrorCode) : 'MLSQL_INTERNAL',
    message: failure.message,
    traceback: failure.traceback,
    retryable: failure.retryable,
    blame: failure.blame === 'platform' ? 'platform' : 'user',
    cause: failure.cause,
    ...(failure.exitCode !== undefined && { exitCode: failure.exitCode }),
    signal: failure.signal,
    peakMemoryBytes: failure.peakMemoryBytes,
    logLines: failure.logLines,
  };
}

function invalid(what: string): MlsqlError {
  return new MlsqlError('MLSQL_USAGE_INVALID', `executor stream: ${what}`);
}
