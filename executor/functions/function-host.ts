// The functions that this executor serves, and the stream on which they are called.
import { join } from 'node:path';
import type { ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { backoffMs, RECONNECT_BACKOFF } from '../../shared/backoff.js';
import type { Clock } from '../../shared/clock.js';
import { ERROR_KINDS, type ErrorCode, isMlsqlError } from '../../shared/errors.js';
import type { Logger } from '../../shared/logger.js';
import type { FunctionLinkAddress } from '../../shared/rpc/function-link.js';
import type { AttemptFailure } from '../../shared/rpc/gen/mlsql/v1/AttemptFailure.js';
import type { ExecutorsClient } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { FunctionCall__Output as FunctionCall } from '../../shared/rpc/gen/mlsql/v1/FunctionCall.js';
import type { FunctionReply } from '../../shared/rpc/gen/mlsql/v1/FunctionReply.js';
import type { FunctionSpec__Output as FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { FunctionUpdate } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import { removeTree } from '../tasks/attempt-folder.js';
import { failureOfStep } from '../tasks/outcome.js';
import { parseError } from '../tasks/reports.js';
import { type FunctionFolderDeps, prepareFunctionFolder } from './function-folder.js';
import { FunctionLink } from './function-link.js';
import { type StartFailure, WorkerPool } from './worker-pool.js';

type Stream = ClientDuplexStream<FunctionReply, FunctionCall>;

/** What the host needs of the executor. */
export interface FunctionHostDeps extends FunctionFolderDeps {
  readonly client: ExecutorsClient;
  readonly metadata: Metadata;
  readonly executor: string;
  readonly session: string;
  /** Parent of the functions' folders. */
  readonly folder: string;
  /** Workers a function. */
  readonly workersMax: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Served {
  readonly dir: string;
  readonly abort: AbortController;
  pool: WorkerPool | undefined;
  update: Promise<FunctionUpdate>;
}

/** Prepares functions when told, and answers calls while connected. */
export class FunctionHost {
  readonly #deps: FunctionHostDeps;
  readonly #functions = new Map<string, Served>();
  /** Ends the interest in a call, by where it came from and its id there. */
  readonly #calls = new Map<string, () => void>();
  #stream: Stream | undefined;
  #link: FunctionLink | undefined;
  #connected = false;
  #failures = 0;
  #folders = 0;

  constructor(deps: FunctionHostDeps) {
    this.#deps = deps;
  }

  /** Brings the function's files, starts a worker, has it run the script. Once is enough, however often it is asked. */
  async prepare(functionId: string, spec: FunctionSpec): Promise<FunctionUpdate> {
    const known = this.#functions.get(functionId);
    if (known !== undefined) return await known.update;
    const dir = join(this.#deps.folder, String(++this.#folders));
    const served: Served = {
      dir,
      abort: new AbortController(),
      pool: undefined,
      update: Promise.resolve({}),
    };
    served.update = this.#prepare(functionId, spec, served);
    this.#functions.set(functionId, served);
    const update = await served.update;
    // A failure is not kept: whoever asks again may have mended its cause.
    if (update.state === 'failed' && this.#functions.get(functionId) === served) this.drop(functionId);
    return update;
  }

  /** Ends the function's workers and removes its files. */
  drop(functionId: string): void {
    const served = this.#functions.get(functionId);
    if (served === undefined) return;
    this.#functions.delete(functionId);
    served.abort.abort(new Error('the function was dropped'));
    served.pool?.close();
    void served.update
      .then(() => removeTree(served.dir))
      .catch((error: unknown) =>
        this.#deps.log.warn({ err: error, functionId }, 'a folder could not be removed'),
      );
  }

  /** The coordinator is there: opens the stream for calls, and keeps it open. */
  connect(): void {
    this.#connected = true;
    if (this.#stream === undefined) this.#open();
  }

  /** A SQL process takes calls' bytes on a link, if it runs on this machine. The newest one counts. */
  link(to: FunctionLinkAddress): void {
    if (this.#link?.to.address === to.address) return;
    this.#link?.close();
    const link: FunctionLink = new FunctionLink(
      to,
      this.#deps.executor,
      {
        call: (callId, functionId, batch, reply) =>
          this.#call(`${to.address} ${callId}`, functionId, batch, reply),
        cancel: (callId) => this.#cancel(`${to.address} ${callId}`),
        closed: () => {
          this.#dropCalls(to.address);
          if (this.#link === link) this.#link = undefined;
        },
      },
      this.#deps.log,
    );
    this.#link = link;
  }

  /** The coordinator is gone; functions stay as they are. */
  disconnect(): void {
    this.#connected = false;
    this.#link?.close();
    const stream = this.#stream;
    this.#stream = undefined;
    // Not at once: we may be told from within Node's HTTP/2 reading (the other stream of this connection was reset), and
    // a reset that is sent from there while a frame waits makes Node 20 loop for ever, using up all memory.
    setImmediate(() => stream?.cancel());
    this.#dropCalls(STREAM);
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.disconnect();
    const updates = [...this.#functions.values()].map((served) => served.update);
    for (const functionId of [...this.#functions.keys()]) this.drop(functionId);
    await Promise.allSettled(updates);
  }

  async #prepare(functionId: string, spec: FunctionSpec, served: Served): Promise<FunctionUpdate> {
    const { clock, workersMax } = this.#deps;
    const log = this.#deps.log.child({ functionId, function: spec.name });
    let step: 'sync' | 'start' = 'sync';
    try {
      const command = await prepareFunctionFolder(
        served.dir,
        functionId,
        spec,
        this.#deps,
        served.abort.signal,
      );
      step = 'start';
      served.abort.signal.throwIfAborted();
      served.pool = new WorkerPool(command, workersMax, clock, log);
      const kind = await served.pool.start();
      log.info({ kind }, 'function ready');
      return { functionId, state: 'ready', kind };
    } catch (error) {
      const failure = isStartFailure(error) ? failureOfStart(spec, error) : failureOfStep(step, error);
      log.warn({ reason: failure.message }, 'function cannot be made ready');
      return { functionId, state: 'failed', kind: '', failure };
    }
  }

  #open(): void {
    const { client, metadata, executor, session, clock, log } = this.#deps;
    const stream = client.serveFunctions(metadata);
    this.#stream = stream;
    stream.write({ executor, session });
    stream.on('data', (call: FunctionCall) => {
      this.#failures = 0;
      this.#onCall(stream, call);
    });
    const ended = (reason: string): void => {
      if (this.#stream !== stream) return;
      this.#stream = undefined;
      stream.cancel();
      this.#dropCalls(STREAM);
      if (!this.#connected) return;
      log.warn({ reason }, 'the stream for function calls ended');
      clock.after(backoffMs(RECONNECT_BACKOFF, ++this.#failures, Math.random()), () => {
        if (this.#connected && this.#stream === undefined) this.#open();
      });
    };
    stream.on('error', (error) => ended(error.message));
    stream.on('end', () => ended('the coordinator ended it'));
  }

  #onCall(stream: Stream, { callId, functionId, batch, cancelled }: FunctionCall): void {
    const key = `${STREAM} ${callId}`;
    if (cancelled) {
      this.#cancel(key);
      return;
    }
    this.#call(key, functionId, batch, (answer) => {
      if (this.#stream === stream) stream.write({ ...answer, callId });
    });
  }

  /** @param key - of the call; whoever sent it may cancel it by the same */
  #call(key: string, functionId: string, batch: Buffer, send: (answer: FunctionReply) => void): void {
    const reply = (answer: FunctionReply): void => {
      this.#calls.delete(key);
      send(answer);
    };
    const served = this.#functions.get(functionId);
    if (served === undefined) {
      reply({ error: notHere(`the function is not prepared on the executor ${this.#deps.executor}`) });
      return;
    }
    if (served.pool !== undefined) {
      this.#calls.set(key, served.pool.call(batch, reply));
      return;
    }
    let wanted = true;
    this.#calls.set(key, () => {
      wanted = false;
    });
    void served.update.then((update) => {
      if (!wanted) return;
      if (served.pool === undefined || update.state !== 'ready')
        reply({ error: notHere('the function could not be made ready') });
      else this.#calls.set(key, served.pool.call(batch, reply));
    });
  }

  #cancel(key: string): void {
    this.#calls.get(key)?.();
    this.#calls.delete(key);
  }

  /** @param source - what the calls' keys begin with */
  #dropCalls(source: string): void {
    for (const key of [...this.#calls.keys()]) if (key.startsWith(`${source} `)) this.#cancel(key);
  }
}

/** Where calls of the gRPC stream come from, in the keys of calls. */
const STREAM = 'stream';

function notHere(message: string): NonNullable<FunctionReply['error']> {
  return { code: 'MLSQL_FUNCTION_WORKER', message, traceback: '', row: -1, arguments: '', retryable: true };
}

function isStartFailure(error: unknown): error is StartFailure {
  return (
    typeof error === 'object' && error !== null && 'how' in error && 'report' in error && !isMlsqlError(error)
  );
}

/** The worker's own account of why the script did not come up, or else how the process ended. */
function failureOfStart(spec: FunctionSpec, { report, how }: StartFailure): AttemptFailure {
  const script = `the predict script ${spec.script || spec.builtinAlg || spec.command} of ${spec.name}`;
  const error = parseError(report);
  const code: ErrorCode =
    error !== undefined && error.code in ERROR_KINDS ? (error.code as ErrorCode) : 'MLSQL_FUNCTION_SCRIPT';
  const raised = error?.type ? `raised ${error.type}: ${error.message}` : error?.message;
  return {
    cause: code === 'MLSQL_TASK_INTERPRETER' ? 'environment' : 'exit',
    code,
    message: raised === undefined ? `${script} ended before it was ready: ${how}` : `${script}: ${raised}`,
    traceback: error?.traceback ?? '',
    retryable: false,
    blame: ERROR_KINDS[code].blame,
  };
}
