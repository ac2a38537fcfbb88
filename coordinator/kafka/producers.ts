// Producers by broker, shared by all jobs that name the same one, and closed when none needs them.
import type { Producer } from 'kafkajs';
import type { KafkaAccess } from '../../shared/kafka/kafka-access.js';
import { idempotentProducer, kafkaClient } from '../../shared/kafka/kafka-client.js';
import type { Logger } from '../../shared/logger.js';

/** What kafkajs tries itself; whoever sends tries for longer. */
const RETRIES = 2;

interface Shared {
  readonly producer: Promise<Producer>;
  users: number;
}

export class Producers {
  readonly #shared = new Map<string, Shared>();

  constructor(private readonly logger: Logger) {}

  /** A producer of that broker for the work; not connected yet, or any more, perhaps: connect() is idempotent. */
  async using<T>(access: KafkaAccess, work: (producer: Producer) => Promise<T>): Promise<T> {
    const key = JSON.stringify(access);
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = { producer: this.#make(access), users: 0 };
      this.#shared.set(key, shared);
    }
    shared.users += 1;
    try {
      return await work(await shared.producer);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) {
        this.#shared.delete(key);
        await shared.producer.then((producer) => producer.disconnect()).catch(() => undefined);
      }
    }
  }

  async #make(access: KafkaAccess): Promise<Producer> {
    return idempotentProducer(await kafkaClient(access, this.logger, RETRIES), true);
  }
}
