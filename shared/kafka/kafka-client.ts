// kafkajs as this product uses it: loaded when first needed, its words in our log, giving up early where we try for longer.
import type { Kafka, Producer } from 'kafkajs';
import type { Logger } from '../logger.js';
import type { KafkaAccess } from './kafka-access.js';

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** @param retries - how often kafkajs itself tries again */
export async function kafkaClient(access: KafkaAccess, logger: Logger, retries: number): Promise<Kafka> {
  // Most clusters have no Kafka.
  const { Kafka, logLevel } = await import('kafkajs');
  return new Kafka({
    ...access,
    clientId: 'mlsql',
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ log: { message, ...fields } }) =>
        logger.debug({ kafka: fields }, message),
  });
}

/**
 * A producer, not connected yet, whose batch is there once also when it is sent again since its acknowledgement was lost.
 * @param makesTopics - a topic that is missing is made by the broker; default false: one that was just removed stays so
 */
export async function idempotentProducer(kafka: Kafka, makesTopics = false): Promise<Producer> {
  const { Partitioners } = await import('kafkajs');
  return kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: makesTopics,
  });
}

/** Whether the broker refused a message for its size. */
export function isTooLarge(error: unknown): boolean {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return (
    type === 'MESSAGE_TOO_LARGE' ||
    type === 'RECORD_LIST_TOO_LARGE' ||
    (cause !== undefined && isTooLarge(cause))
  );
}
