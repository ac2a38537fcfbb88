"""The order of structs and arrays: Spark puts nulls inside of them first, DuckDB last."""

from __future__ import annotations

from .types import ArrayType, StructType, Type


def is_nested(kind: Type) -> bool:
    return isinstance(kind, (ArrayType, StructType))


def sort_key(sql: str, kind: Type) -> str:
    """SQL of a value that DuckDB orders as Spark orders the given one; null where that is null."""
    if not is_nested(kind):
        return sql
    return f"(CASE WHEN {sql} IS NOT NULL THEN create_sort_key({sql}, 'ASC NULLS FIRST') END)"


def sorted_list(sql: str, element: Type, order: str) -> str:
    """SQL of a sorted list. `order`: `'ASC', 'NULLS FIRST'` and the like, for the list's own nulls."""
    if not is_nested(element):
        return f"list_sort({sql}, {order})"
    direction, nulls = order.split(", ")
    keyed = f"list_transform(list_filter({sql}, lambda k: k IS NOT NULL), lambda k: {{'k': {sort_key('k', element)}, 'v': k}})"
    ordered = f"list_transform(list_sort({keyed}, {direction}), lambda k: k.v)"
    missing = f"list_filter({sql}, lambda k: k IS NULL)"
    first, second = (missing, ordered) if "FIRST" in nulls else (ordered, missing)
    return f"(CASE WHEN {sql} IS NOT NULL THEN list_concat({first}, {second}) END)"
