// A coordinator for the executor's tests: a real gRPC server with the two streams, which records what comes and sends
// what a test says.
import { createHash } from 'node:crypto';
import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { CHANNEL_OPTIONS } from '../../shared/rpc/channel.js';
import type { AttemptUpdate__Output as AttemptUpdate } from '../../shared/rpc/gen/mlsql/v1/AttemptUpdate.js';
import type { CoordinatorMessage } from '../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorMessage__Output as ExecutorMessage } from '../../shared/rpc/gen/mlsql/v1/ExecutorMessage.js';
import type { FunctionCall } from '../../shared/rpc/gen/mlsql/v1/FunctionCall.js';
import type { FunctionReply__Output as FunctionReply } from '../../shared/rpc/gen/mlsql/v1/FunctionReply.js';
import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import type { FunctionUpdate__Output as FunctionUpdate } from '../../shared/rpc/gen/mlsql/v1/FunctionUpdate.js';
import type { Hello__Output as Hello } from '../../shared/rpc/gen/mlsql/v1/Hello.js';
import type { InputFile } from '../../shared/rpc/gen/mlsql/v1/InputFile.js';
import type { TaskSpec } from '../../shared/rpc/gen/mlsql/v1/TaskSpec.js';
import { mlsqlV1 } from '../../shared/rpc/proto.js';

type ControlStream = ServerDuplexStream<ExecutorMessage, CoordinatorMessage>;
type CallStream = ServerDuplexStream<FunctionReply, FunctionCall>;

/** What is kept of one attempt. */
export interface AttemptRecord {
  readonly updates: AttemptUpdate[];
  /** Lines by number. */
  readonly lines: Map<number, string>;
  /** Lines that came twice with another text under the same number. */
  contradictions: number;
}

export class TinyCoordinator {
  readonly hellos: Hello[] = [];
  readonly heartbeats: NonNullable<ExecutorMessage['heartbeat']>[] = [];
  readonly functionUpdates: FunctionUpdate[] = [];
  readonly attempts = new Map<string, AttemptRecord>();
  epoch = 1;
  /** False: results and lines are taken without a word. */
  acknowledging = true;
  readonly drainings: string[] = [];
  /** Streams for function calls so far. */
  callStreams = 0;
  readonly #server = new Server(CHANNEL_OPTIONS);
  readonly #storeUrl: string;
  readonly #token: string;
  readonly #replies = new Map<number, (reply: FunctionReply) => void>();
  #control: ControlStream | undefined;
  #calls: CallStream | undefined;
  #nextCall = 1;
  #waiters = new Set<() => void>();

  constructor(storeUrl: string, token: string) {
    this.#storeUrl = storeUrl;
    this.#token = token;
  }

  /** @returns the address it listens at */
  async start(address = '127.0.0.1:0'): Promise<string> {
    this.#server.addService(mlsqlV1().Executors.service, {
      Connect: (stream: ControlStream) => this.#serveControl(stream),
      ServeFunctions: (stream: CallStream) => this.#serveCalls(stream),
      ListExecutors: () => undefined,
      DrainExecutor: () => undefined,
    });
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return `127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  send(message: CoordinatorMessage): void {
    this.#control!.write(message);
  }

  /** Breaks the connection as a network would. */
  breakStream(): void {
    this.#control!.emit('error', { code: status.UNAVAILABLE, details: 'broken by the test' });
  }

  assign(jobId: string, task: TaskSpec, attempt = 1, algIndex = 0): AttemptRecord {
    this.send({ assign: { id: { jobId, algIndex, attempt, epoch: this.epoch }, task } });
    return this.record(jobId, attempt, algIndex);
  }

  cancel(jobId: string, reason: string, attempt = 1, algIndex = 0): void {
    this.send({ cancel: { id: { jobId, algIndex, attempt, epoch: this.epoch }, reason } });
  }

  prepare(functionId: string, spec: FunctionSpec): void {
    this.send({ prepareFunction: { functionId, spec } });
  }

  call(functionId: string, batch: Buffer): { id: number; reply: Promise<FunctionReply> } {
    const id = this.#nextCall++;
    const reply = new Promise<FunctionReply>((resolve) => this.#replies.set(id, resolve));
    this.#calls!.write({ callId: id, functionId, batch });
    return { id, reply };
  }

  cancelCall(callId: number, functionId: string): void {
    this.#calls!.write({ callId, functionId, cancelled: true });
  }

  record(jobId: string, attempt = 1, algIndex = 0): AttemptRecord {
    const key = `${jobId}/${algIndex}/${attempt}`;
    const record = this.attempts.get(key) ?? { updates: [], lines: new Map(), contradictions: 0 };
    this.attempts.set(key, record);
    return record;
  }

  /** The attempt's last update, when it is there. */
  async final(record: AttemptRecord): Promise<AttemptUpdate> {
    const isFinal = (update: AttemptUpdate): boolean => update.result !== null || update.failure !== null;
    await this.until(() => record.updates.some(isFinal));
    return record.updates.find(isFinal)!;
  }

  /** Resolves when the condition holds; it is looked at whenever something arrives. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  #serveControl(stream: ControlStream): void {
    if (stream.metadata.get('authorization')[0] !== `Bearer ${this.#token}`) {
      stream.emit('error', { code: status.UNAUTHENTICATED, details: 'wrong token' });
      return;
    }
    stream.on('data', (message: ExecutorMessage) => {
      if (message.hello) {
        this.#control = stream;
        stream.write({
          welcome: {
            epoch: this.epoch,
            protocol: 1,
            heartbeatMs: 100,
            leaseMs: 1000,
            storeUrl: this.#storeUrl,
            clusterId: 'tiny',
          },
        });
        this.hellos.push(message.hello);
      }
      if (message.heartbeat) this.heartbeats.push(message.heartbeat);
      if (message.function) this.functionUpdates.push(message.function);
      if (message.draining) this.drainings.push(message.draining.reason);
      if (message.attempt) this.#onUpdate(stream, message.attempt);
      if (message.logs) this.#onLogs(stream, message.logs);
      for (const waiter of [...this.#waiters]) waiter();
      this.#waiters = new Set();
    });
    stream.on('error', () => undefined);
    stream.on('end', () => stream.end());
  }

  #onUpdate(stream: ControlStream, update: AttemptUpdate): void {
    const id = update.id!;
    this.record(id.jobId, id.attempt, id.algIndex).updates.push(update);
    if (this.acknowledging && (update.result !== null || update.failure !== null))
      stream.write({ resultAck: id });
  }

  #onLogs(stream: ControlStream, logs: NonNullable<ExecutorMessage['logs']>): void {
    const id = logs.id!;
    const { lines } = this.record(id.jobId, id.attempt, id.algIndex);
    const record = this.record(id.jobId, id.attempt, id.algIndex);
    for (const [index, line] of logs.lines.entries()) {
      const seq = logs.firstSeq + index;
      if (lines.has(seq) && lines.get(seq) !== line) record.contradictions++;
      lines.set(seq, line);
    }
    if (this.acknowledging) stream.write({ logAck: { id, seq: logs.firstSeq + logs.lines.length - 1 } });
  }

  #serveCalls(stream: CallStream): void {
    stream.on('data', (reply: FunctionReply) => {
      if (reply.session !== '') {
        this.#calls = stream;
        this.callStreams++;
      } else {
        this.#replies.get(reply.callId)?.(reply);
        this.#replies.delete(reply.callId);
      }
      for (const waiter of [...this.#waiters]) waiter();
      this.#waiters = new Set();
    });
    stream.on('error', () => undefined);
    stream.on('end', () => stream.end());
  }
}

/** Puts a text into the store. @returns how a task names it */
export async function storeFile(
  store: ObjectStore,
  path: string,
  content: string | Buffer,
): Promise<InputFile> {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const key = `input/${sha256}`;
  await store.put(key, bytes);
  return { path, key, size: bytes.length, sha256, executable: false };
}
