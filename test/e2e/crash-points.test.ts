// Single moments of a coordinator's death that need a story of their own; test/crash-points goes through all of them.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessCluster } from '../support/process-cluster.js';

let cluster: ProcessCluster;
beforeAll(async () => {
  cluster = await ProcessCluster.make();
});
afterAll(() => cluster.stop());

it('takes a function away once, when it dies between the removal and telling of it', async () => {
  const env = {
    MLSQL_CRASH_POINTS: join(cluster.root, 'points'),
    MLSQL_CRASH_AT: 'store.delete:after:functions',
  };
  const mortal = cluster.launch('coordinator', { env });
  await mortal.line;
  cluster.executor('one');
  cluster.file(
    'train.py',
    `import os, mlsql
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/m", "w").write("m")
`,
  );
  cluster.file('predict.py', 'import python_fun\npython_fun.udf_batch(lambda X, path: X[:, 0])\n');
  const running = cluster.run(
    `select 1 as label, array(1.0) as features as data;
train data as PythonAlg.\`/m/f\` where pythonScriptPath="./train.py";
register PythonAlg.\`/m/f\` as f options pythonScriptPath="./predict.py";
unregister f;
select 1 as n as result;`,
    '--run-id',
    'once',
  );
  expect(await mortal.process.ended).toBe('SIGKILL');
  await cluster.coordinator();
  const result = await running;
  expect(result.error, result.stderr).toBeUndefined();
  expect(result.rows).toEqual([{ n: 1 }]);
  // Where nobody died in between, a function that is not there is an error still.
  const again = await cluster.run('unregister f;');
  expect(again.error).toMatchObject({ code: 'MLSQL_FUNCTION_UNKNOWN' });
});
