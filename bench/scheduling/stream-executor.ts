// An executor that is nothing but its stream: real gRPC, and each attempt succeeds at once, or stays where it is.
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { CHANNEL_OPTIONS, channelCredentials, tokenMetadata } from '../../shared/rpc/channel.js';
import type { CoordinatorMessage__Output } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorMessage } from '../../shared/rpc/gen/mlsql/v1/ExecutorMessage.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';
import { PROTOCOL_MAX, PROTOCOL_MIN } from '../../shared/version.js';

export interface StreamExecutorOptions {
  readonly address: string;
  readonly token: string;
  readonly name: string;
  readonly slots: number;
  /** Called at each assignment. */
  onAssign?(): void;
  /** Attempts succeed as soon as they are assigned; else they stay assigned. */
  readonly finishes: boolean;
}

export class StreamExecutor {
  readonly #client: InstanceType<ReturnType<typeof mlsqlV1>['Executors']>;
  readonly #stream: ClientDuplexStream<ExecutorMessage, CoordinatorMessage__Output>;

  constructor(options: StreamExecutorOptions) {
    const { Executors } = mlsqlV1();
    this.#client = new Executors(options.address, channelCredentials(), {
      ...CHANNEL_OPTIONS,
      'grpc.max_reconnect_backoff_ms': 100,
    });
    const metadata = tokenMetadata(options.token);
    metadata.setOptions({ waitForReady: true });
    const stream = this.#client.Connect(metadata);
    this.#stream = stream;
    // The coordinator is ended while the stream is open: whoever measures looks at what came before.
    stream.on('error', () => undefined);
    stream.on('data', ({ assign }: CoordinatorMessage__Output) => {
      if (assign?.id == null) return;
      options.onAssign?.();
      if (!options.finishes) return;
      const { id } = assign;
      for (const phase of ['running', 'uploading'] as const) stream.write({ attempt: { id, phase } });
      stream.write({
        attempt: {
          id,
          phase: 'succeeded',
          result: { files: [{ path: 'm', size: 3, sha256: 'ab' }], logLines: 0 },
        },
      });
    });
    stream.write({
      hello: {
        name: options.name,
        session: `${options.name}-${process.pid}-${performance.now()}`,
        protocolMin: PROTOCOL_MIN,
        protocolMax: PROTOCOL_MAX,
        slots: options.slots,
        cpus: options.slots,
        memoryBytes: 2 ** 36,
        host: 'bench',
        pid: process.pid,
        version: '0.1.0',
      },
    });
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }
}
