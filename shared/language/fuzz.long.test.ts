// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts hold placeholders of their own
// Goal: no text, however broken, makes the language crash with anything but an MlsqlError with a place in the text.
// Method: seeded random mutations of a script that uses every statement; the seed of a failure is in its message.
import { expect, test } from 'vitest';
import { MlsqlError, type Position } from '../errors.js';
import { formatCaret } from './caret.js';
import { clientFileNames } from './client-files.js';
import { parseScript } from './parser.js';
import { checkLoad, checkModelOptions, checkSave, checkSet } from './statement-options.js';
import { substituteWithMap } from './substitute.js';

const SCRIPT = `-- 注释 😀 /* not open
set a="x\\"y"; set b.c=\`select 1\` options type="sql"; SET d='''{"k": "v;"}''';
load csv.\`./\${a}/中文.csv\` where header="true" and \`delimiter\`="\\t" as 表;
with q as (select 'a;b', "c\\";" from t /* ; */) select *, r'\\' from q lateral view explode(x) e as y as out;
select u.a from t as u; select 1 as x;
save overwrite out as parquet.\`/o\` options compression="gzip" partitionBy p, \`q r\`;
train out as PythonAlg.\`/m\`
-- where commented="out"
where pythonScriptPath="./train.py" and \`fitParam.0.resource.a\`="../r" and fitParam.12.x="1" as meta;
register PythonAlg.\`/m\` as predict options
modelVersion="1"
-- and algIndex="0"
;
unregister predict; predict t as PythonAlg.\`/m\` as result;
!show models "/m"; !show tables; !cancel "job-1"; !retry "job-1";`;
const PIECES = [
  '"',
  "'",
  '`',
  '"""',
  "'''",
  ';',
  '--',
  '/*',
  '*/',
  '\\',
  '${',
  '}',
  '${a}',
  '(',
  ')',
  ' as ',
  '.',
  '=',
  ',',
  '!',
  '\n',
  '\r',
  '\0',
  '😀',
  '\uD83D',
  '；',
  ' and ',
  ' where ',
  ' select ',
  'train ',
];
const VARIABLES = new Map([['a', 'é\n${b}']]);

function generator(seed: number): (bound: number) => number {
  let state = seed + 1;
  return (bound) => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647 || 1;
    return state % bound;
  };
}

function mutate(text: string, next: (bound: number) => number): string {
  let mutated = text;
  for (let count = 1 + next(4); count > 0; count--) {
    const at = next(mutated.length + 1);
    const until = Math.min(mutated.length, at + next(12));
    const cut = mutated.slice(at, until);
    const put = [PIECES[next(PIECES.length)]!, '', cut + cut, Array.from(cut).reverse().join('')][next(4)]!;
    mutated = mutated.slice(0, at) + put + mutated.slice(until);
  }
  return mutated;
}

/** Does with a script what client and coordinator do before it runs; returns the place of an error. */
function read(script: string): Position | undefined {
  try {
    const { statements } = parseScript(script);
    for (const statement of statements) {
      expect(script.slice(statement.span.start, statement.span.end).trim()).not.toBe('');
      if (statement.kind === 'set') checkSet(statement, VARIABLES);
      if (statement.kind === 'load') checkLoad(statement, VARIABLES);
      if (statement.kind === 'save') checkSave(statement, VARIABLES);
      if (statement.kind === 'register' || statement.kind === 'predict')
        checkModelOptions(statement, VARIABLES);
      if (statement.kind === 'select') {
        const { text, positionAt } = substituteWithMap(statement.sql, VARIABLES);
        expect(positionAt(0).line).toBe(statement.sql.span.line);
        expect(positionAt(text.length).line).toBeGreaterThanOrEqual(statement.sql.span.line);
      }
    }
    clientFileNames(statements);
    return undefined;
  } catch (error) {
    if (!(error instanceof MlsqlError)) throw error;
    expect(error.code).toMatch(/^MLSQL_(SCRIPT|STORE_PATH)_/);
    return error.details.position!;
  }
}

test('the script itself parses', () => {
  expect(parseScript(SCRIPT).statements).toHaveLength(16);
});

test('mutated scripts parse, or fail at a place that exists', () => {
  const outcomes = { parsed: 0, refused: 0 };
  for (let seed = 0; seed < 2000; seed++) {
    const script = mutate(SCRIPT, generator(seed));
    try {
      const position = read(script);
      if (position === undefined) outcomes.parsed++;
      else {
        outcomes.refused++;
        expect(formatCaret(script, position)).toMatch(/^\d+ \| [^\n]*\n\s*\^$/s);
      }
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(script)}`, { cause: error });
    }
  }
  // Both must happen, or the mutations test nothing.
  expect(outcomes.parsed).toBeGreaterThan(100);
  expect(outcomes.refused).toBeGreaterThan(500);
});

test('every beginning of the script parses, or fails at a place that exists', () => {
  for (let length = 0; length < SCRIPT.length; length++) {
    const script = SCRIPT.slice(0, length);
    const position = read(script);
    if (position !== undefined) expect(formatCaret(script, position), script).not.toBe('');
  }
});
