// The rows of a train in a topic of its own on the user's Kafka: made before the job is submitted, filled while it runs,
// removed when it has ended. Which topics there are is noted in the state first, so that none stays behind a coordinator that ends in between.
import { randomBytes } from 'node:crypto';
import type { Admin, Kafka } from 'kafkajs';
import type { JobId } from '../../shared/ids.js';
import type { KafkaAccess } from '../../shared/kafka/kafka-access.js';
import { idempotentProducer, kafkaClient } from '../../shared/kafka/kafka-client.js';
import { failureMark, TOPIC_PARTITIONS_MAX } from '../../shared/kafka/row-messages.js';
import { pause, retrying } from '../../shared/retry.js';
import type { TaskInputFile } from '../scheduling/task-spec.js';
import { MESSAGE_MAX_BYTES, noKafka, RowSender, type RowSenderDeps, type TargetTopic } from './row-sender.js';

/** How long a broker is asked to remove a topic; then the next coordinator asks it. */
const REMOVE_DEADLINE_MS = 10 * 60_000;
/** How long the statement waits for that. */
const REMOVE_PATIENCE_MS = 5_000;
/** Partitions of the data that are on their way at once. */
const SENDERS = 3;
/** What kafkajs tries itself. */
const RETRIES = 2;

/** A topic as it is noted. */
export interface NotedTopic extends TargetTopic {
  readonly jobId: JobId;
  /** True: all rows are in it. */
  readonly complete: boolean;
}

/** Where topics are noted; a promise resolves when that is durable. */
export interface NotedTopics {
  load(): readonly NotedTopic[];
  put(topic: NotedTopic): Promise<void>;
  remove(name: string): Promise<void>;
}

/** A topic that holds, or will hold, all rows of a table. */
export interface RowTopic {
  readonly name: string;
  readonly partitions: number;
}

export interface RowTopicsDeps extends RowSenderDeps {
  readonly noted: NotedTopics;
  /** Resolves when the job has ended; undefined: there is no such job. */
  readonly finished: (jobId: JobId) => Promise<unknown> | undefined;
}

export class RowTopics {
  readonly #abort = new AbortController();
  readonly #removing = new Map<string, Promise<void>>();
  readonly #producing = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  constructor(private readonly deps: RowTopicsDeps) {}

  /** Removes what jobs that are no more left, and what those that run will; ends what an earlier coordinator did not. */
  recover(): void {
    for (const topic of this.deps.noted.load()) {
      const finished = this.deps.finished(topic.jobId);
      if (finished !== undefined && !topic.complete)
        void this.#giveUp(topic, 'the coordinator was started anew before all rows were there');
      void this.#removeBehind(topic, finished);
    }
  }

  /** Ends; what is not removed yet, the next coordinator removes. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all([...this.#removing.values(), ...[...this.#producing.values()].map(({ done }) => done)]);
  }

  /**
   * Makes the topic, and begins to bring all rows into it, with a `_stop_` mark behind each partition of the data. Readers that
   * are told of a failure, or hear nothing for long, go on with what lies in the store.
   * @param prefix - beginning of the topic's name
   * @param parts - JSON lines
   * @throws MlsqlError MLSQL_TRAIN_NO_KAFKA: why there is no topic; nothing of it is left
   */
  async publish(
    jobId: JobId,
    access: KafkaAccess,
    prefix: string,
    parts: readonly TaskInputFile[],
  ): Promise<RowTopic> {
    const partitions = Math.max(1, Math.min(parts.length, TOPIC_PARTITIONS_MAX));
    const name = `${prefix}_${jobId}_${randomBytes(3).toString('hex')}`;
    const topic = { name, partitions, jobId, access, complete: false };
    const kafka = await kafkaClient(access, this.deps.logger, RETRIES);
    let noted = false;
    try {
      await makeTopic(kafka, topic, async () => {
        await this.deps.noted.put(topic);
        noted = true;
      });
    } catch (error) {
      // The broker may have made it, and its answer been lost.
      if (noted) void this.#remove(topic);
      throw error;
    }
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#abort.signal]);
    const done = this.#produce(kafka, topic, parts, signal).finally(() => this.#producing.delete(name));
    this.#producing.set(name, { abort, done });
    return { name, partitions };
  }

  /** Removes a job's topics, when it has ended or where it was never submitted; waits for that a little. */
  async removeWithJob(jobId: JobId): Promise<void> {
    const topics = this.deps.noted.load().filter((topic) => topic.jobId === jobId);
    if (topics.length === 0) return;
    const finished = this.deps.finished(jobId);
    const removed = Promise.all(topics.map((topic) => this.#removeBehind(topic, finished)));
    await Promise.race([removed, pause(REMOVE_PATIENCE_MS, this.deps.clock, undefined)]);
  }

  async #produce(
    kafka: Kafka,
    topic: NotedTopic,
    parts: readonly TaskInputFile[],
    signal: AbortSignal,
  ): Promise<void> {
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const left = parts.entries();
    // Each with connections of its own: while one waits for the broker, others put requests together.
    const work = async (): Promise<void> => {
      const sender = new RowSender(kafka, topic, this.deps, both);
      try {
        for (const [part, file] of left) await sender.send(part, file);
        await sender.flush();
      } catch (error) {
        failed.abort(error);
        throw error;
      } finally {
        await sender.close();
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(SENDERS, parts.length) }, work));
      await this.deps.noted.put({ ...topic, complete: true });
    } catch (error) {
      if (signal.aborted) return;
      this.deps.logger.warn({ topic: topic.name, err: error }, 'not all rows are in their topic');
      const why: unknown = failed.signal.reason ?? error;
      await this.#giveUp(topic, why instanceof Error ? why.message : String(why));
    }
  }

  /** Tells those who read that no more will come. */
  async #giveUp(topic: NotedTopic, why: string): Promise<void> {
    const { logger } = this.deps;
    const producer = await idempotentProducer(await kafkaClient(topic.access, logger, RETRIES));
    const mark = failureMark(why);
    const messages = Array.from({ length: topic.partitions }, (_, partition) => ({ partition, ...mark }));
    try {
      await producer.connect();
      await producer.send({ topic: topic.name, messages });
    } catch (error) {
      logger.warn({ topic: topic.name, err: error }, 'readers of a topic cannot be told that it ends');
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }

  /** @param finished - resolves when the topic's job has ended; undefined: there is none */
  async #removeBehind(topic: NotedTopic, finished: Promise<unknown> | undefined): Promise<void> {
    try {
      await finished;
    } catch {
      // This coordinator ends before the job does: the next one removes it.
      return;
    }
    await this.#remove(topic);
  }

  #remove(topic: NotedTopic): Promise<void> {
    const before = this.#removing.get(topic.name);
    if (before !== undefined) return before;
    const { logger, clock, noted } = this.deps;
    const removing = (async () => {
      const producing = this.#producing.get(topic.name);
      producing?.abort.abort();
      await producing?.done;
      const kafka = await kafkaClient(topic.access, logger, RETRIES);
      const how = {
        deadlineMs: REMOVE_DEADLINE_MS,
        clock,
        signal: this.#abort.signal,
        passes: () => true,
      };
      try {
        await retrying(() => withAdmin(kafka, (admin) => deleteTopic(admin, topic.name)), how);
        await noted.remove(topic.name);
      } catch (error) {
        if (!this.#abort.signal.aborted)
          logger.error({ topic: topic.name, err: error }, 'a topic of a job that has ended is still there');
      }
    })().finally(() => this.#removing.delete(topic.name));
    this.#removing.set(topic.name, removing);
    return removing;
  }
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** @param begins - the broker answers, and is about to be asked for the topic */
async function makeTopic(
  kafka: Kafka,
  { name: topic, partitions, access }: NotedTopic,
  begins: () => Promise<void>,
): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(MESSAGE_MAX_BYTES) }];
  let what = 'cannot be reached';
  await withAdmin(kafka, async (admin) => {
    await begins();
    what = `does not make the topic ${topic}`;
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, configEntries }],
      waitForLeaders: true,
    });
  }).catch((error: unknown) => {
    throw noKafka(access, what, error);
  });
}

async function deleteTopic(admin: Admin, topic: string): Promise<void> {
  const topics = await admin.listTopics();
  if (topics.includes(topic)) await admin.deleteTopics({ topics: [topic] });
}
