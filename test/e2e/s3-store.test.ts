// The main job on S3: partitions, models and metas lie in a bucket, and no process shares a disk with another.
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../shared/object-store/object-store.js';
import { openS3Store } from '../../shared/object-store/s3/open-s3-store.js';
import { MINIO, VERSITYGW, whereIs } from '../servers/go-program.js';
import { type S3Server, startS3Server } from '../servers/s3-server.js';
import { ProcessCluster } from '../support/process-cluster.js';

const TRAIN = `
import json, os, mlsql
folder = mlsql.internal_system_param["tempDataLocalPath"]
total = sum(json.loads(line)["x"] for name in os.listdir(folder) for line in open(os.path.join(folder, name)))
target = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(os.path.join(target, "deep"))
factor = int(mlsql.fit_param["factor"])
with open(os.path.join(target, "deep", "model 中.json"), "w") as file:
    json.dump(factor, file)
with open(os.path.join(target, "large.bin"), "wb") as file:
    file.write(bytes(range(256)) * 4096 * 20)   # 20 MiB: goes up in parts
assert "AWS_SECRET_ACCESS_KEY" not in os.environ
print("mlsql_validation_score:%f" % (total * factor))
`;

const PREDICT = `
import json, os, mlsql
def load(path):
    with open(os.path.join(path, "deep", "model 中.json")) as file:
        return json.load(file)
def predict(factor, features):
    return [[factor * features[0]]]
import pickle, python_fun
from pyspark.ml.linalg import VectorUDT, Vectors
def run(index, s):
    items = [i for i in s]
    factor = load(pickle.loads(items[1])[0])
    vector = VectorUDT().deserialize(pickle.loads(items[0]))
    return [VectorUDT().serialize(Vectors.dense([factor * vector.toArray()[0]]))]
python_fun.udf(run)
`;

const SCRIPT = `
load csv.\`./rows.csv\` options header="true" and inferSchema="true" as rows;
save overwrite rows as parquet.\`/tables/rows 表\` partitionBy kind;
load parquet.\`/tables/rows 表\` as data;
train data as PythonAlg.\`/m/factor\` where pythonScriptPath="./train.py" and keepVersion="true" and dataLocalFileNum="3"
and \`fitParam.0.factor\`="2" and \`fitParam.1.factor\`="5";
register PythonAlg.\`/m/factor\` as times options pythonScriptPath="./predict.py";
select x, times(vec_dense(array(x)))[0] as y from data where x < 4 order by x as answers;
save append answers as json.\`/tables/answers\`;
`;

describe.each([
  ['minio', MINIO],
  ['versitygw', VERSITYGW],
] as const)('a cluster on %s', (name, program) => {
  describe.skipIf(whereIs(program) === undefined)('and its bucket', () => {
    let server: S3Server;
    let cluster: ProcessCluster;
    let store: ObjectStore;
    beforeAll(async () => {
      server = await startS3Server(name);
      server.bucket('the-cluster');
      const url = 's3://the-cluster/some/prefix';
      cluster = await ProcessCluster.make(server.env as Record<string, string>, url);
      store = openS3Store(url, server.env);
      await cluster.coordinator();
      for (const executor of ['one', 'two']) cluster.executor(executor, 2);
      cluster.file('train.py', TRAIN);
      cluster.file('predict.py', PREDICT);
      cluster.file(
        'rows.csv',
        `x,kind\n${Array.from({ length: 100 }, (_, i) => `${i},${i % 3}`).join('\n')}\n`,
      );
    });
    afterAll(async () => {
      await cluster?.stop();
      await server?.stop();
    });

    const read = async (key: string): Promise<Buffer> => await buffer((await store.get(key)).body);
    const keys = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const entry of store.list(prefix))
        if (entry.kind === 'object') found.push(entry.info.key.slice(prefix.length));
      return found;
    };

    it('trains, publishes, registers, answers and saves', async () => {
      const result = await cluster.run(SCRIPT);
      expect(result.error, result.stderr).toBeUndefined();
      expect(result.rows).toEqual([0, 1, 2, 3].map((x) => ({ x, y: x * 5 })));
      expect(await keys('m/factor/_model_0/model/1/')).toEqual(['deep/model 中.json', 'large.bin']);
      const large = Buffer.concat(
        Array.from({ length: 4096 * 20 }, () => Buffer.from(Array.from({ length: 256 }, (_, i) => i))),
      );
      const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
      expect(hash(await read('m/factor/_model_0/model/1/large.bin'))).toBe(hash(large));
      expect(await keys('m/factor/_model_0/_staging/')).toEqual([]);
      expect((await keys('tables/rows 表/')).filter((key) => key.startsWith('kind='))).toHaveLength(3);
      const answers = await cluster.run('load json.`/tables/answers` as a; select sum(y) as s from a as b;');
      expect(answers.rows).toEqual([{ s: 30 }]);
    });

    it('reads and writes any bucket that its credentials reach', async () => {
      server.bucket('another-one');
      const other = openS3Store('s3://another-one', server.env);
      await other.put('in/a b#.csv', Buffer.from('x\n1\n2\n'));
      await other.put('in/c.csv', Buffer.from('x\n3\n'));
      await other.put('words/word.txt', Buffer.from('5'));
      cluster.file(
        'word.py',
        TRAIN.replace(
          'mlsql.fit_param["factor"]',
          'open(mlsql.internal_system_param["resource"]["word"]).read()',
        ),
      );
      const result =
        await cluster.run(`load csv.\`s3://another-one/in\` options header="true" and inferSchema="true" as data;
save overwrite data as json.\`s3://another-one/out/table\`;
train data as PythonAlg.\`/m/word\` where pythonScriptPath="./word.py" and \`fitParam.0.resource.word\`="s3://another-one/words/word.txt";`);
      expect(result.error, result.stderr).toBeUndefined();
      expect(result.rows).toMatchObject([{ status: 'success', score: 30 }]);
      const again = await cluster.run(
        'load json.`s3://another-one/out/table` as t; select sum(x) as s from t as r;',
      );
      expect(again.rows).toEqual([{ s: 6 }]);
      const missing = await cluster.run('load json.`s3://no-such-bucket-here/x` as t;');
      expect(missing.error).toMatchObject({
        code: 'MLSQL_STORE_SETTINGS',
        message: expect.stringContaining('no-such-bucket-here'),
      });
      const models = await cluster.run(
        'select 1 as x as t; train t as PythonAlg.`s3://another-one/m` where pythonScriptPath="./word.py";',
      );
      expect(models.error).toMatchObject({
        code: 'MLSQL_STORE_PATH_INVALID',
        hint: expect.stringContaining('/m'),
      });
    });

    it('is found well by mlsql doctor, also by the keys of a profile; what is wrong with keys is named', async () => {
      const doctor = async (env: NodeJS.ProcessEnv): Promise<Record<string, unknown> | undefined> => {
        const { stdout } = await cluster.doctor({ ...env, MLSQL_STORE: 's3://the-cluster/some/prefix' });
        const findings = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        return findings.find(({ check }) => check === 'store');
      };
      expect(await doctor({})).toMatchObject({
        health: 'ok',
        found: expect.stringContaining('conditional create'),
      });
      expect(await doctor({ AWS_ACCESS_KEY_ID: 'nobody' })).toMatchObject({
        health: 'problem',
        found: expect.stringContaining('does not know the access key'),
        todo: expect.stringContaining('AWS_ACCESS_KEY_ID'),
      });
      const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = server.env;
      const file = cluster.file(
        'credentials',
        `[lab]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
      );
      const profile = {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_SHARED_CREDENTIALS_FILE: file,
        AWS_PROFILE: 'lab',
      };
      expect(await doctor(profile)).toMatchObject({ health: 'ok' });
      expect(await doctor({ ...profile, AWS_PROFILE: 'none' })).toMatchObject({
        health: 'problem',
        found: expect.stringContaining('there are no credentials'),
      });
    });

    it('writes nothing for a second train on the same table', async () => {
      const before = await keys('m/factor/tmp/data');
      const again = `load parquet${SCRIPT.split('load parquet')[1]!.split('register')[0]}`;
      const result = await cluster.run(again);
      expect(result.error, result.stderr).toBeUndefined();
      expect(await keys('m/factor/tmp/data')).toEqual(before);
      expect(await keys('m/factor/_model_1/model/')).toHaveLength(4);
    });
  });
});
