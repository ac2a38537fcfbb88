// A store that is asked again where it does not answer: what is read goes on where it broke off, what is written again is the
// same. Writes that depend on what is there, and streams, are tried once: their callers know what a second time means.
import { Readable } from 'node:stream';
import { backoffMs, TRANSFER_BACKOFF } from '../backoff.js';
import { type Clock, systemClock } from '../clock.js';
import { MlsqlError } from '../errors.js';
import { mayPass, pause, retrying } from '../retry.js';
import type {
  CopyOptions,
  GetOptions,
  GivenFile,
  ListEntry,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Written,
} from './object-store.js';

/** How long a store that does not answer is asked. */
const DEADLINE_MS = 60_000;

export class RetryingStore implements ObjectStore {
  /** @param onRetry - told of each failure behind which the store is asked again */
  constructor(
    private readonly store: ObjectStore,
    private readonly onRetry: (error: unknown) => void = () => undefined,
    private readonly clock: Clock = systemClock,
  ) {}

  get url(): string {
    return this.store.url;
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.#again(() => this.store.head(key));
  }

  async get(key: string, options: GetOptions = {}): Promise<{ info: ObjectInfo; body: Readable }> {
    const first = await this.#again(() => this.store.get(key, options), options.signal);
    const reading = { body: first.body };
    const body = Readable.from(this.#resumed(key, options, first.info, reading), { objectMode: false });
    // Also where nobody ever read it.
    body.once('close', () => reading.body.destroy());
    return { info: first.info, body };
  }

  put(key: string, body: Buffer | Readable | GivenFile, options: PutOptions = {}): Promise<Written> {
    const once = body instanceof Readable || options.ifAbsent === true || options.ifMatch !== undefined;
    const put = (): Promise<Written> => this.store.put(key, body, options);
    return once ? put() : this.#again(put, options.signal);
  }

  copy(source: string, target: string, options?: CopyOptions): Promise<Written> {
    return this.#again(() => this.store.copy(source, target, options));
  }

  async *list(
    prefix: string,
    options: { shallow?: boolean; startAfter?: string; limit?: number } = {},
  ): AsyncGenerator<ListEntry> {
    let { startAfter, limit } = options;
    let failedMs: number | undefined;
    for (let failures = 1; ; failures++) {
      try {
        const page = {
          ...options,
          ...(startAfter !== undefined && { startAfter }),
          ...(limit !== undefined && { limit }),
        };
        for await (const entry of this.store.list(prefix, page)) {
          yield entry;
          startAfter = entry.kind === 'object' ? entry.info.key : entry.key;
          if (limit !== undefined && --limit === 0) return;
          failedMs = undefined;
          failures = 0;
        }
        return;
      } catch (error) {
        failedMs ??= this.clock.now();
        if (!mayPass(error) || this.clock.now() - failedMs >= DEADLINE_MS) throw error;
        this.onRetry(error);
        await pause(backoffMs(TRANSFER_BACKOFF, Math.max(1, failures), Math.random()), this.clock, undefined);
      }
    }
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#again(() => this.store.delete(keys));
  }

  localPath(key: string): string | undefined {
    return this.store.localPath(key);
  }

  async *#resumed(
    key: string,
    options: GetOptions,
    info: ObjectInfo,
    reading: { body: Readable },
  ): AsyncGenerator<Buffer> {
    const end = Math.min(options.range?.end ?? info.sizeBytes, info.sizeBytes);
    let at = options.range?.start ?? 0;
    for (;;) {
      try {
        for await (const chunk of reading.body as AsyncIterable<Buffer>) {
          at += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (at >= end) return;
        if (!mayPass(error) || options.signal?.aborted === true) throw error;
        this.onRetry(error);
        const rest = { ...options, range: { start: at, end } };
        const next = await this.#again(() => this.store.get(key, rest), options.signal);
        reading.body = next.body;
        if (next.info.etag === info.etag) continue;
        next.body.destroy();
        throw new MlsqlError('MLSQL_STORE_CORRUPT', `${this.url}/${key} was replaced while it was read`, {
          hint: 'run the script again',
          path: `/${key}`,
        });
      }
    }
  }

  #again<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return retrying(action, {
      deadlineMs: DEADLINE_MS,
      clock: this.clock,
      onRetry: this.onRetry,
      ...(signal !== undefined && { signal }),
    });
  }
}
