// Calls ahead of a select: arguments are streamed out of DuckDB, travel in large batches, and the answers become a table.
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import type { PayloadMemory } from '../../../shared/rpc/payload-memory.js';
import { AnswerTable } from './answer-table.js';
import { Answers } from './answers.js';
import { ArgumentBatch } from './argument-batch.js';
import { readLists, readVectors } from './argument-rows.js';
import type { Stage, StagedCall } from './messages.js';
import type { ThreadCalls } from './thread-calls.js';

/** Batches on their way at once. */
const BATCHES_AT_ONCE = 8;
/**
 * A batch ends at so many rows or numbers: large enough to hide the way, small enough that several workers share. A long
 * table has enough of them for all workers also where they are larger, which costs less a row.
 */
const BATCH_ROWS = 8_192;
const LATER_BATCH_ROWS = 2 * BATCH_ROWS;
const BATCH_NUMBERS = 512 * 1024;

/** A batch by call, and the answers of each call to it. */
interface Batch {
  readonly arguments: readonly ArgumentBatch[];
  readonly answers: Promise<readonly Answers[]>;
}

/**
 * Runs a stage; afterwards its table holds the answers in the query's order.
 * @returns how each column holds them, see AnswerTable.end
 */
export async function runStage(
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  calls: ThreadCalls,
  stage: Stage,
): Promise<readonly (number | null)[]> {
  // Whatever a connection runs ends what it streams: the answers are written by another one.
  const writer = await instance.connect();
  const columns = stage.calls.map((call) => call.column);
  const table = new AnswerTable(writer, stage.table, columns);
  const underWay: Batch[] = [];
  const writeOldest = async (): Promise<void> => {
    const batch = underWay[0]!;
    const answers = await batch.answers;
    underWay.shift();
    await table.add(batch.arguments, answers);
  };
  try {
    const result = await connection.stream(stage.sql);
    for await (const batches of batchesOf(result, stage.calls, calls.memory)) {
      if (underWay.length >= BATCHES_AT_ONCE) await writeOldest();
      const answers = Promise.all(stage.calls.map((call, index) => askFor(calls, call, batches[index]!)));
      answers.catch(() => undefined);
      underWay.push({ arguments: batches, answers });
    }
    while (underWay.length > 0) await writeOldest();
    return await table.end();
  } finally {
    calls.cancel();
    calls.memory.clear();
    table.close();
    writer.closeSync();
  }
}

async function askFor(calls: ThreadCalls, call: StagedCall, batch: ArgumentBatch): Promise<Answers> {
  const encoded = batch.encode();
  const answer = encoded === undefined ? undefined : await calls.ask(call.functionId, encoded);
  return new Answers(answer, batch.count);
}

/** The result's chunks in batches, by call. */
async function* batchesOf(
  result: DuckDBResult,
  calls: readonly StagedCall[],
  memory: PayloadMemory,
): AsyncGenerator<ArgumentBatch[]> {
  const begin = (): ArgumentBatch[] => calls.map(() => new ArgumentBatch(rowsMax, memory));
  let rowsMax = BATCH_ROWS;
  let batches = begin();
  let rows = 0;
  let ended = 0;
  for await (const chunk of chunksOf(result)) {
    for (const [index, call] of calls.entries()) {
      const read = call.variant === 'list' ? readLists : readVectors;
      batches[index]!.add(read(chunk.getColumnVector(index), chunk.rowCount));
    }
    rows += chunk.rowCount;
    const numbers = batches.reduce((sum, batch) => sum + batch.numbers, 0);
    if (rows >= rowsMax || numbers >= BATCH_NUMBERS) {
      yield batches;
      if (++ended === BATCHES_AT_ONCE) rowsMax = LATER_BATCH_ROWS;
      batches = begin();
      rows = 0;
    }
  }
  if (rows > 0) yield batches;
}

/** The result's chunks. DuckDB works on the next one, in a thread of its own, while one is being used. */
async function* chunksOf(result: DuckDBResult): AsyncGenerator<DuckDBDataChunk> {
  let next = result.fetchChunk();
  try {
    for (;;) {
      const chunk = await next;
      if (chunk === null || chunk.rowCount === 0) return;
      next = result.fetchChunk();
      next.catch(() => undefined);
      yield chunk;
    }
  } finally {
    // The connection is free only then.
    await next.catch(() => undefined);
  }
}
