// Uploads by content: asks what the cluster lacks, and sends only that.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import PQueue from 'p-queue';
import { MlsqlError } from '../../shared/errors.js';
import { FILE_CHUNK_BYTES } from '../../shared/limits.js';
import type { UploadBlobRequest } from '../../shared/rpc/gen/mlsql/v1/UploadBlobRequest.js';
import type { UploadBlobResponse__Output } from '../../shared/rpc/gen/mlsql/v1/UploadBlobResponse.js';
import type { LocalFile, LocalTree } from './client-files.js';
import type { Connection } from './connection.js';

const UPLOADS_AT_ONCE = 4;
/** Hashes asked about in one call: 64 bytes each, far below the message limit. */
const HASHES_PER_CALL = 100_000;

/**
 * Brings every content of these trees to the cluster.
 * @returns the bytes that were sent; 0 where the cluster had everything
 * @throws MlsqlError MLSQL_SCRIPT_FILE_MISSING where a file changed since it was hashed
 */
export async function uploadMissing(connection: Connection, trees: readonly LocalTree[]): Promise<number> {
  const byHash = new Map(trees.flatMap((tree) => tree.files).map((file) => [file.sha256, file]));
  const hashes = [...byHash.keys()];
  const queue = new PQueue({ concurrency: UPLOADS_AT_ONCE });
  let sentBytes = 0;
  for (let start = 0; start < hashes.length; start += HASHES_PER_CALL) {
    const sha256 = hashes.slice(start, start + HASHES_PER_CALL);
    const { missing } = await connection.unary<{ missing: string[] }>((...call) =>
      connection.files.findMissingBlobs({ sha256 }, ...call),
    );
    const files = missing.map((hash) => byHash.get(hash)).filter((file) => file !== undefined);
    await Promise.all(files.map((file) => queue.add(() => uploadOne(connection, file))));
    sentBytes += files.reduce((sum, file) => sum + file.sizeBytes, 0);
  }
  return sentBytes;
}

async function uploadOne(connection: Connection, file: LocalFile): Promise<void> {
  await connection.upload<UploadBlobRequest, UploadBlobResponse__Output>(
    (metadata, callback) => connection.files.uploadBlob(metadata, callback),
    blobMessages(file),
  );
}

/** Hash and size first, then the bytes, which must still be those that were hashed. */
async function* blobMessages(file: LocalFile): AsyncGenerator<UploadBlobRequest> {
  yield { sha256: file.sha256, size: file.sizeBytes };
  const hash = createHash('sha256');
  for await (const data of createReadStream(file.localPath, {
    highWaterMark: FILE_CHUNK_BYTES,
  }) as AsyncIterable<Buffer>) {
    hash.update(data);
    yield { data };
  }
  if (hash.digest('hex') !== file.sha256) {
    throw new MlsqlError('MLSQL_SCRIPT_FILE_MISSING', `${file.localPath} changed while it was uploaded`, {
      hint: 'run the script again when nothing writes to the file',
    });
  }
}
