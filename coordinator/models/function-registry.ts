// The cluster's registered functions, one small object each in the store, so that they outlive runs and coordinators.
import { closest } from 'fastest-levenshtein';
import { MlsqlError } from '../../shared/errors.js';
import type { FunctionId } from '../../shared/ids.js';
import { FUNCTIONS_PREFIX, functionKey } from '../../shared/object-store/keys.js';
import type { ObjectInfo, ObjectStore } from '../../shared/object-store/object-store.js';
import { won } from '../../shared/object-store/won.js';
import type { FunctionSpec } from '../../shared/rpc/gen/mlsql/v1/FunctionSpec.js';
import { listObjects, mapStore, readObject } from './objects.js';

/** A registered function. Plain data. */
export interface FunctionRecord {
  /** New with each register, so that queries under way keep the one they began with. */
  readonly id: FunctionId;
  /** As the statement wrote it; names differ by more than case. */
  readonly name: string;
  /** PythonAlg or PythonParallelExt. */
  readonly alg: string;
  /** The model's path as the statement wrote it. */
  readonly path: string;
  /** Absent where the path itself holds the model. */
  readonly version?: number;
  /** Folder of the version or generation that it serves: gc leaves it alone. */
  readonly folder: string;
  readonly algIndex: number;
  readonly score: number | null;
  /** python_fun.udf or udf_batch. */
  readonly kind: 'row' | 'batch';
  readonly registeredMs: number;
  /** What executors need to serve it. */
  readonly spec: FunctionSpec;
}

/** Functions by name, without regard to case. Every answer is the store's own. */
export class FunctionRegistry {
  readonly #store: ObjectStore;
  /** Records read before, by key; good as long as the etag is the same. */
  readonly #known = new Map<string, { etag: string; record: FunctionRecord }>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Registers a function; durable when it answers. Gives back the one of that name before. */
  async register(record: FunctionRecord): Promise<FunctionRecord | undefined> {
    const key = functionKey(record.name);
    const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
    for (;;) {
      const before = await readObject(this.#store, key);
      const condition = before === undefined ? { ifAbsent: true } : { ifMatch: before.info.etag };
      if (await won(this.#store.put(key, bytes, condition)))
        return before === undefined ? undefined : parse(before.bytes, key);
    }
  }

  /**
   * Removes a function and gives it back.
   * @throws MLSQL_FUNCTION_UNKNOWN that names the nearest one
   */
  async unregister(name: string): Promise<FunctionRecord> {
    const record = await this.get(name);
    if (record === undefined) throw unknownFunction(name, await this.list());
    await this.#store.delete([functionKey(name)]);
    return record;
  }

  /** Undefined where there is none of that name. */
  async get(name: string): Promise<FunctionRecord | undefined> {
    const key = functionKey(name);
    const found = await readObject(this.#store, key);
    return found === undefined ? undefined : parse(found.bytes, key);
  }

  /** All functions by name. */
  async list(): Promise<FunctionRecord[]> {
    const infos = (await listObjects(this.#store, FUNCTIONS_PREFIX)).filter(({ key }) =>
      key.endsWith('.json'),
    );
    const records = await mapStore(infos, (info) => this.#read(info));
    for (const key of this.#known.keys())
      if (!infos.some((info) => info.key === key)) this.#known.delete(key);
    return records.filter((record) => record !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #read(info: ObjectInfo): Promise<FunctionRecord | undefined> {
    const known = this.#known.get(info.key);
    if (known?.etag === info.etag) return known.record;
    const found = await readObject(this.#store, info.key);
    if (found === undefined) return undefined;
    const record = parse(found.bytes, info.key);
    this.#known.set(info.key, { etag: found.info.etag, record });
    return record;
  }
}

/** The error for a function that nobody registered. */
export function unknownFunction(name: string, known: readonly { readonly name: string }[]): MlsqlError {
  const names = known.map((record) => record.name);
  const hint =
    names.length === 0
      ? 'No function is registered; register one with: register PythonAlg.`/path` as name.'
      : `Did you mean "${closest(name, names)}"? !show functions lists all.`;
  return new MlsqlError('MLSQL_FUNCTION_UNKNOWN', `No function "${name}" is registered.`, { hint });
}

function parse(bytes: Buffer, key: string): FunctionRecord {
  try {
    return JSON.parse(bytes.toString('utf8')) as FunctionRecord;
  } catch (error) {
    throw new MlsqlError(
      'MLSQL_STORE_CORRUPT',
      `"/${key}" is no record of a function: ${(error as Error).message}.`,
      {
        hint: 'Something changed it beside the cluster: remove it with mlsql fs rm, and register the function again.',
        cause: error,
      },
    );
  }
}
