// What users do wrong before anything is trained: each gets its code, the subject by name, the place, and exit code 1.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedCluster } from '../support/embedded-cluster.js';

interface Case {
  readonly title: string;
  readonly script: string;
  readonly code: string;
  readonly says: RegExp;
  readonly at?: readonly [line: number, column: number];
}

const DATA = 'load jsonStr.`rows` as data;';
const SET = `set rows='''{"a":1}\n{"a":2}''';`;

const CASES: readonly Case[] = [
  {
    title: 'a syntax error',
    script: 'select 1 as a;\nload csv `x` as t;',
    code: 'MLSQL_SCRIPT_SYNTAX',
    says: /./,
    at: [2, 10],
  },
  {
    title: 'an unknown statement',
    script: 'lod csv.`./a` as t;',
    code: 'MLSQL_SCRIPT_SYNTAX',
    says: /lod/,
    at: [1, 1],
  },
  {
    title: 'an unknown option',
    script: 'load csv.`./a.csv` where hedaer="true" as t;',
    code: 'MLSQL_SCRIPT_OPTION_UNKNOWN',
    says: /hedaer[\s\S]*header/,
  },
  {
    title: 'a duplicate key',
    script: 'load csv.`./a.csv` where header="true" and header="false" as t;',
    code: 'MLSQL_SCRIPT_OPTION_DUPLICATE',
    says: /header/,
  },
  {
    title: 'a bad value',
    script: 'load csv.`./a.csv` where header="perhaps" as t;',
    code: 'MLSQL_SCRIPT_OPTION_VALUE',
    says: /perhaps/,
  },
  {
    title: 'an unknown format',
    script: 'load xls.`./a.csv` as t;',
    code: 'MLSQL_SCRIPT_FORMAT_UNKNOWN',
    says: /xls/,
  },
  {
    title: 'an unknown table',
    script: 'select * from nowhere as t;',
    code: 'MLSQL_TABLE_UNKNOWN',
    says: /nowhere/,
  },
  {
    title: 'an unknown variable',
    script: 'set a="1";\nselect "${bb}" as x as t;',
    code: 'MLSQL_SCRIPT_VARIABLE_UNKNOWN',
    says: /bb/,
  },
  {
    title: 'an unknown function',
    script: `${SET}${DATA} select nonsense(a) as x from data as t;`,
    code: 'MLSQL_SQL_FUNCTION_UNKNOWN',
    says: /nonsense/,
  },
  {
    title: 'a missing store file',
    script: 'load csv.`/no/such/file` as t;',
    code: 'MLSQL_STORE_NOT_FOUND',
    says: /\/no\/such\/file/,
  },
  {
    title: 'a missing client file',
    script: 'load csv.`./missing.csv` as t;',
    code: 'MLSQL_SCRIPT_FILE_MISSING',
    says: /missing\.csv/,
  },
  {
    title: 'a missing script',
    script: `${SET}${DATA} train data as PythonAlg.\`/m/x\` where pythonScriptPath="/no/train.py";`,
    code: 'MLSQL_STORE_NOT_FOUND',
    says: /\/no\/train\.py/,
  },
  {
    title: 'a missing resource',
    script: `${SET}${DATA} train data as PythonAlg.\`/m/x\` where pythonScriptPath="./ok.py" and \`fitParam.0.resource.r\`="/no/r";`,
    code: 'MLSQL_STORE_NOT_FOUND',
    says: /\/no\/r/,
  },
  {
    title: 'a missing model',
    script: 'register PythonAlg.`/no/model` as f options pythonScriptPath="./ok.py";',
    code: 'MLSQL_MODEL_NOT_FOUND',
    says: /\/no\/model/,
  },
  {
    title: 'a relative save target',
    script: `${SET}${DATA} save overwrite data as json.\`./out\`;`,
    code: 'MLSQL_SCRIPT_TARGET_RELATIVE',
    says: /\.\/out/,
  },
  {
    title: 'a path that leaves its root',
    script: 'load csv.`/a/../../etc/passwd` as t;',
    code: 'MLSQL_STORE_PATH_INVALID',
    says: /\.\./,
  },
  {
    title: 'read_text of a coordinator file',
    script: "select * from read_text('/etc/passwd') as t;",
    code: 'MLSQL_SQL_FORBIDDEN',
    says: /read_text/,
  },
  {
    title: 'an empty table in a train',
    script: `${SET}${DATA} select * from data where a > 5 as none; train none as PythonAlg.\`/m/x\` where pythonScriptPath="./ok.py";`,
    code: 'MLSQL_TABLE_EMPTY',
    says: /none/,
  },
  {
    title: 'a JSON row that does not parse',
    script: 'load json.`./broken.json` as t; select count(*) as n from t as r;',
    code: 'MLSQL_TABLE_DATA_INVALID',
    says: /broken\.json[\s\S]*\b2\b/,
  },
  {
    title: 'a setting that would change answers',
    script: 'set spark.sql.ansi.enabled="true" options type="conf";',
    code: 'MLSQL_SQL_UNSUPPORTED',
    says: /ansi[\s\S]*true[\s\S]*null/,
    at: [1, 28],
  },
  {
    title: 'a time zone that there is not',
    script: 'set spark.sql.session.timeZone="asia/shanghai" options type="conf";',
    code: 'MLSQL_SCRIPT_OPTION_VALUE',
    says: /asia\/shanghai[\s\S]*Asia\/Shanghai/,
    at: [1, 32],
  },
  {
    title: 'an unknown algorithm',
    script: `${SET}${DATA} train data as PythonAlgo.\`/m/x\` where pythonScriptPath="./ok.py";`,
    code: 'MLSQL_SCRIPT_ALG_UNKNOWN',
    says: /PythonAlgo/,
  },
];

describe('bad scripts', () => {
  let cluster: EmbeddedCluster;
  beforeAll(async () => {
    cluster = await EmbeddedCluster.start();
    await cluster.file('ok.py', 'print("ok")\n');
    await cluster.file('a.csv', 'x,y\n1,2\n');
    await cluster.file('broken.json', '{"a":1}\n{"a":\n{"a":3}\n');
  });
  afterAll(() => cluster?.stop());

  it.each(CASES)('$title', async ({ script, code, says, at }) => {
    const result = await cluster.run(script);
    expect(result.error, result.stdout + result.stderr).toMatchObject({ code });
    expect(`${result.error!.message}\n${result.error!.hint ?? ''}`).toMatch(says);
    if (at !== undefined) expect([result.error!.line, result.error!.column]).toEqual(at);
    expect(result.code).toBe(1);
    expect(result.events.at(-1)).toMatchObject({ event: 'done', ok: false });
  });

  it('shows line and caret on a terminal-less run without --json', async () => {
    const path = await cluster.file('caret.mlsql', 'select 1 as a;\nload csv `x` as t;\n');
    const result = await cluster.cli(['run', path]);
    expect(result.code).toBe(1);
    expect(result.stderr + result.stdout).toMatch(/load csv `x` as t;\n\s+\^/);
  });

  it('answers wrong usage with exit code 2 and an unreachable cluster with 3', async () => {
    expect((await cluster.cli(['run', '--nonsense'])).code).toBe(2);
    expect((await cluster.cli(['jobs', 'ls', '--cluster', '127.0.0.1:9'])).code).toBe(3);
  });
});
