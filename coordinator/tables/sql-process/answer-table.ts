// Where the answers of a stage are kept until its query reads them. Most functions answer a number or a few for each row:
// these are kept as plain columns of numbers, which cost a tenth of vectors, for as long as all answers are like that.
import {
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  INTEGER,
  LIST,
  STRUCT,
  TINYINT,
} from '@duckdb/node-api';
import { quoteName } from '../sql-text.js';
import type { Answers } from './answers.js';
import type { ArgumentBatch } from './argument-batch.js';
import { numberColumns, vectorOfNumbers } from './number-columns.js';

/** The DuckDB type of vectors. */
export const VECTOR = STRUCT({ type: TINYINT, size: INTEGER, indices: LIST(INTEGER), values: LIST(DOUBLE) });

/** Answers of more numbers than these are kept as vectors. */
const PLAIN_NUMBERS_MAX = 16;

export class AnswerTable {
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  readonly #columns: readonly string[];
  #appender: DuckDBAppender | undefined;
  /** Numbers of each answer, by column, while they are kept so; undefined: vectors are. */
  #dims: readonly number[] | undefined;

  /** @param columns - one a call */
  constructor(connection: DuckDBConnection, table: string, columns: readonly string[]) {
    this.#connection = connection;
    this.#table = table;
    this.#columns = columns;
  }

  /** Adds the answers to a batch of each call, in the calls' order. */
  async add(batches: readonly ArgumentBatch[], answers: readonly Answers[]): Promise<void> {
    const dims = plainDims(batches, answers);
    if (this.#appender === undefined) await this.#begin(dims);
    else if (this.#dims !== undefined && !sameDims(this.#dims, dims)) await this.#turnToVectors(this.#dims);
    if (this.#dims === undefined) this.#addVectors(batches, answers);
    else this.#addNumbers(this.#dims, batches[0]!, answers);
  }

  /**
   * Nothing more comes.
   * @returns by column: how many columns of numbers hold its answers (number-columns.ts), null where it holds vectors
   */
  async end(): Promise<readonly (number | null)[]> {
    if (this.#appender === undefined) await this.#begin(undefined);
    this.close();
    return this.#columns.map((_, call) => this.#dims?.[call] ?? null);
  }

  close(): void {
    this.#appender?.closeSync();
    this.#appender = undefined;
  }

  async #begin(dims: readonly number[] | undefined): Promise<void> {
    this.#dims = dims;
    const columns =
      dims === undefined
        ? this.#columns.map((column) => `${quoteName(column)} ${VECTOR}`)
        : this.#columns.flatMap((column, call) =>
            numberColumns(column, dims[call]!).map((name) => `${quoteName(name)} DOUBLE`),
          );
    await this.#connection.run(`CREATE TABLE ${quoteName(this.#table)} (${columns.join(', ')})`);
    this.#appender = await this.#connection.createAppender(this.#table);
  }

  /** What is there already is written again; it is in the order of its rows. */
  async #turnToVectors(dims: readonly number[]): Promise<void> {
    this.close();
    const numbers = quoteName(`${this.#table}:numbers`);
    await this.#connection.run(`ALTER TABLE ${quoteName(this.#table)} RENAME TO ${numbers}`);
    await this.#begin(undefined);
    const vectors = this.#columns.map((column, call) => vectorOfNumbers(column, dims[call]!));
    await this.#connection.run(
      `INSERT INTO ${quoteName(this.#table)} SELECT ${vectors.join(', ')} FROM ${numbers}`,
    );
    await this.#connection.run(`DROP TABLE ${numbers}`);
  }

  #addNumbers(dims: readonly number[], { places }: ArgumentBatch, answers: readonly Answers[]): void {
    const types = dims.flatMap((dim) => Array.from({ length: dim }, () => DOUBLE));
    let first = 0;
    for (const { rows } of places) {
      const chunk = DuckDBDataChunk.create(types, rows);
      let column = 0;
      for (const [call, dim] of dims.entries())
        for (let number = 0; number < dim; number++)
          answers[call]!.writeNumbers(chunk.getColumnVector(column++), number, first, rows);
      this.#appender!.appendDataChunk(chunk);
      first += rows;
    }
  }

  #addVectors(batches: readonly ArgumentBatch[], answers: readonly Answers[]): void {
    const starts = batches.map(() => 0);
    for (const [place, { rows }] of batches[0]!.places.entries()) {
      const chunk = DuckDBDataChunk.create(
        batches.map(() => VECTOR),
        rows,
      );
      for (const [call, { places }] of batches.entries()) {
        answers[call]!.write(chunk.getColumnVector(call), places[place]!, starts[call]!);
        starts[call]! += places[place]!.count;
      }
      this.#appender!.appendDataChunk(chunk);
    }
  }
}

/** Numbers of each answer by call, where all are dense, there, of one length and short; else undefined. */
function plainDims(
  batches: readonly ArgumentBatch[],
  answers: readonly Answers[],
): readonly number[] | undefined {
  const everyRow = batches.every(({ places }) => places.every(({ present }) => present === undefined));
  const dims = answers.map(({ plainDim }) => plainDim);
  const short = dims.every((dim) => dim !== undefined && dim >= 1 && dim <= PLAIN_NUMBERS_MAX);
  return everyRow && short ? (dims as number[]) : undefined;
}

function sameDims(dims: readonly number[], others: readonly number[] | undefined): boolean {
  return others !== undefined && dims.every((dim, call) => dim === others[call]);
}
