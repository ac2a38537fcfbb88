// Syntax errors that say what was expected, what stands there instead, and what was probably meant.

import { MlsqlError, type Position } from '../errors.js';
import type { Span, Text } from './ast.js';
import {
  EOF,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
  tokenLabel,
  tokenMatcher,
} from './chevrotain.js';
import { nearest } from './nearest.js';
import type { LineIndex } from './positions.js';
import { positionInText } from './substitute.js';
import * as t from './tokens.js';

/** What is expected where the grammar alone would not say it well. Words in quotes are offered for mistyped ones. */
export const EXPECTATIONS = {
  statement: 'a statement',
  end: '";"',
  asOrOptions: '"as", "where" or "options"',
  asOrAnd: '"and" or "as"',
  equals: '"="',
  path: 'a path in back-quotes',
  job: 'the id of a job in quotes',
  command: '"show", "cancel" or "retry"',
  show: '"tables", "jobs", "runs", "executors", "functions" or "models"',
  modelsPath: 'the path of the models in quotes',
} as const;

/** Words that can follow a whole statement; for the hint where one of them is mistyped. */
const CONTINUATIONS = ['where', 'options', 'and', 'as', 'partitionBy'];
const SAVE_MODES = ['overwrite', 'append', 'errorIfExists', 'ignore'];
const FULL_WIDTH: Readonly<Record<string, string>> = {
  '；': ';',
  '，': ',',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '＝': '=',
  '（': '(',
  '）': ')',
  '。': '.',
  '｀': '`',
  '！': '!',
};
const OPENING = `\${`;
const NAME_LENGTH_MAX = 40;

/** Gives the parser's exceptions what was expected as their message. */
export const expectationMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => tokenLabel(expected),
  buildNotAllInputParsedMessage: () => EXPECTATIONS.statement,
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? 'something else',
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? t.Name.LABEL ?? 'a name',
};

/** The error for the parser's first exception. */
export function fromException(exception: IRecognitionException, lines: LineIndex): MlsqlError {
  const previous = (exception as { previousToken?: IToken }).previousToken;
  const rules = exception.context.ruleStack;
  if (rules.at(-1) === 'saveStatement' && previous !== undefined) {
    // `save overwrte t as …`: the parser takes the mistyped mode for the table and stumbles over the table.
    const mode = tokenMatcher(exception.token, t.Name) ? nearest(previous.image, SAVE_MODES) : undefined;
    if (mode !== undefined) {
      const position = lines.positionAt(previous.startOffset);
      return error(
        `${quote(shorten(previous.image))} is no mode of save`,
        position,
        `did you mean "${mode}"?`,
      );
    }
  }
  const expected =
    rules.at(-2) === 'optionPair' && rules.at(-1) === 'dottedName' ? 'an option' : exception.message;
  return syntaxError(expected, exception.token, previous, lines);
}

/**
 * @param expected - in words, keywords in double quotes
 * @param found - the first token that does not fit
 * @param previous - the one before it, where there is one
 */
export function syntaxError(
  expected: string,
  found: IToken,
  previous: IToken | undefined,
  lines: LineIndex,
): MlsqlError {
  if (found.tokenType === EOF) {
    const end = previous === undefined ? 0 : previous.startOffset + previous.image.length;
    return error(
      `the script ends where ${expected} is expected`,
      lines.positionAt(end),
      openedBefore(previous, lines),
    );
  }
  const position = lines.positionAt(found.startOffset);
  if (found.tokenType === t.Unclosed) return unclosed(found.image, position);
  const shown = shorten(found.image);
  const fullWidth = FULL_WIDTH[found.image];
  if (fullWidth !== undefined) {
    return error(
      `"${shown}" is a full-width character`,
      position,
      `write ${fullWidth} instead, as on a Latin keyboard`,
    );
  }
  if (expected === EXPECTATIONS.statement)
    return unknownStatement(shown, position, openedBefore(previous, lines));
  const hint = openedBefore(previous, lines) ?? hintFor(expected, found, previous);
  return error(`expected ${expected}, found ${quote(shown)}`, position, hint);
}

/** The error for `!show` of something that cannot be shown. */
export function unknownShow(word: string, span: Span, known: readonly string[]): MlsqlError {
  const best = nearest(word, known);
  const hint = best === undefined ? `it shows ${known.join(', ')}` : `did you mean "${best}"?`;
  return error(`!show cannot show "${shorten(word)}"`, { line: span.line, column: span.column }, hint);
}

/** Refuses a `${` that is never closed. */
export function checkPlaceholders(text: Text): void {
  for (const match of text.value.matchAll(/\\\$\{|\$\{(?:[^}]*\})?/g)) {
    if (match[0] !== OPENING) continue;
    throw error(
      `"\${" is never closed by "}"`,
      positionInText(text, match.index),
      `write \${name}, or \\\${ for the characters themselves`,
    );
  }
}

/** Finds in a select what only a forgotten `;` explains, before it swallows the next statements. */
export function checkSelectTokens(
  tokens: readonly IToken[],
  next: IToken,
  lines: LineIndex,
  source: string,
): void {
  if (tokens.length === 1) throw syntaxError('what to select', next, tokens[0], lines);
  for (const [index, token] of tokens.entries()) {
    if (token.image === '；') throw syntaxError(EXPECTATIONS.end, token, tokens[index - 1], lines);
    if (index > 0 && startsStatement(tokens, index) && startsLine(token, source)) {
      throw error(
        `expected ";" before ${quote(token.image)}`,
        lines.positionAt(token.startOffset),
        'the select above it is not ended by ";"',
      );
    }
  }
}

/** True for `load csv.\`…`, `train t as X.\`…`, `set x =`: none of them can be a part of a select. */
function startsStatement(tokens: readonly IToken[], index: number): boolean {
  const word = tokens[index]!.image.toLowerCase();
  const source = (at: number): boolean =>
    fits(tokens[at], t.Word) && fits(tokens[at + 1], t.Dot) && fits(tokens[at + 2], t.BackQuoted);
  if (word === 'load' || word === 'register') return source(index + 1);
  if (word === 'set') return fits(tokens[index + 1], t.Word) && tokens[index + 2]?.image === '=';
  if (!/^(train|predict|run|save)$/.test(word)) return false;
  return [index + 2, index + 3].some((at) => fits(tokens[at], t.AsWord) && source(at + 1));
}

function fits(token: IToken | undefined, type: typeof t.Word): boolean {
  return token !== undefined && tokenMatcher(token, type);
}

function startsLine(token: IToken, source: string): boolean {
  const lineStart = Math.max(
    source.lastIndexOf('\n', token.startOffset - 1),
    source.lastIndexOf('\r', token.startOffset - 1),
  );
  return source.slice(lineStart + 1, token.startOffset).trim() === '';
}

function unclosed(image: string, position: Position): MlsqlError {
  if (image.startsWith('/*')) return error('the comment "/*" is never closed by "*/"', position);
  const mark = /^("""|'''|.)/.exec(image)![0];
  return error(
    `the text that ${mark} opens here is never closed`,
    position,
    `close it with ${mark}, before the ";"`,
  );
}

function unknownStatement(word: string, position: Position, opened: string | undefined): MlsqlError {
  const best = nearest(word, t.STATEMENT_WORDS);
  const all = `statements begin with ${t.STATEMENT_WORDS.join(', ')}, !show, !cancel or !retry`;
  return error(
    `no statement begins with ${quote(word)}`,
    position,
    opened ?? (best === undefined ? all : `did you mean "${best}"?`),
  );
}

function hintFor(expected: string, found: IToken, previous: IToken | undefined): string | undefined {
  const word = found.image;
  const isWord = tokenMatcher(found, t.Word);
  const offered = Array.from(expected.matchAll(/"(\w+)"/g), (match) => match[1]!);
  const meant = isWord ? nearest(word, expected === EXPECTATIONS.end ? CONTINUATIONS : offered) : undefined;
  if (meant !== undefined && meant.toLowerCase() !== word.toLowerCase()) return `did you mean "${meant}"?`;
  if (found.image === '*/') return 'comments do not nest: the first "*/" ends them';
  if (expected === t.Value.LABEL && isWord) return `values stand in quotes: "${shorten(word)}"`;
  if (expected === EXPECTATIONS.path) return 'for example csv.`/data/file.csv`';
  if (expected === EXPECTATIONS.equals)
    return 'options are written key="value" and key="value"; a key with other characters than letters, digits, _ and dots stands in back-quotes';
  if (expected !== EXPECTATIONS.end) return undefined;
  if (found.image === ',') return 'options are joined by "and"';
  if (isWord && /^(where|options|and)$/i.test(word)) return 'this statement takes no options here';
  if (previous !== undefined && tokenMatcher(previous, t.Value))
    return 'statements end with ";", and options are joined by "and"';
  return 'statements end with ";"';
}

/** A text over several lines right before an error was often meant to end on its first. */
function openedBefore(previous: IToken | undefined, lines: LineIndex): string | undefined {
  if (previous === undefined || previous.tokenType !== t.QuotedText || !previous.image.includes('\n'))
    return undefined;
  if (/^("""|''')/.test(previous.image)) return undefined;
  const { line, column } = lines.positionAt(previous.startOffset);
  return `the text that opens at line ${line}, column ${column} runs over several lines: is its closing ${previous.image[0]} missing?`;
}

function error(message: string, position: Position, hint?: string): MlsqlError {
  return new MlsqlError('MLSQL_SCRIPT_SYNTAX', message, { position, ...(hint !== undefined && { hint }) });
}

function shorten(image: string): string {
  const line = image.split(/[\r\n]/, 1)[0]!;
  const short = Array.from(line).slice(0, NAME_LENGTH_MAX).join('');
  return short === image ? image : `${short}…`;
}

function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
