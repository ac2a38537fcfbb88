// The store as a coordinator writes it: only while its claim holds. Reading is free to everyone.
import type { Readable } from 'node:stream';
import type {
  CopyOptions,
  GetOptions,
  GivenFile,
  ListEntry,
  ObjectInfo,
  ObjectStore,
  PutOptions,
  Written,
} from '../../shared/object-store/object-store.js';

/** Resolves while this coordinator may write. */
export interface WritePermit {
  /** @throws MlsqlError where it may not (any more) */
  ensure(): Promise<void>;
}

export class FencedStore implements ObjectStore {
  constructor(
    private readonly store: ObjectStore,
    private readonly permit: WritePermit,
  ) {}

  get url(): string {
    return this.store.url;
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.store.head(key);
  }

  get(key: string, options?: GetOptions): Promise<{ info: ObjectInfo; body: Readable }> {
    return this.store.get(key, options);
  }

  async put(key: string, body: Buffer | Readable | GivenFile, options?: PutOptions): Promise<Written> {
    await this.permit.ensure();
    return this.store.put(key, body, options);
  }

  async copy(source: string, target: string, options?: CopyOptions): Promise<Written> {
    await this.permit.ensure();
    return this.store.copy(source, target, options);
  }

  list(
    prefix: string,
    options?: { shallow?: boolean; startAfter?: string; limit?: number },
  ): AsyncIterable<ListEntry> {
    return this.store.list(prefix, options);
  }

  async delete(keys: readonly string[]): Promise<void> {
    await this.permit.ensure();
    return this.store.delete(keys);
  }

  localPath(key: string): string | undefined {
    return this.store.localPath(key);
  }
}
