// The cluster's object store as a client sees it: list, read, write, remove; single objects and whole folders.
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isMlsqlError, MlsqlError } from '../../shared/errors.js';
import { FILE_CHUNK_BYTES } from '../../shared/limits.js';
import type { FileChunk__Output } from '../../shared/rpc/gen/mlsql/v1/FileChunk.js';
import type { ListFilesResponse__Output } from '../../shared/rpc/gen/mlsql/v1/ListFilesResponse.js';
import type { RemoveFilesResponse__Output } from '../../shared/rpc/gen/mlsql/v1/RemoveFilesResponse.js';
import type { WriteFileRequest } from '../../shared/rpc/gen/mlsql/v1/WriteFileRequest.js';
import type { WriteFileResponse__Output } from '../../shared/rpc/gen/mlsql/v1/WriteFileResponse.js';
import type { Connection } from './connection.js';
import { type FileView, fileView } from './views.js';

/** Paths are paths of the store, `/a/b`. Every method fails with the coordinator's MlsqlError. */
export class StoreFiles {
  constructor(private readonly connection: Connection) {}

  /** The direct children of a folder, by name. For an object: itself. */
  async ls(path: string): Promise<FileView[]> {
    const { entries } = await this.connection.unary<ListFilesResponse__Output>((...call) =>
      this.connection.files.listFiles({ path }, ...call),
    );
    return entries.map(fileView);
  }

  /** The bytes of one object, in chunks. */
  async *cat(path: string): AsyncGenerator<Buffer> {
    for await (const { data } of this.connection.stream<FileChunk__Output>((metadata) =>
      this.connection.files.readFile({ path }, metadata),
    )) {
      yield data;
    }
  }

  /**
   * Writes a local file or folder to the store. A target that ends with `/` is a folder to put it into.
   * @returns the store paths that were written
   */
  async put(localPath: string, path: string): Promise<string[]> {
    const info = await stat(localPath).catch((error: Error) => {
      throw new MlsqlError('MLSQL_USAGE_INVALID', `${localPath} cannot be read: ${error.message}`, {
        hint: 'name a file or folder of this machine',
      });
    });
    const target = path.endsWith('/') ? below(path, basename(localPath)) : path;
    if (info.isFile()) {
      await this.#putFile(localPath, target, info.size);
      return [target];
    }
    const written: string[] = [];
    for (const entry of await readdir(localPath)) {
      // A link may lead anywhere; a folder's copy holds what is in the folder.
      const child = join(localPath, entry);
      const kind = await lstat(child);
      if (kind.isDirectory() || kind.isFile()) written.push(...(await this.put(child, below(target, entry))));
      else
        throw new MlsqlError('MLSQL_USAGE_INVALID', `${child} is neither a file nor a folder`, {
          hint: 'links, sockets and devices are not uploaded',
        });
    }
    return written;
  }

  /** Writes bytes that are in memory. */
  async write(path: string, data: Buffer | string): Promise<void> {
    const bytes = Buffer.from(data);
    await this.#send(path, bytes.length, Readable.from(chunksOf(bytes)));
  }

  /**
   * Copies an object, or a folder with everything below it, to this machine. A local folder that exists is put into.
   * @returns the local files that were written; each is there whole or not at all
   */
  async get(path: string, localPath: string): Promise<string[]> {
    const existing = await stat(localPath).catch(() => undefined);
    const target = existing?.isDirectory() ? join(localPath, posix.basename(path)) : localPath;
    if (await this.#isFolder(path)) return this.#getFolder(path, target);
    await this.#getFile(path, target);
    return [target];
  }

  /**
   * Removes one object, or with `recursive` a folder and everything below it.
   * @returns how many objects were removed
   */
  async rm(path: string, options: { readonly recursive?: boolean } = {}): Promise<number> {
    const { recursive = false } = options;
    const { removed } = await this.connection.unary<RemoveFilesResponse__Output>((...call) =>
      this.connection.files.removeFiles({ path, recursive }, ...call),
    );
    return removed;
  }

  async #putFile(localPath: string, path: string, sizeBytes: number): Promise<void> {
    await this.#send(path, sizeBytes, createReadStream(localPath, { highWaterMark: FILE_CHUNK_BYTES }));
  }

  async #send(path: string, size: number, body: Readable): Promise<void> {
    async function* messages(): AsyncGenerator<WriteFileRequest> {
      yield { path, size };
      for await (const data of body as AsyncIterable<Buffer>) yield { data };
    }
    await this.connection.upload<WriteFileRequest, WriteFileResponse__Output>(
      (metadata, callback) => this.connection.files.writeFile(metadata, callback),
      messages(),
    );
  }

  async #isFolder(path: string): Promise<boolean> {
    const trimmed = path.replace(/\/+$/, '');
    if (trimmed === '') return true;
    const siblings = await this.ls(posix.dirname(trimmed)).catch((error: unknown) => {
      // Reading the path itself tells better what is missing.
      if (isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) return [];
      throw error;
    });
    const found = siblings.filter((entry) => entry.name === posix.basename(trimmed));
    // An object and a folder may share a name in an object store; the plain name means the object.
    return !found.some((entry) => !entry.folder) && found.length > 0;
  }

  async #getFolder(path: string, localPath: string): Promise<string[]> {
    const written: string[] = [];
    await mkdir(localPath, { recursive: true });
    for (const entry of await this.ls(path)) {
      const from = below(path, entry.name);
      const to = join(localPath, safeName(entry.name));
      if (entry.folder) written.push(...(await this.#getFolder(from, to)));
      else {
        await this.#getFile(from, to);
        written.push(to);
      }
    }
    return written;
  }

  async #getFile(path: string, localPath: string): Promise<void> {
    await mkdir(dirname(localPath), { recursive: true });
    const partial = join(dirname(localPath), `.${basename(localPath)}.${process.pid}.partial`);
    try {
      await pipeline(this.cat(path), createWriteStream(partial));
      await rename(partial, localPath);
    } finally {
      await rm(partial, { force: true });
    }
  }
}

/** A child's path. Nothing is normalised: the coordinator judges the path as the user wrote it. */
function below(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

/** A name from the cluster never leads out of the folder that it is written to. */
function safeName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
    throw new MlsqlError(
      'MLSQL_STORE_PATH_INVALID',
      `the store has a name that cannot be written here: ${JSON.stringify(name)}`,
    );
  }
  return name;
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += FILE_CHUNK_BYTES)
    yield bytes.subarray(start, start + FILE_CHUNK_BYTES);
}
