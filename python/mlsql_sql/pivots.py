"""Pivot and unpivot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from .compiler import Compiler
from .errors import invalid, unsupported
from .expression import Expr, quote
from .operators import comparison
from .scope import Column, Relation, Scope
from .types import STRING, duck, wider_of

if TYPE_CHECKING:
    from .query import QueryCompiler


def apply_pivot(queries: QueryCompiler, relation: Relation, pivot: exp.Expression, scope: Scope) -> Relation:
    """The relation behind `pivot (…)` or `unpivot (…)`."""
    result = (
        _unpivot(queries, relation, pivot, scope)
        if pivot.args.get("unpivot")
        else _pivot(queries, relation, pivot, scope)
    )
    alias = pivot.args.get("alias")
    return result if alias is None else result.qualified(alias.name)


def _pivot(queries: QueryCompiler, relation: Relation, pivot: exp.Expression, scope: Scope) -> Relation:
    fields = pivot.args.get("fields") or []
    if len(fields) != 1 or not isinstance(fields[0], exp.In):
        raise unsupported("a pivot without one `for … in (…)`", pivot)
    inside = Scope(list(relation.columns), scope)
    compiler = queries.compiler(inside)
    subject = fields[0].this
    if isinstance(subject, exp.Tuple):
        raise unsupported("a pivot over several columns", pivot)
    key = compiler.compile(subject)
    values = [_value(compiler, item) for item in fields[0].expressions]
    aggregates = [_aggregate(item) for item in pivot.expressions]
    used = _used_columns(compiler, [node for node, _ in aggregates] + [subject])
    groups = [column for column in relation.visible if column.id not in used]
    outputs: list[tuple[Column, str]] = []
    for value, name in values:
        test = comparison(compiler, "=", key, value, pivot)
        matches = (
            f"(CASE WHEN {value.sql} IS NULL THEN {key.sql} IS NULL ELSE {test.sql} END)"
            if value.value is None
            else test.sql
        )
        for node, alias in aggregates:
            compiled = _filtered(compiler, node, matches)
            label = name if len(aggregates) == 1 else f"{name}_{alias or compiled.name}"
            column = Column(queries.context.new_id(), label, compiled.type)
            # Where no row has the value there is no group to aggregate: null, even for count.
            outputs.append((column, f"CASE WHEN count(*) FILTER (WHERE {matches}) > 0 THEN {compiled.sql} END"))
    ids = ", ".join(column.id for column in groups)
    pieces = ", ".join(f"{sql} AS {column.id}" for column, sql in outputs)
    group_by = f" GROUP BY {ids}" if groups else ""
    sql = f"(SELECT {ids + ', ' if ids else ''}{pieces} FROM {relation.sql}{group_by})"
    plain = [replace(column, qualifier=None) for column in groups]
    return Relation(sql, (*plain, *(column for column, _ in outputs)))


def _value(compiler: Compiler, item: exp.Expression) -> tuple[Expr, str]:
    if isinstance(item, (exp.PivotAlias, exp.Alias)):
        alias = item.args["alias"]
        return compiler.compile(item.this), alias.name
    value = compiler.compile(item)
    if isinstance(item, exp.Column):
        raise unsupported("a pivot over values that are no literals", item)
    return value, "null" if value.value is None and value.is_literal else value.name


def _aggregate(item: exp.Expression) -> tuple[exp.Expression, str | None]:
    return (item.this, item.alias) if isinstance(item, exp.Alias) else (item, None)


def _filtered(compiler: Compiler, node: exp.Expression, condition: str) -> Expr:
    """An aggregate over the rows of one value."""
    from .functions import registry

    if not isinstance(node, exp.Anonymous) or str(node.name).lower() not in registry.AGGREGATES:
        raise unsupported("a pivot of something else than one aggregate function", node)
    call = registry.Call(compiler, str(node.name).lower(), list(node.expressions), node, condition=_Raw(this=condition))
    return registry.AGGREGATES[call.name](call)


class _Raw(exp.Expression):
    """A condition that is compiled already."""


def _compile_raw(_: Compiler, node: exp.Expression) -> Expr:
    from .types import BOOLEAN

    return Expr(str(node.this), BOOLEAN, "")


def register_raw() -> None:
    from .compiler import HANDLERS

    HANDLERS[_Raw] = _compile_raw


def _used_columns(compiler: Compiler, nodes: list[exp.Expression]) -> set[str]:
    used: set[str] = set()
    for node in nodes:
        for column in node.find_all(exp.Column):
            if not isinstance(column.this, exp.Star):
                used.add(compiler.compile(column).sql)
    return used


def _unpivot(queries: QueryCompiler, relation: Relation, pivot: exp.Expression, scope: Scope) -> Relation:
    fields = pivot.args.get("fields") or []
    if len(fields) != 1 or len(pivot.expressions) != 1 or isinstance(pivot.expressions[0], exp.Tuple):
        raise unsupported("an unpivot of several value columns", pivot)
    compiler = queries.compiler(Scope(list(relation.columns), scope))
    sources: list[tuple[Expr, str]] = []
    for item in fields[0].expressions:
        if isinstance(item, (exp.PivotAlias, exp.Alias)):
            sources.append((compiler.compile(item.this), item.args["alias"].name))
        else:
            value = compiler.compile(item)
            sources.append((value, value.name))
    kind = wider_of([value.type for value, _ in sources])
    if kind is None:
        raise invalid("the columns of unpivot have no common type", pivot)
    used = {value.sql for value, _ in sources}
    kept = [column for column in relation.visible if column.id not in used]
    rows = ", ".join(
        f"{{'n': {quote(name)}, 'v': CAST({compiler.cast(value, kind, pivot)} AS {duck(kind)})}}"
        for value, name in sources
    )
    item = queries.context.new_id("i")
    ids = "".join(f"{column.id}, " for column in kept)
    name_column = Column(queries.context.new_id(), fields[0].this.name, STRING)
    value_column = Column(queries.context.new_id(), pivot.expressions[0].name, kind)
    where = "" if pivot.args.get("include_nulls") else f" WHERE {item}.v IS NOT NULL"
    inner = f"(SELECT {ids}unnest([{rows}]) AS {item} FROM {relation.sql})"
    sql = f"(SELECT {ids}{item}.n AS {name_column.id}, {item}.v AS {value_column.id} FROM {inner}{where})"
    return Relation(sql, (*kept, name_column, value_column))
