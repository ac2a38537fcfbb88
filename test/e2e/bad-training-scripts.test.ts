// What users' training scripts do to us: each ends with its own cause, the others go on, earlier versions stay.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCluster } from '../support/embedded-cluster.js';

const GOOD = `
import os, mlsql
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(mlsql.internal_system_param["tempModelLocalPath"] + "/m", "w").write("x")
print("mlsql_validation_score:0.5")
`;

interface Case {
  readonly title: string;
  readonly script: string;
  readonly code: string;
  readonly says: RegExp;
  readonly options?: string;
}

const FAILING: readonly Case[] = [
  { title: 'has a syntax error', script: 'def broken(:\n', code: 'MLSQL_TASK_EXIT', says: /SyntaxError/ },
  {
    title: 'raises',
    script: 'raise ValueError("no luck")\n',
    code: 'MLSQL_TASK_EXIT',
    says: /ValueError: no luck/,
  },
  { title: 'exits with 3', script: 'import sys\nsys.exit(3)\n', code: 'MLSQL_TASK_EXIT', says: /\b3\b/ },
  {
    title: 'is killed by a signal',
    script: 'import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n',
    code: 'MLSQL_TASK_SIGNAL',
    says: /SIGSEGV/,
  },
  {
    title: 'takes more memory than its limit',
    script: 'x = bytearray(400 * 1024 * 1024)\nimport time\ntime.sleep(60)\n',
    code: 'MLSQL_TASK_MEMORY',
    says: /memory/i,
    options: 'and memory="200MB"',
  },
  {
    title: 'runs longer than its timeout and ignores SIGTERM',
    script: 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n',
    code: 'MLSQL_TASK_TIMEOUT',
    says: /timeout|1 s|longer/i,
    options: 'and timeout="1s"',
  },
  {
    title: 'names an interpreter that does not exist',
    script: 'print(1)\n',
    code: 'MLSQL_TASK_INTERPRETER',
    says: /\/no\/such\/python/,
    options: 'and `systemParam.pythonPath`="/no/such/python"',
  },
];

describe('training scripts that misbehave', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await EmbeddedCluster.start({ env: { MLSQL_GRACE_MS: '500' } });
    await cluster.file(
      'rows.json',
      Array.from({ length: 10 }, (_, i) => JSON.stringify({ features: [i], label: i % 2 })).join('\n'),
    );
    await cluster.file('good.py', GOOD);
  });
  afterAll(() => cluster?.stop());

  const train = (path: string, script: string, more = ''): string =>
    `load json.\`./rows.json\` as data;\ntrain data as PythonAlg.\`${path}\` where pythonScriptPath="./${script}" and keepVersion="true" ${more} as t;`;

  it.each(FAILING)('a script that $title', async ({ title, script, code, says, options }) => {
    const name = title.replace(/\W+/g, '-');
    await cluster.file(`${name}.py`, script);
    await cluster.run(train(`/bad/${name}`, 'good.py'));
    const result = await cluster.run(train(`/bad/${name}`, `${name}.py`, options));
    expect(result.code).toBe(1);
    expect(result.error, result.stdout).toMatchObject({ code: 'MLSQL_TRAIN_FAILED', algIndex: 0 });
    expect(`${result.error!.message}\n${result.error!.traceback ?? ''}`).toMatch(says);
    expect(`${result.error!.message}`).toContain(code);
    // The version it claimed ends with a meta/0; the one before is as it was, and is what register takes.
    expect(existsSync(join(cluster.home, `store/bad/${name}/_model_1/meta/0/part-00000.parquet`))).toBe(true);
    expect(readFileSync(join(cluster.home, `store/bad/${name}/_model_0/model/0/m`), 'utf8')).toBe('x');
  });

  it('a failed group does not stop the others, and is told as a warning', async () => {
    await cluster.file(
      'half.py',
      `${GOOD}\nif mlsql.fit_param["fail"] == "yes":\n    raise RuntimeError("this one")\n`,
    );
    const result = await cluster.run(
      train(
        '/bad/half',
        'half.py',
        'and `fitParam.0.fail`="yes" and `fitParam.1.fail`="no" and `fitParam.2.fail`="no"',
      ),
    );
    expect(result.code).toBe(0);
    expect(result.rows.map((row) => row.status)).toEqual(['fail', 'success', 'success']);
    expect(result.rows[0]!.message).toContain('this one');
    expect(result.warnings.map((warning) => [warning.code, warning.algIndex])).toContainEqual([
      'MLSQL_TRAIN_GROUP_FAILED',
      0,
    ]);
    expect(
      (
        await cluster.run(
          train('/bad/half', 'half.py', 'and `fitParam.0.fail`="yes" and `fitParam.1.fail`="no"'),
          '--strict',
        )
      ).code,
    ).toBe(1);
  });

  it('a script that saves nothing succeeds with a warning, and register refuses it by name', async () => {
    await cluster.file('nothing.py', 'print("nothing")\n');
    const result = await cluster.run(train('/bad/nothing', 'nothing.py'));
    expect(result.code).toBe(0);
    expect(result.rows[0]).toMatchObject({ status: 'success', score: null });
    expect(result.warnings.map((warning) => warning.code)).toContain('MLSQL_TRAIN_NO_MODEL');
    const register = await cluster.run(
      'register PythonAlg.`/bad/nothing` as f options pythonScriptPath="./good.py";',
    );
    expect(register.error).toMatchObject({ code: 'MLSQL_MODEL_EMPTY' });
    expect(register.error!.message).toContain('/bad/nothing');
  });

  it('a nan score counts as none and never wins', async () => {
    await cluster.file('nan.py', `${GOOD}\nprint("mlsql_validation_score:" + mlsql.fit_param["s"])\n`);
    const result = await cluster.run(
      train(
        '/bad/nan',
        'nan.py',
        'and `fitParam.0.s`="nan" and `fitParam.1.s`="-3e-1" and `fitParam.2.s`="inf"',
      ),
    );
    expect(result.rows.map((row) => row.score)).toEqual([null, -0.3, null]);
  });

  it('a script that changes its own data changes nobody else’s', async () => {
    await cluster.file(
      'spoil.py',
      `
import os, mlsql
folder = mlsql.internal_system_param["tempDataLocalPath"]
size = 0
for name in os.listdir(folder):
    path = os.path.join(folder, name)
    size += os.path.getsize(path)
    os.chmod(path, 0o600)
    with open(path, "r+b") as f:
        f.write(b"spoiled!!")
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(mlsql.internal_system_param["tempModelLocalPath"] + "/m", "w").write("x")
`,
    );
    await cluster.file(
      'check.py',
      `
import json, os, mlsql
folder = mlsql.internal_system_param["tempDataLocalPath"]
rows = [json.loads(l) for n in os.listdir(folder) for l in open(os.path.join(folder, n))]
os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
open(mlsql.internal_system_param["tempModelLocalPath"] + "/m", "w").write("x")
print("mlsql_validation_score:%d" % len(rows))
`,
    );
    expect(
      (await cluster.run(train('/bad/spoil', 'spoil.py', 'and `fitParam.0.a`="1" and `fitParam.1.a`="1"')))
        .code,
    ).toBe(0);
    const after = await cluster.run(
      train('/bad/spoil', 'check.py', 'and `fitParam.0.a`="1" and `fitParam.1.a`="1"'),
    );
    expect(after.rows.map((row) => row.score)).toEqual([10, 10]);
  });

  it('keeps every line of strange output', async () => {
    await cluster.file(
      'noisy.py',
      `${GOOD}
import sys
sys.stdout.buffer.write(b"bad \\xff\\xfe bytes\\n")
sys.stdout.buffer.write(b"x" * 3000000)
sys.stdout.flush()
print("\\nlast line")
`,
    );
    const result = await cluster.run(train('/bad/noisy', 'noisy.py'));
    expect(result.code).toBe(0);
    const job = result.events.find((event) => event.event === 'job')!;
    const logs = await cluster.cli(['jobs', 'logs', job.jobId]);
    expect(logs.stdout).toContain('bad \uFFFD\uFFFD bytes');
    expect(logs.stdout).toMatch(/x… \[\d+ bytes cut\]|x … \[\d+ bytes cut\]/);
    expect(logs.stdout).toContain('last line');
  });

  it('leaves no attempt folder behind', () => {
    const folder = join(cluster.workDir, 'attempts');
    const left = existsSync(folder)
      ? readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('job-'))
      : [];
    expect(left).toEqual([]);
  });
});
