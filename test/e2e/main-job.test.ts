// The main job, end to end on real processes: train, publish, register, predict, as a user types it and finds it on disk.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCluster } from '../support/embedded-cluster.js';

const ROWS = Array.from({ length: 40 }, (_, i) =>
  JSON.stringify({ features: [i, i * 2, 1], label: i < 20 ? 0 : 1 }),
).join('\n');

const TRAIN = `
import json, os, pickle, mlsql
folder = mlsql.internal_system_param["tempDataLocalPath"]
rows = [json.loads(l) for n in sorted(os.listdir(folder)) if n.endswith(".json") for l in open(os.path.join(folder, n))]
threshold = float(mlsql.fit_param["threshold"])
right = sum(1 for r in rows if (r["features"][0] >= threshold) == (r["label"] == 1))
print("rows:%d" % len(rows))
target = mlsql.internal_system_param["tempModelLocalPath"]
if not os.path.exists(target):
    os.makedirs(target)
pickle.dump({"threshold": threshold, "word": open(mlsql.internal_system_param["resource"]["word"]).read()}, open(target + "/model.pkl", "wb"))
print("mlsql_metric:rows=%d" % len(rows))
print("mlsql_validation_score:%f" % (right / len(rows)))
`;

const PREDICT = `
from __future__ import absolute_import
from pyspark.ml.linalg import VectorUDT, Vectors
import pickle, os
import mlsql, python_fun

def predict(index, s):
    items = [i for i in s]
    path = pickle.loads(items[1])[0] + "/model.pkl"
    model = pickle.load(open(path, "rb"))
    assert open(mlsql.internal_system_param["resource"]["word"]).read() == model["word"]
    feature = VectorUDT().deserialize(pickle.loads(items[0]))
    return [VectorUDT().serialize(Vectors.dense([1.0 if feature.toArray()[0] >= model["threshold"] else 0.0]))]

python_fun.udf(predict)
`;

function trainStatement(path: string, more = ''): string {
  return `load json.\`./rows.json\` as data;
train data as PythonAlg.\`${path}\` where pythonScriptPath="./train.py" and keepVersion="true" and dataLocalFileNum="4"
and \`fitParam.0.threshold\`="5" and \`fitParam.0.resource.word\`="./word.txt"
and \`fitParam.1.threshold\`="20" and \`fitParam.1.resource.word\`="./word.txt"
and \`fitParam.2.threshold\`="35" and \`fitParam.2.resource.word\`="./word.txt" ${more};`;
}

describe('the main job', () => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await EmbeddedCluster.start();
    await cluster.file('rows.json', ROWS);
    await cluster.file('train.py', TRAIN);
    await cluster.file('predict.py', PREDICT);
    await cluster.file('word.txt', 'swordfish');
  });
  afterAll(() => cluster?.stop());

  it('trains three groups, publishes a version, and answers with its meta/0', async () => {
    const result = await cluster.run(trainStatement('/m/first'));
    expect(result.error).toBeUndefined();
    expect(result.code).toBe(0);
    expect(result.rows.map((row) => [row.algIndex, row.status, row.score])).toEqual([
      [0, 'success', 0.625],
      [1, 'success', 1],
      [2, 'success', 0.625],
    ]);
    expect(result.rows[1]!.trainParams).toMatchObject({ threshold: '20', modelPath: '/m/first' });
    expect(result.rows[0]!.metrics).toEqual({ rows: 40 });
    expect(result.events.at(-1)).toMatchObject({ event: 'done', ok: true, warnings: 0 });
  });

  it('leaves the versioned layout on disk, readable by anyone', async () => {
    await cluster.run(trainStatement('/m/layout'));
    const version = join(cluster.home, 'store/m/layout/_model_0');
    expect(readdirSync(join(version, 'model')).sort()).toEqual(['0', '1', '2']);
    expect(readdirSync(join(version, 'model/1'))).toEqual(['model.pkl']);
    expect(readFileSync(join(version, 'resource/1/word'), 'utf8')).toBe('swordfish');
    expect(readFileSync(join(version, 'log/1.log'), 'utf8')).toContain('rows:40');
    expect(existsSync(join(version, '_staging'))).toBe(false);
    const file = await asyncBufferFromFile(join(version, 'meta/0/part-00000.parquet'));
    const rows = await parquetReadObjects({ file, compressors });
    expect(Object.keys(rows[0]!)).toEqual([
      'modelPath',
      'algIndex',
      'alg',
      'score',
      'status',
      'startTime',
      'endTime',
      'trainParams',
      'message',
      'metrics',
      'attempts',
      'executor',
      'files',
    ]);
    const parts = readdirSync(join(cluster.home, 'store/m/layout/tmp/data')).filter((name) =>
      name.startsWith('part-'),
    );
    expect(parts).toHaveLength(4);
    for (const part of parts) expect(part).toMatch(/^part-0000\d-[0-9a-f]+\.json$/);
  });

  it('registers the best group and predicts with it anywhere in a select', async () => {
    await cluster.run(trainStatement('/m/served'));
    const result =
      await cluster.run(`register PythonAlg.\`/m/served\` as classify options pythonScriptPath="./predict.py";
load json.\`./rows.json\` as data;
select label, sum(if(classify(features)[0] = label, 1, 0)) as hits, count(*) as n from data where classify(features)[0] >= 0 group by label order by label as result;`);
    expect(result.error).toBeUndefined();
    expect(result.rows).toEqual([
      { label: 0, hits: 20, n: 20 },
      { label: 1, hits: 20, n: 20 },
    ]);
  });

  it('registers by version and by group, and numbers versions from 0', async () => {
    const second = trainStatement('/m/versions', 'and retries="1"');
    await cluster.run(trainStatement('/m/versions'));
    await cluster.run(second);
    expect(
      readdirSync(join(cluster.home, 'store/m/versions'))
        .filter((name) => name.startsWith('_model_'))
        .sort(),
    ).toEqual(['_model_0', '_model_1']);
    const result =
      await cluster.run(`register PythonAlg.\`/m/versions\` as five options pythonScriptPath="./predict.py" and modelVersion="0" and algIndex="0";
load json.\`./rows.json\` as data;
select cast(sum(five(features)[0]) as int) as ones from data as result;`);
    expect(result.error).toBeUndefined();
    expect(result.rows).toEqual([{ ones: 35 }]);
  });

  it('writes and syncs nothing the second time', async () => {
    await cluster.run(trainStatement('/m/again'));
    const second = await cluster.run(trainStatement('/m/again'));
    const summary = second.events
      .filter((event) => event.event === 'job')
      .map((event) => event.summary)
      .find((value) => value !== undefined);
    expect(summary).toMatchObject({ dataBytesWritten: 0 });
    expect(summary.dataBytesTotal).toBeGreaterThan(0);
  });

  it('replaces the path itself without keepVersion, and only by a train that succeeded', async () => {
    const good = `load json.\`./rows.json\` as data;
train data as PythonAlg.\`/m/plain\` where pythonScriptPath="./train.py" and \`fitParam.0.threshold\`="20" and \`fitParam.0.resource.word\`="./word.txt";`;
    expect((await cluster.run(good)).code).toBe(0);
    const bad = await cluster.run(good.replace('"20"', '"no number"'));
    expect(bad.code).toBe(1);
    expect(bad.error).toMatchObject({ code: 'MLSQL_TRAIN_FAILED', algIndex: 0 });
    expect(bad.error!.traceback).toContain('could not convert string to float');
    const ask =
      await cluster.run(`register PythonAlg.\`/m/plain\` as plain options pythonScriptPath="./predict.py";
load json.\`./rows.json\` as data; select cast(sum(plain(features)[0]) as int) as ones from data as result;`);
    expect(ask.rows).toEqual([{ ones: 20 }]);
  });

  it('streams rows to read_data() when enableDataLocal is false', async () => {
    await cluster.file(
      'stream.py',
      `
import os, mlsql
rd = mlsql.read_data()
seen = [item["label"] for items in rd(max_records=7) for item in items]
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(mlsql.internal_system_param["tempModelLocalPath"] + "/n", "w").write(str(len(seen)))
print("mlsql_validation_score:%d" % sum(seen))
`,
    );
    const result = await cluster.run(`load json.\`./rows.json\` as data;
train data as PythonAlg.\`/m/stream\` where pythonScriptPath="./stream.py" and enableDataLocal="false" and dataLocalFileNum="3" as t;`);
    expect(result.error).toBeUndefined();
    expect(result.rows[0]).toMatchObject({ status: 'success', score: 20 });
  });

  it('trains one model a partition with PythonParallelExt', async () => {
    const result = await cluster.run(`load json.\`./rows.json\` as data;
train data as PythonParallelExt.\`/m/parallel\` where pythonScriptPath="./train.py" and keepVersion="true" and dataLocalFileNum="4"
and \`fitParam.0.threshold\`="20" and \`fitParam.0.resource.word\`="./word.txt";`);
    expect(result.error).toBeUndefined();
    expect(result.rows.map((row) => [row.algIndex, row.metrics])).toEqual(
      [0, 1, 2, 3].map((index) => [index, { rows: 10 }]),
    );
  });

  it('trains and registers a built-in algorithm without any script', async () => {
    const result = await cluster.run(`load json.\`./rows.json\` as data;
train data as PythonAlg.\`/m/builtin\` where validateTable="data" and \`fitParam.0.alg\`="RandomForestClassifier" and \`fitParam.0.n_estimators\`="10";
register PythonAlg.\`/m/builtin\` as forest;
select avg(if(forest(features)[0] = label, 1, 0)) as accuracy from data as result;`);
    expect(result.error).toBeUndefined();
    expect(result.rows[0]!.accuracy).toBeGreaterThan(0.9);
  });
});
