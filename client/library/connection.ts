// One connection to a coordinator: a channel that all services share, the token on every call, deadlines, errors as MlsqlError.
import {
  type CallOptions,
  Channel,
  type ClientReadableStream,
  type Metadata,
  type requestCallback,
} from '@grpc/grpc-js';
import { channelCredentials, clientOptions, tokenMetadata } from '../../shared/rpc/channel.js';
import { errorFromStatus } from '../../shared/rpc/errors.js';
import type { ExecutorsClient } from '../../shared/rpc/gen/mlsql/v1/Executors.js';
import type { FilesClient } from '../../shared/rpc/gen/mlsql/v1/Files.js';
import type { FunctionsClient } from '../../shared/rpc/gen/mlsql/v1/Functions.js';
import type { JobsClient } from '../../shared/rpc/gen/mlsql/v1/Jobs.js';
import type { RunsClient } from '../../shared/rpc/gen/mlsql/v1/Runs.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';
import { tellProtocol } from '../../shared/rpc/protocol.js';
import type { ClientTls } from '../../shared/rpc/tls.js';

/** A call that does not stream answers within this, or the coordinator counts as unreachable. */
const UNARY_DEADLINE_MS = 30_000;

export interface ConnectOptions {
  /** HOST:PORT of the coordinator's gRPC. */
  readonly address: string;
  /** The cluster's token; empty only for a cluster that runs with --insecure. */
  readonly token?: string;
  /** Absent: a plain connection. */
  readonly tls?: ClientTls;
  /** Where the coordinator is now, if that may change (one that is started again on another port); asked when it is away. */
  readonly locate?: () => string | undefined;
}

export class Connection {
  #clients: Clients;
  readonly #tls: ClientTls | undefined;
  readonly #metadata: Metadata;
  readonly #locate: () => string | undefined;

  constructor({ address, token = '', tls, locate = () => undefined }: ConnectOptions) {
    this.#tls = tls;
    this.#clients = clientsAt(address, tls);
    this.#metadata = tokenMetadata(token);
    tellProtocol(this.#metadata);
    this.#locate = locate;
  }

  get address(): string {
    return this.#clients.address;
  }

  get runs(): RunsClient {
    return this.#clients.runs;
  }

  get jobs(): JobsClient {
    return this.#clients.jobs;
  }

  get files(): FilesClient {
    return this.#clients.files;
  }

  get functions(): FunctionsClient {
    return this.#clients.functions;
  }

  get executors(): ExecutorsClient {
    return this.#clients.executors;
  }

  /** The coordinator is away: later calls go to where it is now. */
  relocate(): void {
    const address = this.#locate();
    if (address === undefined || address === this.address) return;
    this.#clients.channel.close();
    this.#clients = clientsAt(address, this.#tls);
  }

  /**
   * Makes one call that answers once.
   * @throws MlsqlError as the coordinator sent it, or MLSQL_CLUSTER_UNREACHABLE
   * @example connection.unary((...call) => connection.runs.getRun({ runId }, ...call))
   */
  unary<T>(
    invoke: (metadata: Metadata, options: CallOptions, callback: requestCallback<T>) => unknown,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      invoke(this.#metadata, { deadline: Date.now() + UNARY_DEADLINE_MS }, (error, response) => {
        if (error) reject(errorFromStatus(error));
        else resolve(response as T);
      });
    });
  }

  /**
   * Makes a call that the coordinator answers with a stream; leaving the loop early ends the call.
   * @throws MlsqlError as in unary, from the iteration
   */
  async *stream<T>(
    invoke: (metadata: Metadata) => ClientReadableStream<T>,
    signal?: AbortSignal,
  ): AsyncGenerator<T> {
    if (signal?.aborted) return;
    const call = invoke(this.#metadata);
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel);
    try {
      for await (const message of call) yield message as T;
    } catch (error) {
      if (signal?.aborted) return;
      throw errorFromStatus(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancel();
    }
  }

  /**
   * Makes a call that takes a stream of messages and answers once. Waits for the peer where it reads slower than we write.
   * @throws MlsqlError as in unary; what the message source throws, as it is
   */
  async upload<Request, Response>(
    invoke: (
      metadata: Metadata,
      callback: requestCallback<Response>,
    ) => { write(message: Request, callback: () => void): boolean; end(): void; cancel(): void },
    messages: AsyncIterable<Request>,
  ): Promise<Response> {
    let settled = false;
    let call: ReturnType<typeof invoke> | undefined;
    const answer = new Promise<Response>((resolve, reject) => {
      call = invoke(this.#metadata, (error, response) => {
        settled = true;
        if (error) reject(errorFromStatus(error));
        else resolve(response as Response);
      });
    });
    // The answer may fail while the source is still being read; it is awaited below.
    answer.catch(() => undefined);
    try {
      for await (const message of messages) {
        if (settled) break;
        await Promise.race([
          new Promise<void>((resolve) => call!.write(message, resolve)),
          answer.catch(() => undefined),
        ]);
      }
      if (!settled) call!.end();
    } catch (error) {
      call!.cancel();
      throw error;
    }
    return answer;
  }

  close(): void {
    this.#clients.channel.close();
  }
}

interface Clients {
  readonly address: string;
  readonly channel: Channel;
  readonly runs: RunsClient;
  readonly jobs: JobsClient;
  readonly files: FilesClient;
  readonly functions: FunctionsClient;
  readonly executors: ExecutorsClient;
}

/** Clients of all services over one channel. */
function clientsAt(address: string, tls: ClientTls | undefined): Clients {
  const credentials = channelCredentials(tls);
  const channel = new Channel(address, credentials, clientOptions(address, tls));
  const services = mlsqlV1();
  const options = { channelOverride: channel };
  return {
    address,
    channel,
    runs: new services.Runs(address, credentials, options),
    jobs: new services.Jobs(address, credentials, options),
    files: new services.Files(address, credentials, options),
    functions: new services.Functions(address, credentials, options),
    executors: new services.Executors(address, credentials, options),
  };
}
