// Registered models as SQL functions: what they take and give, and what happens when the user's predict script misbehaves.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCluster } from '../support/embedded-cluster.js';

const TRAIN =
  'import os, mlsql\np = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(p)\nopen(p + "/m", "w").write("3")\n';

describe('functions in SQL', () => {
  let cluster: EmbeddedCluster;

  beforeAll(async () => {
    cluster = await EmbeddedCluster.start();
    await cluster.file('train.py', TRAIN);
    await cluster.file(
      'times.py',
      'import python_fun\npython_fun.udf_batch(lambda X, path: X[:, :2] * float(open(path + "/m").read()))\n',
    );
    const result = await cluster.run(`select 1 as x from range(3) as t;
train t as PythonAlg.\`/f/model\` where pythonScriptPath="./train.py";
register PythonAlg.\`/f/model\` as times options pythonScriptPath="./times.py";`);
    expect(result.error).toBeUndefined();
  });
  afterAll(() => cluster?.stop());

  it('take arrays and vectors of both kinds, and give null for null', async () => {
    const result =
      await cluster.run(`select times(array(1.0, 2.0))[1] as a, times(vec_dense(array(1, 2)))[0] as b,
  times(vec_sparse(3, map(1, 5.0)))[1] as c, times(cast(null as array<double>)) as d, vec_argmax(times(array(1, 7))) as e as r;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.rows).toEqual([{ a: 6, b: 3, c: 15, d: null, e: 1 }]);
  });

  it('are legal in where, group by, order by, case, joins and subqueries', async () => {
    const result = await cluster.run(`select array(cast(id as double), 1.0) as v, id from range(10) as t;
select a.id, case when times(a.v)[0] > 20 then 'big' else 'small' end as size, count(*) over (partition by times(a.v)[1]) as n
from t a join (select id, times(v)[0] as y from t) b on times(a.v)[0] = b.y
where times(a.v)[0] >= 18 and a.id in (select id from t where times(v)[0] < 27) order by times(a.v)[0] desc as r;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.rows).toEqual([
      { id: 8, size: 'big', n: 3 },
      { id: 7, size: 'big', n: 3 },
      { id: 6, size: 'small', n: 3 },
    ]);
  });

  it('answer each row with its own answer, whatever the rows come from', async () => {
    const wrong = (from: string, more = ''): string =>
      `select count(*) as rows, sum(if(times(v)[0] = v[0] * 3, 0, 1)) as wrong from ${from} ${more} as r;`;
    const made =
      await cluster.run(`select array(cast(id as double), 1.0) as v, id % 1000 as k, id from range(200000) as made;
save overwrite made as parquet.\`/f/rows\` options fileNum="7";
save overwrite made as json.\`/f/lines\` options fileNum="3";`);
    expect(made.error, made.stdout).toBeUndefined();
    const sources = [
      ['load parquet.`/f/rows` as t;', 't', 200_000],
      ['load json.`/f/lines` as t;', 't where k < 700', 140_000],
      ['load parquet.`/f/rows` as a; select * from a where k % 3 = 0 as t;', 't', 66_800],
      ['load parquet.`/f/rows` as a; select a.v, b.k from a join a b on a.id = b.id as t;', 't', 200_000],
      ['load parquet.`/f/rows` as a; select v, max(id) as m from a group by v as t;', 't', 200_000],
      [
        'load parquet.`/f/rows` as a; load json.`/f/lines` as b;',
        '(select a.v from a join b on a.id = b.id where b.k < 500) x',
        100_000,
      ],
    ] as const;
    for (const [before, from, rows] of sources) {
      const result = await cluster.run(`${before} ${wrong(from)}`);
      expect([before, result.error, result.rows]).toEqual([before, undefined, [{ rows, wrong: 0 }]]);
    }
  });

  it('answer each row of a table in partitions with its own answer, in whatever order they are read', async () => {
    const made = await cluster.run(`select id as x, id % 3 as part from range(100) as few;
save overwrite few as parquet.\`/f/few\` partitionBy part;`);
    expect(made.error, made.stdout).toBeUndefined();
    // The order of a run is chance's.
    for (let i = 0; i < 12; i++) {
      const result = await cluster.run(
        'load parquet.`/f/few` as t; select x, times(vec_dense(array(x, x)))[0] as y from t where x < 4 order by x as r;',
      );
      expect(result.rows).toEqual([0, 1, 2, 3].map((x) => ({ x, y: x * 3 })));
    }
  });

  it('outlive their run, and a run keeps the one that it registered itself', async () => {
    await cluster.file('minus.py', 'import python_fun\npython_fun.udf_batch(lambda X, path: -X)\n');
    expect((await cluster.run('select times(array(2.0, 1.0))[0] as a as r;')).rows).toEqual([{ a: 6 }]);
    const listed = await cluster.cli(['functions', 'ls', '--json']);
    expect(JSON.parse(listed.stdout.trim().split('\n')[0]!)).toMatchObject({
      name: 'times',
      path: '/f/model',
    });
    await cluster.file('slow-then-call.mlsql', '');
    const own =
      await cluster.run(`register PythonAlg.\`/f/model\` as mine options pythonScriptPath="./minus.py";
select mine(array(2.0))[0] as a as r;`);
    expect(own.rows).toEqual([{ a: -2 }]);
  });

  it('name the row, the arguments and the script’s own traceback when one row in many fails', async () => {
    await cluster.file(
      'picky.py',
      'import pickle, python_fun\nfrom pyspark.ml.linalg import VectorUDT, Vectors\n\ndef predict(index, s):\n    items = [i for i in s]\n    x = VectorUDT().deserialize(pickle.loads(items[0])).toArray()\n    if x[0] == 12345:\n        raise ValueError("no such number")\n    return [VectorUDT().serialize(Vectors.dense([x[0]]))]\n\npython_fun.udf(predict)\n',
    );
    const result =
      await cluster.run(`register PythonAlg.\`/f/model\` as picky options pythonScriptPath="./picky.py";
select array(cast(id as double)) as v from range(20000) as many;
select sum(picky(v)[0]) as s from many as r;`);
    expect(result.code).toBe(1);
    expect(result.error, result.stdout).toMatchObject({ code: 'MLSQL_FUNCTION_ROW', statement: 2 });
    expect(result.error!.message).toContain('no such number');
    expect(result.error!.message).toContain('12345');
    expect(result.error!.message).toMatch(/row 12346\b/);
    expect(result.error!.traceback).toContain('raise ValueError("no such number")');
    expect(result.error!.traceback).not.toContain('mlsql_runtime');
  });

  it('go on when a worker dies in the middle of a query', async () => {
    const mark = join(cluster.root, 'died-once');
    await cluster.file(
      'mortal.py',
      `import os, python_fun\ncalls = [0]\ndef predict(X, path):\n    calls[0] += 1\n    if calls[0] == 3 and not os.path.exists(${JSON.stringify(mark)}):\n        open(${JSON.stringify(mark)}, "w").close()\n        os._exit(9)\n    return X\npython_fun.udf_batch(predict)\n`,
    );
    const result =
      await cluster.run(`register PythonAlg.\`/f/model\` as mortal options pythonScriptPath="./mortal.py";
select array(cast(id as double)) as v from range(100000) as many;
select sum(mortal(v)[0]) as s from many as r;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(existsSync(mark)).toBe(true);
    expect(result.rows).toEqual([{ s: 4999950000 }]);
  });

  it.each([
    ['never calls python_fun', 'print("nothing")\n', /python_fun\.udf/],
    ['raises when it is loaded', 'import no_such_module\n', /no_such_module/],
  ])('are refused at register when the script %s', async (_, script, says) => {
    await cluster.file('bad.py', script);
    const result = await cluster.run(
      'register PythonAlg.`/f/model` as bad options pythonScriptPath="./bad.py";',
    );
    expect(result.error, result.stdout).toMatchObject({ code: 'MLSQL_FUNCTION_SCRIPT' });
    expect(`${result.error!.message}\n${result.error!.traceback}\n${result.error!.hint}`).toMatch(says);
    expect((await cluster.run('!show functions;')).rows.map((row) => row.name)).not.toContain('bad');
  });

  it('refuse what is neither vector nor array', async () => {
    const result = await cluster.run("select times('text') as a as r;");
    expect(result.error, result.stdout).toMatchObject({ code: 'MLSQL_FUNCTION_ARGUMENT' });
  });

  it('give their training’s parameters where the original did', async () => {
    await cluster.file(
      'third.py',
      'import pickle, python_fun\nfrom pyspark.ml.linalg import VectorUDT, Vectors\ndef predict(index, s):\n    items = [i for i in s]\n    params = pickle.loads(items[2])[0]\n    return [VectorUDT().serialize(Vectors.dense([float(params["fitParam.0.n"])]))]\npython_fun.udf(predict)\n',
    );
    const result = await cluster.run(`select 1 as x from range(3) as t;
train t as PythonAlg.\`/f/params\` where pythonScriptPath="./train.py" and \`fitParam.0.n\`="42";
register PythonAlg.\`/f/params\` as third options pythonScriptPath="./third.py" and enableCopyTrainParamsToPython="true";
select third(array(1.0))[0] as n as r;`);
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.rows).toEqual([{ n: 42 }]);
  });
});
