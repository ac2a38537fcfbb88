// Streamed rows from the user's Kafka. What the topic does not give comes from the store, from the row on that was next: a
// broker that goes away costs the job nothing but time.
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Clock } from '../../shared/clock.js';
import { MlsqlError } from '../../shared/errors.js';
import { type KafkaAccess, kafkaAccess } from '../../shared/kafka/kafka-access.js';
import { kafkaClient } from '../../shared/kafka/kafka-client.js';
import { RowDecoder } from '../../shared/kafka/row-codec.js';
import { readFailure, readRowKey, STOP_MARK, topicPartition } from '../../shared/kafka/row-messages.js';
import type { Logger } from '../../shared/logger.js';
import type { RowTopic__Output as RowTopic } from '../../shared/rpc/gen/mlsql/v1/RowTopic.js';
import type { RowSink, RowSource } from './row-source.js';
import { Silence } from './silence.js';

/** How long a broker may give nothing before the store is asked. */
const SILENCE_MAX_MS = 90_000;
/** How often the group is told that this reader lives. */
const HEARTBEAT_MS = 2_000;
/** Another reader of a group whose reader was killed waits as long as this. */
const SESSION_TIMEOUT_MS = 10_000;
/** What kafkajs tries itself before it begins anew. */
const RETRIES = 3;
/** Rows handed on in one piece. */
const PIECE_BYTES = 256 * 1024;
/** Of the topic, that may lie in memory. */
const FETCH_BYTES = 4 * 1024 * 1024;

export interface TopicRowsOptions {
  readonly topic: RowTopic;
  /** `kafkaParam.…` of the task. */
  readonly kafkaParam: Readonly<Record<string, string>>;
  /** The same rows in the store, behind so many of each partition. */
  readonly fallback: (skip: readonly number[]) => RowSource;
  readonly onBytes: (count: number) => void;
  /** The store is asked from now on. */
  readonly onFallback: (message: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export class TopicRows implements RowSource {
  readonly #options: TopicRowsOptions;
  readonly #access: KafkaAccess;
  readonly #closing = new Set<Promise<void>>();
  #readers = 0;

  constructor(options: TopicRowsOptions) {
    const access = kafkaAccess(options.kafkaParam);
    if (access === undefined) throw new Error('rows come from a topic, and no broker is named');
    this.#options = options;
    this.#access = access;
  }

  async send(sink: RowSink, signal: AbortSignal): Promise<void> {
    const { fallback, onFallback, topic } = this.#options;
    const places = new Places(topic.parts);
    const decoder = new RowDecoder();
    const flush = async (): Promise<void> => {
      if (decoder.size > 0) await sink(decoder.take());
    };
    try {
      await this.#read(places, decoder, flush, signal);
      await flush();
    } catch (error) {
      signal.throwIfAborted();
      await flush();
      const why = error instanceof Error ? error.message : String(error);
      onFallback(`the topic ${topic.name} at ${this.#access.brokers.join(', ')} gave no more rows: ${why}`);
      await fallback(places.rows).send(sink, signal);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** Resolves when all rows were given to the decoder. */
  async #read(
    places: Places,
    decoder: RowDecoder,
    flush: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { log, kafkaParam, clock } = this.#options;
    const kafka = await kafkaClient(this.#access, log, RETRIES);
    // A second reader of the same rows at once is a group of its own: a group shares its rows among its members.
    const group = kafkaParam.group_id!;
    const groupId = this.#readers === 0 ? group : `${group}_${this.#readers}`;
    this.#readers += 1;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxBytesPerPartition: FETCH_BYTES,
      maxBytes: FETCH_BYTES,
      // Whoever asks for a topic that was just removed would make it again.
      allowAutoTopicCreation: false,
      // Leaving waits for the fetch that is under way.
      maxWaitTimeInMs: 200,
      retry: { retries: RETRIES, restartOnFailure: async () => true },
    });
    let tellSilence = (): void => undefined;
    const silence = new Silence(clock, SILENCE_MAX_MS, () => tellSilence());
    const reading = new Reading(consumer, this.#options, places, decoder, () => silence.during(flush()));
    try {
      await new Promise<void>((resolve, reject) => {
        signal.throwIfAborted();
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
        tellSilence = () => reject(new Error(`nothing came for ${SILENCE_MAX_MS / 1000} s`));
        reading.run(resolve, reject, silence);
      });
    } finally {
      silence.end();
      // Whoever goes on from here has the places to itself.
      await reading.end();
      const closing = reading.close().finally(() => {
        this.#readers -= 1;
        this.#closing.delete(closing);
      });
      this.#closing.add(closing);
    }
  }
}

/** Which row of each partition of the data is next. */
class Places {
  /** How many rows were read, by the place in `parts`. */
  readonly rows: number[];
  readonly #at: ReadonlyMap<number, number>;
  readonly #complete = new Set<number>();

  constructor(private readonly parts: readonly number[]) {
    this.rows = parts.map(() => 0);
    this.#at = new Map(parts.map((part, index) => [part, index]));
  }

  get isComplete(): boolean {
    return this.#complete.size === this.parts.length;
  }

  /** Where rows of this partition are counted; undefined: they are not ours. */
  indexOf(part: number): number | undefined {
    return this.#at.get(part);
  }

  /** @throws Error where rows are missing */
  stop(index: number, rows: number): void {
    if (this.rows[index] !== rows)
      throw new Error(
        `partition ${this.parts[index]} ends at row ${rows}, and row ${this.rows[index]} was next`,
      );
    this.#complete.add(index);
  }
}

/** One consumer at work. */
class Reading {
  /** Offset of the last message that was taken, by partition of the topic. */
  readonly #taken = new Map<number, string>();
  #ended = false;
  #taking: Promise<void> = Promise.resolve();

  constructor(
    private readonly consumer: Consumer,
    private readonly options: TopicRowsOptions,
    private readonly places: Places,
    private readonly decoder: RowDecoder,
    private readonly flush: () => Promise<void>,
  ) {}

  run(resolve: () => void, reject: (error: unknown) => void, silence: Silence): void {
    const { consumer, places } = this;
    const { topic, log } = this.options;
    if (places.isComplete) {
      resolve();
      return;
    }
    const wanted = new Set(topic.parts.map((part) => topicPartition(part, topic.partitions)));
    consumer.on(consumer.events.GROUP_JOIN, () => {
      // What an earlier attempt of the group noted does not count: each reads from the first row.
      for (let partition = 0; partition < topic.partitions; partition++) {
        if (wanted.has(partition))
          consumer.seek({ topic: topic.name, partition, offset: this.#nextOffset(partition) });
        else consumer.pause([{ topic: topic.name, partitions: [partition] }]);
      }
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      log.warn({ topic: topic.name, err: payload.error }, 'the reader of a topic begins anew');
      if (!payload.restart) reject(payload.error);
    });
    const start = async (): Promise<void> => {
      await consumer.connect();
      await consumer.subscribe({ topic: topic.name, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => {
          if (this.#ended) return;
          this.#taking = this.#take(payload).catch(reject);
          await this.#taking;
          silence.news();
          if (places.isComplete) resolve();
        },
      });
    };
    start().catch(reject);
  }

  async #take({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
    const { onBytes } = this.options;
    const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      for (const { key, value, offset } of batch.messages) {
        if (this.#ended || !isRunning() || isStale() || this.places.isComplete) return;
        if (value !== null) {
          this.#message(key, value);
          onBytes(value.length);
        }
        if (this.decoder.size >= PIECE_BYTES) await this.flush();
        this.#taken.set(batch.partition, offset);
        resolveOffset(offset);
      }
      await this.flush();
    } finally {
      clearInterval(beating);
    }
  }

  #message(key: Buffer | null, value: Buffer): void {
    const { places } = this;
    const place = readRowKey(key);
    const failure = place === undefined ? undefined : readFailure(place, value);
    if (failure !== undefined) throw new Error(failure);
    const index = place === undefined ? undefined : places.indexOf(place.part);
    // Another's message, or another group's partition.
    if (place === undefined || index === undefined) return;
    if (value.equals(STOP_MARK)) {
      places.stop(index, place.row);
      return;
    }
    const next = places.rows[index]!;
    // It came twice.
    if (place.row < next) return;
    if (place.row > next) throw new Error(`row ${next} of partition ${place.part} is missing`);
    if (!this.decoder.add(value))
      throw new MlsqlError(
        'MLSQL_STORE_CORRUPT',
        `row ${next} of partition ${place.part} is no MessagePack map`,
      );
    places.rows[index] = next + 1;
  }

  #nextOffset(partition: number): string {
    const taken = this.#taken.get(partition);
    return taken === undefined ? '0' : String(BigInt(taken) + 1n);
  }

  /** Takes nothing more. Resolves when what was on its way has been handed on. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#taking;
  }

  /** Notes how far the group has read, for those who look, and leaves it. */
  async close(): Promise<void> {
    const { topic, log } = this.options;
    const offsets = [...this.#taken.keys()].map((partition) => ({
      topic: topic.name,
      partition,
      offset: this.#nextOffset(partition),
    }));
    try {
      if (offsets.length > 0) await this.consumer.commitOffsets(offsets);
    } catch (error) {
      log.info({ topic: topic.name, err: error }, 'the place in a topic cannot be noted');
    }
    await this.consumer.disconnect().catch(() => undefined);
  }
}
