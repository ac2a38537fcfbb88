// A broker, a coordinator and an executor, for tests of what a train does with the user's Kafka.
import { KafkaServer } from '../servers/kafka-server.js';
import { type Process, ProcessCluster } from './process-cluster.js';

export class KafkaCluster {
  private constructor(
    readonly kafka: KafkaServer,
    readonly cluster: ProcessCluster,
    public coordinator: Process,
    public executor: Process,
  ) {}

  /** @param script - of `./train.py`, which trains name */
  static async start(script: string): Promise<KafkaCluster> {
    const kafka = await KafkaServer.start();
    const cluster = await ProcessCluster.make();
    const coordinator = await cluster.coordinator();
    cluster.file('train.py', script);
    return new KafkaCluster(kafka, cluster, coordinator, cluster.executor('one', 2));
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await this.kafka.stop();
  }
}

/** Options of a train: `kafkaParam.NAME="value"`, each with `and` before it. */
export function kafkaOptions(params: Readonly<Record<string, string>>): string {
  return Object.entries(params)
    .map(([name, value]) => ` and \`kafkaParam.${name}\`="${value}"`)
    .join('');
}
