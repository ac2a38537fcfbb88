// A coordinator that only keeps what clients send and says what a test tells it: real gRPC, no work behind it.
import { createHash } from 'node:crypto';
import {
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { MlsqlError } from '../../shared/errors.js';
import { statusFromError } from '../../shared/rpc/errors.js';
import type { FollowRunRequest__Output } from '../../shared/rpc/gen/mlsql/v1/FollowRunRequest.js';
import type { RunEvent } from '../../shared/rpc/gen/mlsql/v1/RunEvent.js';
import type { SubmitRunRequest__Output } from '../../shared/rpc/gen/mlsql/v1/SubmitRunRequest.js';
import type { UploadBlobRequest__Output } from '../../shared/rpc/gen/mlsql/v1/UploadBlobRequest.js';
import type { WriteFileRequest__Output } from '../../shared/rpc/gen/mlsql/v1/WriteFileRequest.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';

export const TOKEN = 'a test token';

type Unary<Request, Response> = (
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
) => void;

export class SmallCoordinator {
  readonly blobs = new Map<string, Buffer>();
  readonly files = new Map<string, Buffer>();
  readonly submitted: SubmitRunRequest__Output[] = [];
  /** The afterSeq of each FollowRun that came. */
  readonly follows: number[] = [];
  /** Says what a FollowRun gets: events, and what becomes of the stream behind them. */
  onFollow: (request: FollowRunRequest__Output) => {
    events: RunEvent[];
    ending?: 'end' | 'break' | 'stay open';
  } = () => ({
    events: [],
  });
  /** Thrown at a submit, where set. */
  refuseSubmit: MlsqlError | undefined;
  #server = new Server();
  #port = 0;

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(port = 0): Promise<this> {
    this.#server.addService(mlsqlV1().Runs.service, {
      SubmitRun: this.#unary((request: SubmitRunRequest__Output) => {
        if (this.refuseSubmit !== undefined) throw this.refuseSubmit;
        this.submitted.push(request);
        return { runId: request.runId || 'run-1', attached: false };
      }),
      FollowRun: (call: ServerWritableStream<FollowRunRequest__Output, RunEvent>) => {
        this.follows.push(call.request.afterSeq);
        const { events, ending = 'end' } = this.onFollow(call.request);
        for (const event of events) call.write(event);
        if (ending === 'break') call.emit('error', { code: status.UNAVAILABLE, details: 'connection lost' });
        if (ending === 'end') call.end();
      },
      CancelRun: this.#unary(() => ({})),
      ListRuns: this.#unary(() => ({ runs: [] })),
      GetRun: this.#unary(() => ({})),
      OpenSession: this.#unary(() => ({ sessionId: 'session-1' })),
      CloseSession: this.#unary(() => ({})),
    });
    this.#server.addService(mlsqlV1().Files.service, {
      FindMissingBlobs: this.#unary((request: { sha256: string[] }) => ({
        missing: request.sha256.filter((hash) => !this.blobs.has(hash)),
      })),
      UploadBlob: this.#receive<UploadBlobRequest__Output>(({ sha256 }, bytes) => {
        if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
          throw new MlsqlError('MLSQL_STORE_CORRUPT', 'other bytes than promised');
        }
        this.blobs.set(sha256, bytes);
        return {};
      }),
      ListFiles: this.#unary((request: { path: string }) => ({ entries: this.#children(request.path) })),
      ReadFile: (call: ServerWritableStream<{ path: string }, { data: Buffer }>) => {
        const bytes = this.files.get(call.request.path);
        if (bytes === undefined) {
          call.emit(
            'error',
            statusFromError(new MlsqlError('MLSQL_STORE_NOT_FOUND', `${call.request.path} is not there`)),
          );
          return;
        }
        call.write({ data: bytes });
        call.end();
      },
      WriteFile: this.#receive<WriteFileRequest__Output>(({ path }, bytes) => {
        this.files.set(path, bytes);
        return { size: bytes.length };
      }),
      RemoveFiles: this.#unary((request: { path: string }) => ({
        removed: this.files.delete(request.path) ? 1 : 0,
      })),
    });
    this.#port = await new Promise((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    return this;
  }

  /** Ends at once, connections and all. */
  stop(): void {
    this.#server.forceShutdown();
  }

  /** Ends at once and listens again at the same address, as a coordinator that restarts. */
  async restart(): Promise<void> {
    this.stop();
    this.#server = new Server();
    await this.start(this.#port);
  }

  #unary<Request, Response>(answer: (request: Request) => Response): Unary<Request, Response> {
    return (call, callback) => {
      try {
        if (call.metadata.get('authorization')[0] !== `Bearer ${TOKEN}`) {
          throw new MlsqlError('MLSQL_CLUSTER_UNAUTHENTICATED', 'the token is wrong');
        }
        callback(null, answer(call.request));
      } catch (error) {
        callback(statusFromError(error));
      }
    };
  }

  #receive<Request extends { data: Buffer }>(finish: (first: Request, bytes: Buffer) => object) {
    return (call: ServerReadableStream<Request, object>, callback: sendUnaryData<object>): void => {
      const messages: Request[] = [];
      call.on('data', (message: Request) => messages.push(message));
      call.on('end', () => {
        try {
          callback(null, finish(messages[0]!, Buffer.concat(messages.map((message) => message.data))));
        } catch (error) {
          callback(statusFromError(error));
        }
      });
    };
  }

  #children(path: string): object[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const children = new Map<string, object>();
    for (const [file, bytes] of this.files) {
      if (!file.startsWith(prefix)) continue;
      const [name = '', ...below] = file.slice(prefix.length).split('/');
      children.set(name, { name, folder: below.length > 0, size: below.length > 0 ? 0 : bytes.length });
    }
    return [...children.values()];
  }
}
