// Rows of a table through Kafka into a script, beside a bare producer and consumer that move the same bytes on the same broker.
import kafkajs from 'kafkajs';
import { RowEncoder } from '../shared/kafka/row-codec.js';
import { KafkaServer } from '../test/servers/kafka-server.js';
import { kafkaOptions } from '../test/support/kafka-cluster.js';
import { ProcessCluster } from '../test/support/process-cluster.js';
import { type Figure, median } from './report.js';

const ROWS = 300_000;
const PARTITIONS = 4;
const ROUNDS = 3;
const BATCH = 1_000;
const FEATURES = 8;
const SCRIPT = `import mlsql
count = 0
for items in mlsql.read_data()(max_records=1000):
    count += len(items)
print("mlsql_validation_score:%d" % count)
`;

export async function kafkaRows(): Promise<readonly Figure[]> {
  const kafka = await KafkaServer.start();
  const cluster = await ProcessCluster.make();
  try {
    await cluster.coordinator();
    cluster.executor('executor-1');
    cluster.file('count.py', SCRIPT);
    const ours: number[] = [];
    const bare: number[] = [];
    await train(cluster, kafka, 1);
    for (let round = 0; round < ROUNDS; round++) {
      // What a train costs that moves one row is no cost of rows.
      const alone = await train(cluster, kafka, 1);
      ours.push(ROWS / (((await train(cluster, kafka, ROWS)) - alone) / 1000));
      bare.push(ROWS / ((await moveBare(kafka, round)) / 1000));
    }
    const ratio = median(ours) / median(bare);
    return [
      {
        name: `${ROWS} rows through Kafka to read_data()`,
        value: median(ours),
        unit: 'rows/s',
        reference: { name: 'bare producer, then consumer', value: median(bare) },
        goal: { text: '≥ 60 % of the reference', met: ratio >= 0.6 },
      },
    ];
  } finally {
    await cluster.stop();
    await kafka.stop();
  }
}

/** @returns milliseconds of the whole script */
async function train(cluster: ProcessCluster, kafka: KafkaServer, rows: number): Promise<number> {
  const features = Array.from({ length: FEATURES }, (_, n) => `id * 0.${n + 1} as f${n}`).join(', ');
  const text = `select id, ${features}, concat('row ', id) as name from range(${rows}) as data;
    train data as PythonAlg.\`/bench/kafka\` where pythonScriptPath="./count.py" and enableDataLocal="false"
    and dataLocalFileNum="${Math.min(rows, PARTITIONS)}"${kafkaOptions({ 'bootstrap.servers': kafka.brokers, topic: 'bench' })};`;
  const start = performance.now();
  const result = await cluster.run(text);
  const took = performance.now() - start;
  if (result.error !== undefined || result.warnings.some(({ code }) => code !== 'MLSQL_TRAIN_NO_MODEL'))
    throw new Error(result.stdout);
  if (result.rows[0]?.score !== rows)
    throw new Error(`${String(result.rows[0]?.score)} of ${rows} rows came`);
  return took;
}

/** @returns milliseconds from the first message on its way to the last one back */
async function moveBare(kafka: KafkaServer, round: number): Promise<number> {
  const client = kafka.client();
  const topic = `bare-${round}`;
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
  const encoder = new RowEncoder();
  const values = Array.from({ length: ROWS }, (_, id) => {
    const features = Object.fromEntries(
      Array.from({ length: FEATURES }, (_each, n) => [`f${n}`, id * (n + 1) * 0.1 + 0.05]),
    );
    return encoder.encode(Buffer.from(JSON.stringify({ id, ...features, name: `row ${id}` })));
  });
  const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const start = performance.now();
  for (let first = 0; first < ROWS; first += BATCH) {
    const messages = values
      .slice(first, first + BATCH)
      .map((value) => ({ value, partition: (first / BATCH) % PARTITIONS }));
    await producer.send({ topic, messages });
  }
  const consumer = client.consumer({ groupId: `bare-${round}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachBatch: async ({ batch }) => {
          count += batch.messages.length;
          if (count >= ROWS) resolve();
        },
      })
      .catch(reject);
  });
  const took = performance.now() - start;
  await consumer.disconnect();
  await producer.disconnect();
  await admin.disconnect();
  return took;
}
