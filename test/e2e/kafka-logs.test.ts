// Log lines in the user's Kafka, on a real broker: complete and in order, whatever becomes of broker and coordinator.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKafka, type KafkaServer, SASL } from '../servers/kafka-server.js';
import { freePort } from '../servers/s3-server.js';
import { KafkaCluster, kafkaOptions } from '../support/kafka-cluster.js';
import { eventually, type ProcessCluster } from '../support/process-cluster.js';

const LINES = 400;

/** Prints its lines, half of them before the gate is there. */
const TRAIN = `
import os, time, mlsql
gate = mlsql.fit_param["gate"]
for n in range(${LINES}):
    if n == ${LINES / 2}:
        open(gate + ".up", "w").close()
        while not os.path.exists(gate):
            time.sleep(0.02)
    print("line %d 中" % n, flush=True)
target = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(target)
open(os.path.join(target, "model"), "w").close()
`;

describe.skipIf(!hasKafka())('log lines in Kafka', () => {
  let servers: KafkaCluster;
  let kafka: KafkaServer;
  let cluster: ProcessCluster;
  beforeAll(async () => {
    servers = await KafkaCluster.start(TRAIN);
    ({ kafka, cluster } = servers);
  }, 600_000);
  afterAll(() => servers?.stop());

  const train = (
    user: string,
    gate: string,
    kafkaParam: Readonly<Record<string, string>>,
    more = '',
  ): string =>
    `select 1 as x as data; train data as PythonAlg.\`/m/${user}\` where pythonScriptPath="./train.py" ${kafkaOptions({ userName: user, ...kafkaParam })} and \`fitParam.0.gate\`="${gate}" ${more};`;

  /** All messages of the topic, in their order. */
  async function read(user: string, count: number): Promise<string[]> {
    const consumer = kafka.client().consumer({ groupId: `reader-${user}-${Date.now()}` });
    const values: string[] = [];
    const admin = kafka.client().admin();
    await admin.connect();
    await eventually('the topic is there', async () =>
      (await admin.fetchTopicMetadata()).topics.some(
        ({ name, partitions }) =>
          name === `training_msg_${user}` && partitions.some(({ leader }) => leader > 0),
      ),
    );
    await admin.disconnect();
    await consumer.connect();
    await consumer.subscribe({ topic: `training_msg_${user}`, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
    await eventually(`${count} messages`, () => values.length >= count).catch(() => undefined);
    // One too many would come now.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await consumer.disconnect();
    return values;
  }

  const expected = Array.from({ length: LINES }, (_, n) => `0/train.py:  line ${n} 中`);
  const ofScript = (values: readonly string[]): string[] =>
    values.filter((value) => value.includes(':  line '));

  it('are all there, in order', async () => {
    const gate = join(cluster.root, 'gate-plain');
    writeFileSync(gate, '');
    const result = await cluster.run(train('plain', gate, { 'bootstrap.servers': kafka.brokers }));
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.warnings).toEqual([]);
    expect(ofScript(await read('plain', LINES))).toEqual(expected);
  });

  it('are sent by those who say who they are', async () => {
    const gate = join(cluster.root, 'gate-sasl');
    writeFileSync(gate, '');
    const access = {
      'bootstrap.servers': kafka.saslBrokers,
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.username': SASL.username,
      'sasl.password': SASL.password,
    };
    const result = await cluster.run(train('sasl', gate, access));
    expect(result.warnings).toEqual([]);
    expect(ofScript(await read('sasl', LINES))).toEqual(expected);
    const { rows } = await cluster.run(
      'load parquet.`/m/sasl/meta/1` as meta; select trainParams from meta as out;',
    );
    expect(JSON.stringify(rows)).toContain('"kafkaParam.sasl.password":"***"');
    expect(JSON.stringify(rows)).not.toContain(SASL.password);
    const held = join(cluster.root, 'gate-sasl-wrong');
    setTimeout(() => writeFileSync(held, ''), 4_000);
    const wrong = await cluster.run(train('sasl-wrong', held, { ...access, 'sasl.password': 'wrong' }));
    expect(wrong.error).toBeUndefined();
    expect(wrong.warnings).toMatchObject([
      { code: 'MLSQL_TRAIN_KAFKA', message: expect.stringMatching(/authentication/i) },
    ]);
  });

  it('miss nothing of a broker that was killed in the middle, and the job does not wait for it', async () => {
    const gate = join(cluster.root, 'gate-away');
    const running = cluster.run(train('away', gate, { 'bootstrap.servers': kafka.brokers }));
    await eventually('half of the lines', () => existsSync(`${gate}.up`));
    await kafka.down();
    writeFileSync(gate, '');
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.warnings.every(({ code }) => code === 'MLSQL_TRAIN_KAFKA')).toBe(true);
    await kafka.up();
    expect(ofScript(await read('away', LINES))).toEqual(expected);
  });

  it('go on where a coordinator that was killed had stopped', async () => {
    const gate = join(cluster.root, 'gate-restart');
    const running = cluster.run(train('restart', gate, { 'bootstrap.servers': kafka.brokers }));
    await eventually('half of the lines', () => existsSync(`${gate}.up`));
    await servers.coordinator.kill();
    servers.coordinator = await cluster.coordinator();
    writeFileSync(gate, '');
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    const values = ofScript(await read('restart', LINES));
    // Those of its last second may come twice; none is missing, and none of them overtakes another.
    expect([...new Set(values)]).toEqual(expected);
  });

  it('of a broker that never was there are a warning, and the job goes on', async () => {
    const gate = join(cluster.root, 'gate-absent');
    writeFileSync(gate, '');
    const result = await cluster.run(
      train('absent', gate, { 'bootstrap.servers': `127.0.0.1:${await freePort()}` }, 'and timeout="60s"'),
    );
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.rows).toMatchObject([{ status: 'success' }]);
  });

  it.each([
    ['bootstrap.servers', 'nowhere', 'is no host:port'],
    ['userName', 'a b', "cannot be part of a topic's name"],
    ['security.protocol', 'SSSL', 'did you mean "SSL"?'],
  ])('with kafkaParam.%s="%s" are refused before anything runs', async (name, value, message) => {
    const access = { 'bootstrap.servers': kafka.brokers, [name]: value };
    const result = await cluster.run(train('bad', '/nothing', access));
    expect(result.error).toMatchObject({ code: 'MLSQL_SCRIPT_OPTION_VALUE', line: 1 });
    expect(JSON.stringify(result.error)).toContain(JSON.stringify(message).slice(1, -1));
  });
});
