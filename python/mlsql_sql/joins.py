"""Joins of every kind, with Spark's columns of `using` and natural joins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from .errors import SqlError, invalid, unsupported
from .expression import Expr
from .generators import is_generator
from .operators import comparison
from .scope import Column, Relation, Scope
from .types import wider

if TYPE_CHECKING:
    from .query import QueryCompiler


def join_relations(queries: QueryCompiler, left: Relation, join: exp.Expression, scope: Scope) -> Relation:
    """`left join right on …`."""
    if isinstance(join.this, exp.Lateral):
        return _lateral(queries, left, join, scope)
    right = queries.from_item(join.this, scope)
    side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
    method = str(join.args.get("method") or "").upper()
    if method not in ("", "NATURAL"):
        raise unsupported(f"a {method.lower()} join", join)
    word = _word(side, kind, join)
    keys = _keys(left, right, join, method)
    if keys is not None:
        return _using(queries, left, right, keys, word, join, scope)
    condition = join.args.get("on")
    if condition is None:
        if word in ("SEMI", "ANTI"):
            text = "true"
        elif word in ("INNER", "CROSS"):
            return Relation(f"({_select_all(left)} CROSS JOIN {right.sql})", left.columns + right.columns)
        else:
            text = "true"
    else:
        both = Scope([*left.columns, *right.columns], scope)
        text = queries.compiler(both).boolean(condition, "on")
    return _joined(left, right, word, text)


def _lateral(queries: QueryCompiler, left: Relation, join: exp.Expression, scope: Scope) -> Relation:
    """`left join lateral (select … of left's columns) on …`."""
    lateral = join.this
    outer = str(join.args.get("side") or "").upper() == "LEFT"
    if is_generator(lateral.this) and join.args.get("on") is None:
        named = lateral.args.get("alias")
        compiler = queries.compiler(Scope(list(left.columns), scope))
        fields = [column.name for column in named.columns] if named is not None else []
        return queries.generate(left, compiler, lateral.this, named.name if named is not None else None, fields, outer)
    if not isinstance(lateral.this, exp.Subquery):
        raise unsupported("a lateral join of something else than a select", join)
    side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
    if side not in ("", "LEFT") or kind not in ("", "INNER", "CROSS", "OUTER") or join.args.get("using"):
        raise unsupported(f"a {side} {kind} join lateral".lower(), join)
    query = queries.compile(lateral.this, Scope(list(left.columns), scope))
    alias = lateral.args.get("alias")
    names = [column.name for column in alias.columns] if alias is not None else []
    if names and len(names) != len(query.columns):
        raise invalid(f"{alias.name} names {len(names)} column(s) of {len(query.columns)}", join)
    right = query.relation().qualified(alias.name if alias is not None else None, names)
    both = Scope([*left.columns, *right.columns], scope)
    condition = join.args.get("on")
    text = "true" if condition is None else queries.compiler(both).boolean(condition, "on")
    columns = left.columns + right.columns
    ids = ", ".join(column.id for column in columns) or "1"
    word = "LEFT JOIN" if side == "LEFT" else "INNER JOIN"
    return Relation(f"(SELECT {ids} FROM {left.sql} {word} LATERAL {right.sql} ON {text})", columns)


def _select_all(relation: Relation) -> str:
    ids = ", ".join(column.id for column in relation.columns)
    return f"SELECT * FROM (SELECT {ids or '1'} FROM {relation.sql})"


def _word(side: str, kind: str, join: exp.Expression) -> str:
    if kind in ("SEMI", "ANTI"):
        if side == "RIGHT":
            raise unsupported("a right semi or anti join", join)
        return kind
    if side in ("LEFT", "RIGHT", "FULL"):
        return side
    if kind in ("", "INNER", "OUTER"):
        return (
            "INNER" if join.args.get("on") is not None or join.args.get("using") or join.args.get("method") else "CROSS"
        )
    if kind == "CROSS":
        return "INNER" if join.args.get("on") is not None else "CROSS"
    raise unsupported(f"a {side} {kind} join".lower(), join)


def _keys(left: Relation, right: Relation, join: exp.Expression, method: str) -> list[str] | None:
    using = join.args.get("using")
    if using:
        return [item.name for item in using]
    if method != "NATURAL":
        return None
    there = {column.name.lower() for column in right.visible}
    return [column.name for column in left.visible if column.name.lower() in there]


def _joined(left: Relation, right: Relation, word: str, condition: str) -> Relation:
    columns = left.columns if word in ("SEMI", "ANTI") else left.columns + right.columns
    ids = ", ".join(column.id for column in columns) or "1"
    operator = {"INNER": "INNER JOIN", "CROSS": "INNER JOIN"}.get(word, f"{word} JOIN")
    return Relation(f"(SELECT {ids} FROM {left.sql} {operator} {right.sql} ON {condition})", columns)


def _using(
    queries: QueryCompiler,
    left: Relation,
    right: Relation,
    keys: Sequence[str],
    word: str,
    join: exp.Expression,
    scope: Scope,
) -> Relation:
    compiler = queries.compiler(Scope([], scope))
    pairs: list[tuple[Column, Column]] = [(_find(left, key, join), _find(right, key, join)) for key in keys]
    tests = [
        comparison(compiler, "=", Expr(a.id, a.type, a.name), Expr(b.id, b.type, b.name), join).sql for a, b in pairs
    ]
    joined = _joined(left, right, word, " AND ".join(tests) or "true")
    if word in ("SEMI", "ANTI") or not pairs:
        return joined
    merged: list[Column] = []
    extra: list[str] = []
    for first, second in pairs:
        if word == "RIGHT":
            merged.append(replace(second, qualifier=second.qualifier))
        elif word == "FULL":
            kind = wider(first.type, second.type) or first.type
            column = Column(queries.context.new_id(), first.name, kind)
            one = compiler.cast(Expr(first.id, first.type, first.name), kind, join)
            other = compiler.cast(Expr(second.id, second.type, second.name), kind, join)
            extra.append(f"coalesce({one}, {other}) AS {column.id}")
            merged.append(column)
        else:
            merged.append(first)
    used = {column.id for pair in pairs for column in pair}
    shown = {column.id for column in merged}
    hidden = [replace(column, hidden=True) for pair in pairs for column in pair if column.id not in shown]
    rest = [column for column in (*left.columns, *right.columns) if column.id not in used]
    columns = (*merged, *rest, *hidden)
    if not extra:
        return Relation(joined.sql, columns)
    return Relation(f"(SELECT *, {', '.join(extra)} FROM {joined.sql})", columns)


def _find(relation: Relation, name: str, join: exp.Expression) -> Column:
    found = [column for column in relation.visible if column.name.lower() == name.lower()]
    if not found:
        raise SqlError("MLSQL_TABLE_COLUMN_UNKNOWN", f"using: no column {name} on one side of the join", None, join)
    if len(found) > 1:
        raise invalid(f"using: column {name} is ambiguous", join)
    return found[0]
