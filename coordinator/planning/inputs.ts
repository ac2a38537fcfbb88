// From a path as the user wrote it to the objects of the store behind it: client files lie there as blobs, store paths
// are listed, and everything gets its SHA-256, by which executors fetch and share it.
import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import { MlsqlError, type Position } from '../../shared/errors.js';
import { checkTarget } from '../../shared/language/client-files.js';
import { classifyPath } from '../../shared/language/paths.js';
import type { Buckets } from '../../shared/object-store/buckets.js';
import { blobKey } from '../../shared/object-store/keys.js';
import type { ObjectInfo, ObjectStore } from '../../shared/object-store/object-store.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';

/** One file (folder: false, files[0].path is its base name) or a folder of files. */
export interface InputTree {
  readonly folder: boolean;
  /** Last segment of the path. */
  readonly name: string;
  readonly files: readonly TaskInputFile[];
}

/** A file or folder that the client uploaded, by the name the script uses. */
export interface ClientTree {
  readonly folder: boolean;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly executable: boolean;
  }[];
}

const HASHES_AT_ONCE = 4;

/** SHA-256 of objects, computed once for each content (key and etag). */
export class ContentHasher {
  readonly #known = new Map<string, Promise<string>>();
  readonly #queue = new PQueue({ concurrency: HASHES_AT_ONCE });

  constructor(private readonly store: ObjectStore) {}

  /** @param store - where it lies; default: the cluster's own */
  hash(info: ObjectInfo, store: ObjectStore = this.store): Promise<string> {
    const id = `${store.url}\n${info.key}\n${info.etag}`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const work = this.#queue.add(async () => {
      const hash = createHash('sha256');
      const { body } = await store.get(info.key);
      for await (const chunk of body) hash.update(chunk);
      return hash.digest('hex');
    });
    this.#known.set(id, work);
    work.catch(() => this.#known.delete(id));
    return work;
  }
}

export interface InputContext {
  readonly store: ObjectStore;
  readonly buckets: Buckets;
  readonly hasher: ContentHasher;
  readonly clientFiles: ReadonlyMap<string, ClientTree>;
}

/**
 * Resolves a path that a statement reads.
 * @param path - as written, variables substituted
 * @param what - what it is for, for messages: "the script", "resource a"
 * @throws MlsqlError MLSQL_STORE_NOT_FOUND, MLSQL_SCRIPT_FILE_MISSING or MLSQL_STORE_PATH_INVALID, at the position
 */
export async function resolveInput(
  context: InputContext,
  path: string,
  what: string,
  position: Position,
): Promise<InputTree> {
  const place = classifyAt(path, position);
  if (place.kind === 'client') {
    const tree = context.clientFiles.get(path) ?? context.clientFiles.get(place.name);
    if (tree === undefined) {
      throw new MlsqlError('MLSQL_SCRIPT_FILE_MISSING', `${what}: the client did not offer "${path}"`, {
        position,
        hint: 'a relative path is a file beside the script; submit it with the script (mlsql run does), or name a path of the store',
      });
    }
    return {
      folder: tree.folder,
      name: baseName(place.name),
      files: tree.files.map((file) => ({ ...file, key: blobKey(file.sha256) })),
    };
  }
  const store = place.kind === 's3' ? await context.buckets.open(place.bucket) : context.store;
  const single = place.key === '' ? undefined : await store.head(place.key);
  if (single !== undefined) {
    const name = baseName(place.key);
    return { folder: false, name, files: [await inputFile(context, store, name, single)] };
  }
  const prefix = place.key === '' ? '' : `${place.key}/`;
  const objects: ObjectInfo[] = [];
  for await (const entry of store.list(prefix)) if (entry.kind === 'object') objects.push(entry.info);
  if (objects.length === 0) {
    const where = place.kind === 's3' ? `the bucket ${place.bucket}` : 'the store';
    throw new MlsqlError('MLSQL_STORE_NOT_FOUND', `${what}: ${path} is not in ${where}`, {
      position,
      path,
      hint: 'see mlsql fs ls; a file of your own machine is named relative to the script, ./name',
    });
  }
  const files = await Promise.all(
    objects.map((info) => inputFile(context, store, info.key.slice(prefix.length), info)),
  );
  return { folder: true, name: baseName(place.key || path), files };
}

/** An object as executors fetch it; what lies in another bucket is brought into the store, by its content. */
async function inputFile(
  { store: own, hasher }: InputContext,
  store: ObjectStore,
  path: string,
  info: ObjectInfo,
): Promise<TaskInputFile> {
  const { sizeBytes } = info;
  const sha256 = await hasher.hash(info, store);
  if (store === own) return { path, key: info.key, sizeBytes, sha256, executable: false };
  const key = blobKey(sha256);
  if ((await own.head(key)) === undefined) {
    const { body, info: now } = await store.get(info.key);
    if (now.etag !== info.etag) {
      body.destroy();
      throw new MlsqlError('MLSQL_STORE_CORRUPT', `${store.url}/${info.key} was replaced while it was read`, {
        hint: 'Run the script again.',
      });
    }
    await own.put(key, body, { sizeBytes });
  }
  return { path, key, sizeBytes, sha256, executable: false };
}

/** classifyPath, with the position in the script on its errors. */
export function classifyAt(path: string, position: Position): ReturnType<typeof classifyPath> {
  try {
    return classifyPath(path);
  } catch (error) {
    throw error instanceof MlsqlError ? error.with({ position }) : error;
  }
}

/**
 * The key that a train writes to, or a register reads its model from.
 * @throws MlsqlError at the position: a client's path, a bucket, a malformed path
 */
export function targetKey(path: string, statement: 'train' | 'register', position: Position): string {
  const place = checkTarget(path, statement, position);
  if (place.kind === 'store') return place.key;
  throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `${path}: models lie in the cluster's own store`, {
    position,
    hint: `name a path of the store, as /${place.key || 'models/a'}`,
  });
}

/**
 * Where a save writes to.
 * @throws MlsqlError at the position, as targetKey; and for a whole bucket
 */
export async function saveTarget(
  buckets: Buckets,
  path: string,
  position: Position,
): Promise<{ readonly prefix: string; readonly store?: ObjectStore }> {
  const place = checkTarget(path, 'save', position);
  if (place.kind === 'store') return { prefix: place.key };
  if (place.key === '')
    throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `${path} names a whole bucket`, {
      position,
      hint: `name a folder in it, as s3://${place.bucket}/table`,
    });
  return { prefix: place.key, store: await buckets.open(place.bucket) };
}

function baseName(path: string): string {
  return path.slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1).replace(/\/+$/, '');
}
