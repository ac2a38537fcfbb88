// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
import { expect, test } from 'vitest';
import { MlsqlError } from '../errors.js';
import type { Text } from './ast.js';
import { parseScript } from './parser.js';
import { substitute, substituteWithMap, variablesIn } from './substitute.js';

function textOf(script: string): Text {
  const statement = parseScript(script).statements[0];
  if (statement?.kind === 'set') return statement.value;
  if (statement?.kind === 'select') return statement.sql;
  throw new Error(`neither set nor select: ${script}`);
}
const variables = new Map([
  ['a', 'A'],
  ['a.b', 'dots'],
  ['路径', '/数据'],
  ['nested', '${a}'],
  ['empty', ''],
  ['lines', 'one\ntwo'],
]);

test('each ${name} becomes its value, once', () => {
  expect(substitute(textOf('set x="${a}-${a.b}${empty}${ 路径 }";'), variables)).toBe('A-dots/数据');
  expect(substitute(textOf('set x="${nested}";'), variables)).toBe('${a}');
  expect(substitute(textOf('set x="$a {a} $ {a} $";'), variables)).toBe('$a {a} $ {a} $');
});

test('a backslash makes a placeholder literal', () => {
  expect(substitute(textOf('set x="\\${a} ${a} \\${";'), variables)).toBe('${a} A ${');
});

test('an unknown name is an error at its ${, with the nearest known one', () => {
  const check = (script: string, line: number, column: number, message: string, hint: RegExp): void => {
    try {
      substitute(textOf(script), variables);
    } catch (error) {
      if (!(error instanceof MlsqlError)) throw error;
      expect([error.code, error.message, error.details.position]).toEqual([
        'MLSQL_SCRIPT_VARIABLE_UNKNOWN',
        message,
        { line, column },
      ]);
      expect(error.details.hint).toMatch(hint);
      return;
    }
    throw new Error('no error');
  };
  check('set x="${a}${nestd}";', 1, 12, 'the variable "nestd" is not set', /did you mean "\$\{nested\}"/);
  check(
    'set x="${somethingElse}";',
    1,
    8,
    'the variable "somethingElse" is not set',
    /set somethingElse="…".*set are a, a\.b, empty/,
  );
  check("set x='''中\n \\\"${no}''';", 2, 4, 'the variable "no" is not set', /set no=/);
  check('set x="\\"\\"${no}";', 1, 12, 'the variable "no" is not set', /set no=/);
  check('select 1,\n\t😀 ${b.c} as t;', 2, 4, 'the variable "b.c" is not set', /set b\.c=/);
});

test('offsets of the outcome lead back to the script; inside a value to its ${', () => {
  const { text, positionAt } = substituteWithMap(
    textOf('select ${lines},\n  "\\${x}" as q, ${a} from t as r;'),
    variables,
  );
  expect(text).toBe('select one\ntwo,\n  "${x}" as q, A from t');
  const at = (part: string): unknown => positionAt(text.indexOf(part));
  expect(at('select')).toEqual({ line: 1, column: 1 });
  expect(at('one')).toEqual({ line: 1, column: 8 });
  expect(at('two')).toEqual({ line: 1, column: 8 });
  expect(at(',')).toEqual({ line: 1, column: 16 });
  expect(at('as q')).toEqual({ line: 2, column: 11 });
  expect(at('A from')).toEqual({ line: 2, column: 17 });
  expect(at('from')).toEqual({ line: 2, column: 22 });
  expect(positionAt(text.length)).toEqual({ line: 2, column: 28 });
});

test('the names a text uses, without the literal ones', () => {
  expect(variablesIn(textOf('set x="${a} \\${b} ${ c.d }";'))).toEqual(['a', 'c.d']);
});

test('a value of megabytes with many placeholders is quick', () => {
  const text = textOf(`set x="${'${a} '.repeat(300_000)}";`);
  expect(substitute(text, variables)).toHaveLength(600_000);
});
