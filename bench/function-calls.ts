// Rows per second of a registered function over a table of a million rows: udf_batch on its own, and the per-row contract
// beside the same function called in a bare Python loop.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SETUP_PYTHON } from '../shared/paths.js';
import { EmbeddedCluster } from '../test/support/embedded-cluster.js';
import { type Figure, median } from './report.js';
import { timedStatements } from './timed-statements.js';

const ROUNDS = 3;
const FEATURES = 16;
const BATCH_ROWS = 1_000_000;
const ROW_ROWS = 100_000;

const TRAIN = `
import os, pickle, mlsql
import numpy as np
from sklearn.linear_model import LogisticRegression
random = np.random.RandomState(1)
X = random.rand(1000, ${FEATURES})
model = LogisticRegression().fit(X, (X.sum(axis=1) > ${FEATURES / 2}).astype(int))
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
pickle.dump(model, open(p + "/model.pkl", "wb"))
`;
const BATCH = `
import pickle, python_fun
models = {}
def predict(X, path):
    if path not in models:
        models[path] = pickle.load(open(path + "/model.pkl", "rb"))
    return models[path].predict(X)
python_fun.udf_batch(predict)
`;
/** The guide's contract with a light body, so that the figure shows the contract's own cost. */
const ROW = `
from __future__ import absolute_import
from pyspark.ml.linalg import VectorUDT, Vectors
import pickle
import python_fun

def predict(index, s):
    items = [i for i in s]
    path = pickle.loads(items[1])[0]
    feature = VectorUDT().deserialize(pickle.loads(items[0]))
    return [VectorUDT().serialize(Vectors.dense([float(feature.toArray().sum() > ${FEATURES / 2})]))]

python_fun.udf(predict)
`;
const LOOP = `
import pickle, sys, time, types
fake = types.ModuleType("python_fun")
fake.udf = lambda fn: setattr(fake, "fn", fn)
sys.modules["python_fun"] = fake
exec(compile(open(sys.argv[1]).read(), "predict.py", "exec"))
import numpy as np
from pyspark.ml.linalg import VectorUDT, Vectors
X = np.random.RandomState(2).rand(${ROW_ROWS / 10}, ${FEATURES})
items = [pickle.dumps(VectorUDT().serialize(Vectors.dense(row))) for row in X]
path = pickle.dumps(["/model"])
start = time.perf_counter()
for item in items:
    fake.fn(0, iter([item, path]))
print(len(items) / (time.perf_counter() - start))
`;

export async function functionCalls(): Promise<readonly Figure[]> {
  const cluster = await EmbeddedCluster.start({ executors: 2, slots: 1 });
  try {
    await cluster.file('train.py', TRAIN);
    await cluster.file('batch.py', BATCH);
    const rowScript = await cluster.file('row.py', ROW);
    const loop = join(cluster.root, 'loop.py');
    await writeFile(loop, LOOP);
    const columns = Array.from(
      { length: FEATURES },
      (_, i) => `(id * ${7919 + i * 104729} % 1000) / 1000`,
    ).join(', ');
    const setUp = await cluster.run(`select id from range(2) as tiny;
train tiny as PythonAlg.\`/bench/model\` where pythonScriptPath="./train.py";
select array(${columns}) as x from range(${BATCH_ROWS}) as made;
save overwrite made as parquet.\`/bench/rows\`;
register PythonAlg.\`/bench/model\` as bench_batch options pythonScriptPath="./batch.py";
register PythonAlg.\`/bench/model\` as bench_row options pythonScriptPath="./row.py";`);
    if (setUp.code !== 0) throw new Error(setUp.stdout + setUp.stderr);

    const batchRates: number[] = [];
    const rowRates: number[] = [];
    const loopRates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const batch = await timedStatements(
        cluster,
        'load parquet.`/bench/rows` as t; select avg(bench_batch(x)[0]) as a from t as r;',
      );
      batchRates.push(BATCH_ROWS / (batch[1]! / 1000));
      const row = await timedStatements(
        cluster,
        `load parquet.\`/bench/rows\` as t; select avg(bench_row(x)[0]) as a from (select * from t limit ${ROW_ROWS}) as r;`,
      );
      rowRates.push(ROW_ROWS / (row[1]! / 1000));
      const bare = spawnSync(SETUP_PYTHON, [loop, rowScript], { encoding: 'utf8' });
      if (bare.status !== 0) throw new Error(bare.stderr);
      loopRates.push(Number(bare.stdout));
    }
    const ratio = median(rowRates) / median(loopRates);
    return [
      {
        name: 'udf_batch: avg(f(x)[0]), 16 features',
        value: median(batchRates),
        unit: 'rows/s',
        goal: { text: '≥ 1,000,000 rows/s', met: median(batchRates) >= 1e6 },
      },
      {
        name: 'per-row contract',
        value: median(rowRates),
        unit: 'rows/s',
        reference: { name: 'bare Python loop', value: median(loopRates) },
        goal: { text: `≥ 0.7 × the loop (${ratio.toFixed(2)} ×)`, met: ratio >= 0.7 },
      },
    ];
  } finally {
    await cluster.stop();
  }
}
