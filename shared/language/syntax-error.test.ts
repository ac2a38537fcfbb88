// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
import { expect, test } from 'vitest';
import { MlsqlError } from '../errors.js';
import { parseScript } from './parser.js';

/** The error of a script in which « marks where it must stand. */
function errorOf(marked: string): { message: string; hint: string | undefined } {
  const script = marked.replace('«', '');
  const before = marked.slice(0, marked.indexOf('«'));
  const lines = before.split(/\r\n|\n|\r/);
  try {
    parseScript(script);
  } catch (error) {
    if (!(error instanceof MlsqlError)) throw error;
    expect(error.code).toBe('MLSQL_SCRIPT_SYNTAX');
    expect(error.details.position).toEqual({
      line: lines.length,
      column: Array.from(lines.at(-1)!).length + 1,
    });
    return { message: error.message, hint: error.details.hint };
  }
  throw new Error(`no error: ${script}`);
}

const cases: [string, string, RegExp?][] = [
  ['«selct * from t as r;', 'no statement begins with "selct"', /did you mean "select"/],
  ['set a="1";\n  «lod csv.`x` as t;', 'no statement begins with "lod"', /did you mean "load"/],
  ['«create table x;', 'no statement begins with "create"', /statements begin with set, load, select/],
  ['-- 中文😀\n/* x */ «中文 foo;', 'no statement begins with "中文"'],
  ['«"x";', `no statement begins with '"x"'`],
  ['«= 1;', 'no statement begins with "="'],
  [
    'load csv.`x` «wher a="b" as t;',
    'expected "as", "where" or "options", found "wher"',
    /did you mean "where"/,
  ],
  ['load csv.`x` where a="b" «c="d" as t;', 'expected "and" or "as", found "c"'],
  ['load csv.`x` where a="1" «es t;', 'expected "and" or "as", found "es"', /did you mean "as"/],
  ['load csv.`x` as«;', 'expected a name, found ";"'],
  ['load csv.«"x" as t;', `expected a path in back-quotes, found '"x"'`, /csv\.`/],
  ['load csv.«/tmp/x as t;', 'expected a path in back-quotes, found "/"'],
  ['load csv«;', 'expected ".", found ";"'],
  ['set a«;', 'expected "=", found ";"'],
  ['set a=«1;', 'expected a value in quotes, found "1"', /values stand in quotes: "1"/],
  ['set a="1" «select 1 as x;', 'expected ";", found "select"', /statements end with ";"/],
  ['set a=«\'x;\nset b="2";', "the text that ' opens here is never closed", /close it with '/],
  ["set a=«'''x;\nset b=''y'';", "the text that ''' opens here is never closed"],
  ['load csv.«`x as t;', 'the text that ` opens here is never closed'],
  ["select «'x from t as r;", "the text that ' opens here is never closed"],
  ['set a="1";\n«/* x\n', 'the comment "/*" is never closed by "*/"'],
  ['/* a /* b */ «*/ set a="1";', 'no statement begins with "*"'],
  ['train t as X.`p` where a="1" and«;', 'expected an option, found ";"'],
  ['train t as X.`p` where«;', 'expected an option, found ";"'],
  ['train t as X.`p` where a="1"«, b="2";', 'expected ";", found ","', /joined by "and"/],
  ['train t as X.`p` where a.b«-c="1";', 'expected "=", found "-"', /back-quotes/],
  ['train t «X.`p`;', 'expected "as", found "X"'],
  ['register X.`p` as f «wehre a="1";', 'expected ";", found "wehre"', /did you mean "where"/],
  ['unregister f «where a="1";', 'expected ";", found "where"', /takes no options/],
  ['save «overwrte t as csv.`/x`;', '"overwrte" is no mode of save', /did you mean "overwrite"/],
  ['save t as csv.`/x` partitionBy«;', 'expected a name, found ";"'],
  ['save t as csv.`/x` «partitonBy a;', 'expected ";", found "partitonBy"', /did you mean "partitionBy"/],
  ['predict t as X.`p`«;', 'expected "as", "where" or "options", found ";"'],
  ['select«;', 'expected what to select, found ";"'],
  ['select 1 as a\n«load csv.`x` as t;', 'expected ";" before "load"', /select above/],
  ['select 1 as a\n  «train t as PythonAlg.`x`;', 'expected ";" before "train"'],
  ['select 1 as a\n«save overwrite t as csv.`x`;', 'expected ";" before "save"'],
  ['select 1 as a\n«set x = "1";', 'expected ";" before "set"'],
  ['select 1 as x«；', '"；" is a full-width character', /write ; instead/],
  ['load csv.`x` as t«；', '"；" is a full-width character'],
  ['set a=«“x”;', '"“" is a full-width character', /write " instead/],
  ['!show «tabels;', '!show cannot show "tabels"', /did you mean "tables"/],
  ['!show«;', 'expected "tables", "jobs", "runs", "executors", "functions" or "models", found ";"'],
  ['!show models«;', 'expected the path of the models in quotes, found ";"'],
  ['!show tables «"x";', `expected ";", found '"x"'`],
  ['!«shw x;', 'expected "show", "cancel" or "retry", found "shw"', /did you mean "show"/],
  ['!cancel «abc;', 'expected the id of a job in quotes, found "abc"'],
  ['unregister«', 'the script ends where a name is expected'],
  ['set a="1"; load csv.`x`« -- more', 'the script ends where "as", "where" or "options" is expected'],
  [
    'set a="x;\nset b="«y";\nset c="1";',
    'expected ";", found "y"',
    /opens at line 1, column 7 runs over several lines/,
  ],
  ['set a="«${x";', '"${" is never closed by "}"', /\\\$\{/],
  ['set a="\\"\n «${x";', '"${" is never closed by "}"'],
  ["select '«${' as a from t as r;", '"${" is never closed by "}"'],
];

test.each(cases)('%j', (marked, message, hint) => {
  const error = errorOf(marked);
  expect(error.message).toBe(message);
  if (hint !== undefined) expect(error.hint).toMatch(hint);
});

test('a select may hold what only looks like a forgotten semicolon', () => {
  for (const text of [
    'select\nset from t as r;',
    'select a,\nload from t as r;',
    'select * from\nparquet.`/x` as r;',
    'select 1 as set\n, 2 as b as r;',
  ]) {
    expect(() => parseScript(text)).not.toThrow();
  }
});
