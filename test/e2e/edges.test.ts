// Tables and surroundings at their edges: one row, two thousand columns, strange names, nulls, foreign folders, old modules.
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCluster } from '../support/embedded-cluster.js';

const COUNT = `
import json, os, mlsql
folder = mlsql.internal_system_param["tempDataLocalPath"]
rows = [json.loads(l) for n in sorted(os.listdir(folder)) for l in open(os.path.join(folder, n), encoding="utf-8")]
p = mlsql.internal_system_param["tempModelLocalPath"]
os.makedirs(p)
open(p + "/rows.json", "w", encoding="utf-8").write(json.dumps(rows, ensure_ascii=False))
print("mlsql_metric:columns=%d" % max(len(r) for r in rows))
print("mlsql_validation_score:%d" % len(rows))
`;

describe('edges', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await EmbeddedCluster.start({
      env: { MLSQL_ATTEMPT_DISK_BYTES: '50MB', MLSQL_GRACE_MS: '500' },
    });
    await cluster.file('count.py', COUNT);
  });
  afterAll(() => cluster?.stop());

  const train = (path: string, script = 'count.py', more = ''): string =>
    `train t as PythonAlg.\`${path}\` where pythonScriptPath="./${script}" and keepVersion="true" ${more};`;
  const rowsOf = (path: string) =>
    JSON.parse(readFileSync(join(cluster.home, `store${path}/_model_0/model/0/rows.json`), 'utf8')) as Record<
      string,
      unknown
    >[];

  it('one row makes one part, however many were asked for', async () => {
    const result = await cluster.run(
      `select 7 as x as t; ${train('/e/one', 'count.py', 'and dataLocalFileNum="5"')}`,
    );
    expect(result.error, result.stdout).toBeUndefined();
    expect(result.rows[0]!.score).toBe(1);
  });

  it('a table of two thousand columns loads, is selected from and trains', async () => {
    const names = Array.from({ length: 2000 }, (_, i) => `c${i}`);
    await cluster.file('wide.csv', `${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`);
    const result =
      await cluster.run(`load csv.\`./wide.csv\` where header="true" and inferSchema="true" as wide;
select *, c1 + c1999 as both from wide as t; ${train('/e/wide')}`);
    expect(result.error, result.stdout.slice(-2000)).toBeUndefined();
    expect(result.rows[0]!.metrics).toEqual({ columns: 2001 });
    expect(rowsOf('/e/wide')[0]).toMatchObject({ c0: 0, c1999: 1999, both: 2000 });
  });

  it('columns with quotes, spaces and Chinese characters keep their names', async () => {
    await cluster.file(
      'names.json',
      `${JSON.stringify({ '它的"名字"': 1, 'a b': 2, "it's": null, 'dot.ted': 4 })}\n`,
    );
    const result = await cluster.run(
      `load json.\`./names.json\` as s; select *, \`它的"名字"\` + \`a b\` + \`dot.ted\` as \`和\` from s as t; ${train('/e/names')}`,
    );
    expect(result.error, result.stdout).toBeUndefined();
    expect(rowsOf('/e/names')[0]).toMatchObject({ '它的"名字"': 1, 'a b': 2, 'dot.ted': 4, 和: 7 });
  });

  it('nulls in features reach the script as nulls, and vectors in their old form', async () => {
    await cluster.file(
      'vectors.json',
      '{"f":{"type":1,"values":[1.0,2.0]}}\n{"f":null}\n{"f":{"type":0,"size":3,"indices":[1],"values":[5.0]}}\n',
    );
    const result = await cluster.run(`load json.\`./vectors.json\` as t; ${train('/e/vectors')}`);
    expect(result.error, result.stdout).toBeUndefined();
    const [dense, none, sparse] = rowsOf('/e/vectors');
    expect(dense).toEqual({ f: { type: 1, values: [1, 2] } });
    expect(none!.f ?? null).toBeNull();
    expect(sparse).toEqual({ f: { type: 0, size: 3, indices: [1], values: [5] } });
  });

  it('old copies of the four modules beside the script are passed over, and the log says so', async () => {
    for (const name of ['mlsql.py', 'mlsql_model.py', 'python_fun.py', 'msg_queue.py'])
      await cluster.file(`old/${name}`, 'raise RuntimeError("the old one")\n');
    await cluster.file('old/train.py', `import mlsql_model, python_fun, msg_queue\n${COUNT}`);
    const result = await cluster.run(
      `select 1 as x as t; train t as PythonAlg.\`/e/old\` where pythonProjectPath="./old" and pythonScriptPath="train.py";`,
    );
    expect(result.error, result.stdout).toBeUndefined();
    const log = result.events
      .filter((event) => event.event === 'log')
      .map((event) => event.line)
      .join('\n');
    expect(log).toContain('mlsql.py');
  });

  it('a script that fills its disk quota is ended for that', async () => {
    await cluster.file(
      'fill.py',
      'import time\nwith open("big", "wb") as f:\n    for _ in range(200):\n        f.write(b"x" * 1000000)\n        f.flush()\ntime.sleep(60)\n',
    );
    const result = await cluster.run(`select 1 as x as t; ${train('/e/disk', 'fill.py')}`);
    expect(result.code).toBe(1);
    expect(result.error!.message).toContain('MLSQL_TASK_DISK');
  });

  it('children that leave the process group end with their script', async () => {
    const mark = join(cluster.root, 'daemon-lives');
    await cluster.file(
      'lingers.py',
      `import time\ntime.sleep(3)\nopen(${JSON.stringify(mark)}, "w").close()\n`,
    );
    await cluster.file(
      'daemon.py',
      `import subprocess, sys\nsubprocess.Popen([sys.executable, mlsql_file], start_new_session=True)\n${COUNT}`.replace(
        'mlsql_file',
        JSON.stringify(join(cluster.scripts, 'lingers.py')),
      ),
    );
    const result = await cluster.run(`select 1 as x as t; ${train('/e/daemon', 'daemon.py')}`);
    expect(result.code, result.stdout).toBe(0);
    // Whoever was left of the tree would have written the file before this train ends.
    await cluster.file('wait.py', 'import time\ntime.sleep(4)\n');
    expect((await cluster.run(`select 1 as x as t; ${train('/e/wait', 'wait.py')}`)).code).toBe(0);
    expect(existsSync(mark)).toBe(false);
  });

  it('a work folder that belongs to someone else is refused', async () => {
    const foreign = join(cluster.root, 'foreign');
    mkdirSync(foreign, { mode: 0o700 });
    chownSync(foreign, 65534, 65534);
    const home = join(cluster.root, 'other-home');
    const result = await cluster.cli(['run', '-e', 'set a="1";', '--home', home], {
      env: { MLSQL_WORK_DIR: foreign },
    });
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('MLSQL_CLUSTER_WORK_DIR');
    expect(result.stderr).toContain(foreign);
    rmSync(home, { recursive: true, force: true });
  });

  it('a store path that lies only on the client’s disk is told as such', async () => {
    const path = await cluster.file('only-here.csv', 'a\n1\n');
    const result = await cluster.run(`load csv.\`${path}\` as t;`);
    expect(result.error, result.stdout).toMatchObject({ code: 'MLSQL_STORE_NOT_FOUND' });
    expect(`${result.error!.message} ${result.error!.hint}`).toMatch(/this machine|your own|disk/i);
  });
});
