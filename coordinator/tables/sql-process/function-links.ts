// Links to executors on this machine: batches go straight to them, and answers come straight back. Whom to ask is the
// coordinator's decision; here it is only done.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import {
  FRAME_BATCH,
  FRAME_CANCEL,
  FRAME_ERROR,
  FRAME_READY,
  type Frame,
  FrameReader,
  writeFrame,
} from '../../../shared/rpc/frames.js';
import {
  callParts,
  type FunctionLinkAddress,
  HELLO_MAX_BYTES,
  type LinkHello,
  socketPath,
} from '../../../shared/rpc/function-link.js';

/** What came of an exchange with an executor. */
export type LinkOutcome =
  | { readonly kind: 'answered'; readonly batch: Uint8Array }
  /** JSON of what the function raised, or why the executor could not ask it. */
  | { readonly kind: 'failed'; readonly error: string }
  /** The executor, or the link to it, is gone. */
  | { readonly kind: 'lost' };

export interface LinkEvents {
  linked(executor: string): void;
  unlinked(executor: string): void;
}

/** Whoever does not say who he is within this time is no executor. */
const HELLO_PATIENCE_MS = 10_000;
const LINKS_MAX = 1000;

export class FunctionLinks {
  readonly address: FunctionLinkAddress;
  readonly #events: LinkEvents;
  readonly #links = new Map<string, Link>();
  #nextCall = 1;

  private constructor(events: LinkEvents, address: FunctionLinkAddress) {
    this.#events = events;
    this.address = address;
  }

  /** Undefined where the system has no abstract sockets: then all calls go through the coordinator. */
  static async listen(events: LinkEvents): Promise<FunctionLinks | undefined> {
    if (process.platform !== 'linux') return undefined;
    const address: FunctionLinkAddress = {
      address: `mlsql-functions-${randomBytes(16).toString('hex')}`,
      secret: randomBytes(32).toString('hex'),
    };
    const links = new FunctionLinks(events, address);
    const server = createServer((socket) => links.#accept(socket));
    server.maxConnections = LINKS_MAX;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socketPath(address.address), resolve);
    });
    // The process ends with its coordinator, whoever is linked.
    server.unref();
    return links;
  }

  /**
   * Asks an executor.
   * @param batch - must not change until the call is done
   * @param done - told once, unless the call was given up before; nothing reads the batch any more then
   * @returns gives the call up
   */
  call(
    executor: string,
    functionId: string,
    batch: Uint8Array,
    done: (outcome: LinkOutcome) => void,
  ): () => void {
    const link = this.#links.get(executor);
    if (link === undefined) {
      done({ kind: 'lost' });
      return () => undefined;
    }
    const id = this.#nextCall++;
    const call: LinkCall = { done, sent: false, outcome: undefined };
    link.calls.set(id, call);
    writeFrame(link.socket, id, FRAME_BATCH, callParts(functionId, batch), () => {
      call.sent = true;
      finish(link, id, call);
    });
    return () => {
      if (link.calls.delete(id)) writeFrame(link.socket, id, FRAME_CANCEL, []);
    };
  }

  #accept(socket: Socket): void {
    let link: Link | undefined;
    const timer = setTimeout(() => socket.destroy(), HELLO_PATIENCE_MS);
    const reader = new FrameReader((frame) => {
      if (link !== undefined) {
        settle(link, frame);
        return;
      }
      clearTimeout(timer);
      const executor = this.#executorOf(frame);
      if (executor === undefined) socket.destroy();
      else link = this.#attach(executor, socket);
    });
    socket.on('data', (chunk: Buffer) => {
      // Nobody unknown makes us keep more than a hello.
      if (link === undefined && chunk.length > HELLO_MAX_BYTES) socket.destroy();
      else
        try {
          reader.push(chunk);
        } catch {
          socket.destroy();
        }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      if (link !== undefined) this.#detach(link);
    });
  }

  #executorOf({ type, payload }: Frame): string | undefined {
    try {
      const { executor, secret } = JSON.parse(payload.toString('utf8')) as Partial<LinkHello>;
      const shown = Buffer.from(String(secret));
      const known = Buffer.from(this.address.secret);
      const same = shown.length === known.length && timingSafeEqual(shown, known);
      return type === FRAME_READY && same && typeof executor === 'string' && executor !== ''
        ? executor
        : undefined;
    } catch {
      return undefined;
    }
  }

  #attach(executor: string, socket: Socket): Link {
    const older = this.#links.get(executor);
    const link: Link = { executor, socket, calls: new Map() };
    this.#links.set(executor, link);
    older?.socket.destroy();
    this.#events.linked(executor);
    return link;
  }

  #detach(link: Link): void {
    if (this.#links.get(link.executor) === link) {
      this.#links.delete(link.executor);
      this.#events.unlinked(link.executor);
    }
    const waiting = [...link.calls.values()];
    link.calls.clear();
    for (const { done } of waiting) done({ kind: 'lost' });
  }
}

interface Link {
  readonly executor: string;
  readonly socket: Socket;
  readonly calls: Map<number, LinkCall>;
}

interface LinkCall {
  readonly done: (outcome: LinkOutcome) => void;
  /** True once the whole batch is written. */
  sent: boolean;
  outcome: LinkOutcome | undefined;
}

function settle(link: Link, { callId, type, payload }: Frame): void {
  const call = link.calls.get(callId);
  if (call === undefined) return;
  if (type === FRAME_BATCH) call.outcome ??= { kind: 'answered', batch: payload };
  else if (type === FRAME_ERROR) call.outcome ??= { kind: 'failed', error: payload.toString('utf8') };
  else link.socket.destroy();
  finish(link, callId, call);
}

/** Ends a call that is answered, once it is also sent: whoever answers early does not free memory that is being read. */
function finish(link: Link, id: number, { done, sent, outcome }: LinkCall): void {
  if (sent && outcome !== undefined && link.calls.delete(id)) done(outcome);
}
