// Runs by name, cancel, save and load, !show, and the HTTP routes: what a user does around a train.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, EmbeddedCluster } from '../support/embedded-cluster.js';

const SAVE_MODEL =
  'import os, mlsql\np = mlsql.internal_system_param["tempModelLocalPath"]\nos.makedirs(p)\nopen(p + "/m", "w").write("m")\n';
const ROWS = `set rows='''{"a":1,"b":"x","c":1.5}\n{"a":2,"b":"y","c":null}\n{"a":3,"b":"x","c":-2.0}''';\nload jsonStr.\`rows\` as t;`;

describe('runs and tables', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await EmbeddedCluster.start();
    await cluster.file('model.py', SAVE_MODEL);
  });
  afterAll(() => cluster?.stop());

  describe('a run with a name', () => {
    it('replays when it is done, and its train is not done again', async () => {
      const script = `${ROWS}\ntrain t as PythonAlg.\`/runs/replay\` where pythonScriptPath="./model.py" and keepVersion="true";`;
      const path = await cluster.file('named.mlsql', script);
      const run = () => cluster.cli(['run', path, '--json', '--run-id', 'replayed']);
      const [first, second] = [await run(), await run()];
      expect([first.code, second.code]).toEqual([0, 0]);
      expect(second.stdout).toBe(first.stdout);
      expect(
        readdirSync(join(cluster.home, 'store/runs/replay')).filter((name) => name.startsWith('_model')),
      ).toEqual(['_model_0']);
      await cluster.file('named.mlsql', `${script} select 1 as x as y;`);
      const other = await cluster.cli(['run', path, '--json', '--run-id', 'replayed']);
      expect(other.code).toBe(1);
      expect(other.stdout).toContain('MLSQL_RUN_CONFLICT');
    });

    it('goes on behind its last finished statement after a failure, with the changed files', async () => {
      await cluster.file('second.py', 'raise RuntimeError("not yet")\n');
      const path = await cluster.file(
        'goes-on.mlsql',
        `${ROWS}\nsave append t as json.\`/runs/appended\`;\ntrain t as PythonAlg.\`/runs/one\` where pythonScriptPath="./model.py" and keepVersion="true";\ntrain t as PythonAlg.\`/runs/two\` where pythonScriptPath="./second.py" and keepVersion="true";`,
      );
      const run = () => cluster.cli(['run', path, '--json', '--run-id', 'goes-on']);
      expect((await run()).code).toBe(1);
      await cluster.file('second.py', SAVE_MODEL);
      const second = await run();
      expect(second.code, second.stdout).toBe(0);
      expect(second.stdout).toContain('second.py');
      expect(
        readdirSync(join(cluster.home, 'store/runs/one')).filter((name) => name.startsWith('_model')),
      ).toEqual(['_model_0']);
      expect(
        readdirSync(join(cluster.home, 'store/runs/two')).filter((name) => name.startsWith('_model')),
      ).toHaveLength(2);
      const rows = await cluster.run('load json.`/runs/appended` as a;');
      expect(rows.rows).toHaveLength(3);
    });
  });

  it('cancels its work at Ctrl-C, answers 130, and leaves a cancelled version behind', async () => {
    await cluster.file('long.py', 'import time\nprint("started", flush=True)\ntime.sleep(600)\n');
    const path = await cluster.file(
      'long.mlsql',
      `${ROWS}\ntrain t as PythonAlg.\`/runs/long\` where pythonScriptPath="./long.py" and keepVersion="true";`,
    );
    const child = cluster.spawn(['run', path, '--json']);
    const result = collect(child);
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        if (line.includes('"started"')) resolve();
      });
    });
    child.kill('SIGINT');
    expect((await result).code).toBe(130);
    const shown = await cluster.cli(['models', 'show', '/runs/long', '--json']);
    expect(shown.stdout + shown.stderr).toContain('cancelled');
  });

  it('cancels a select in the middle of its rows, and the cluster goes on', async () => {
    const path = await cluster.file(
      'endless.mlsql',
      'select sum((a.id * b.id) % 7) as s from range(3000000) a cross join range(3000000) b as endless;',
    );
    const child = cluster.spawn(['run', path, '--json']);
    const result = collect(child);
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        if (line.includes('"state":"done"')) resolve();
      });
    });
    child.kill('SIGINT');
    expect((await result).code).toBe(130);
    const runs = await cluster.cli(['runs', 'ls', '--json']);
    const states = runs.stdout
      .trim()
      .split('\n')
      .flatMap((line) => [JSON.parse(line)].flat() as { scriptName: string; state: string }[]);
    expect(states.find((run) => run.scriptName.includes('endless'))).toMatchObject({ state: 'CANCELLED' });
    expect((await cluster.run('select 1 as x as y;')).code).toBe(0);
  });

  it('names the statement whose rows fail only when they are read', async () => {
    const result = await cluster.run(
      "set a='1';\nselect element_at(array(1, 2), cast(id + 1 as int) - 1) as x from range(3) as t;",
    );
    expect(result.error, result.stdout).toMatchObject({ statement: 1, line: 2 });
  });

  describe('save and load', () => {
    it('keeps what is there as the mode says', async () => {
      const save = (mode: string) => cluster.run(`${ROWS}\nsave ${mode} t as parquet.\`/saved/modes\`;`);
      const count = async () => (await cluster.run('load parquet.`/saved/modes` as s;')).rows.length;
      expect((await save('errorIfExists')).code).toBe(0);
      expect((await save('errorIfExists')).error).toMatchObject({ code: 'MLSQL_TABLE_SAVE_EXISTS' });
      expect((await save('ignore')).code).toBe(0);
      expect(await count()).toBe(3);
      expect((await save('append')).code).toBe(0);
      expect(await count()).toBe(6);
      expect((await save('overwrite')).code).toBe(0);
      expect(await count()).toBe(3);
    });

    it.each(['csv', 'json', 'parquet'])('brings %s back as it was', async (format) => {
      const options = format === 'csv' ? 'where header="true" and inferSchema="true"' : '';
      await cluster.run(
        `${ROWS}\nsave overwrite t as ${format}.\`/saved/${format}\` ${format === 'csv' ? 'options header="true"' : ''};`,
      );
      const back = await cluster.run(`load ${format}.\`/saved/${format}\` ${options} as s;`);
      expect(back.error).toBeUndefined();
      expect(back.rows).toEqual([
        { a: 1, b: 'x', c: 1.5 },
        { a: 2, b: 'y', c: null },
        { a: 3, b: 'x', c: -2 },
      ]);
    });

    it('writes and reads partition folders', async () => {
      await cluster.run(`${ROWS}\nsave overwrite t as parquet.\`/saved/by\` partitionBy b;`);
      expect(
        readdirSync(join(cluster.home, 'store/saved/by'))
          .filter((name) => name.includes('='))
          .sort(),
      ).toEqual(['b=x', 'b=y']);
      const back = await cluster.run('load parquet.`/saved/by` as s;');
      expect(back.rows.map((row) => [row.a, row.b]).sort()).toEqual([
        [1, 'x'],
        [2, 'y'],
        [3, 'x'],
      ]);
    });
  });

  it('shows as many rows as asked for, and says how many there are', async () => {
    const result = await cluster.run('select id from range(60) as t;', '--limit', '3');
    expect(result.events.find((event) => event.event === 'table')).toMatchObject({
      rowCount: 60,
      truncated: true,
    });
    expect(result.rows).toHaveLength(3);
  });

  it('warns of a Kafka that cannot be reached for rows, and of settings without effect', async () => {
    const result = await cluster.run(`set spark.sql.shuffle.partitions="8" options type="conf"; ${ROWS}
train t as PythonAlg.\`/runs/kafka\` where pythonScriptPath="./model.py" and enableDataLocal="false" and \`kafkaParam.bootstrap.servers\`="127.0.0.1:9";`);
    expect(result.code).toBe(0);
    expect(result.warnings.map((warning) => warning.code)).toEqual([
      'MLSQL_SQL_SETTING_UNUSED',
      'MLSQL_TRAIN_NO_KAFKA',
    ]);
  });

  it('tells hours by the time zone that the script sets, or the client', async () => {
    const script = `select cast(0 as timestamp) as early as before;
set spark.sql.session.timeZone="Asia/Shanghai" options type="conf";
select early, hour(early) as h, timestamp'1970-01-01 08:00:00' = early as same from before as r;`;
    expect((await cluster.run(script)).rows).toEqual([{ early: '1970-01-01 08:00:00', h: 8, same: true }]);
    const pinned = await cluster.run(script, '--set', 'spark.sql.session.timeZone=-03:30');
    expect(pinned.rows).toEqual([{ early: '1969-12-31 20:30:00', h: 20, same: false }]);
  });

  it('shows what the cluster knows', async () => {
    const executors = await cluster.run('!show executors;');
    expect(executors.rows.map((row) => row.name)).toEqual(['executor-1', 'executor-2']);
    expect((await cluster.run(`${ROWS}\n!show tables;`)).rows).toEqual([
      { name: 't', columns: 'a bigint, b string, c double' },
    ]);
    expect((await cluster.run('!show runs;')).rows.length).toBeGreaterThan(0);
    expect((await cluster.run('!show models "/runs/replay";')).rows).toMatchObject([
      { version: 0, algIndex: 0, status: 'success' },
    ]);
  });

  it('moves files in and out of the store', async () => {
    writeFileSync(join(cluster.scripts, 'fünf & "x" #1.txt'), 'content\n');
    expect((await cluster.cli(['fs', 'put', 'fünf & "x" #1.txt', '/files/ä %20.txt'])).code).toBe(0);
    expect((await cluster.cli(['fs', 'ls', '/files'])).stdout).toBe('ä %20.txt\n');
    expect((await cluster.cli(['fs', 'cat', '/files/ä %20.txt'])).stdout).toBe('content\n');
    expect((await cluster.cli(['fs', 'get', '/files/ä %20.txt', 'back.txt'])).code).toBe(0);
    expect(readFileSync(join(cluster.scripts, 'back.txt'), 'utf8')).toBe('content\n');
    expect((await cluster.cli(['fs', 'rm', '/files/ä %20.txt'])).code).toBe(0);
    const gone = await cluster.cli(['fs', 'cat', '/files/ä %20.txt']);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain('MLSQL_STORE_NOT_FOUND');
    rmSync(join(cluster.scripts, 'back.txt'));
  });

  describe('HTTP', () => {
    const url = (path: string): string =>
      `http://${(JSON.parse(readFileSync(join(cluster.home, 'cluster.json'), 'utf8')) as { httpAddress: string }).httpAddress}${path}`;
    const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(url(path), {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { authorization: `Bearer ${cluster.token}`, ...headers },
      });

    it('answers health without a token, and nothing else', async () => {
      expect((await fetch(url('/healthz'))).status).toBe(200);
      expect((await fetch(url('/readyz'))).status).toBe(200);
      for (const path of ['/metrics', '/run/script', '/model/predict', '/', '/nothing']) {
        expect([
          path,
          (await fetch(url(path), { method: path === '/metrics' ? 'GET' : 'POST' })).status,
        ]).toEqual([path, 401]);
      }
      expect(
        (await post('/run/script', { sql: 'set a="1";' }, { authorization: 'Bearer wrong' })).status,
      ).toBe(401);
    });

    it('runs a script and gives the last table as JSON', async () => {
      const response = await post('/run/script', { sql: `${ROWS}` });
      expect(response.status).toBe(200);
      expect(response.headers.get('x-mlsql-row-count')).toBe('3');
      expect(await response.json()).toEqual([
        { a: 1, b: 'x', c: 1.5 },
        { a: 2, b: 'y', c: null },
        { a: 3, b: 'x', c: -2 },
      ]);
      const failed = await post('/run/script', { sql: 'lod x;' });
      expect(failed.status).toBe(400);
      expect(await failed.json()).toMatchObject({ code: 'MLSQL_SCRIPT_SYNTAX', line: 1, column: 1 });
    });

    it('refuses pages of other sites and names it does not have', async () => {
      expect(
        (await post('/run/script', { sql: 'set a="1";' }, { origin: 'http://evil.example' })).status,
      ).toBe(401);
      const metrics = await fetch(url('/metrics'), { headers: { authorization: `Bearer ${cluster.token}` } });
      expect(await metrics.text()).toMatch(/^mlsql_coordinator_executors\{state="ready"\} 2$/m);
    });
  });
});
