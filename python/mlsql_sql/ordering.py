"""The order of structs and arrays: Spark puts nulls inside of them first, DuckDB last."""

from __future__ import annotations

from .casts import field
from .types import ArrayType, StructType, Type


def is_nested(kind: Type) -> bool:
    return isinstance(kind, (ArrayType, StructType))


def sort_key(sql: str, kind: Type, depth: int = 0) -> str:
    """
    SQL of a value that DuckDB orders as Spark orders the given one; null where that is null.

    Before each part stands whether it is there at all: false comes first.
    """
    if isinstance(kind, StructType):
        parts = []
        for index, (name, of) in enumerate(kind.fields):
            part = field(sql, name)
            parts.append(f"'n{index}': {part} IS NOT NULL, 'v{index}': {sort_key(part, of, depth)}")
        return f"(CASE WHEN {sql} IS NOT NULL THEN {{{', '.join(parts)}}} END)" if parts else sql
    if isinstance(kind, ArrayType):
        item = f"o{depth}"
        entry = f"{{'n': {item} IS NOT NULL, 'v': {sort_key(item, kind.element, depth + 1)}}}"
        return f"list_transform({sql}, lambda {item}: {entry})"
    return sql


def sorted_list(sql: str, element: Type, order: str) -> str:
    """SQL of a sorted list. `order`: `'ASC', 'NULLS FIRST'` and the like, for the list's own nulls."""
    if not is_nested(element):
        return f"list_sort({sql}, {order})"
    direction, nulls = order.split(", ")
    keyed = f"list_transform(list_filter({sql}, lambda k: k IS NOT NULL), lambda k: {{'k': {sort_key('k', element)}, 'v': k}})"
    ordered = f"list_transform(list_sort({keyed}, {direction}), lambda k: k.v)"
    # The list's own nulls are put where they belong.
    missing = f"list_filter({sql}, lambda k: k IS NULL)"
    first, second = (missing, ordered) if "FIRST" in nulls else (ordered, missing)
    return f"(CASE WHEN {sql} IS NOT NULL THEN list_concat({first}, {second}) END)"
