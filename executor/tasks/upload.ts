// From an attempt's folder to the store: the model's files, and the log.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import PQueue from 'p-queue';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { type Retrying, retrying } from '../../shared/retry.js';
import { STOPPED_LOG_DEADLINE_MS, UPLOAD_BUFFER_MAX_BYTES, UPLOADS_MAX } from '../limits.js';
import { LineSplitter, type LogLine } from '../logs/line-splitter.js';
import { listFiles, type ModelFilePath } from './model-files.js';

/** A file as it lies in the store now. */
export interface UploadedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** Brings files to the store, at most a few at once over all attempts. */
export class Uploader {
  readonly #store: ObjectStore;
  readonly #queue = new PQueue({ concurrency: UPLOADS_MAX });

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /**
   * Uploads all files of a model to `<prefix>/<path>`.
   * @throws MlsqlError MLSQL_STORE_PATH_INVALID where the script left something that is no model's file
   */
  async model(folder: string, prefix: string, retry: Retrying): Promise<UploadedFile[]> {
    const files = await listFiles(folder, 'tempModelLocalPath');
    return await Promise.all(files.map((file) => this.file(file, `${prefix}/${file.path}`, retry)));
  }

  /** Uploads the log, each line as readers of the live log saw it. */
  async log(path: string, key: string, retry: Retrying): Promise<void> {
    await this.#inTurn(async () => {
      const whole = await smallLog(path);
      if (whole !== undefined) {
        await this.#store.put(key, whole);
        return;
      }
      // Two passes: stores want to know the length first, and a log may be larger than memory.
      let sizeBytes = 0;
      for await (const piece of renderLog(path)) sizeBytes += piece.length;
      await this.#store.put(key, Readable.from(renderLog(path), { objectMode: false }), { sizeBytes });
    }, retry);
  }

  /** Uploads one file. */
  async file(file: ModelFilePath, key: string, retry: Retrying): Promise<UploadedFile> {
    const given = retry.signal === undefined ? {} : { signal: retry.signal };
    return await this.#inTurn(async () => {
      const hash = createHash('sha256');
      if (file.sizeBytes <= UPLOAD_BUFFER_MAX_BYTES) {
        const bytes = await readFile(file.absolute);
        await this.#store.put(key, bytes, given);
        return { path: file.path, size: bytes.length, sha256: hash.update(bytes).digest('hex') };
      }
      const hashing = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          done(null, chunk);
        },
      });
      const source = createReadStream(file.absolute, { highWaterMark: 256 * 1024 });
      source.on('error', (error) => hashing.destroy(error));
      try {
        await this.#store.put(key, source.pipe(hashing), { sizeBytes: file.sizeBytes, ...given });
      } finally {
        source.destroy();
      }
      return { path: file.path, size: file.sizeBytes, sha256: hash.digest('hex') };
    }, retry);
  }

  /** What waits for its next try holds up nobody else. */
  async #inTurn<T>(upload: () => Promise<T>, retry: Retrying): Promise<T> {
    return await retrying(() => this.#queue.add(upload), retry);
  }
}

/**
 * Brings what shall be in the store also when its attempt is stopped: whoever stopped it waits for its end, so then it is
 * not tried for long.
 */
export async function insistent<T>(
  bring: (how: Retrying) => Promise<T>,
  how: Retrying & { readonly signal: AbortSignal },
): Promise<T> {
  try {
    return await bring(how);
  } catch (error) {
    if (!how.signal.aborted) throw error;
    const { signal: _, ...rest } = how;
    return await bring({ ...rest, deadlineMs: STOPPED_LOG_DEADLINE_MS });
  }
}

/** The rendered log where it is small, as most are; undefined where it is not. */
async function smallLog(path: string): Promise<Buffer | undefined> {
  let bytes: Buffer;
  try {
    if ((await stat(path)).size > UPLOAD_BUFFER_MAX_BYTES) return undefined;
    bytes = await readFile(path);
  } catch (error) {
    // Never started: an empty log.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    bytes = Buffer.alloc(0);
  }
  const splitter = new LineSplitter();
  return Buffer.concat([render(splitter.push(bytes)), render(splitter.end())]);
}

async function* renderLog(path: string): AsyncGenerator<Buffer> {
  const splitter = new LineSplitter();
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const lines = splitter.push(chunk as Buffer);
    if (lines.length > 0) yield render(lines);
  }
  const rest = splitter.end();
  if (rest.length > 0) yield render(rest);
}

/** The log as lines end in it: progress bars folded, colours gone, every line with its newline. */
function render(lines: readonly LogLine[]): Buffer {
  return Buffer.from(lines.map((line) => `${line.text}\n`).join(''));
}
