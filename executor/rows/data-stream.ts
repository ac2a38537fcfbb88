// The data of enableDataLocal="false": each connection to a Unix socket gets all rows from the start as JSON lines.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOCKET_PATH_MAX_BYTES } from '../limits.js';
import type { RowSource } from './row-source.js';

/** Serves rows as their reader takes them. */
export class DataStream {
  readonly #rows: RowSource;
  readonly #onFailure: (error: unknown) => void;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #abort = new AbortController();
  #ownFolder: string | undefined;

  private constructor(rows: RowSource, onFailure: (error: unknown) => void) {
    this.#rows = rows;
    this.#onFailure = onFailure;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /**
   * Listens.
   * @param path - where the socket shall lie; elsewhere where the kernel's limit for such paths is too small for it
   * @param onFailure - the rows cannot be had. Their reader is left without an end of file: it must not take a part for the
   *   whole
   * @returns the stream and the socket's real path
   */
  static async open(
    path: string,
    rows: RowSource,
    onFailure: (error: unknown) => void,
  ): Promise<{ stream: DataStream; path: string }> {
    const stream = new DataStream(rows, onFailure);
    let real = path;
    if (Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES) {
      stream.#ownFolder = await mkdtemp(join(tmpdir(), 'mlsql-'));
      real = join(stream.#ownFolder, 'data.sock');
    }
    stream.#server.listen(real);
    await once(stream.#server, 'listening');
    return { stream, path: real };
  }

  /** Ends all connections and takes the socket away. */
  async close(): Promise<void> {
    this.#abort.abort();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#rows.close();
    if (this.#ownFolder !== undefined) await rm(this.#ownFolder, { recursive: true, force: true });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, this.#abort.signal]);
    // A script may stop reading whenever it likes.
    socket.on('error', () => gone.abort());
    socket.on('close', () => {
      gone.abort();
      this.#sockets.delete(socket);
    });
    // It sends nothing; reading notices when it goes.
    socket.resume();
    try {
      await this.#rows.send((piece) => {
        signal.throwIfAborted();
        if (socket.write(piece)) return undefined;
        return once(socket, 'drain', { signal }).then(() => undefined);
      }, signal);
      socket.end();
    } catch (error) {
      if (!signal.aborted) this.#onFailure(error);
    }
  }
}
