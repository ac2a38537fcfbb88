// The store as one process reaches it: each call travels there and back, and either way may go wrong.
import { Readable } from 'node:stream';
import { MlsqlError } from '../../../shared/errors.js';
import type {
  GetOptions,
  GivenFile,
  ListEntry,
  ObjectInfo,
  ObjectStore,
  PutOptions,
} from '../../../shared/object-store/object-store.js';
import type { Faults } from './faults.js';
import { bytesOf, type MemoryStore } from './memory-store.js';
import type { SimulatedProcess } from './process.js';

/** Half of a way, at most. */
const WAY_MAX_MS = 40;
const SLOW_MS = 4_000;
const TROUBLE = 0.015;

type Kind = 'read' | 'write' | 'conditional write';

export class RemoteStore implements ObjectStore {
  readonly url: string;

  /** @param issued - told of each write when the process sends it */
  constructor(
    private readonly process: SimulatedProcess,
    private readonly store: MemoryStore,
    private readonly faults: Faults,
    private readonly issued: (key: string) => void = () => undefined,
  ) {
    this.url = store.url;
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.#call('read', () => this.store.headNow(key));
  }

  async get(key: string, _options?: GetOptions): Promise<{ info: ObjectInfo; body: Readable }> {
    const { info, bytes } = await this.#call('read', () => this.store.getNow(key));
    if (!this.faults.strikes('store: truncated read', TROUBLE))
      return { info, body: Readable.from([bytes], { objectMode: false }) };
    const body = new Readable({ read: () => undefined });
    body.push(bytes.subarray(0, bytes.length >> 1));
    body.destroy(unavailable('the answer was cut off'));
    return { info, body };
  }

  async put(key: string, body: Buffer | Readable | GivenFile, options?: PutOptions): Promise<ObjectInfo> {
    const bytes = await bytesOf(body);
    this.issued(key);
    const conditional = options?.ifAbsent === true || options?.ifMatch !== undefined;
    return this.#call(conditional ? 'conditional write' : 'write', () =>
      this.store.putNow(key, bytes, options),
    );
  }

  copy(source: string, target: string): Promise<ObjectInfo> {
    this.issued(target);
    return this.#call('write', () => this.store.copyNow(source, target));
  }

  async *list(
    prefix: string,
    options?: { shallow?: boolean; startAfter?: string; limit?: number },
  ): AsyncIterable<ListEntry> {
    yield* await this.#call('read', () => this.store.listNow(prefix, options));
  }

  delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.issued(key);
    return this.#call('write', () => this.store.deleteNow(keys));
  }

  localPath(): undefined {
    return undefined;
  }

  /** A request that was sent arrives, whatever becomes of its sender. */
  #call<T>(kind: Kind, effect: () => T): Promise<T> {
    const { process, faults } = this;
    const { dice } = faults;
    const { time } = process;
    const way = (): number => dice.between(1, WAY_MAX_MS);
    return new Promise<T>((resolve, reject) => {
      const answer = (afterMs: number, run: () => void): void =>
        time.after(afterMs, () => process.deliver(run));
      time.after(way(), () => {
        if (faults.strikes('store: slow-down', TROUBLE))
          return answer(dice.between(500, SLOW_MS), () => reject(unavailable('slow down')));
        if (faults.strikes('store: 500', TROUBLE)) return answer(way(), () => reject(unavailable('500')));
        if (kind === 'conditional write' && faults.strikes('store: 409', TROUBLE))
          return answer(way(), () => reject(unavailable('409: another write is under way')));
        let value: T;
        try {
          value = effect();
        } catch (error) {
          return answer(way(), () => reject(error));
        }
        if (kind !== 'read' && faults.strikes('store: answer lost after the write', TROUBLE))
          return answer(dice.between(500, SLOW_MS), () => reject(unavailable('the connection was reset')));
        // The answer was lost, whoever carried the request sent it again, and then it was not the first any more.
        if (kind === 'conditional write' && faults.strikes('store: 412 after the write', TROUBLE))
          return answer(way(), () =>
            reject(new MlsqlError('MLSQL_STORE_PRECONDITION', 'it is there already')),
          );
        answer(way(), () => resolve(value));
      });
    });
  }
}

function unavailable(why: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_UNAVAILABLE', `the store does not answer: ${why}`);
}
