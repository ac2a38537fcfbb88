// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ErrorCode, MlsqlError } from '../../shared/errors.js';
import { parseScript } from '../../shared/language/parser.js';
import { PRODUCT_ROOT } from '../../shared/paths.js';
import { parseTrainOptions, type TrainOptions } from './train-options.js';

const variables = new Map([
  ['m', '/models/m'],
  ['n', '3'],
]);

function parse(options: string, alg = 'PythonAlg'): TrainOptions {
  const statement = parseScript(`train t as ${alg}.\`\${m}\` ${options};`).statements[0];
  if (statement?.kind !== 'train') throw new Error('no train');
  return parseTrainOptions(statement, variables);
}

test('without options but a script, the defaults of the contract hold', () => {
  expect(parse('where pythonScriptPath="./a.py"')).toEqual({
    algorithm: 'PythonAlg',
    script: {
      key: 'pythonScriptPath',
      value: './a.py',
      keyPosition: { line: 1, column: 35 },
      valuePosition: { line: 1, column: 52 },
    },
    enableDataLocal: true,
    dataLocalFormat: 'json',
    keepVersion: false,
    groups: [{ algIndex: 0, params: { modelPath: '/models/m' }, resources: new Map() }],
    systemParam: { pythonParam: [], envs: {}, raw: {} },
    kafkaParam: {},
    keepLocalDirectory: false,
    enableCopyTrainParamsToPython: false,
    retries: 0,
    cpus: 1,
    gpus: 0,
    failFast: false,
    priority: 1,
    minSuccess: { kind: 'count', count: 1 },
    trainParams: { pythonScriptPath: './a.py' },
  });
});

test('every option of the contract, and those that old scripts still give', () => {
  const options =
    parse(`where pythonDescPath="./p" and pythonProjectPath="./all" and enableDataLocal="FALSE" and dataLocalFormat="CSV"
    and dataLocalFileNum="\${n}" and keepVersion="true" and validateTable="v" and evaluateTable="e"
    and systemParam.pythonPath="/usr/bin/python3" and systemParam.pythonParam="-u" and systemParam.pythonVer="3.11"
    and systemParam.envs='''{"OMP":1}''' and \`kafkaParam.bootstrap.servers\`="h:1,h:2" and kafkaParam.topic="t" and kafkaParam.reuse="true"
    and distributeEveryExecutor="false" and keepLocalDirectory="true" and enableCopyTrainParamsToPython="true"
    and retries="2" and timeout="90s" and cpus="0.5" and memory="2GiB" and gpus="1" and failFast="true" and minSuccess="50%"`);
  expect(options).toMatchObject({
    script: { key: 'pythonDescPath', value: './p' },
    project: { value: './all' },
    enableDataLocal: false,
    dataLocalFormat: 'csv',
    dataLocalFileNum: 3,
    keepVersion: true,
    validateTable: { value: 'v' },
    systemParam: {
      pythonPath: '/usr/bin/python3',
      pythonParam: ['-u'],
      pythonVer: '3.11',
      envs: { OMP: '1' },
      raw: { envs: '{"OMP":1}' },
    },
    kafkaParam: { 'bootstrap.servers': 'h:1,h:2', topic: 't', reuse: 'true' },
    keepLocalDirectory: true,
    enableCopyTrainParamsToPython: true,
    retries: 2,
    timeoutMs: 90_000,
    cpus: 0.5,
    memoryBytes: 2 * 1024 ** 3,
    gpus: 1,
    failFast: true,
    minSuccess: { kind: 'percent', percent: 50 },
  });
  expect(Object.keys(options.trainParams)).toHaveLength(25);
});

test('groups keep their numbers, need not be dense, and leave their resources apart', () => {
  const { groups } =
    parse(`where pythonScriptPath="a.py" and fitParam.10.x="ten" and fitParam.2.x="two" and \`fitParam.2.a b.c\`="dots"
    and fitParam.2.resource.dict="./d.txt" and \`fitParam.2.resource.字典.v1\`="/store/\${n}" and fitParam.10.modelPath="own" and fitParam.2.empty=""`);
  expect(groups.map((group) => group.algIndex)).toEqual([2, 10]);
  expect(groups[0]!.params).toEqual({ modelPath: '/models/m', x: 'two', 'a b.c': 'dots', empty: '' });
  expect([...groups[0]!.resources].map(([name, option]) => [name, option.value])).toEqual([
    ['dict', './d.txt'],
    ['字典.v1', '/store/3'],
  ]);
  expect(groups[1]!.params).toEqual({ modelPath: 'own', x: 'ten' });
});

test('a built-in trainer needs no script; with a script, alg may be a parameter of its own', () => {
  expect(parse('where fitParam.0.alg="SVC" and fitParam.0.C="2"').groups).toEqual([
    {
      algIndex: 0,
      params: { modelPath: '/models/m', alg: 'SVC', C: '2' },
      resources: new Map(),
      builtinAlg: 'SVC',
    },
  ]);
  const mixed = parse(
    'where pythonScriptPath="a.py" and fitParam.0.alg="mine" and fitParam.1.alg="MultinomialNB"',
  ).groups;
  expect(mixed.map((group) => group.builtinAlg)).toEqual([undefined, 'MultinomialNB']);
});

test('a parameter called __proto__ is a parameter', () => {
  const { groups } = parse(
    'where pythonScriptPath="a.py" and fitParam.0.__proto__="x" and fitParam.0.constructor="y"',
  );
  expect(Object.entries(groups[0]!.params)).toEqual([
    ['modelPath', '/models/m'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test('PythonParallelExt may ask for more successes than it names groups: its partitions are the groups', () => {
  expect(parse('where pythonScriptPath="a.py" and minSuccess="3"', 'PythonParallelExt').minSuccess).toEqual({
    kind: 'count',
    count: 3,
  });
});

const errors: [string, ErrorCode, string, RegExp][] = [
  [
    'where «pythonScriptPth="a.py"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train PythonAlg has no option "pythonScriptPth"',
    /"pythonScriptPath"/,
  ],
  [
    'where pythonScriptPath="a" and «enableDatalocal="true"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train PythonAlg has no option "enableDatalocal"',
    /"enableDataLocal"/,
  ],
  [
    'where pythonScriptPath="a" and «fitParam.labelCol="l"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train PythonAlg has no option "fitParam.labelCol"',
    /fitParam\.0\.labelCol/,
  ],
  [
    'where pythonScriptPath="a" and «fitParam.01.x="l"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train PythonAlg has no option "fitParam.01.x"',
    /fitParam\.0\.labelCol/,
  ],
  [
    'where pythonScriptPath="a" and «fitparam.0.x="l"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train PythonAlg has no option "fitparam.0.x"',
    /"fitParam\.0\.x"/,
  ],
  [
    'where pythonScriptPath="a" and «fitParam.9999999999.x="l"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train has no option "fitParam.9999999999.x"',
    /2147483647/,
  ],
  [
    'where pythonScriptPath="a" and «`fitParam.0.resource.a/b`="l"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train has no option "fitParam.0.resource.a/b"',
    /name of its file/,
  ],
  [
    'where pythonScriptPath="a" and «`fitParam.0.resource.`="l"',
    'MLSQL_SCRIPT_OPTION_UNKNOWN',
    'train has no option "fitParam.0.resource."',
    /name of its file/,
  ],
  [
    'where pythonScriptPath="a" and fitParam.0.resource.a=«""',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'fitParam.0.resource.a="" is empty',
    /^$/,
  ],
  [
    'where pythonScriptPath="a" and fitParam.0.x="1" and «`fitParam.0.x`="2"',
    'MLSQL_SCRIPT_OPTION_DUPLICATE',
    'the option fitParam.0.x is given twice',
    /line 1, column/,
  ],
  [
    'where pythonScriptPath="a" and dataLocalFileNum=«"0"',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'dataLocalFileNum="0" is no whole number from 1 on',
    /^$/,
  ],
  [
    'where pythonScriptPath="a" and dataLocalFormat=«"jsn"',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'dataLocalFormat="jsn" is none of json, csv, parquet',
    /"json"/,
  ],
  [
    'where pythonScriptPath="a" and timeout=«"90"',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'timeout="90" is a duration without its unit',
    /90s/,
  ],
  [
    'where pythonScriptPath="a" and memory=«"4G"',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'memory="4G" has the unit "G", which is not known',
    /4GiB/,
  ],
  [
    'where pythonScriptPath="a" and minSuccess=«"2"',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'minSuccess="2" is more than the 1 groups of this train',
    /all/,
  ],
  ['where pythonScriptPath="a" and systemParam.envs=«"{"', 'MLSQL_SCRIPT_OPTION_VALUE', '', /'''/],
  [
    'where fitParam.0.alg=«"SVM"',
    'MLSQL_SCRIPT_OPTION_VALUE',
    'fitParam.0.alg="SVM" is no built-in trainer',
    /"SVC"/,
  ],
  [
    'where retries="1"',
    'MLSQL_SCRIPT_OPTION_MISSING',
    'train PythonAlg needs the option pythonScriptPath',
    /fitParam\.N\.alg/,
  ],
  [
    'where fitParam.0.alg="SVC" and fitParam.1.x="1"',
    'MLSQL_SCRIPT_OPTION_MISSING',
    'train PythonAlg needs the option pythonScriptPath',
    /fitParam\.N\.alg/,
  ],
];

test.each(errors)('%j', (marked, code, message, hint) => {
  let error: unknown;
  try {
    error = parse(marked.replace('«', ''));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(MlsqlError);
  const { code: found, message: text, details } = error as MlsqlError;
  expect(found).toBe(code);
  if (message !== '') expect(text).toBe(message);
  const start = 'train t as PythonAlg.`${m}` '.length;
  expect(details.position).toEqual({
    line: 1,
    column: marked.includes('«') ? start + marked.indexOf('«') + 1 : 1,
  });
  expect(details.hint ?? '').toMatch(hint);
});

test('the trains of the language reference are understood', () => {
  const reference = readFileSync(join(PRODUCT_ROOT, 'docs/language.md'), 'utf8');
  const trains = Array.from(reference.matchAll(/```sql\n(.*?)```/gs))
    .flatMap((match) => parseScript(match[1]!).statements)
    .filter((statement) => statement.kind === 'train');
  expect(trains.map((train) => parseTrainOptions(train, variables).groups.length)).toEqual([1, 2]);
});
