// Buckets that scripts name beside the cluster's own store, each opened once, with the same endpoint and credentials.
import type { ObjectStore } from './object-store.js';
import { openStore } from './open-store.js';

export class Buckets {
  readonly #opened = new Map<string, Promise<ObjectStore>>();

  /**
   * @param env - the settings, see s3/s3-config.ts
   * @param wrapped - what each store is put into
   */
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly wrapped: (store: ObjectStore) => ObjectStore = (store) => store,
  ) {}

  /** Nothing is sent yet. @throws MlsqlError as openStore */
  async open(bucket: string): Promise<ObjectStore> {
    let opening = this.#opened.get(bucket);
    if (opening === undefined) {
      opening = openStore(`s3://${bucket}`, this.env).then(this.wrapped);
      this.#opened.set(bucket, opening);
      opening.catch(() => this.#opened.delete(bucket));
    }
    return await opening;
  }
}
