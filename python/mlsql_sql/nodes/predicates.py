"""Conditions: comparisons, logic, membership, subqueries, case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from .. import names
from ..errors import invalid, unsupported
from ..expression import Expr
from ..literals import null_literal
from ..operators import comparison, like, logical, null_safe_equal
from ..types import (
    BOOLEAN,
    VOID,
    Type,
    comparison_type,
)
from .calls import call_function

if TYPE_CHECKING:
    from ..compiler import Compiler, Handler


def _compare(operator: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        right = node.expression
        if isinstance(right, (exp.Any, exp.All)):
            raise unsupported(f"{operator} {type(right).__name__.lower()}", node)
        return comparison(compiler, operator, compiler.compile(node.this), compiler.compile(right), node)

    return handle


def _logical(operator: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        return logical(compiler, operator, compiler.compile(node.this), compiler.compile(node.expression), node)

    return handle


def _not(compiler: Compiler, node: exp.Expression) -> Expr:
    inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
    if isinstance(inner, exp.In) and inner.args.get("query") is not None:
        value, unknown = _in_query(compiler, inner, inner.args["query"])
        return Expr(_known(f"(NOT {value.sql})", unknown), BOOLEAN, f"(NOT {value.name})")
    value = compiler.compile(node.this)
    sql = compiler.condition(value, "not", node)
    if isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null):
        name = value.name.replace(" IS NULL)", " IS NOT NULL)")
    else:
        name = f"(NOT {value.name})"
    return Expr(f"(NOT {sql})", BOOLEAN, name, volatile=value.volatile)


def _is(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    what = node.expression
    if isinstance(what, exp.Null):
        return Expr(f"({value.sql} IS NULL)", BOOLEAN, f"({value.name} IS NULL)", required=True)
    if isinstance(what, exp.Boolean):
        word = "TRUE" if what.this else "FALSE"
        value = compiler.coerce(value, BOOLEAN, node)
        return Expr(f"({value.sql} IS {word})", BOOLEAN, f"({value.name} IS {word})", required=True)
    raise unsupported(f"is {what.sql()}", node)


def _null_safe(negated: bool) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        return null_safe_equal(compiler, compiler.compile(node.this), compiler.compile(node.expression), node, negated)

    return handle


def _between(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    low = comparison(compiler, ">=", value, compiler.compile(node.args["low"]), node)
    high = comparison(compiler, "<=", value, compiler.compile(node.args["high"]), node)
    sql = f"({low.sql} AND {high.sql})"
    bounds = [compiler.compile(node.args[side]).name for side in ("low", "high")]
    return Expr(sql, BOOLEAN, names.call("between", [value.name, *bounds]), volatile=low.volatile or high.volatile)


def _in(compiler: Compiler, node: exp.Expression) -> Expr:
    query = node.args.get("query")
    if query is not None:
        found, unknown = _in_query(compiler, node, query)
        return replace(found, sql=_known(found.sql, unknown))
    if node.args.get("unnest") is not None or node.args.get("field") is not None:
        raise unsupported("in without a list", node)
    value = compiler.compile(node.this)
    items = [compiler.compile(item) for item in node.expressions]
    label = f"({value.name} IN ({', '.join(item.name for item in items)}))"
    values, _ = compiler.unify([value, *items], node, "in")
    sql = f"({values[0].sql} IN ({', '.join(item.sql for item in values[1:])}))"
    return Expr(sql, BOOLEAN, label, volatile=value.volatile)


def _known(sql: str, unknown: bool) -> str:
    """Spark answers false where `in` a subquery, or its contrary, is unknown; only a literal null gives null."""
    return sql if unknown else f"coalesce({sql}, false)"


def _in_query(compiler: Compiler, node: exp.Expression, query: exp.Expression) -> tuple[Expr, bool]:
    """`in` a subquery as SQL has it, and whether a literal null is looked for."""
    left = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
    values = [compiler.compile(value) for value in left]
    compiled = compiler.subquery(query, compiler.scope)
    columns = compiled.columns  # type: ignore[attr-defined]
    if len(columns) != len(values):
        raise invalid(f"in compares {len(values)} value(s) with {len(columns)} column(s)", node)
    sides: list[str] = []
    outputs: list[str] = []
    for value, column in zip(values, columns):
        other = Expr(column.id, column.type, column.name)
        common = comparison_type(value.type, other.type) if value.type != other.type else value.type
        if common is None:
            raise invalid(f"in compares {value.type} with {other.type}", node)
        sides.append(compiler.cast(value, common, node))
        outputs.append(compiler.cast(other, common, node))
    left_sql = sides[0] if len(sides) == 1 else f"({', '.join(sides)})"
    inner = f"SELECT {', '.join(outputs)} FROM ({compiled.sql}) AS {compiler.context.new_id('q')}"  # type: ignore[attr-defined]
    found = Expr(f"({left_sql} IN ({inner}))", BOOLEAN, f"({values[0].name} IN (listquery()))")
    return found, any(value.type == VOID for value in values)


def _exists(compiler: Compiler, node: exp.Expression) -> Expr:
    compiled = compiler.subquery(node.this, compiler.scope)
    return Expr(f"(EXISTS ({compiled.sql}))", BOOLEAN, "exists()", required=True)  # type: ignore[attr-defined]


def _scalar_subquery(compiler: Compiler, node: exp.Expression) -> Expr:
    compiled = compiler.subquery(node, compiler.scope)
    columns = compiled.columns  # type: ignore[attr-defined]
    if len(columns) != 1:
        raise invalid(f"a subquery that stands for a value has one column, not {len(columns)}", node)
    return Expr(f"({compiled.sql})", columns[0].type, "scalarsubquery()")  # type: ignore[attr-defined]


def _case(compiler: Compiler, node: exp.Expression) -> Expr:
    subject = None if node.this is None else compiler.compile(node.this)
    conditions: list[str] = []
    labels: list[str] = []
    results: list[Expr] = []
    for branch in node.args["ifs"]:
        if subject is None:
            condition = compiler.compile(branch.this)
            if condition.type == VOID:
                raise invalid("case needs a boolean, not void", branch)
            conditions.append(compiler.condition(condition, "case", branch))
        else:
            condition = comparison(compiler, "=", subject, compiler.compile(branch.this), branch)
            conditions.append(condition.sql)
        labels.append(condition.name)
        results.append(compiler.compile(branch.args["true"]))
    default = node.args.get("default")
    otherwise = null_literal() if default is None else compiler.compile(default)
    values, common = compiler.unify([*results, otherwise], node, "case")
    text = " ".join(f"WHEN {condition} THEN {value.sql}" for condition, value in zip(conditions, values))
    label = " ".join(f"WHEN {name} THEN {value.name}" for name, value in zip(labels, results))
    tail = "" if default is None else f" ELSE {otherwise.name}"
    volatile = any(value.volatile for value in values)
    sql = f"(CASE {text} ELSE {values[-1].sql} END)"
    return Expr(sql, common, f"CASE {label}{tail} END", volatile=volatile)


def _if(compiler: Compiler, node: exp.Expression) -> Expr:
    condition = compiler.compile(node.this)
    if condition.type not in (BOOLEAN, Type("void")):
        raise invalid(f"if needs a boolean, not {condition.type}", node)
    default = node.args.get("false")
    first = compiler.compile(node.args["true"])
    second = null_literal() if default is None else compiler.compile(default)
    values, common = compiler.unify([first, second], node, "if")
    sql = f"(CASE WHEN {condition.sql} THEN {values[0].sql} ELSE {values[1].sql} END)"
    volatile = first.volatile or second.volatile or condition.volatile
    return Expr(sql, common, f"(IF({condition.name}, {first.name}, {second.name}))", volatile=volatile)


def _like_node(kind: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        escape = "\\"
        if isinstance(node, exp.Escape):
            inner = node.this
            escape = str(node.expression.this)
            kind_of_inner = "ilike" if isinstance(inner, exp.ILike) else "like"
            return like(compiler, kind_of_inner, compiler.compile(inner.this), inner.expression, escape, node)
        return like(compiler, kind, compiler.compile(node.this), node.expression, escape, node)

    return handle


#: What compiles each kind of node.
HANDLERS: dict[type[exp.Expression], Handler] = {
    exp.EQ: _compare("="),
    exp.NEQ: _compare("<>"),
    exp.LT: _compare("<"),
    exp.LTE: _compare("<="),
    exp.GT: _compare(">"),
    exp.GTE: _compare(">="),
    exp.NullSafeEQ: _null_safe(False),
    exp.NullSafeNEQ: _null_safe(True),
    exp.And: _logical("AND"),
    exp.Or: _logical("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Exists: _exists,
    exp.Subquery: _scalar_subquery,
    exp.Select: _scalar_subquery,
    exp.Case: _case,
    exp.If: _if,
    exp.Like: _like_node("like"),
    exp.ILike: _like_node("ilike"),
    exp.Escape: _like_node("like"),
    exp.RegexpLike: lambda compiler, node: call_function(compiler, "rlike", [node.this, node.expression], node),
}
