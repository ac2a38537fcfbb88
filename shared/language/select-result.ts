// Where a select ends and the name of its result begins: the last `as name` of the statement.
//
// The language has always taken the last `as name` as the table's name, and Spark takes it as an alias, so for the few
// selects in which both read sensibly both get what they expect: the table has the name, and the alias stays.
//   select a, b from t as r;                          table r of `select a, b from t`
//   select 1 as x;                                    table x with a column x: no `from`, so `as x` also names the column
//   select 1 as x as r;                               table r with a column x
//   select u.a from t as u;                           table u; `u.` is used and means nothing else, so t is u in there, too
//   select x from t lateral view explode(a) e as x;   table x; x is used, so it names the exploded column, too
//   select explode(a) as r;                           table r with a column col: generators name their columns themselves
import { type IToken, tokenMatcher } from './chevrotain.js';
import {
  AsWord,
  BackQuoted,
  CloseParenthesis,
  Comma,
  Dot,
  Name,
  OpenParenthesis,
  SqlString,
  Word,
} from './tokens.js';

export interface SelectParts {
  /** Tokens of the select itself. */
  readonly sql: readonly IToken[];
  /** The name of the result, where it has one. */
  readonly table?: IToken;
}

const GENERATORS = /^(explode|posexplode|inline|stack|json_tuple)(_outer)?$/i;
/** Words that end an expression by themselves, so that they are no alias of what stands before them. */
const ENDS_EXPRESSION =
  /^(end|null|true|false|current_date|current_timestamp|years?|months?|weeks?|days?|hours?|minutes?|seconds?)$/i;
const CLAUSE =
  /^(from|lateral|where|group|having|order|sort|cluster|distribute|window|limit|offset|pivot|unpivot|values)$/i;

/** Splits the tokens of a select, from its first word to the last before `;`. */
export function splitSelect(tokens: readonly IToken[]): SelectParts {
  const table = tokens.at(-1);
  const as = tokens.at(-2);
  if (table === undefined || as === undefined || tokens.length < 4) return { sql: tokens };
  if (!tokenMatcher(as, AsWord) || !tokenMatcher(table, Name)) return { sql: tokens };
  const sql = tokens.slice(0, -2);
  return { sql: aliasStays(sql, table) ? tokens : sql, table };
}

function aliasStays(sql: readonly IToken[], name: IToken): boolean {
  const top = outermost(sql);
  const term = top.slice(top.findLastIndex((token) => is(token, /^select$/i)) + 1);
  if (!term.some((token) => is(token, CLAUSE))) return namesColumn(term, sql);
  const uses = sql.flatMap((token, index) => (plain(token) === plain(name) ? [index] : []));
  if (uses.length === 0) return false;
  if (endsInLateralView(term)) return true;
  const qualifies = uses.every((index) => index + 1 < sql.length && tokenMatcher(sql[index + 1]!, Dot));
  return qualifies && endsInRelation(term);
}

/** The tokens outside parentheses; a pair of parentheses with what is in it counts as its closing one. */
function outermost(tokens: readonly IToken[]): IToken[] {
  const top: IToken[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (tokenMatcher(token, OpenParenthesis)) depth += 1;
    else if (tokenMatcher(token, CloseParenthesis)) depth = Math.max(0, depth - 1);
    if (depth === 0) top.push(token);
  }
  return top;
}

/** A select list without `from`: does its last column lack a name of its own? */
function namesColumn(list: readonly IToken[], sql: readonly IToken[]): boolean {
  const item = list.slice(list.findLastIndex((token) => tokenMatcher(token, Comma)) + 1);
  const last = item.at(-1);
  if (last === undefined || item.some((token) => tokenMatcher(token, AsWord))) return false;
  if (is(item[0], GENERATORS) || sql.some((token) => is(token, /^(union|except|minus|intersect)$/i)))
    return false;
  const before = item.at(-2);
  const named =
    before !== undefined && tokenMatcher(last, Name) && !is(last, ENDS_EXPRESSION) && endsOperand(before);
  return !named;
}

/** True for what can stand before an alias that has no `as`: `1 x`, `f(a) x`, `'a' x`. */
function endsOperand(token: IToken): boolean {
  if (tokenMatcher(token, Word)) return /^\p{N}/u.test(token.image) || is(token, ENDS_EXPRESSION);
  return tokenMatcher(token, CloseParenthesis) || tokenMatcher(token, SqlString) || token.image === ']';
}

/** … lateral view [outer] f(…) [name] */
function endsInLateralView(term: readonly IToken[]): boolean {
  const view = term.findLastIndex((token) => is(token, /^view$/i));
  return (
    view > 0 &&
    is(term[view - 1], /^lateral$/i) &&
    !term.slice(view).some((token) => tokenMatcher(token, AsWord))
  );
}

/** … from t, … join db.t, … from (select …) */
function endsInRelation(term: readonly IToken[]): boolean {
  let start = term.length - 1;
  while (start >= 2 && tokenMatcher(term[start - 1]!, Dot)) start -= 2;
  return start > 0 && is(term[start - 1], /^(from|join)$/i);
}

function is(token: IToken | undefined, pattern: RegExp): boolean {
  return token !== undefined && tokenMatcher(token, Word) && pattern.test(token.image);
}

/** A name as SQL compares it: without back-quotes, in lower case. */
function plain(token: IToken): string | undefined {
  if (!tokenMatcher(token, Name)) return undefined;
  return (tokenMatcher(token, BackQuoted) ? token.image.slice(1, -1) : token.image).toLowerCase();
}
