// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
import { expect, test } from 'vitest';
import { MlsqlError } from '../errors.js';
import { checkTarget, clientFileNames, type KnownVariables } from './client-files.js';
import { parseScript } from './parser.js';

const names = (script: string, known?: KnownVariables): string[] =>
  clientFileNames(parseScript(script).statements, known).map(({ name, purpose }) => `${purpose} ${name}`);

test('every path that a script can name, and nothing in the store', () => {
  const script = `
    load csv.\`./data.csv\` as a; load json.\`folder\` as b; load parquet.\`/store\` as c; load csv.\`s3://bucket/x\` as d;
    load text.\`file:///abs/x.txt\` as e;
    set inline='''{}'''; load jsonStr.\`inline\` as f; load script.\`inline\` as g;
    train a as PythonAlg.\`/m\` where pythonScriptPath="train.py" and fitParam.0.resource.dict="../dict.txt"
      and fitParam.7.resource.dir="/store/dir" and fitParam.0.path="./not-a-file" and validateTable="b";
    train a as PythonAlg.\`/m2\` where pythonDescPath="./project";
    register PythonAlg.\`/m\` as f options pythonScriptPath="predict.py";
    predict a as PythonAlg.\`/m\` where pythonScriptPath="batch.py" as r;
    train a as PythonAlg.\`/m3\` where pythonProjectPath="shipped" and pythonScriptPath="inside.py";
    save a as csv.\`/out\`;`;
  expect(names(script)).toEqual([
    'data ./data.csv',
    'data folder',
    'data file:///abs/x.txt',
    'script train.py',
    'resource ../dict.txt',
    'script ./project',
    'script predict.py',
    'script batch.py',
    'project shipped',
  ]);
});

test('a name is told once, where it stands first', () => {
  const files = clientFileNames(parseScript('load csv.`x` as a;\nload csv.`x` as b;').statements);
  expect(files).toMatchObject([{ name: 'x', span: { line: 1, column: 10 } }]);
});

test('variables are followed in order; settings win over the script, the script over defaults', () => {
  const script = `set dir="./a"; set file="\${dir}/x.csv"; set dir="./b"; load csv.\`\${file}\` as t;
    load csv.\`\${dir}/y.csv\` as u; load csv.\`\${fromCluster}\` as v;`;
  expect(
    names(script, {
      defaults: new Map([
        ['fromCluster', 'z.csv'],
        ['dir', 'no'],
      ]),
    }),
  ).toEqual(['data ./a/x.csv', 'data ./b/y.csv', 'data z.csv']);
  expect(names(script, { settings: new Map([['dir', 's']]) })).toEqual(['data s/x.csv', 'data s/y.csv']);
});

test('what only the run can know is left out', () => {
  const script = `set a="x"; set a=\`select 1\` options type="sql"; set b="\${a}/y"; load csv.\`\${a}\` as t; load csv.\`\${b}\` as u;
    load csv.\`\${never}\` as v; set a="known"; load csv.\`\${a}\` as w;`;
  expect(names(script)).toEqual(['data known']);
});

test('targets lie in the store', () => {
  const refused: [string, RegExp, RegExp][] = [
    [
      'save t as csv.«`./out`;',
      /save writes to the store, and "\.\/out" is a path of the client/,
      /write \/out/,
    ],
    ['set o="out";\nsave t as csv.«`${o}`;', /"out"/, /write \/out/],
    ['save t as csv.«`file:///out`;', /"file:\/\/\/out"/, /path of the store/],
    ['train t as PythonAlg.«`../m`;', /train writes to/, /write \/m/],
    ['register PythonAlg.«`m` as f;', /register reads its model from/, /write \/m/],
    ['predict t as PythonAlg.«`m` as r;', /predict reads its model from/, /write \/m/],
  ];
  for (const [marked, message, hint] of refused) {
    const before = marked.slice(0, marked.indexOf('«')).split('\n');
    let error: unknown;
    try {
      error = names(marked.replace('«', ''));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MlsqlError);
    expect(error).toMatchObject({
      code: 'MLSQL_SCRIPT_TARGET_RELATIVE',
      message: expect.stringMatching(message),
    });
    expect((error as MlsqlError).details).toEqual({
      position: { line: before.length, column: before.at(-1)!.length + 1 },
      hint: expect.stringMatching(hint),
    });
  }
  const position = { line: 1, column: 1 };
  expect(checkTarget('/a/b', 'save', position)).toEqual({ kind: 'store', key: 'a/b' });
  expect(checkTarget('s3://bucket/a', 'train', position)).toEqual({ kind: 's3', bucket: 'bucket', key: 'a' });
});

test('a malformed path is refused where it stands', () => {
  expect(() => names('load csv.`x` as t;\n load csv.`/../x` as u;')).toThrow(
    expect.objectContaining({
      code: 'MLSQL_STORE_PATH_INVALID',
      details: expect.objectContaining({ position: { line: 2, column: 11 } }),
    }),
  );
});
