// The executor's end of a link to a SQL process on the same machine: calls come and answers go without a coordinator between.
import { connect, type OnReadOpts, type Socket } from 'node:net';
import type { Logger } from '../../shared/logger.js';
import {
  FRAME_BATCH,
  FRAME_CANCEL,
  FRAME_ERROR,
  FRAME_READY,
  type Frame,
  FrameReader,
  writeFrame,
} from '../../shared/rpc/frames.js';
import { type FunctionLinkAddress, parseCall, socketPath } from '../../shared/rpc/function-link.js';
import type { FunctionReply } from '../../shared/rpc/gen/mlsql/v1/FunctionReply.js';
import { PayloadMemory } from '../../shared/rpc/payload-memory.js';

export interface LinkHandlers {
  /** Takes a call; `reply` is to be called once. An answer says that nobody reads the batch any more: its memory is used again. */
  call(callId: number, functionId: string, batch: Buffer, reply: (answer: FunctionReply) => void): void;
  cancel(callId: number): void;
  /** The link is gone; calls that came on it are nobody's. */
  closed(): void;
}

export class FunctionLink {
  readonly #socket: Socket;
  readonly #handlers: LinkHandlers;
  readonly #memory = new PayloadMemory();

  /** Connects; where nobody listens, the SQL process runs on another machine, and the link is closed at once. */
  constructor(
    readonly to: FunctionLinkAddress,
    executor: string,
    handlers: LinkHandlers,
    log: Logger,
  ) {
    this.#handlers = handlers;
    const reader = new FrameReader((frame) => this.#onFrame(frame), this.#memory);
    const onread: OnReadOpts = {
      buffer: () => reader.space(),
      callback: (bytes, space) => {
        try {
          reader.filled(bytes, space);
          return true;
        } catch (error) {
          log.error({ err: error }, 'a link for function calls is broken');
          socket.destroy();
          return false;
        }
      },
    };
    const socket = connect({ path: socketPath(to.address), onread });
    this.#socket = socket;
    socket.on('connect', () => {
      writeFrame(socket, 0, FRAME_READY, [Buffer.from(JSON.stringify({ executor, secret: to.secret }))]);
    });
    socket.on('error', (error) => log.debug({ reason: error.message }, 'no link for function calls'));
    socket.on('close', () => handlers.closed());
  }

  close(): void {
    this.#socket.destroy();
  }

  #onFrame({ callId, type, payload }: Frame): void {
    if (type === FRAME_CANCEL) {
      this.#handlers.cancel(callId);
      return;
    }
    if (type !== FRAME_BATCH) throw new Error(`a frame of unknown type ${type}`);
    const { functionId, batch } = parseCall(payload);
    this.#handlers.call(callId, functionId, batch, (answer) => {
      if (this.#socket.destroyed) return;
      if (answer.error === undefined || answer.error === null) {
        this.#memory.giveBack(payload);
        writeFrame(this.#socket, callId, FRAME_BATCH, [answer.batch as Buffer]);
      } else writeFrame(this.#socket, callId, FRAME_ERROR, [Buffer.from(JSON.stringify(answer.error))]);
    });
  }
}
