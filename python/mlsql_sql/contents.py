"""What an expression contains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from .functions.registry import (
    AGGREGATES,
)

if TYPE_CHECKING:
    from .compiler import Compiler


def contains_aggregate(node: exp.Expression, compiler: Compiler) -> bool:
    """True where an aggregate function stands in the expression, not counting functions with over."""
    if isinstance(node, (exp.Subquery, exp.Select, exp.SetOperation)):
        return False
    if isinstance(node, exp.Window):
        inner = node.this
        while isinstance(inner, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)):
            inner = inner.this
        parts: list[exp.Expression] = [*inner.expressions, *node.args.get("partition_by", [])]
        if node.args.get("order") is not None:
            parts.append(node.args["order"])
        return any(contains_aggregate(part, compiler) for part in parts)
    if isinstance(node, exp.Anonymous) and str(node.name).lower() in AGGREGATES:
        return str(node.name).lower() not in compiler.context.functions
    return any(contains_aggregate(child, compiler) for child in node.iter_expressions())


def contains_window(node: exp.Expression) -> bool:
    if isinstance(node, (exp.Subquery, exp.Select, exp.SetOperation)):
        return False
    return isinstance(node, exp.Window) or any(contains_window(child) for child in node.iter_expressions())
