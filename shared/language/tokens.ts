// The words of a script. Three modes: between statements, inside one of our own, and inside a select, whose text stays
// as it is: there only strings, comments and `;` matter, and quotes follow SQL.
import {
  type CustomPatternMatcherFunc,
  createToken,
  type ITokenConfig,
  Lexer,
  type TokenType,
} from './chevrotain.js';
import { matchQuoted, type Quote } from './quotes.js';

type ModeName = 'between' | 'statement' | 'sql';

const WORD_PATTERN = /[\p{L}\p{N}_][\p{L}\p{N}\p{M}_]*/uy;

/** A custom pattern from a sticky expression; the library's own analysis does not read Unicode classes. */
function sticky(expression: RegExp): CustomPatternMatcherFunc {
  return (text, offset) => {
    expression.lastIndex = offset;
    return expression.exec(text) as ReturnType<CustomPatternMatcherFunc>;
  };
}

function found(image: string | undefined): ReturnType<CustomPatternMatcherFunc> {
  return image === undefined ? null : ([image] as unknown as ReturnType<CustomPatternMatcherFunc>);
}

const quoted =
  (quote: Quote): CustomPatternMatcherFunc =>
  (text, offset) =>
    found(matchQuoted(text, offset, quote));

/** A text that is opened but never closed takes the rest of the script, so that the error stands where it opens. */
const neverClosed: CustomPatternMatcherFunc = (text, offset) =>
  /^["'`]|^\/\*/.test(text.slice(offset, offset + 2)) ? found(text.slice(offset)) : null;

function token(name: string, config: Omit<ITokenConfig, 'name'>): TokenType {
  return createToken({ name, line_breaks: false, ...config });
}

/** Anything that may stand in a select. */
export const SqlPart = token('SqlPart', { pattern: Lexer.NA });
/** Anything that may name a table, format, function or column. */
export const Name = token('Name', { pattern: Lexer.NA, label: 'a name' });
/** Anything that may be the value of a setting or an option. */
export const Value = token('Value', { pattern: Lexer.NA, label: 'a value in quotes' });

const Space = token('Space', { pattern: sticky(/\s+/uy), group: Lexer.SKIPPED, line_breaks: true });
const LineComment = token('LineComment', { pattern: sticky(/--[^\r\n]*/y), group: Lexer.SKIPPED });
const BlockComment = token('BlockComment', {
  pattern: (text, offset) => {
    if (!text.startsWith('/*', offset)) return null;
    const end = text.indexOf('*/', offset + 2);
    return end < 0 ? null : found(text.slice(offset, end + 2));
  },
  group: Lexer.SKIPPED,
  line_breaks: true,
});

export const Semicolon = token('Semicolon', { pattern: ';', label: '";"' });
/** The same at the end of a statement or select: what follows is between statements again. */
const StatementEnd = token('StatementEnd', {
  pattern: ';',
  categories: Semicolon,
  pop_mode: true,
  label: '";"',
});
export const Dot = token('Dot', { pattern: '.', categories: SqlPart, label: '"."' });
export const Comma = token('Comma', { pattern: ',', categories: SqlPart, label: '","' });
export const Equals = token('Equals', { pattern: '=', label: '"="' });
export const OpenParenthesis = token('OpenParenthesis', { pattern: '(', categories: SqlPart, label: '"("' });
const SelectParenthesis = token('SelectParenthesis', {
  pattern: '(',
  categories: OpenParenthesis,
  push_mode: 'sql',
});
export const CloseParenthesis = token('CloseParenthesis', {
  pattern: ')',
  categories: SqlPart,
  label: '")"',
});
export const Bang = token('Bang', { pattern: '!', push_mode: 'statement', label: '"!"' });

export const Placeholder = token('Placeholder', {
  pattern: sticky(/\$\{[^}]*\}/y),
  categories: [Name, SqlPart],
  line_breaks: true,
});
export const BackQuoted = token('BackQuoted', {
  pattern: quoted('`'),
  categories: [Name, Value, SqlPart],
  line_breaks: true,
  label: 'a name in back-quotes',
});
/** A value in double, single or triple quotes. */
export const QuotedText = token('QuotedText', {
  pattern: (text, offset) => {
    for (const quote of ['"""', "'''", '"', "'"] as const) {
      if (text.startsWith(quote, offset)) return found(matchQuoted(text, offset, quote));
    }
    return null;
  },
  categories: Value,
  line_breaks: true,
  label: 'a value in quotes',
});
/** A string of a select: `'…'` or `"…"` with backslash escapes, or raw, `r'…'`. */
export const SqlString = token('SqlString', {
  pattern: (text, offset) => {
    const raw = text[offset] === 'r' || text[offset] === 'R';
    const quote = text[raw ? offset + 1 : offset];
    if (quote !== "'" && quote !== '"') return null;
    if (!raw) return found(matchQuoted(text, offset, quote));
    const end = text.indexOf(quote, offset + 2);
    return end < 0 ? null : found(text.slice(offset, end + 1));
  },
  categories: SqlPart,
  line_breaks: true,
});
export const Unclosed = token('Unclosed', { pattern: neverClosed, line_breaks: true });
const SqlSymbol = token('SqlSymbol', { pattern: sticky(/[^;]/uy), categories: SqlPart });
const StraySymbol = token('StraySymbol', { pattern: sticky(/[\s\S]/uy), line_breaks: true });

export const Word = token('Word', { pattern: sticky(WORD_PATTERN), categories: [Name, SqlPart] });
/** A first word that begins no statement; it opens one all the same, so that the parser sees what follows. */
const FirstWord = token('FirstWord', {
  pattern: sticky(WORD_PATTERN),
  categories: Word,
  push_mode: 'statement',
});

const endsWord = /[\p{L}\p{N}\p{M}_]/uy;

/** A keyword: the word as a whole in any case, and a name wherever a name is asked for. */
function keyword(word: string, mode?: ModeName): TokenType {
  return token(`${word[0]!.toUpperCase()}${word.slice(1)}Word`, {
    pattern: (text, offset) => {
      const image = text.slice(offset, offset + word.length);
      if (image.toLowerCase() !== word.toLowerCase()) return null;
      endsWord.lastIndex = offset + word.length;
      return endsWord.test(text) ? null : found(image);
    },
    categories: Word,
    label: `"${word}"`,
    ...(mode !== undefined && { push_mode: mode }),
  });
}

export const SetWord = keyword('set', 'statement');
export const LoadWord = keyword('load', 'statement');
export const SaveWord = keyword('save', 'statement');
export const TrainWord = keyword('train', 'statement');
export const PredictWord = keyword('predict', 'statement');
export const RunWord = keyword('run', 'statement');
export const RegisterWord = keyword('register', 'statement');
export const UnregisterWord = keyword('unregister', 'statement');
export const SelectWord = keyword('select', 'sql');
export const WithWord = keyword('with', 'sql');

export const AsWord = keyword('as');
export const WhereWord = keyword('where');
export const OptionsWord = keyword('options');
export const AndWord = keyword('and');
export const PartitionByWord = keyword('partitionBy');
export const OverwriteWord = keyword('overwrite');
export const AppendWord = keyword('append');
export const ErrorIfExistsWord = keyword('errorIfExists');
export const IgnoreWord = keyword('ignore');
export const ShowWord = keyword('show');
export const CancelWord = keyword('cancel');
export const RetryWord = keyword('retry');

/** The words that begin a statement, in the order the reference names them. */
export const STATEMENT_WORDS = [
  'set',
  'load',
  'select',
  'with',
  'save',
  'train',
  'register',
  'unregister',
  'predict',
  'run',
] as const;

const skipped = [Space, LineComment, BlockComment];
const modes: Record<ModeName, TokenType[]> = {
  between: [
    ...skipped,
    Semicolon,
    ...[
      SetWord,
      LoadWord,
      SaveWord,
      TrainWord,
      PredictWord,
      RunWord,
      RegisterWord,
      UnregisterWord,
      SelectWord,
      WithWord,
    ],
    ...[Bang, SelectParenthesis, FirstWord, BackQuoted, QuotedText, Unclosed, StraySymbol],
  ],
  statement: [
    ...skipped,
    StatementEnd,
    ...[Dot, Comma, Equals, Placeholder, BackQuoted, QuotedText],
    ...[
      AsWord,
      WhereWord,
      OptionsWord,
      AndWord,
      PartitionByWord,
      OverwriteWord,
      AppendWord,
      ErrorIfExistsWord,
      IgnoreWord,
      ShowWord,
      CancelWord,
      RetryWord,
    ],
    ...[Word, Unclosed, StraySymbol],
  ],
  sql: [
    ...skipped,
    StatementEnd,
    ...[Dot, Comma, OpenParenthesis, CloseParenthesis, Placeholder, BackQuoted, SqlString],
    ...[AsWord, Word, Unclosed, SqlSymbol],
  ],
};

/** Everything the grammar may name. */
export const VOCABULARY: TokenType[] = [...new Set([SqlPart, Name, Value, ...Object.values(modes).flat()])];

export const scriptLexer = new Lexer(
  { modes, defaultMode: 'between' },
  { positionTracking: 'onlyOffset', ensureOptimizations: false },
);
