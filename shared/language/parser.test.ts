// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
import { describe, expect, test } from 'vitest';
import { isMlsqlError } from '../errors.js';
import { SCRIPT_MAX_BYTES } from '../limits.js';
import type { Statement } from './ast.js';
import { parseScript } from './parser.js';

/** A statement without positions: texts as their values, options as pairs. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as { value?: unknown; key?: unknown };
  if (typeof record.value === 'string') return record.value;
  if (record.key !== undefined) return [plain(record.key), plain(record.value)];
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, part]) => (key === 'span' ? [] : [[key, plain(part)]])),
  );
}
const parse = (text: string): unknown[] => parseScript(text).statements.map(plain);
const only = <K extends Statement['kind']>(text: string, kind: K): Extract<Statement, { kind: K }> => {
  const [statement, ...rest] = parseScript(text).statements;
  expect(rest).toEqual([]);
  expect(statement?.kind).toBe(kind);
  return statement as Extract<Statement, { kind: K }>;
};

describe('each statement becomes a node', () => {
  const cases: [string, unknown][] = [
    ['set k="v";', { kind: 'set', name: 'k', value: 'v', options: [] }],
    [
      'SET a.b.c = `select 1` OPTIONS type="sql";',
      { kind: 'set', name: 'a.b.c', value: 'select 1', options: [['type', 'sql']] },
    ],
    [
      "set j='''\n{\"a\": \"it's; -- /* \"}\n''';",
      { kind: 'set', name: 'j', value: '\n{"a": "it\'s; -- /* "}\n', options: [] },
    ],
    [
      'set s="""a "quoted" \\" text""";',
      { kind: 'set', name: 's', value: 'a "quoted" \\" text', options: [] },
    ],
    ["set s='single';", { kind: 'set', name: 's', value: 'single', options: [] }],
    [
      'load csv.`/a/b.csv` where header="true" and `delimiter`="|" as t;',
      {
        kind: 'load',
        format: 'csv',
        path: '/a/b.csv',
        options: [
          ['header', 'true'],
          ['delimiter', '|'],
        ],
        table: 't',
      },
    ],
    ['load jsonStr.data as 表;', { kind: 'load', format: 'jsonStr', path: 'data', options: [], table: '表' }],
    [
      'load csv . `x``y` as `my table`;',
      { kind: 'load', format: 'csv', path: 'x`y', options: [], table: 'my table' },
    ],
    [
      'save overwrite t as parquet.`/o` options compression="gzip" partitionBy a, `b c`;',
      {
        kind: 'save',
        mode: 'overwrite',
        table: 't',
        format: 'parquet',
        path: '/o',
        options: [['compression', 'gzip']],
        partitionBy: ['a', 'b c'],
      },
    ],
    [
      'save t as parquet.`/o` partitionby a where fileNum="3"',
      {
        kind: 'save',
        mode: 'errorIfExists',
        table: 't',
        format: 'parquet',
        path: '/o',
        options: [['fileNum', '3']],
        partitionBy: ['a'],
      },
    ],
    [
      'save append append as csv.`/o`;',
      {
        kind: 'save',
        mode: 'append',
        table: 'append',
        format: 'csv',
        path: '/o',
        options: [],
        partitionBy: [],
      },
    ],
    [
      'save IGNORE as csv.`/o`;',
      {
        kind: 'save',
        mode: 'errorIfExists',
        table: 'IGNORE',
        format: 'csv',
        path: '/o',
        options: [],
        partitionBy: [],
      },
    ],
    [
      'train data as PythonAlg.`/m` where fitParam.0.a="1" and kafkaParam.`bootstrap.servers`="h:1" as result;',
      {
        kind: 'train',
        table: 'data',
        alg: 'PythonAlg',
        path: '/m',
        options: [
          ['fitParam.0.a', '1'],
          ['kafkaParam.bootstrap.servers', 'h:1'],
        ],
        result: 'result',
      },
    ],
    [
      'train data as PythonAlg.`/m`',
      { kind: 'train', table: 'data', alg: 'PythonAlg', path: '/m', options: [] },
    ],
    [
      'register PythonAlg.`${m}` as predict options modelVersion="1" ;',
      { kind: 'register', alg: 'PythonAlg', path: '${m}', name: 'predict', options: [['modelVersion', '1']] },
    ],
    ['unregister predict;', { kind: 'unregister', name: 'predict' }],
    [
      'predict t as PythonAlg.`/m` as out;',
      { kind: 'predict', table: 't', alg: 'PythonAlg', path: '/m', options: [], result: 'out' },
    ],
    [
      'run t as PythonAlg.`/m` where algIndex="0" as out;',
      {
        kind: 'predict',
        table: 't',
        alg: 'PythonAlg',
        path: '/m',
        options: [['algIndex', '0']],
        result: 'out',
      },
    ],
    ['!show tables;', { kind: 'show', what: 'tables' }],
    ['! SHOW Models "/m";', { kind: 'show', what: 'models', argument: '/m' }],
    ['!cancel "job-1";', { kind: 'cancel', job: 'job-1' }],
    ['!Retry "job-1"', { kind: 'retry', job: 'job-1' }],
    ['select 1 as a from t as r;', { kind: 'select', sql: 'select 1 as a from t', table: 'r' }],
    ['select * from t', { kind: 'select', sql: 'select * from t' }],
    [
      'with a as (select 1) select * from a as r;',
      { kind: 'select', sql: 'with a as (select 1) select * from a', table: 'r' },
    ],
    [
      '(select 1) union all (select 2) as r;',
      { kind: 'select', sql: '(select 1) union all (select 2)', table: 'r' },
    ],
    ['select * from ${in} as ${out};', { kind: 'select', sql: 'select * from ${in}', table: '${out}' }],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(parse(text)).toEqual([expected]);
  });
});

test('any of the languages own words can name a table, a function and an option', () => {
  for (const word of [
    'set',
    'load',
    'select',
    'where',
    'options',
    'and',
    'show',
    'overwrite',
    'train',
    'as',
  ]) {
    expect(parse(`load csv.\`x\` as ${word}; register PythonAlg.\`/m\` as ${word};`)).toMatchObject([
      { table: word },
      { name: word },
    ]);
    expect(parse(`train t as PythonAlg.\`/m\` where ${word}="1" and x.${word}="2";`)).toMatchObject([
      {
        options: [
          [word, '1'],
          [`x.${word}`, '2'],
        ],
      },
    ]);
  }
});

test('comments may stand anywhere, and only real ones are comments', () => {
  const script = `-- first
    /* one */ train /* two; */ data -- three ; as
    as PythonAlg.\`/m -- no comment\` -- four
    -----------------------------------------
    where a="-- no comment" -- and b="commented out"
    /* and c="commented out" ** / * */
    and d="/* no comment */" -- last, without a line end`;
  expect(parse(script)).toEqual([
    {
      kind: 'train',
      table: 'data',
      alg: 'PythonAlg',
      path: '/m -- no comment',
      options: [
        ['a', '-- no comment'],
        ['d', '/* no comment */'],
      ],
    },
  ]);
});

test('empty statements, and scripts without any, are nothing', () => {
  for (const text of ['', ' \n', ';', ';; -- x\n;', '/* x */', '\uFEFF', '-- x'])
    expect(parse(text)).toEqual([]);
  expect(parse('\uFEFFset a="1";;\r\n;set b="2"')).toHaveLength(2);
});

test('old scripts begin options with a bare and, or with one behind where', () => {
  expect(parse('register A.`/m` as f options\n-- modelVersion="1"\nand algIndex="0";')).toMatchObject([
    { options: [['algIndex', '0']] },
  ]);
  expect(parse('train t as A.`/m`\nand algIndex="0";')).toMatchObject([{ options: [['algIndex', '0']] }]);
});

test('a select runs to the semicolon outside of its strings and comments', () => {
  const sql = `select ';', "a;\\"b;", \`c;\`\`d\`, r'\\', 'it''s; -- no', '\\';' -- one; 'two
    /* three; "four */ , '''x''' from t where a = '\${v;}' and b > 1`;
  expect(
    parse(`${sql}
    -- the end;
    as r -- really;
    ; set a="1";`),
  ).toEqual([
    { kind: 'select', sql, table: 'r' },
    { kind: 'set', name: 'a', value: '1', options: [] },
  ]);
});

test('a double-quoted value ends at the first quote that no odd number of backslashes precedes', () => {
  const values: [string, string][] = [
    ['"a\\"b"', 'a"b'],
    ['"{\\"1\\":2}"', '{"1":2}'],
    ['"a\\\\"', 'a\\'],
    ['"\\\\\\""', '\\"'],
    ['"\\d+\\\\d \\t C:\\x"', '\\d+\\\\d \\t C:\\x'],
    ['"line\nbreak"', 'line\nbreak'],
    ['""', ''],
    ["'it\\'s'", "it's"],
    ['`a``b`', 'a`b'],
    ["''''''", ''],
  ];
  for (const [written, value] of values) expect(only(`set a=${written};`, 'set').value.value).toBe(value);
});

test('every part knows where it stands, in lines and code points', () => {
  const text =
    '-- 中文😀\n\tload csv.`/数据/😀.csv`\r\n where header="是" and `a.b`="2"\r as 表😀x;select 1 as a from t\nas r';
  const load = parseScript(text.replace('表😀x', '表x')).statements[0] as Extract<
    Statement,
    { kind: 'load' }
  >;
  const slice = (span: { start: number; end: number }): string =>
    text.replace('表😀x', '表x').slice(span.start, span.end);
  expect(load.span).toMatchObject({ line: 2, column: 2 });
  expect(load.path.span).toMatchObject({ line: 2, column: 11 });
  expect(slice(load.path.span)).toBe('`/数据/😀.csv`');
  expect(
    load.options.map((option) => [slice(option.key.span), option.key.span.line, option.key.span.column]),
  ).toEqual([
    ['header', 3, 8],
    ['`a.b`', 3, 23],
  ]);
  expect(load.options.map((option) => [slice(option.value.span), option.value.span.column])).toEqual([
    ['"是"', 15],
    ['"2"', 29],
  ]);
  // A bare carriage return ends a line, too.
  expect(load.table.span).toMatchObject({ line: 4, column: 5 });
  const select = parseScript(text.replace('表😀x', '表x')).statements[1] as Extract<
    Statement,
    { kind: 'select' }
  >;
  expect(slice(select.sql.span)).toBe('select 1 as a from t');
  expect(select.sql.value).toBe(slice(select.sql.span));
  expect(select.table!.span).toMatchObject({ line: 5, column: 4 });
  expect(slice(select.span)).toBe('select 1 as a from t\nas r');
});

test('columns count an emoji as one', () => {
  expect(only('set a="😀😀"   options type="sql"', 'set').options[0]!.key.span).toMatchObject({
    line: 1,
    column: 22,
    start: 23,
  });
});

test('a script of megabytes parses, also one long string of escapes', () => {
  const value = '\\"x'.repeat(1_000_000);
  expect(only(`set a="${value}";`, 'set').value.value).toHaveLength(2_000_000);
  expect(parse('select a, `b`, "c" from t where d = 1 as r;\n'.repeat(5000))).toHaveLength(5000);
});

test('a script above the limit is refused', () => {
  const code = (text: string): unknown => {
    try {
      return parseScript(text);
    } catch (error) {
      return isMlsqlError(error) && error.code;
    }
  };
  expect(code(`set a="${'中'.repeat(SCRIPT_MAX_BYTES / 3)}";`)).toBe('MLSQL_SCRIPT_TOO_LARGE');
});
