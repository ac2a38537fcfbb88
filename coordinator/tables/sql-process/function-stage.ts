// Calls ahead of a select: arguments are streamed out of DuckDB, travel in large batches, and the answers become a table.
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBInstance,
  type DuckDBResult,
  INTEGER,
  LIST,
  STRUCT,
  TINYINT,
} from '@duckdb/node-api';
import { quoteName } from '../sql-text.js';
import {
  Answers,
  type ArgumentRows,
  copyRows,
  encodeRows,
  readLists,
  readVectors,
} from './function-codec.js';
import type { Stage, StagedCall } from './messages.js';
import type { ThreadCalls } from './thread-calls.js';

/** The DuckDB type of vectors. */
export const VECTOR = STRUCT({ type: TINYINT, size: INTEGER, indices: LIST(INTEGER), values: LIST(DOUBLE) });

/** A batch ends at so many rows or numbers: large enough to hide the way, small enough that several workers share. */
const BATCH_ROWS = 8_192;
const BATCH_NUMBERS = 512 * 1024;
/** Batches on their way at once. */
const BATCHES_AT_ONCE = 8;

/** A batch of chunks, and the answers of each call to it. */
interface Batch {
  /** By call: the chunks' arguments. */
  readonly chunks: readonly ArgumentRows[][];
  readonly answers: Promise<readonly Answers[]>;
}

/** Runs a stage; afterwards its table holds the answers in the query's order. */
export async function runStage(
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  calls: ThreadCalls,
  stage: Stage,
): Promise<void> {
  const columns = stage.calls.map((call) => `${quoteName(call.column)} ${VECTOR}`);
  // Whatever a connection runs ends what it streams: the answers are written by another one.
  const writer = await instance.connect();
  await writer.run(`CREATE TABLE ${quoteName(stage.table)} (${columns.join(', ')})`);
  const appender = await writer.createAppender(stage.table);
  const underWay: Batch[] = [];
  const writeOldest = async (): Promise<void> => {
    const batch = underWay[0]!;
    const answers = await batch.answers;
    underWay.shift();
    const starts = stage.calls.map(() => 0);
    for (const [place, first] of batch.chunks[0]!.entries()) {
      const chunk = DuckDBDataChunk.create(
        stage.calls.map(() => VECTOR),
        first.rows,
      );
      for (const [call, chunks] of batch.chunks.entries()) {
        const argument = chunks[place]!;
        answers[call]!.write(chunk.getColumnVector(call), first.rows, argument.present, starts[call]!);
        starts[call]! += argument.offsets.length - 1;
      }
      appender.appendDataChunk(chunk);
    }
  };
  try {
    const result = await connection.stream(stage.sql);
    for await (const chunks of batchesOf(result, stage.calls)) {
      if (underWay.length >= BATCHES_AT_ONCE) await writeOldest();
      const answers = Promise.all(stage.calls.map((call, index) => askFor(calls, call, chunks[index]!)));
      answers.catch(() => undefined);
      underWay.push({ chunks, answers });
    }
    while (underWay.length > 0) await writeOldest();
  } finally {
    calls.cancel();
    appender.closeSync();
    writer.closeSync();
  }
}

async function askFor(
  calls: ThreadCalls,
  call: StagedCall,
  chunks: readonly ArgumentRows[],
): Promise<Answers> {
  const batch = encodeRows(chunks);
  const count = chunks.reduce((sum, chunk) => sum + chunk.offsets.length - 1, 0);
  return new Answers(batch === undefined ? undefined : await calls.ask(call.functionId, batch), count);
}

/** The result's chunks in batches: by call, the arguments of each chunk. */
async function* batchesOf(
  result: DuckDBResult,
  calls: readonly StagedCall[],
): AsyncGenerator<ArgumentRows[][]> {
  let batch: ArgumentRows[][] = calls.map(() => []);
  let rows = 0;
  let numbers = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const [index, call] of calls.entries()) {
      const read = call.variant === 'list' ? readLists : readVectors;
      const argument = copyRows(read(chunk.getColumnVector(index), chunk.rowCount));
      batch[index]!.push(argument);
      numbers += argument.values.length;
    }
    rows += chunk.rowCount;
    if (rows >= BATCH_ROWS || numbers >= BATCH_NUMBERS) {
      yield batch;
      batch = calls.map(() => []);
      rows = 0;
      numbers = 0;
    }
  }
  if (rows > 0) yield batch;
}
