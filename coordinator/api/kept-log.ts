// The log of an ended attempt as its executor brought it to the store: for a coordinator whose own copy is gone, since its
// state was brought back from a copy or begun anew.
import { createInterface } from 'node:readline';
import { isMlsqlError } from '../../shared/errors.js';
import { jobLogKey } from '../../shared/object-store/keys.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import type { JobLogChunk } from '../runtime/job-logs.js';
import type { LogRef } from '../runtime/log-store.js';

/** Lines of one chunk. */
const CHUNK_LINES = 256;

/**
 * @param tail - only the last so many lines; 0: all
 * @returns nothing where the store has no such log
 */
export async function* keptLog(
  store: ObjectStore,
  { jobId, algIndex, attempt }: LogRef,
  tail: number,
): AsyncGenerator<JobLogChunk> {
  const body = await store.get(jobLogKey(jobId, algIndex, attempt)).then(
    (got) => got.body,
    (error: unknown) => {
      if (isMlsqlError(error, 'MLSQL_STORE_NOT_FOUND')) return undefined;
      throw error;
    },
  );
  if (body === undefined) return;
  let lines: string[] = [];
  let firstSeq = 1;
  for await (const line of createInterface({ input: body, crlfDelay: 0 })) {
    lines.push(line);
    if (tail > 0) {
      if (lines.length <= tail) continue;
      lines.shift();
      firstSeq += 1;
    } else if (lines.length === CHUNK_LINES) {
      yield { algIndex, attempt, firstSeq, lines };
      firstSeq += lines.length;
      lines = [];
    }
  }
  for (; lines.length > 0; firstSeq += CHUNK_LINES)
    yield { algIndex, attempt, firstSeq, lines: lines.splice(0, CHUNK_LINES) };
}
