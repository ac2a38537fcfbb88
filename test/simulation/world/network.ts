// Streams between executors and coordinators, with the product's own encoding. A stream keeps its order, as TCP does; what
// is under way when it breaks is lost, and the two ends notice it at different times.
import { EventEmitter } from 'node:events';
import type { CoordinatorMessage } from '../../../shared/rpc/gen/mlsql/v1/CoordinatorMessage.js';
import type { ExecutorMessage } from '../../../shared/rpc/gen/mlsql/v1/ExecutorMessage.js';
import { executorsV1 } from '../../../shared/rpc/proto.js';
import type { Faults } from './faults.js';
import type { SimulatedProcess } from './process.js';

/** After this long without a word from the other side a connection is given up. */
const KEEPALIVE_MS = 30_000;
const WAY_MAX_MS = 25;
const { Connect } = executorsV1().Executors.service;

/** Where a coordinator takes streams. */
export interface Listener {
  readonly process: SimulatedProcess;
  serve(stream: ServerEnd): void;
}

export class Network {
  readonly #listeners: Listener[] = [];
  readonly #links = new Set<Link>();

  constructor(readonly faults: Faults) {}

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Its process is gone: the other sides notice soon. */
  hangUp(process: SimulatedProcess): void {
    const at = this.#listeners.findIndex((listener) => listener.process === process);
    if (at >= 0) this.#listeners.splice(at, 1);
    for (const link of [...this.#links]) if (link.client === process || link.server === process) link.cut();
  }

  /** The newest one mostly; an older one that still listens is found at times. */
  find(): Listener | undefined {
    if (this.#listeners.length > 1 && this.faults.dice.chance(0.25))
      return this.faults.dice.one(this.#listeners);
    return this.#listeners.at(-1);
  }

  connect(client: SimulatedProcess): ClientEnd {
    const listener = this.find();
    const end = new ClientEnd();
    const { time } = client;
    if (listener === undefined) {
      time.after(WAY_MAX_MS, () => client.deliver(() => end.fail(new Error('nobody listens'))));
      return end;
    }
    const link: Link = new Link(this.faults, client, listener.process, end, () => this.#links.delete(link));
    this.#links.add(link);
    end.link = link;
    listener.process.time.after(this.faults.dice.between(1, WAY_MAX_MS), () =>
      listener.process.deliver(() => {
        if (link.open) listener.serve(link.serverEnd);
      }),
    );
    return end;
  }

  links(): readonly Link[] {
    return [...this.#links];
  }
}

/** One direction of a stream: in order; held while it is blocked. */
class Direction {
  #lastMs = 0;
  #held: (() => void)[] = [];
  blocked = false;

  constructor(
    private readonly faults: Faults,
    private readonly receiver: SimulatedProcess,
  ) {}

  send(run: () => void): void {
    if (this.blocked) {
      this.#held.push(run);
      return;
    }
    const { dice } = this.faults;
    const { time } = this.receiver;
    const wayMs = this.faults.strikes('network delay', 0.01)
      ? dice.between(500, 5_000)
      : dice.between(1, WAY_MAX_MS);
    this.#lastMs = Math.max(this.#lastMs, time.nowMs + wayMs);
    time.after(this.#lastMs - time.nowMs, () => this.receiver.deliver(run));
  }

  unblock(): void {
    this.blocked = false;
    for (const run of this.#held.splice(0)) this.send(run);
  }

  get pending(): number {
    return this.#held.length;
  }

  get underWay(): boolean {
    return this.#held.length > 0 || this.#lastMs > this.receiver.time.nowMs;
  }
}

export class Link {
  open = true;
  clientGone = false;
  serverGone = false;
  readonly toServer: Direction;
  readonly toClient: Direction;
  readonly serverEnd: ServerEnd;

  constructor(
    private readonly faults: Faults,
    readonly client: SimulatedProcess,
    readonly server: SimulatedProcess,
    readonly clientEnd: ClientEnd,
    private readonly closed: () => void,
  ) {
    this.toServer = new Direction(faults, server);
    this.toClient = new Direction(faults, client);
    this.serverEnd = new ServerEnd(this);
  }

  /** Both ends notice, each in its own time; what was sent to the one that notices later may still arrive. */
  cut(): void {
    if (!this.open) return;
    this.open = false;
    if (this.toServer.underWay || this.toClient.underWay) this.faults.seen.add('network loss');
    const { dice } = this.faults;
    const { time } = this.client;
    time.after(dice.between(1, 1_500), () =>
      this.client.deliver(() => this.clientEnd.fail(new Error('the connection was cut'))),
    );
    const serverMs = dice.between(1, 3_000);
    if (serverMs > 1_000) this.faults.seen.add('network reorder');
    time.after(serverMs, () => this.server.deliver(() => this.serverEnd.lost()));
    this.closed();
  }

  /** Nothing passes in one direction for a while; where it takes too long the connection is given up. */
  block(direction: 'toServer' | 'toClient', milliseconds: number): void {
    const way = this[direction];
    way.blocked = true;
    const { time } = this.client;
    time.after(Math.min(milliseconds, KEEPALIVE_MS), () => {
      if (milliseconds > KEEPALIVE_MS) this.cut();
      else way.unblock();
    });
  }
}

/** The executor's end, as its gRPC client gives it. */
export class ClientEnd extends EventEmitter {
  link: Link | undefined;
  #queue: CoordinatorMessage[] = [];
  #paused = false;
  #over = false;

  write(message: ExecutorMessage): boolean {
    const { link } = this;
    if (link === undefined || this.#over) return true;
    const bytes = Connect.requestSerialize(message);
    link.toServer.send(() => link.serverEnd.receive(bytes));
    return true;
  }

  receive(bytes: Buffer): void {
    if (this.#over) return;
    this.#queue.push(Connect.responseDeserialize(bytes) as CoordinatorMessage);
    this.#flow();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#flow();
  }

  /** The other side ended the stream in good order. */
  ended(): void {
    if (this.#over) return;
    this.#over = true;
    this.emit('end');
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }

  end(): void {
    const { link } = this;
    link?.toServer.send(() => link.serverEnd.emit('end'));
  }

  cancel(): void {
    this.#over = true;
    this.link?.cut();
  }

  #flow(): void {
    while (!this.#paused && !this.#over) {
      const message = this.#queue.shift();
      if (message === undefined) return;
      this.emit('data', message);
    }
  }
}

/** The coordinator's end, as its gRPC server gives it. */
export class ServerEnd extends EventEmitter {
  writable = true;
  cancelled = false;

  constructor(private readonly link: Link) {
    super();
    this.on('error', (error: Error) => {
      this.writable = false;
      link.toClient.send(() => link.clientEnd.fail(error));
    });
  }

  write(message: CoordinatorMessage): boolean {
    const bytes = Connect.responseSerialize(message);
    this.link.toClient.send(() => this.link.clientEnd.receive(bytes));
    return true;
  }

  receive(bytes: Buffer): void {
    if (!this.cancelled) this.emit('data', Connect.requestDeserialize(bytes));
  }

  end(): void {
    if (!this.writable) return;
    this.writable = false;
    this.link.toClient.send(() => this.link.clientEnd.ended());
  }

  lost(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.writable = false;
    this.emit('cancelled');
  }
}
