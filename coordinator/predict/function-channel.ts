// The executors' streams for function calls: one a connected executor, many calls in flight on each, answers in any order.
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { ERROR_KINDS, type ErrorCode, MlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { FunctionCall } from '../../shared/rpc/gen/mlsql/v1/FunctionCall.js';
import type { FunctionCallError__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionCallError.js';
import type { FunctionReply__Output } from '../../shared/rpc/gen/mlsql/v1/FunctionReply.js';

type Stream = ServerDuplexStream<FunctionReply__Output, FunctionCall>;

interface PendingCall {
  readonly executor: string;
  resolve(batch: Uint8Array): void;
  reject(error: MlsqlError): void;
}

/** Characters of a row's arguments in a message. */
const ARGUMENTS_SHOWN_MAX = 300;

/** A row that a function raised on: which one of the batch, and with what. */
export class FunctionRowError extends MlsqlError {
  constructor(
    code: ErrorCode,
    message: string,
    readonly row: number,
    readonly functionArguments: string,
    traceback: string,
  ) {
    const shown =
      functionArguments.length > ARGUMENTS_SHOWN_MAX
        ? `${functionArguments.slice(0, ARGUMENTS_SHOWN_MAX)}…`
        : functionArguments;
    super(code, shown === '' ? message : `${message}, for ${shown}`, traceback === '' ? {} : { traceback });
  }
}

/** A call that ended with its executor: it says nothing about the function. */
export class LostExecutorError extends MlsqlError {}

/** Sends batches to executors and matches the answers. Knows nothing about which executor holds which function. */
export class FunctionChannel {
  readonly #streams = new Map<string, Stream>();
  readonly #pending = new Map<number, PendingCall>();
  readonly #waiters = new Map<string, Set<() => void>>();
  #nextCallId = 1;

  constructor(private readonly logger: Logger) {}

  /** The gRPC handler of Executors.ServeFunctions. */
  readonly serve = (stream: Stream): void => {
    let executor: string | undefined;
    stream.on('data', (reply: FunctionReply__Output) => {
      if (executor === undefined) {
        executor = reply.executor;
        this.#attach(executor, stream);
        return;
      }
      this.#settle(reply);
    });
    const gone = (): void => {
      if (executor !== undefined) this.#detach(executor, stream);
    };
    stream.on('end', () => {
      gone();
      stream.end();
    });
    stream.on('cancelled', gone);
    stream.on('error', gone);
  };

  /** Resolves when the executor's stream is there, at once where it is already. */
  ready(executor: string): Promise<void> {
    if (this.#streams.has(executor)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(executor) ?? new Set();
      this.#waiters.set(executor, waiters);
      waiters.add(resolve);
    });
  }

  /**
   * One batch to one executor.
   * @throws MlsqlError MLSQL_FUNCTION_WORKER where the executor is gone or its worker died (another may do), FunctionRowError
   *   where the user's function raised, MLSQL_RUN_CANCELLED where the signal aborted
   */
  call(executor: string, functionId: string, batch: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const stream = this.#streams.get(executor);
    if (stream === undefined) return Promise.reject(lostExecutor(executor));
    const callId = this.#nextCallId++;
    return new Promise<Uint8Array>((resolve, reject) => {
      const aborted = (): void => {
        this.#pending.delete(callId);
        stream.write({ callId, functionId, cancelled: true });
        reject(new MlsqlError('MLSQL_RUN_CANCELLED', 'the query was cancelled'));
      };
      const settle =
        <T>(finish: (value: T) => void) =>
        (value: T): void => {
          this.#pending.delete(callId);
          signal.removeEventListener('abort', aborted);
          finish(value);
        };
      signal.addEventListener('abort', aborted, { once: true });
      this.#pending.set(callId, { executor, resolve: settle(resolve), reject: settle(reject) });
      stream.write({ callId, functionId, batch: batch as Buffer });
    });
  }

  #attach(executor: string, stream: Stream): void {
    const older = this.#streams.get(executor);
    this.#streams.set(executor, stream);
    if (older !== undefined) {
      this.#failCallsOf(executor);
      older.end();
    }
    this.logger.debug({ executor }, 'function stream open');
    for (const resolve of this.#waiters.get(executor) ?? []) resolve();
    this.#waiters.delete(executor);
  }

  #detach(executor: string, stream: Stream): void {
    if (this.#streams.get(executor) !== stream) return;
    this.#streams.delete(executor);
    this.#failCallsOf(executor);
  }

  #failCallsOf(executor: string): void {
    for (const call of [...this.#pending.values()])
      if (call.executor === executor) call.reject(lostExecutor(executor));
  }

  #settle(reply: FunctionReply__Output): void {
    const call = this.#pending.get(reply.callId);
    if (call === undefined) return;
    if (reply.error === null || reply.error === undefined) call.resolve(reply.batch);
    else call.reject(errorOf(reply.error));
  }
}

/** What an executor says of a failed call on a link, as JSON of the same shape. */
export function errorOfJson(text: string): MlsqlError {
  const said = JSON.parse(text) as Partial<FunctionCallError__Output>;
  return errorOf({
    code: String(said.code ?? ''),
    message: String(said.message ?? ''),
    traceback: String(said.traceback ?? ''),
    row: typeof said.row === 'number' ? said.row : -1,
    arguments: String(said.arguments ?? ''),
    retryable: said.retryable === true,
  });
}

function errorOf(error: FunctionCallError__Output): MlsqlError {
  if (error.retryable)
    return new MlsqlError(
      'MLSQL_FUNCTION_WORKER',
      error.message,
      error.traceback === '' ? {} : { traceback: error.traceback },
    );
  const code = error.code in ERROR_KINDS ? (error.code as ErrorCode) : 'MLSQL_FUNCTION_ROW';
  return new FunctionRowError(code, error.message, error.row, error.arguments, error.traceback);
}

/** The executor went away with a call. */
export function lostExecutor(executor: string): LostExecutorError {
  return new LostExecutorError('MLSQL_FUNCTION_WORKER', `executor ${executor} is gone`, {
    hint: 'start an executor, or run the statement again',
  });
}
