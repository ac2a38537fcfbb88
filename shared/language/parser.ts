// Text to statements. Syntax errors come from here, before anything of the script runs.
import { MlsqlError } from '../errors.js';
import { SCRIPT_MAX_BYTES } from '../limits.js';
import type { Statement } from './ast.js';
import { ScriptParser } from './grammar.js';
import { LineIndex } from './positions.js';
import { fromException } from './syntax-error.js';
import { scriptLexer } from './tokens.js';

export interface Script {
  readonly statements: readonly Statement[];
}

let parser: ScriptParser | undefined;

/**
 * Parses a script. Nothing is substituted or executed.
 * @throws MlsqlError MLSQL_SCRIPT_SYNTAX at the first character of the word that does not fit, or MLSQL_SCRIPT_TOO_LARGE
 */
export function parseScript(text: string): Script {
  const bytes = Buffer.byteLength(text);
  if (bytes > SCRIPT_MAX_BYTES) {
    throw new MlsqlError(
      'MLSQL_SCRIPT_TOO_LARGE',
      `the script has ${bytes} bytes, more than ${SCRIPT_MAX_BYTES}`,
      {
        hint: 'keep data in files and load them',
      },
    );
  }
  const { tokens, errors } = scriptLexer.tokenize(text);
  // Each mode ends with a token for any character, so the lexer always finds one.
  if (errors.length > 0) throw new Error(`the lexer failed: ${errors[0]!.message}`);
  parser ??= new ScriptParser();
  parser.open(text);
  parser.input = tokens;
  const statements = parser.script();
  const failure = parser.errors[0];
  if (failure !== undefined) throw fromException(failure, new LineIndex(text));
  return { statements };
}
