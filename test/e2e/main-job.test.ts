// The main job, end to end on real processes: train, publish, register, predict, as a user types it and finds it on disk.
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
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

  it.each(['json', 'csv', 'parquet'])(
    'hands the table to the script as %s, under its own columns',
    async (format) => {
      await cluster.file(
        'columns.py',
        `
import os, mlsql
folder = mlsql.internal_system_param["tempDataLocalPath"]
names = sorted(os.listdir(folder))
assert names and all(name.endswith(".${format}") for name in names), names
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(mlsql.internal_system_param["tempModelLocalPath"] + "/m", "w").write("m")
${format === 'parquet' ? 'rows = []' : 'rows = [row for items in mlsql.read_data()(max_records=3) for row in items]'}
print("columns", sorted(rows[0]) if rows else "unread")
print("mlsql_validation_score:%d" % len(rows))
`,
      );
      const result = await cluster.run(
        `set rows='''{"b":"x, y","größe":1}\n{"b":"z","größe":2}'''; load jsonStr.\`rows\` as t;
train t as PythonAlg.\`/m/columns-${format}\` where pythonScriptPath="./columns.py" and dataLocalFormat="${format}";`,
      );
      expect(result.error, result.stdout).toBeUndefined();
      expect(result.rows[0]!.score).toBe(format === 'parquet' ? 0 : 2);
      const log = result.events
        .filter((event) => event.event === 'log')
        .map((event) => event.line)
        .join('\n');
      if (format !== 'parquet') expect(log).toContain("columns ['b', 'größe']");
    },
  );

  it('ships an MLproject with the version, warns of packages it lacks, and registers without naming a script', async () => {
    await cluster.file(
      'project/MLproject',
      'name: p\nconda_env: conda.yaml\nentry_points:\n  main:\n    train:\n      parameters:\n        word: {type: string, default: none}\n      command: "python train.py {word}"\n    api_predict:\n      command: "python predict.py"\n',
    );
    await cluster.file(
      'project/conda.yaml',
      'dependencies:\n- numpy\n- pip:\n  - surely-not-installed==1.0\n',
    );
    await cluster.file('project/helper.py', 'def shout(word):\n    return word.upper()\n');
    await cluster.file(
      'project/train.py',
      `
import os, sys, mlsql, helper
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(mlsql.internal_system_param["tempModelLocalPath"] + "/word", "w").write(helper.shout(sys.argv[1]))
print("mlsql_validation_score:1")
`,
    );
    await cluster.file(
      'project/predict.py',
      `
import python_fun
def predict(X, path):
    return X[:, :1] + len(open(path + "/word").read())
python_fun.udf_batch(predict)
`,
    );
    const result = await cluster.run(`load json.\`./rows.json\` as data;
train data as PythonAlg.\`/m/project\` where pythonScriptPath="./project" and keepVersion="true" and \`fitParam.0.word\`="swordfish";
register PythonAlg.\`/m/project\` as measured;
!show functions;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.warnings.map((warning) => `${warning.code} ${warning.message}`).join('\n')).toContain(
      'surely-not-installed',
    );
    expect(readFileSync(join(cluster.home, 'store/m/project/_model_0/model/0/word'), 'utf8')).toBe(
      'SWORDFISH',
    );
    expect(result.rows).toContainEqual(
      expect.objectContaining({ name: 'measured', path: '/m/project', version: 0, kind: 'batch' }),
    );
  });

  it('registers a model folder that was copied elsewhere', async () => {
    await cluster.run(trainStatement('/m/original'));
    cpSync(join(cluster.home, 'store/m/original/_model_0'), join(cluster.home, 'store/elsewhere/copied'), {
      recursive: true,
    });
    cpSync(join(cluster.home, 'store/m/original'), join(cluster.home, 'store/elsewhere/whole'), {
      recursive: true,
    });
    const result =
      await cluster.run(`register PythonAlg.\`/elsewhere/copied\` as copied options pythonScriptPath="./predict.py";
register PythonAlg.\`/elsewhere/whole\` as whole options pythonScriptPath="./predict.py" and algIndex="2";
!show functions;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.rows).toContainEqual(expect.objectContaining({ name: 'copied', algIndex: 1 }));
    expect(result.rows).toContainEqual(expect.objectContaining({ name: 'whole', algIndex: 2 }));
  });

  it('ships a resource folder, in training and again for prediction', async () => {
    await cluster.file('dict/a/one.txt', '1');
    await cluster.file('dict/two.txt', '2');
    const reads =
      'import os, mlsql\nfolder = mlsql.internal_system_param["resource"]["dict"]\nassert open(folder + "/a/one.txt").read() + open(folder + "/two.txt").read() == "12"\n';
    await cluster.file(
      'with-folder.py',
      `${reads}p = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(p)\nopen(p + "/m", "w").write("m")\n`,
    );
    await cluster.file(
      'predict-with-folder.py',
      `${reads}import python_fun\npython_fun.udf_batch(lambda X, path: X[:, 0])\n`,
    );
    const result = await cluster.run(`load json.\`./rows.json\` as data;
train data as PythonAlg.\`/m/folder\` where pythonScriptPath="./with-folder.py" and \`fitParam.0.resource.dict\`="./dict";
register PythonAlg.\`/m/folder\` as first options pythonScriptPath="./predict-with-folder.py";
unregister first;
!show functions;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.rows.map((row) => row.name)).not.toContain('first');
  });
});
