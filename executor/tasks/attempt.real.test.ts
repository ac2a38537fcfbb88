// One attempt's life with a real coordinator's streams, a real store and the real Python runtime.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../testing/test-executor.js';
import { storeFile } from '../testing/tiny-coordinator.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.executor('one', {
    env: { AWS_SECRET_ACCESS_KEY: 'key-of-the-store', MLSQL_LOG_LEVEL: 'silent' },
  });
});
afterAll(async () => {
  await cluster.close();
});

test('a script trains: phases, score, metrics, model and log', async () => {
  const { coordinator, store } = cluster;
  const record = coordinator.assign(
    'job-success',
    await cluster.task(
      `
import mlsql, os
print("hello")
print("mlsql_progress:0.5")
print("mlsql_metric:loss=0.25")
print("mlsql_validation_score:0.5")
print("mlsql_validation_score:-1e-2")
data = mlsql.internal_system_param["tempDataLocalPath"]
lines = [l for n in sorted(os.listdir(data)) for l in open(os.path.join(data, n))]
model = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(model + "/sub")
open(model + "/model.txt", "w").write(mlsql.fit_param["modelName"] + str(len(lines)))
open(model + "/sub/big.bin", "wb").write(b"x" * (3 << 20))
print(open(mlsql.internal_system_param["resource"]["dict"]).read(), end="")
`,
      {
        data: [
          await storeFile(store, 'part-0.json', '{"a":1}\n{"a":2}\n'),
          await storeFile(store, 'part-1.json', '{"a":3}\n'),
        ],
        resources: [
          { name: 'dict', folder: false, files: [await storeFile(store, 'words.txt', 'resource content')] },
        ],
        fitParam: { modelName: 'SVC' },
      },
    ),
  );
  const final = await coordinator.final(record);
  expect(final.failure).toBeNull();
  expect(
    record.updates.map((update) => update.phase).filter((phase, index, all) => phase !== all[index - 1]),
  ).toEqual(['syncing', 'starting', 'running', 'uploading', 'succeeded']);
  expect(final).toMatchObject({ score: -0.01, progress: 0.5, metrics: { loss: 0.25 } });
  expect(final.result!.files.map(({ path, size }) => [path, size])).toEqual([
    ['model.txt', 4],
    ['sub/big.bin', 3 << 20],
  ]);
  expect(final.result!.interpreter.version).toMatch(/^3\./);
  expect(await cluster.text('models/m/_staging/0/model/model.txt')).toBe('SVC3');
  const lines = [...record.lines.values()];
  expect(lines[0]).toBe('hello');
  expect(lines.at(-1)).toBe('resource content');
  expect(final.result!.logLines).toBe(lines.length);
  expect(await cluster.text('models/m/_staging/0/log')).toBe(`${lines.join('\n')}\n`);
  expect(await cluster.text('__mlsql__/logs/job-success/0-1.log')).toBe(`${lines.join('\n')}\n`);
});
