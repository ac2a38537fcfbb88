// gRPC Files: the store as a folder tree, and uploads by content.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ServerReadableStream } from '@grpc/grpc-js';
import { MlsqlError } from '../../shared/errors.js';
import { classifyPath } from '../../shared/language/paths.js';
import { FILE_CHUNK_BYTES } from '../../shared/limits.js';
import { blobKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { FileEntry } from '../../shared/rpc/gen/mlsql/v1/FileEntry.js';
import type { FilesHandlers } from '../../shared/rpc/gen/mlsql/v1/Files.js';
import type { UploadBlobRequest__Output } from '../../shared/rpc/gen/mlsql/v1/UploadBlobRequest.js';
import type { WriteFileRequest__Output } from '../../shared/rpc/gen/mlsql/v1/WriteFileRequest.js';
import { clientStream, serverStream, unary } from './handlers.js';

export function filesService(store: ObjectStore): FilesHandlers {
  return {
    FindMissingBlobs: unary(async (request) => {
      const found = await Promise.all(
        request.sha256.map(async (hash) => (await store.head(blobKey(checkedHash(hash)))) !== undefined),
      );
      return { missing: request.sha256.filter((_, index) => found[index] !== true) };
    }),
    UploadBlob: clientStream(async (call) => {
      await receiveBlob(store, call);
      return {};
    }),
    ListFiles: unary(async (request) => ({ entries: await listFolder(store, request.path) })),
    ReadFile: serverStream(async function* (request, signal) {
      const key = storeKey(request.path);
      const { body } = await notFoundNames(request.path, store.get(key, { signal }));
      for await (const chunk of body) {
        for (let start = 0; start < chunk.length; start += FILE_CHUNK_BYTES) {
          yield { data: chunk.subarray(start, start + FILE_CHUNK_BYTES) as Buffer };
        }
      }
    }),
    WriteFile: clientStream(async (call) => {
      const { first, body } = await openUpload(call);
      const info = await store.put(storeKey(first.path), body, { sizeBytes: first.size });
      return { size: info.sizeBytes };
    }),
    RemoveFiles: unary(async (request) => ({
      removed: await removeFiles(store, request.path, request.recursive),
    })),
  };
}

/**
 * The key of a path in the store, as users write it (`/a/b`; `/` is the root, key "").
 * @throws MlsqlError MLSQL_STORE_PATH_INVALID
 */
function storeKey(path: string): string {
  const place = classifyPath(path);
  if (place.kind !== 'store') {
    throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `"${path}" is no path of the store`, {
      hint: 'paths of the store begin with a slash',
    });
  }
  return place.key;
}

async function listFolder(store: ObjectStore, path: string): Promise<FileEntry[]> {
  const key = path === '/' || path === '' ? '' : storeKey(path.replace(/\/+$/, ''));
  const prefix = key === '' ? '' : `${key}/`;
  const entries: FileEntry[] = [];
  for await (const entry of store.list(prefix, { shallow: true })) {
    if (entry.kind === 'prefix') {
      const name = entry.key.slice(prefix.length, -1);
      if (prefix !== '' || name !== '__mlsql__') entries.push({ name, folder: true });
    } else {
      const { key: child, sizeBytes, modifiedMs } = entry.info;
      entries.push({ name: child.slice(prefix.length), folder: false, size: sizeBytes, modifiedMs });
    }
  }
  if (entries.length > 0 || key === '') return entries;
  const file = await store.head(key);
  if (file === undefined) throw notFound(path);
  return [
    {
      name: key.slice(key.lastIndexOf('/') + 1),
      folder: false,
      size: file.sizeBytes,
      modifiedMs: file.modifiedMs,
    },
  ];
}

async function removeFiles(store: ObjectStore, path: string, recursive: boolean): Promise<number> {
  const key = storeKey(path.replace(/\/+$/, ''));
  if (key === '') throw new MlsqlError('MLSQL_STORE_PATH_INVALID', 'the root of the store cannot be removed');
  const below: string[] = [];
  for await (const entry of store.list(`${key}/`)) if (entry.kind === 'object') below.push(entry.info.key);
  if (below.length > 0 && !recursive) {
    throw new MlsqlError('MLSQL_STORE_PATH_INVALID', `${path} is a folder with ${below.length} files`, {
      hint: 'say --recursive (-r) to remove it with all of them',
    });
  }
  const itself = (await store.head(key)) === undefined ? [] : [key];
  if (below.length + itself.length === 0) throw notFound(path);
  await store.delete([...below, ...itself]);
  return below.length + itself.length;
}

async function receiveBlob(
  store: ObjectStore,
  call: ServerReadableStream<UploadBlobRequest__Output, unknown>,
): Promise<void> {
  const { first, body } = await openUpload(call);
  const expected = checkedHash(first.sha256);
  const hash = createHash('sha256');
  const hashed = Readable.from(
    (async function* () {
      for await (const chunk of body) {
        hash.update(chunk);
        yield chunk;
      }
      const actual = hash.digest('hex');
      if (actual !== expected) {
        throw new MlsqlError(
          'MLSQL_STORE_CORRUPT',
          `the uploaded bytes hash to ${actual}, not to ${expected}`,
          { hint: 'upload the file again' },
        );
      }
    })(),
  );
  try {
    await store.put(blobKey(expected), hashed, { sizeBytes: first.size, ifAbsent: true });
  } catch (error) {
    // Another client brought the same content meanwhile.
    if (error instanceof MlsqlError && error.code === 'MLSQL_STORE_PRECONDITION') return;
    throw error;
  }
}

async function openUpload<Request extends UploadBlobRequest__Output | WriteFileRequest__Output>(
  call: ServerReadableStream<Request, unknown>,
): Promise<{ first: Request; body: Readable }> {
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<Request>;
  const opening = await messages.next();
  if (opening.done === true)
    throw new MlsqlError('MLSQL_USAGE_INVALID', 'the upload ended before its first message');
  const first = opening.value;
  const body = Readable.from(
    (async function* () {
      if (first.data.length > 0) yield first.data;
      for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
        if (next.value.data.length > 0) yield next.value.data;
      }
    })(),
    { objectMode: false },
  );
  return { first, body };
}

function checkedHash(hash: string): string {
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new MlsqlError('MLSQL_USAGE_INVALID', `"${hash.slice(0, 80)}" is no lower-case hexadecimal SHA-256`);
}

async function notFoundNames<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof MlsqlError && error.code === 'MLSQL_STORE_NOT_FOUND') throw notFound(path);
    throw error;
  }
}

function notFound(path: string): MlsqlError {
  return new MlsqlError('MLSQL_STORE_NOT_FOUND', `${path} is not in the store`, {
    path,
    hint: 'see mlsql fs ls for what is there',
  });
}
