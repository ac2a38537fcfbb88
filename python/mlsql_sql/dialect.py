"""Parses Spark SQL with sqlglot. Function calls stay as they are written: their meaning is this package's own business."""

from __future__ import annotations

import re
from typing import Any, cast

import sqlglot
from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from .audit import audit
from .errors import FORBIDDEN, INVALID, SqlError

#: Functions with a syntax of their own. All others become plain calls by name.
_KEPT_PARSERS = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING", "OVERLAY")

#: First words of statements that are no select.
_FORBIDDEN_STATEMENTS = re.compile(
    r"\s*(copy|attach|detach|install|load|pragma|set|reset|export|import|call|create|drop|alter|insert|update|delete|"
    r"merge|truncate|use|checkpoint|vacuum|describe|show|explain|analyze|refresh|cache|uncache|add|grant|revoke|execute|"
    r"prepare|deallocate|begin|commit|rollback)\b",
    re.IGNORECASE,
)


class _Parser(Spark.Parser):  # type: ignore[misc, valid-type]
    FUNCTIONS: dict = {}  # type: ignore[type-arg]
    FUNCTION_PARSERS = {name: parser for name, parser in Spark.Parser.FUNCTION_PARSERS.items() if name in _KEPT_PARSERS}
    NO_PAREN_FUNCTION_PARSERS = {
        name: parser for name, parser in Spark.Parser.NO_PAREN_FUNCTION_PARSERS.items() if name in ("CASE", "IF", "ANY")
    }
    FUNCTIONS_WITH_ALIASED_ARGS = {"STRUCT"}
    # `array(1, 2)[0]` is an item of an array, not an array of its own.
    ARRAY_CONSTRUCTORS: dict = {}  # type: ignore[type-arg]
    # A text is no name.
    STRING_ALIASES = False

    def _parse_cube_or_rollup(self, with_prefix: bool = False) -> exp.Expression | None:
        """Any expression may stand in cube and rollup, conditions too."""
        for token, kind in ((TokenType.CUBE, exp.Cube), (TokenType.ROLLUP, exp.Rollup)):
            if self._match(token):
                return kind(expressions=[] if with_prefix else self._parse_wrapped_csv(self._parse_disjunction))
        return None

    def _parse_select_or_expression(self, alias: bool = False) -> exp.Expression | None:
        """`struct(1 a)` names a field as `struct(1 as a)` does."""
        this = super()._parse_select_or_expression(alias=alias)
        ends = (TokenType.COMMA, TokenType.R_PAREN)
        if (
            alias
            and this is not None
            and self._curr
            and self._curr.token_type == TokenType.VAR
            and self._next
            and self._next.token_type in ends
        ):
            return exp.Alias(this=this, alias=self._parse_id_var())
        return cast("exp.Expression | None", this)


#: Suffixes of numbers, as types that Spark does not have: `1L` is a literal, `cast(1 as bigint)` is none.
_SUFFIXES = {
    "L": TokenType.INT256,
    "S": TokenType.INT128,
    "Y": TokenType.UINT256,
    "D": TokenType.DECIMAL256,
    "F": TokenType.DECIMAL128,
    "BD": TokenType.UINT128,
}
_SUFFIX_OF_TYPE = {kind.name: suffix for suffix, kind in _SUFFIXES.items()}


class _Tokenizer(Spark.Tokenizer):
    # `'it''s'`: a doubled quote stands for one.
    STRING_ESCAPES = ["\\", "'", '"']
    NUMERIC_LITERALS = {suffix: kind.name for suffix, kind in _SUFFIXES.items()}
    KEYWORDS = {**Spark.Tokenizer.KEYWORDS, **{kind.name: kind for kind in _SUFFIXES.values()}}


class SparkSql(Spark):
    """Spark's dialect with calls left as they are."""

    Parser = _Parser
    Tokenizer = _Tokenizer

    def tokenize(self, sql: str, dialect: Any = None) -> list[Token]:
        """Before a parenthesis `window` is the function's name, not the clause's first word."""
        tokens = list(super().tokenize(sql, dialect))
        for token, following in zip(tokens, tokens[1:]):
            if token.token_type == TokenType.WINDOW and following.token_type == TokenType.L_PAREN:
                token.token_type = TokenType.VAR
        return tokens


def parse(sql: str) -> exp.Expression:
    """The syntax tree of one select. Raises SqlError with the place of what does not fit."""
    forbidden = _FORBIDDEN_STATEMENTS.match(_without_comments(sql))
    if forbidden is not None:
        word = forbidden.group(1).upper()
        raise SqlError(FORBIDDEN, f"{word} is not allowed: only a select can stand here", "Write a select.", offset=0)
    try:
        statements: list[exp.Expression] = [
            cast(exp.Expression, tree) for tree in sqlglot.parse(sql, dialect=SparkSql) if tree is not None
        ]
    except ParseError as error:
        raise _syntax_error(sql, error) from None
    except TokenError as error:
        raise SqlError(INVALID, f"syntax error: {_first_line(str(error))}", None, offset=0) from None
    except RecursionError:
        raise SqlError(INVALID, "the select is nested too deeply", "Split it into several selects.", offset=0) from None
    if len(statements) != 1 or isinstance(statements[0], exp.Block):
        raise SqlError(
            INVALID, "one select was expected", "Separate statements with `;` and give each its `as`.", offset=0
        )
    tree = statements[0].transform(_plain, copy=False)
    audit(tree)
    return tree


def _plain(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.RawString):
        return exp.Literal.string(node.this)
    if isinstance(node, exp.In) and isinstance(node.this, exp.Tuple) and node.expressions:
        node.set("this", _tuple_as_struct(node.this))
        node.set("expressions", [_tuple_as_struct(item) for item in node.expressions])
        return node
    if isinstance(node, exp.Any) and isinstance(node.this, exp.Paren) and node.arg_key != "expression":
        # The aggregate function, not `like any (…)`.
        return exp.Anonymous(this="any", expressions=[node.this.this])
    return _without_negated_likes(_with_suffix(node))


def _tuple_as_struct(node: exp.Expression) -> exp.Expression:
    """`(a, b)` as a struct, for comparisons."""
    if not isinstance(node, exp.Tuple):
        return node
    pairs = [(exp.Literal.string(f"_{index}"), item) for index, item in enumerate(node.expressions)]
    return exp.Anonymous(this="named_struct", expressions=[part for pair in pairs for part in pair])


def _with_suffix(node: exp.Expression) -> exp.Expression:
    """`1L` as the number `1L`."""
    if not isinstance(node, exp.Cast) or not isinstance(node.this, exp.Literal):
        return node
    kind = node.args["to"].this
    suffix = _SUFFIX_OF_TYPE.get(getattr(kind, "name", ""))
    return node if suffix is None else exp.Literal.number(f"{node.this.this}{suffix}")


def _without_negated_likes(node: exp.Expression) -> exp.Expression:
    """`a not like b` as `not (a like b)`. No pattern of `not like any` fits means: not every pattern fits."""
    if not isinstance(node, (exp.Like, exp.ILike)) or not node.args.get("negate"):
        return node
    node.set("negate", None)
    patterns = node.expression
    if isinstance(patterns, (exp.Any, exp.All)):
        other = exp.All if isinstance(patterns, exp.Any) else exp.Any
        node.set("expression", other(this=patterns.this))
    return exp.Not(this=node)


def _syntax_error(sql: str, error: ParseError) -> SqlError:
    if not error.errors:
        return SqlError(INVALID, f"syntax error: {_first_line(str(error))}", None, offset=0)
    first = error.errors[0]
    line, column = first.get("line") or 1, first.get("col") or 1
    highlight = first.get("highlight") or ""
    description = (first.get("description") or "").rstrip(".")
    lines = sql.split("\n")
    # The parser notes the last character of the word; its first is the one to point at.
    offset = sum(len(text) + 1 for text in lines[: line - 1]) + max(0, column - max(1, len(highlight)))
    near = f" at '{highlight}'" if highlight else ""
    return SqlError(INVALID, f"syntax error{near}: {description}", None, offset=min(offset, len(sql)))


def _without_comments(sql: str) -> str:
    return re.sub(r"\A(\s+|--[^\n]*(\n|\Z)|/\*.*?\*/)*", "", sql, flags=re.DOTALL)


def _first_line(text: str) -> str:
    return text.split("\n")[0]
