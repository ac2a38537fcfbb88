// The grammar of scripts. Each rule makes the node it stands for; nothing is executed.

import type { Option, SaveMode, ShowStatement, Span, Statement, Text } from './ast.js';
import { EmbeddedActionsParser, EOF, type IToken, type TokenType, tokenMatcher } from './chevrotain.js';
import { LineIndex } from './positions.js';
import { unquote } from './quotes.js';
import { splitSelect } from './select-result.js';
import {
  checkPlaceholders,
  checkSelectTokens,
  EXPECTATIONS,
  expectationMessages,
  syntaxError,
  unknownShow,
} from './syntax-error.js';
import * as t from './tokens.js';

const SHOWN = ['tables', 'jobs', 'runs', 'executors', 'functions', 'models'] as const;
const SAVE_MODES: readonly [TokenType, SaveMode][] = [
  [t.OverwriteWord, 'overwrite'],
  [t.AppendWord, 'append'],
  [t.ErrorIfExistsWord, 'errorIfExists'],
  [t.IgnoreWord, 'ignore'],
];

interface Source {
  readonly format: Text;
  readonly path: Text;
  readonly last: IToken;
}
interface OptionList {
  readonly options: Option[];
  readonly last: IToken | undefined;
}

/** Parses one script; `script()` is the start. Make one a script: it keeps the text. */
export class ScriptParser extends EmbeddedActionsParser {
  #lines = new LineIndex('');
  #source = '';

  constructor() {
    super(t.VOCABULARY, {
      recoveryEnabled: false,
      errorMessageProvider: expectationMessages,
      maxLookahead: 2,
    });
    this.performSelfAnalysis();
  }

  /** Sets the script; its tokens go to `input`. */
  open(source: string): void {
    this.#source = source;
    this.#lines = new LineIndex(source);
  }

  readonly script = this.RULE('script', (): Statement[] => {
    const statements: Statement[] = [];
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Semicolon) },
        {
          ALT: () => {
            statements.push(this.SUBRULE(this.statement));
            this.SUBRULE(this.statementEnd);
          },
        },
      ]);
    });
    return statements;
  });

  readonly statementEnd = this.RULE('statementEnd', () => {
    this.OR({
      DEF: [{ ALT: () => this.CONSUME(t.Semicolon) }, { ALT: () => this.CONSUME(EOF) }],
      ERR_MSG: EXPECTATIONS.end,
    });
  });

  readonly statement = this.RULE(
    'statement',
    (): Statement =>
      this.OR<Statement>({
        DEF: [
          { ALT: () => this.SUBRULE(this.setStatement) },
          { ALT: () => this.SUBRULE(this.loadStatement) },
          { ALT: () => this.SUBRULE(this.selectStatement) },
          { ALT: () => this.SUBRULE(this.saveStatement) },
          { ALT: () => this.SUBRULE(this.trainStatement) },
          { ALT: () => this.SUBRULE(this.registerStatement) },
          { ALT: () => this.SUBRULE(this.unregisterStatement) },
          { ALT: () => this.SUBRULE(this.predictStatement) },
          { ALT: () => this.SUBRULE(this.commandStatement) },
        ],
        ERR_MSG: EXPECTATIONS.statement,
      }),
  );

  readonly setStatement = this.RULE('setStatement', (): Statement => {
    const first = this.CONSUME(t.SetWord);
    const name = this.SUBRULE(this.dottedName);
    this.CONSUME(t.Equals);
    const value = this.CONSUME(t.Value);
    const { options, last } = this.SUBRULE(this.optionList);
    return this.#node(first, last ?? value, () => ({ kind: 'set', name, value: this.#text(value), options }));
  });

  readonly loadStatement = this.RULE('loadStatement', (): Statement => {
    const first = this.CONSUME(t.LoadWord);
    const { format, path } = this.SUBRULE(this.source);
    const { options } = this.SUBRULE(this.optionList);
    this.CONSUME(t.AsWord, {
      ERR_MSG:
        options === undefined || options.length === 0 ? EXPECTATIONS.asOrOptions : EXPECTATIONS.asOrAnd,
    });
    const table = this.CONSUME(t.Name);
    return this.#node(first, table, () => ({
      kind: 'load',
      format,
      path,
      options,
      table: this.#text(table),
    }));
  });

  readonly selectStatement = this.RULE('selectStatement', (): Statement => {
    const tokens: IToken[] = [];
    tokens.push(
      this.OR([
        { ALT: () => this.CONSUME(t.SelectWord) },
        { ALT: () => this.CONSUME(t.WithWord) },
        { ALT: () => this.CONSUME(t.OpenParenthesis) },
      ]),
    );
    this.MANY(() => tokens.push(this.CONSUME(t.SqlPart)));
    return this.#node(tokens[0]!, tokens.at(-1)!, () => {
      checkSelectTokens(tokens, this.LA(1), this.#lines, this.#source);
      const { sql, table } = splitSelect(tokens);
      const span = this.#span(sql[0]!, sql.at(-1)!);
      const text = { value: this.#source.slice(span.start, span.end), span };
      checkPlaceholders(text);
      return { kind: 'select', sql: text, ...(table !== undefined && { table: this.#text(table) }) };
    });
  });

  readonly saveStatement = this.RULE('saveStatement', (): Statement => {
    const first = this.CONSUME(t.SaveWord);
    const mode = this.OPTION({
      // `save append as …` saves a table of that name.
      GATE: () => !tokenMatcher(this.LA(2), t.AsWord),
      DEF: () => this.SUBRULE(this.saveMode),
    });
    const table = this.CONSUME(t.Name);
    this.CONSUME(t.AsWord);
    const source = this.SUBRULE(this.source);
    let columns = this.OPTION2(() => this.SUBRULE(this.partitionBy));
    const { options, last: lastOption } = this.SUBRULE(this.optionList);
    columns =
      this.OPTION3({ GATE: () => columns === undefined, DEF: () => this.SUBRULE2(this.partitionBy) }) ??
      columns;
    const last = this.ACTION(() =>
      [source.last, lastOption, columns?.at(-1)]
        .filter((token) => token !== undefined)
        .reduce((one, other) => (other.startOffset > one.startOffset ? other : one)),
    );
    return this.#node(first, last, () => ({
      kind: 'save',
      mode: mode ?? 'errorIfExists',
      table: this.#text(table),
      format: source.format,
      path: source.path,
      options,
      partitionBy: (columns ?? []).map((column) => this.#text(column)),
    }));
  });

  readonly saveMode = this.RULE(
    'saveMode',
    (): SaveMode =>
      this.OR(
        SAVE_MODES.map(([word, mode], index) => ({
          ALT: () => {
            this.consume(index, word);
            return mode;
          },
        })),
      ),
  );

  readonly partitionBy = this.RULE('partitionBy', (): IToken[] => {
    const columns: IToken[] = [];
    this.CONSUME(t.PartitionByWord);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => columns.push(this.CONSUME(t.Name)) });
    return columns;
  });

  readonly trainStatement = this.RULE('trainStatement', (): Statement => {
    const first = this.CONSUME(t.TrainWord);
    const table = this.CONSUME(t.Name);
    this.CONSUME(t.AsWord);
    const source = this.SUBRULE(this.source);
    const { options, last } = this.SUBRULE(this.optionList);
    const result = this.OPTION(() => {
      this.CONSUME2(t.AsWord);
      return this.CONSUME2(t.Name);
    });
    return this.#node(first, result ?? last ?? source.last, () => ({
      kind: 'train',
      table: this.#text(table),
      alg: source.format,
      path: source.path,
      options,
      ...(result !== undefined && { result: this.#text(result) }),
    }));
  });

  readonly registerStatement = this.RULE('registerStatement', (): Statement => {
    const first = this.CONSUME(t.RegisterWord);
    const source = this.SUBRULE(this.source);
    this.CONSUME(t.AsWord);
    const name = this.CONSUME(t.Name);
    const { options, last } = this.SUBRULE(this.optionList);
    return this.#node(first, last ?? name, () => ({
      kind: 'register',
      alg: source.format,
      path: source.path,
      name: this.#text(name),
      options,
    }));
  });

  readonly unregisterStatement = this.RULE('unregisterStatement', (): Statement => {
    const first = this.CONSUME(t.UnregisterWord);
    const name = this.CONSUME(t.Name);
    return this.#node(first, name, () => ({ kind: 'unregister', name: this.#text(name) }));
  });

  readonly predictStatement = this.RULE('predictStatement', (): Statement => {
    const first = this.OR([
      { ALT: () => this.CONSUME(t.PredictWord) },
      { ALT: () => this.CONSUME(t.RunWord) },
    ]);
    const table = this.CONSUME(t.Name);
    this.CONSUME(t.AsWord);
    const { format, path } = this.SUBRULE(this.source);
    const { options } = this.SUBRULE(this.optionList);
    this.CONSUME2(t.AsWord, {
      ERR_MSG:
        options === undefined || options.length === 0 ? EXPECTATIONS.asOrOptions : EXPECTATIONS.asOrAnd,
    });
    const result = this.CONSUME2(t.Name);
    return this.#node(first, result, () => ({
      kind: 'predict',
      table: this.#text(table),
      alg: format,
      path,
      options,
      result: this.#text(result),
    }));
  });

  readonly commandStatement = this.RULE('commandStatement', (): Statement => {
    const first = this.CONSUME(t.Bang);
    return this.OR<Statement>({
      DEF: [
        { ALT: () => this.SUBRULE(this.showCommand, { ARGS: [first] }) },
        {
          ALT: () => {
            this.CONSUME(t.CancelWord);
            const job = this.CONSUME(t.Value, { ERR_MSG: EXPECTATIONS.job });
            return this.#node(first, job, () => ({ kind: 'cancel', job: this.#text(job) }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.RetryWord);
            const job = this.CONSUME2(t.Value, { ERR_MSG: EXPECTATIONS.job });
            return this.#node(first, job, () => ({ kind: 'retry', job: this.#text(job) }));
          },
        },
      ],
      ERR_MSG: EXPECTATIONS.command,
    });
  });

  readonly showCommand = this.RULE('showCommand', (first: IToken): Statement => {
    this.CONSUME(t.ShowWord);
    const word = this.CONSUME(t.Word, { ERR_MSG: EXPECTATIONS.show });
    const what: ShowStatement['what'] = this.ACTION(() => {
      const known = SHOWN.find((name) => name === word.image.toLowerCase());
      if (known === undefined) throw unknownShow(word.image, this.#span(word, word), SHOWN);
      return known;
    });
    const argument = this.OPTION({
      GATE: () => what === 'models',
      DEF: () => this.CONSUME(t.Value),
    });
    return this.#node(first, argument ?? word, () => {
      if (what === 'models' && argument === undefined) {
        throw syntaxError(EXPECTATIONS.modelsPath, this.LA(1), word, this.#lines);
      }
      return { kind: 'show', what, ...(argument !== undefined && { argument: this.#text(argument) }) };
    });
  });

  /** FORMAT.`path` */
  readonly source = this.RULE('source', (): Source => {
    const format = this.CONSUME(t.Name);
    this.CONSUME(t.Dot);
    const path = this.CONSUME2(t.Name, { ERR_MSG: EXPECTATIONS.path });
    return this.ACTION(() => ({ format: this.#text(format), path: this.#text(path), last: path }));
  });

  /** [where | options] k="v" and … */
  readonly optionList = this.RULE('optionList', (): OptionList => {
    const options: Option[] = [];
    let last: IToken | undefined;
    this.OPTION(() => {
      // Old scripts also begin with a bare `and`, or write one right behind `where`.
      this.OR([
        { ALT: () => this.CONSUME(t.WhereWord) },
        { ALT: () => this.CONSUME(t.OptionsWord) },
        { ALT: () => this.CONSUME(t.AndWord) },
      ]);
      this.OPTION2({
        // `and="1"` is an option of that name.
        GATE: () => !tokenMatcher(this.LA(2), t.Equals),
        DEF: () => this.CONSUME2(t.AndWord),
      });
      const take = (option: { option: Option; last: IToken }): void => {
        options.push(option.option);
        last = option.last;
      };
      take(this.SUBRULE(this.optionPair));
      this.MANY(() => {
        this.CONSUME3(t.AndWord);
        take(this.SUBRULE2(this.optionPair));
      });
    });
    return { options, last };
  });

  readonly optionPair = this.RULE('optionPair', (): { option: Option; last: IToken } => {
    const key = this.SUBRULE(this.dottedName);
    this.CONSUME(t.Equals, { ERR_MSG: EXPECTATIONS.equals });
    const value = this.CONSUME(t.Value);
    return this.ACTION(() => ({ option: { key, value: this.#text(value) }, last: value }));
  });

  /** A name with dots: `a.b.0`, or the whole in back-quotes. */
  readonly dottedName = this.RULE('dottedName', (): Text => {
    const parts: IToken[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => parts.push(this.CONSUME(t.Name)) });
    return this.ACTION(() => {
      if (parts.length === 1) return this.#text(parts[0]!);
      const span = this.#span(parts[0]!, parts.at(-1)!);
      return { value: parts.map((part) => unquote(part.image)).join('.'), span };
    });
  });

  #node<S extends Omit<Statement, 'span'>>(first: IToken, last: IToken, make: () => S): Statement {
    return this.ACTION(() => ({ ...make(), span: this.#span(first, last) }) as unknown as Statement);
  }

  #text(token: IToken): Text {
    const span = this.#span(token, token);
    const value = tokenMatcher(token, t.Value) ? unquote(token.image) : token.image;
    const text = { value, span, ...(value !== token.image && { raw: token.image }) };
    checkPlaceholders(text);
    return text;
  }

  #span(first: IToken, last: IToken): Span {
    const start = first.startOffset;
    return { ...this.#lines.positionAt(start), start, end: last.startOffset + last.image.length };
  }
}
