// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
import { expect, test } from 'vitest';
import { type ErrorCode, MlsqlError } from '../errors.js';
import { parseScript } from './parser.js';
import { checkLoad, checkModelOptions, checkSave, checkSet } from './statement-options.js';

const variables = new Map([['yes', 'true']]);

/** Checks the one statement of a script by its kind. */
function check(script: string): unknown {
  const statement = parseScript(script).statements[0];
  switch (statement?.kind) {
    case 'set':
      return checkSet(statement, variables);
    case 'load':
      return checkLoad(statement, variables);
    case 'save':
      return checkSave(statement, variables);
    case 'register':
    case 'predict':
      return checkModelOptions(statement, variables);
    default:
      throw new Error(`not checked here: ${script}`);
  }
}

test('load knows its formats and Spark names of their options, in any case', () => {
  expect(
    check(
      'load CSV.`/x` where HEADER="${yes}" and sep="\\t" and inferschema="False" and charset="gbk" as t;',
    ),
  ).toEqual({
    format: 'csv',
    options: { header: 'true', delimiter: '\t', inferSchema: 'false', encoding: 'gbk' },
  });
  expect(check('load libsvm.`/x` where numFeatures="780" as t;')).toEqual({
    format: 'libsvm',
    options: { numFeatures: '780' },
  });
  expect(check('load jsonStr.`x` as t;')).toEqual({ format: 'jsonStr', options: {} });
});

test('save knows its formats and their options', () => {
  expect(check('save t as csv.`/x` where header="true" and fileNum="2";')).toEqual({
    format: 'csv',
    options: { header: 'true', fileNum: '2' },
  });
  expect(check('save t as parquet.`/x` where compression="SNAPPY";')).toEqual({
    format: 'parquet',
    options: { compression: 'snappy' },
  });
});

test('set knows three ways to read its value', () => {
  expect(check('set a="1";')).toBe('text');
  expect(check('set a="1" options type="conf";')).toBe('conf');
  expect(check('set a="1" where type="SQL";')).toBe('sql');
});

test('register takes what old scripts give it, and tells where paths stand', () => {
  const options = check(`register PythonAlg.\`/m\` as f options
    pythonDescPath="./p.py" and modelVersion="1" and algIndex="0" and enableCopyTrainParamsToPython="true"
    and systemParam.pythonPath="python3" and systemParam.pythonParam="-u,-X,dev" and systemParam.envs='''{"A":"1"}'''
    and kafkaParam.bootstrap.servers="h:1";`);
  expect(options).toMatchObject({
    algorithm: 'PythonAlg',
    script: {
      key: 'pythonDescPath',
      value: './p.py',
      keyPosition: { line: 2, column: 5 },
      valuePosition: { line: 2, column: 20 },
    },
    modelVersion: 1,
    algIndex: 0,
    enableCopyTrainParamsToPython: true,
    systemParam: {
      pythonPath: 'python3',
      pythonParam: ['-u', '-X', 'dev'],
      envs: { A: '1' },
      raw: { pythonPath: 'python3', pythonParam: '-u,-X,dev', envs: '{"A":"1"}' },
    },
  });
  expect(
    check('register PythonAlg.`/m` as f options pythonDescPath="a" and pythonScriptPath="b";'),
  ).toMatchObject({ script: { value: 'b' } });
  expect(check('predict t as PythonAlg.`/m` as r;')).toMatchObject({
    enableCopyTrainParamsToPython: false,
    systemParam: { raw: {} },
  });
});

const errors: [string, ErrorCode, string, RegExp][] = [
  ['load «cvs.`/x` as t;', 'MLSQL_SCRIPT_FORMAT_UNKNOWN', 'load knows no format "cvs"', /did you mean "csv"/],
  [
    'load «excel.`/x` as t;',
    'MLSQL_SCRIPT_FORMAT_UNKNOWN',
    'load knows no format "excel"',
    /it knows csv, json/,
  ],
  ['save t as «script.`/x`;', 'MLSQL_SCRIPT_FORMAT_UNKNOWN', 'save knows no format "script"', /it knows/],
  [
    'load csv.`/x` where\n  «headr="true" as t;',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'load csv has no option "headr"',
    /did you mean "header"/,
  ],
  [
    'load json.`/x` where «header="true" as t;',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'load json has no option "header"',
    /it takes multiLine/,
  ],
  [
    'load jsonStr.`x` where «a="true" as t;',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'load jsonStr has no option "a"',
    /no options/,
  ],
  [
    'load csv.`/x` where header=«"maybe" as t;',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'header="maybe" is neither true nor false',
    /^$/,
  ],
  [
    'load csv.`/x` where header="true"\nand «Header="true" as t;',
    'MLSQL_SCRIPT_OPTION_DUPLICATE',
    'the option Header is given twice',
    /as header, at line 1, column 21/,
  ],
  [
    'load csv.`/x` where sep="," and «`delimiter`="," as t;',
    'MLSQL_SCRIPT_OPTION_DUPLICATE',
    'the option delimiter is given twice',
    /as sep,/,
  ],
  [
    'load libsvm.`/x` where numFeatures=«"0" as t;',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'numFeatures="0" is no whole number from 1 on',
    /^$/,
  ],
  [
    'load csv.`/x` where header="«${no}" as t;',
    'MLSQL_SCRIPT_VARIABLE_UNKNOWN',
    'the variable "no" is not set',
    /set no=/,
  ],
  [
    'set a="1" options type=«"slq";',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'type="slq" is none of conf, sql',
    /did you mean "sql"/,
  ],
  [
    'register «PythonAlgo.`/m` as f;',
    'MLSQL_SCRIPT_ALG_UNKNOWN',
    'no algorithm is called "PythonAlgo"',
    /did you mean "PythonAlg"/,
  ],
  [
    'register «TfIdf.`/m` as f;',
    'MLSQL_SCRIPT_ALG_UNKNOWN',
    'no algorithm is called "TfIdf"',
    /PythonAlg and PythonParallelExt/,
  ],
  [
    'register PythonAlg.`/m` as f options «modelVersoin="1";',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'register PythonAlg has no option "modelVersoin"',
    /"modelVersion"/,
  ],
  [
    'register PythonAlg.`/m` as f options algIndex=«"best";',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'algIndex="best" is no whole number from 0 on',
    /^$/,
  ],
  [
    'register PythonAlg.`/m` as f options «systemParam.pythonpath="x";',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'register PythonAlg has no option "systemParam.pythonpath"',
    /"systemParam\.pythonPath"/,
  ],
];

test.each(errors)('%j', (marked, code, message, hint) => {
  const before = marked.slice(0, marked.indexOf('«')).split('\n');
  let error: unknown;
  try {
    error = check(marked.replace('«', ''));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(MlsqlError);
  const { code: found, message: text, details } = error as MlsqlError;
  expect([found, text]).toEqual([code, message]);
  expect(details.position).toEqual({ line: before.length, column: before.at(-1)!.length + 1 });
  expect(details.hint ?? '').toMatch(hint);
});
