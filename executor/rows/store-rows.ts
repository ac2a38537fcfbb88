// Streamed rows straight from the store: objects one behind the other; nothing is kept on disk, little in memory.
import { createHash } from 'node:crypto';
import { MlsqlError } from '../../shared/errors.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { retrying } from '../../shared/retry.js';
import type { InputFile__Output as InputFile } from '../../shared/rpc/gen/mlsql/v1/InputFile.js';
import { RESULT_DEADLINE_MS } from '../limits.js';
import type { RowSink, RowSource, RowSourceEvents } from './row-source.js';

const NEWLINE = 0x0a;

export class StoreRows implements RowSource {
  /** @param skip - how many rows of each file, by its index, are not wanted any more; default: none */
  constructor(
    private readonly files: readonly InputFile[],
    private readonly store: ObjectStore,
    private readonly events: RowSourceEvents,
    private readonly skip: readonly number[] = [],
  ) {}

  async send(sink: RowSink, signal: AbortSignal): Promise<void> {
    for (const [index, file] of this.files.entries())
      await this.#sendFile(file, behindRows(sink, this.skip[index] ?? 0), signal);
  }

  async close(): Promise<void> {
    // Nothing outlives a send.
  }

  async #sendFile(file: InputFile, sink: RowSink, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256');
    let sent = 0;
    let last = NEWLINE;
    // The script has begun, and waits: what it has done so far would be lost.
    const how = { deadlineMs: RESULT_DEADLINE_MS, signal, onRetry: this.events.onRetry };
    await retrying(async () => {
      // Another try goes on where the last one ended.
      const range = sent === 0 ? {} : { range: { start: sent, end: file.size } };
      const { body } = await this.store.get(file.key, { ...range, signal });
      for await (const chunk of body as AsyncIterable<Buffer>) {
        sent += chunk.length;
        if (sent > file.size) break;
        hash.update(chunk);
        last = chunk[chunk.length - 1] ?? last;
        this.events.onBytes(chunk.length);
        await sink(chunk);
      }
      if (sent < file.size)
        throw new MlsqlError(
          'MLSQL_STORE_UNAVAILABLE',
          `${file.key} ended after ${sent} bytes of ${file.size}`,
        );
    }, how);
    if (sent !== file.size || (file.sha256 !== '' && hash.digest('hex') !== file.sha256)) {
      throw new MlsqlError('MLSQL_STORE_CORRUPT', `${file.key} has other bytes than when its hash was taken`);
    }
    if (last !== NEWLINE) await sink(Buffer.from('\n'));
  }
}

/** Passes on what comes behind so many lines. */
function behindRows(sink: RowSink, rows: number): RowSink {
  let left = rows;
  return (piece) => {
    let start = 0;
    for (; left > 0; left--) {
      const end = piece.indexOf(NEWLINE, start);
      if (end === -1) return undefined;
      start = end + 1;
    }
    return start === piece.length ? undefined : sink(piece.subarray(start));
  };
}
