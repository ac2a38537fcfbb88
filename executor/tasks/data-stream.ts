// The data of enableDataLocal="false": each connection to a Unix socket gets all rows from the start as JSON lines.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlsqlError } from '../../shared/errors.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { retrying } from '../../shared/retry.js';
import type { InputFile__Output as InputFile } from '../../shared/rpc/gen/mlsql/v1/InputFile.js';
import { RESULT_DEADLINE_MS, SOCKET_PATH_MAX_BYTES } from '../limits.js';

const NEWLINE = 0x0a;

/** What a stream tells its attempt. */
export interface DataStreamEvents {
  /** Bytes came from the store. */
  readonly onBytes: (count: number) => void;
  /** The data cannot be had. Its reader is left without an end of file: it must not take a part for the whole. */
  readonly onFailure: (error: unknown) => void;
  /** The store is asked again. */
  readonly onRetry: (error: unknown) => void;
}

/** Reads objects one behind the other as the reader takes them; nothing is kept on disk, little in memory. */
export class DataStream {
  readonly #files: readonly InputFile[];
  readonly #store: ObjectStore;
  readonly #events: DataStreamEvents;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #abort = new AbortController();
  #ownFolder: string | undefined;

  private constructor(files: readonly InputFile[], store: ObjectStore, events: DataStreamEvents) {
    this.#files = files;
    this.#store = store;
    this.#events = events;
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /**
   * Listens.
   * @param path - where the socket shall lie; elsewhere where the kernel's limit for such paths is too small for it
   * @returns the stream and the socket's real path
   */
  static async open(
    path: string,
    files: readonly InputFile[],
    store: ObjectStore,
    events: DataStreamEvents,
  ): Promise<{ stream: DataStream; path: string }> {
    const stream = new DataStream(files, store, events);
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
      for (const file of this.#files) await this.#sendFile(file, socket, signal);
      socket.end();
    } catch (error) {
      if (!signal.aborted) this.#events.onFailure(error);
    }
  }

  async #sendFile(file: InputFile, socket: Socket, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256');
    let sent = 0;
    let last = NEWLINE;
    // The script has begun, and waits: what it has done so far would be lost.
    const how = { deadlineMs: RESULT_DEADLINE_MS, signal, onRetry: this.#events.onRetry };
    await retrying(async () => {
      // Another try goes on where the last one ended.
      const range = sent === 0 ? {} : { range: { start: sent, end: file.size } };
      const { body } = await this.#store.get(file.key, { ...range, signal });
      for await (const chunk of body as AsyncIterable<Buffer>) {
        sent += chunk.length;
        if (sent > file.size) break;
        hash.update(chunk);
        last = chunk[chunk.length - 1] ?? last;
        this.#events.onBytes(chunk.length);
        if (!socket.write(chunk)) await once(socket, 'drain', { signal });
      }
      if (sent < file.size)
        throw new MlsqlError(
          'MLSQL_STORE_UNAVAILABLE',
          `${file.key} ended after ${sent} bytes of ${file.size}`,
        );
    }, how);
    if (sent !== file.size || (file.sha256 !== '' && hash.digest('hex') !== file.sha256)) {
      throw new MlsqlError('MLSQL_STORE_CORRUPT', `${file.key} has other bytes than when its hash was taken`);
    }
    if (last !== NEWLINE) socket.write('\n');
  }
}
