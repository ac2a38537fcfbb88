// Rows of a table on their way into one topic.
import type { Kafka, Message, Producer } from 'kafkajs';
import type { Clock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import type { KafkaAccess } from '../../shared/kafka/kafka-access.js';
import { idempotentProducer, isTooLarge } from '../../shared/kafka/kafka-client.js';
import { RowEncoder } from '../../shared/kafka/row-codec.js';
import { readRowKey, rowKey, STOP_MARK, topicPartition } from '../../shared/kafka/row-messages.js';
import { lineBatches } from '../../shared/lines.js';
import type { Logger } from '../../shared/logger.js';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { retrying } from '../../shared/retry.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';

/** How long a broker that has begun to take rows may be away. */
const PRODUCE_DEADLINE_MS = 90_000;
/** Bytes of the rows that go in one request. */
const REQUEST_MAX_BYTES = 768 * 1024;
/** kafkajs takes time by the square of the rows that go in one request. */
const REQUEST_MAX_ROWS = 500;
/** A row may be as large as this; brokers' own default is a megabyte. */
export const MESSAGE_MAX_BYTES = 32 * 1024 * 1024;

export interface RowSenderDeps {
  /** Asks a server that does not answer again by itself. */
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface TargetTopic {
  readonly name: string;
  readonly partitions: number;
  readonly access: KafkaAccess;
}

/** Rows on their way into one topic: a request under way while the next one is put together. */
export class RowSender {
  readonly #encoder = new RowEncoder();
  #producer: Producer | undefined;
  #messages: Message[] = [];
  #bytes = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: TargetTopic,
    private readonly deps: RowSenderDeps,
    private readonly signal: AbortSignal,
  ) {}

  /** Adds all rows of a partition of the data, and its mark. Some of them go on their way with what comes next. */
  async send(part: number, file: TaskInputFile): Promise<void> {
    const partition = topicPartition(part, this.topic.partitions);
    const { body } = await this.deps.store.get(file.key, { signal: this.signal });
    let row = 0;
    for await (const lines of lineBatches(body)) {
      for (const line of lines) {
        if (line.length === 0) continue;
        const value = this.#encode(line, file, row);
        if (this.#isFull(value)) await this.#next();
        this.#add({ partition, key: rowKey({ part, row }), value });
        row += 1;
      }
    }
    this.#add({ partition, key: rowKey({ part, row }), value: STOP_MARK });
  }

  #encode(line: Buffer, file: TaskInputFile, row: number): Buffer {
    const value = this.#encoder.encode(line);
    if (value.length <= MESSAGE_MAX_BYTES - REQUEST_MAX_BYTES) return value;
    throw new MlsqlError(
      'MLSQL_TRAIN_NO_KAFKA',
      `row ${row + 1} of ${file.path} has ${value.length} bytes, more than a message of Kafka can have`,
    );
  }

  #isFull(value: Buffer): boolean {
    const rows = this.#messages.length;
    return rows >= REQUEST_MAX_ROWS || (rows > 0 && this.#bytes + value.length > REQUEST_MAX_BYTES);
  }

  #add(message: Message & { value: Buffer }): void {
    this.#messages.push(message);
    this.#bytes += message.value.length + 32;
  }

  async #next(): Promise<void> {
    await this.#sending;
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    this.#sending = this.#request(messages);
    // Awaited at the next one; until then nobody sees it fail.
    this.#sending.catch(() => undefined);
  }

  /** Resolves when the broker has all that was added. */
  async flush(): Promise<void> {
    await this.#next();
    await this.#sending;
  }

  async close(): Promise<void> {
    await this.#sending.catch(() => undefined);
    await this.#producer?.disconnect().catch(() => undefined);
  }

  /** @throws MlsqlError MLSQL_TRAIN_NO_KAFKA */
  async #request(messages: readonly Message[]): Promise<void> {
    const { clock, logger } = this.deps;
    try {
      await retrying(() => this.#try(messages), {
        deadlineMs: PRODUCE_DEADLINE_MS,
        clock,
        signal: this.signal,
        passes: (error) => !isTooLarge(error),
        onRetry: (error) =>
          logger.warn({ topic: this.topic.name, err: error }, 'rows cannot go to Kafka yet'),
      });
    } catch (error) {
      this.signal.throwIfAborted();
      const half = messages.length >> 1;
      if (!isTooLarge(error)) throw noKafka(this.topic.access, 'takes no rows', error);
      if (half === 0) throw tooLarge(messages[0]!, error);
      await this.#request(messages.slice(0, half));
      await this.#request(messages.slice(half));
    }
  }

  async #try(messages: readonly Message[]): Promise<void> {
    try {
      if (this.#producer === undefined) {
        const producer = await idempotentProducer(this.kafka);
        await producer.connect();
        this.#producer = producer;
      }
      await this.#producer.send({ topic: this.topic.name, messages: [...messages] });
    } catch (error) {
      // A new one: what this one has numbered may be in doubt. Readers know rows that come twice by their keys.
      const producer = this.#producer;
      this.#producer = undefined;
      await producer?.disconnect().catch(() => undefined);
      throw error;
    }
  }
}

function tooLarge({ key, value }: Message, cause: unknown): MlsqlError {
  const { part, row } = readRowKey(key as Buffer)!;
  return new MlsqlError(
    'MLSQL_TRAIN_NO_KAFKA',
    `row ${row + 1} of partition ${part} has ${value!.length} bytes, more than the broker takes (${(cause as Error).message})`,
    { cause },
  );
}

/** Why rows cannot go through Kafka. */
export function noKafka({ brokers }: KafkaAccess, what: string, cause: unknown): MlsqlError {
  const { message, errors } = cause as Error & { errors?: readonly Error[] };
  const why = errors === undefined ? message : errors.map((each) => each.message).join('; ');
  return new MlsqlError('MLSQL_TRAIN_NO_KAFKA', `Kafka at ${brokers.join(', ')} ${what}: ${why}`, { cause });
}
