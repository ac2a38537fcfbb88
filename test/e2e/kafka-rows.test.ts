// Rows of a train through the user's Kafka, on a real broker: each once and in order to every group, whatever becomes of the
// broker; nothing is left there.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpack } from 'msgpackr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasKafka, type KafkaServer, SASL } from '../servers/kafka-server.js';
import { freePort } from '../servers/s3-server.js';
import { KafkaCluster, kafkaOptions } from '../support/kafka-cluster.js';
import { eventually, type ProcessCluster } from '../support/process-cluster.js';

const ROWS = 5_000;

/** Writes down what it read; may wait for the gate behind the first rows, and may fail its first time. */
const TRAIN = `
import json, os, time, mlsql
out = mlsql.fit_param["out"]
rows = []
for items in mlsql.read_data()(max_records=64):
    if not rows:
        open(out + ".begun", "w").close()
    rows.extend([row["n"], row["f"], row["s"]] for row in items)
    if "gate" in mlsql.fit_param and len(rows) > 100:
        open(out + ".up", "w").close()
        while not os.path.exists(mlsql.fit_param["gate"]):
            time.sleep(0.02)
if "fails" in mlsql.fit_param and os.environ["MLSQL_ATTEMPT"] == "1":
    raise ValueError("once")
if "again" in mlsql.fit_param:
    assert sum(len(items) for items in mlsql.read_data()(max_records=1000)) == len(rows)
with open(out, "w") as file:
    json.dump({"rows": sorted(rows), "count": len(rows), "float": type(rows[0][1]).__name__, "kafka": mlsql.kafka_param,
               "marks": mlsql.internal_system_param["stopFlagNum"]}, file)
target = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(target)
open(os.path.join(target, "model"), "w").close()
`;

interface Read {
  readonly rows: readonly (readonly [number, number, string])[];
  readonly count: number;
  readonly float: string;
  readonly kafka: Readonly<Record<string, string>>;
  readonly marks: number;
}

describe.skipIf(!hasKafka())('rows in Kafka', () => {
  let servers: KafkaCluster;
  let kafka: KafkaServer;
  let cluster: ProcessCluster;
  beforeAll(async () => {
    servers = await KafkaCluster.start(TRAIN);
    ({ kafka, cluster } = servers);
  }, 600_000);
  afterAll(() => servers?.stop());

  const train = (
    name: string,
    options: readonly string[],
    params: Readonly<Record<string, string>> = {},
  ): string =>
    `select id + 9007199254740992 as n, cast(id as double) as f, concat('中', id) as s from range(${ROWS}) as data;
     train data as PythonAlg.\`/rows/${name}\` where pythonScriptPath="./train.py" and enableDataLocal="false" ${options
       .map((option) => `and ${option}`)
       .join(
         ' ',
       )} ${kafkaOptions({ 'bootstrap.servers': kafka.brokers, topic: 'mine', group_id: `g-${name}`, ...params })};`;
  const group = (name: string, index: number): string =>
    `\`fitParam.${index}.out\`="${join(cluster.root, `${name}-${index}.json`)}"`;
  const read = (name: string, index: number): Read =>
    JSON.parse(readFileSync(join(cluster.root, `${name}-${index}.json`), 'utf8')) as Read;
  const expectAll = ({ rows, count, float, marks }: Read): void => {
    expect(count).toBe(ROWS);
    expect(new Set(rows.map(([, value]) => value)).size).toBe(ROWS);
    expect(rows.every(([, value, text]) => text === `中${value}`)).toBe(true);
    expect([float, marks]).toEqual(['float', 3]);
  };
  async function withAdmin<T>(
    work: (admin: ReturnType<ReturnType<KafkaServer['client']>['admin']>) => Promise<T>,
  ): Promise<T> {
    const admin = kafka.client().admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
  const topics = (): Promise<string[]> =>
    withAdmin(async (admin) => (await admin.listTopics()).filter((topic) => topic.startsWith('mine')));

  it('come to each group under its own name, are MessagePack maps with their marks, and are gone at the end', async () => {
    const gate = join(cluster.root, 'gate-plain');
    const running = cluster.run(
      train('plain', [
        'dataLocalFileNum="3"',
        group('plain', 0),
        group('plain', 1),
        `\`fitParam.0.gate\`="${gate}"`,
        '`fitParam.0.again`="1"',
      ]),
    );
    await eventually('rows are read', () => existsSync(join(cluster.root, 'plain-0.json.up')));
    const [topic, ...others] = await topics();
    expect(others).toEqual([]);
    const { groups } = await withAdmin((admin) => admin.listGroups());
    expect(groups.map(({ groupId }) => groupId)).toEqual(expect.arrayContaining(['g-plain_0', 'g-plain_1']));
    const values: unknown[] = [];
    const reader = kafka.client().consumer({ groupId: 'looks' });
    await reader.connect();
    await reader.subscribe({ topic: topic!, fromBeginning: true });
    await reader.run({ eachMessage: async ({ message }) => void values.push(unpack(message.value!)) });
    await eventually('all messages', () => values.length === ROWS + 3);
    await reader.disconnect();
    expect(values.filter((value) => value === '_stop_')).toHaveLength(3);
    expect(values).toContainEqual({ n: 9007199254740993n, f: 1, s: '中1' });
    writeFileSync(gate, '');
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(result.warnings).toEqual([]);
    for (const index of [0, 1]) {
      const one = read('plain', index);
      expectAll(one);
      expect(one.kafka).toMatchObject({ topic, group_id: `g-plain_${index}` });
    }
    expect(await topics()).toEqual([]);
  });

  it('come again, all of them, to an attempt behind one that has read them', async () => {
    const result = await cluster.run(
      train('again', ['dataLocalFileNum="3"', 'retries="1"', group('again', 0), '`fitParam.0.fails`="1"']),
    );
    expect([result.error, result.warnings], result.stderr).toEqual([undefined, []]);
    expectAll(read('again', 0));
    expect(await topics()).toEqual([]);
  });

  it('go on when the broker was killed in the middle and comes back', async () => {
    const gate = join(cluster.root, 'gate-away');
    const running = cluster.run(
      train('away', ['dataLocalFileNum="3"', group('away', 0), `\`fitParam.0.gate\`="${gate}"`]),
    );
    await eventually('rows are read', () => existsSync(join(cluster.root, 'away-0.json.up')));
    await kafka.down();
    writeFileSync(gate, '');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await kafka.up();
    const result = await running;
    // Not by way of the store: that would be a warning.
    expect([result.error, result.warnings], result.stderr).toEqual([undefined, []]);
    expectAll(read('away', 0));
    await eventually('the topic is gone', async () => (await topics()).length === 0);
  });

  it('come all the same when coordinator or executor are killed while they are on their way', async () => {
    const many = 200_000;
    const text = train('killed', ['dataLocalFileNum="3"', group('killed', 0)]).replace(
      `range(${ROWS})`,
      `range(${many})`,
    );
    const running = cluster.run(text);
    await eventually('the topic is there', async () => (await topics()).length === 1);
    await eventually('rows are read', () => existsSync(join(cluster.root, 'killed-0.json.begun')));
    await servers.coordinator.kill();
    servers.coordinator = await cluster.coordinator();
    await servers.executor.kill();
    servers.executor = cluster.executor('two', 2);
    const result = await running;
    expect(result.error, result.stderr).toBeUndefined();
    expect(read('killed', 0).count).toBe(many);
    await eventually('the topic is gone', async () => (await topics()).length === 0);
  });

  it('one partition goes to one group of PythonParallelExt', async () => {
    const text = train('each', [
      'dataLocalFileNum="3"',
      group('each', 0),
      group('each', 1),
      group('each', 2),
    ]);
    const result = await cluster.run(text.replace('PythonAlg', 'PythonParallelExt'));
    expect([result.error, result.warnings], result.stderr).toEqual([undefined, []]);
    const counts = [0, 1, 2].map((index) => read('each', index).count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(ROWS);
  });

  it('are fed directly, with a warning in meta too, where no broker answers or it makes no topic', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const away = await cluster.run(
      `${train('nobody', ['dataLocalFileNum="3"', group('nobody', 0)], { 'bootstrap.servers': nobody })}
       load parquet.\`/rows/nobody/meta/1\` as meta; select warnings from meta as out;`,
    );
    expect(away.error, away.stderr).toBeUndefined();
    expectAll(read('nobody', 0));
    expect(away.warnings).toMatchObject([
      { code: 'MLSQL_TRAIN_NO_KAFKA', message: expect.stringContaining(nobody) },
    ]);
    expect(JSON.stringify(away.rows)).toContain('MLSQL_TRAIN_NO_KAFKA');
    await kafka.deny('denied');
    const denied = await cluster.run(
      train('denied', ['dataLocalFileNum="3"', group('denied', 0)], {
        'bootstrap.servers': kafka.saslBrokers,
        topic: 'denied',
        'security.protocol': 'SASL_PLAINTEXT',
        'sasl.mechanism': 'PLAIN',
        'sasl.username': SASL.username,
        'sasl.password': SASL.password,
      }),
    );
    expect(denied.error, denied.stderr).toBeUndefined();
    expectAll(read('denied', 0));
    expect(denied.warnings).toMatchObject([
      {
        code: 'MLSQL_TRAIN_NO_KAFKA',
        message: expect.stringMatching(/does not make the topic denied_.*authoriz/i),
      },
    ]);
  });

  it('come over TLS from a broker that is trusted, and from the store where it is not', async () => {
    const tls = { 'bootstrap.servers': kafka.tlsBrokers, 'security.protocol': 'SSL', userName: 'tls' };
    const trusted = train('trusted', ['dataLocalFileNum="3"', group('trusted', 0)], tls).replace(
      /;$/,
      ` and \`kafkaParam.ssl.ca.pem\`='''${kafka.ca}''';`,
    );
    const right = await cluster.run(trusted);
    expect([right.error, right.warnings], right.stderr).toEqual([undefined, []]);
    expectAll(read('trusted', 0));
    const wrong = await cluster.run(train('untrusted', ['dataLocalFileNum="3"', group('untrusted', 0)], tls));
    expect(wrong.error, wrong.stderr).toBeUndefined();
    expectAll(read('untrusted', 0));
    expect(wrong.warnings[0]).toMatchObject({
      code: 'MLSQL_TRAIN_NO_KAFKA',
      message: expect.stringMatching(/certificate|self.signed|verify/i),
    });
  });

  it('a row of two megabytes goes through; one larger than any message is named, and fed directly', async () => {
    const big = (name: string, bytes: number): string =>
      train(name, ['dataLocalFileNum="1"', group(name, 0)]).replace(
        /select .* as data;/,
        `select id as n, cast(id as double) as f, if(id = 7, repeat('x', ${bytes}), concat('中', id)) as s from range(20) as data;`,
      );
    const two = await cluster.run(big('two', 2_000_000));
    expect([two.error, two.warnings]).toEqual([undefined, []]);
    expect(read('two', 0).rows[7]?.[2]).toHaveLength(2_000_000);
    const huge = await cluster.run(big('huge', 40_000_000));
    expect(huge.error).toBeUndefined();
    expect(huge.warnings).toMatchObject([
      {
        code: 'MLSQL_TRAIN_NO_KAFKA',
        message: expect.stringMatching(/row 8 of part-00000-.* has 400\d+ bytes.*came from the store/),
      },
    ]);
    expect(read('huge', 0).rows[7]?.[2]).toHaveLength(40_000_000);
    expect(await topics()).toEqual([]);
  });

  it('is found by mlsql doctor, or is not', async () => {
    const kafkaOf = async (brokers: string): Promise<unknown> => {
      const { stdout } = await cluster.doctor({ MLSQL_SET_kafkaDomain: brokers });
      const findings = stdout.split('\n').filter((line) => line !== '');
      return findings
        .map((line) => JSON.parse(line) as { check: string })
        .find(({ check }) => check === 'kafka');
    };
    expect(await kafkaOf(kafka.brokers)).toMatchObject({
      health: 'ok',
      found: `${kafka.brokers}: 1 broker(s) answer`,
    });
    const nobody = `127.0.0.1:${await freePort()}`;
    expect(await kafkaOf(nobody)).toMatchObject({
      health: 'warning',
      found: expect.stringContaining(nobody),
    });
    expect(await kafkaOf('nowhere')).toMatchObject({
      health: 'warning',
      found: expect.stringContaining('host:port'),
    });
  });

  it.each([
    ['topic', 'a b'],
    ['bootstrap.servers', 'nowhere'],
  ])('a bad kafkaParam.%s is an error before anything runs', async (key, value) => {
    const result = await cluster.run(train('bad', [group('bad', 0)], { [key]: value }));
    expect(result.error).toMatchObject({
      code: 'MLSQL_SCRIPT_OPTION_VALUE',
      message: expect.stringContaining(`kafkaParam.${key}`),
    });
  });
});
