"""Functions that make several rows of one: explode and its kin, in lateral views, in the select list and in from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from .casts import field
from .errors import invalid, unsupported
from .expression import Expr, quote
from .functions.registry import GENERATORS
from .types import (
    INT,
    STRING,
    ArrayType,
    MapType,
    StructType,
    Type,
    duck,
    wider_of,
)

if TYPE_CHECKING:
    from .compiler import Compiler

GENERATORS.update(
    {"explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "stack", "json_tuple"}
)


@dataclass(frozen=True)
class Generated:
    """A list whose items become rows; `columns` are made of the item `{item}` and its place `{place}`, from 0."""

    items: str
    outer: bool
    columns: tuple[tuple[str, Type, str], ...]


def is_generator(node: exp.Expression) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.name).lower() in GENERATORS


def compile_generator(compiler: Compiler, node: exp.Expression, outer: bool) -> Generated:
    """Compiles a call of a generator."""
    name = str(node.name).lower()
    outer = outer or name.endswith("_outer")
    base = name.replace("_outer", "")
    values = [compiler.compile(argument) for argument in node.expressions]
    if base in ("explode", "posexplode"):
        if len(values) != 1:
            raise invalid(f"{name} takes one argument", node)
        return _explode(values[0], base == "posexplode", outer, node)
    if base == "inline":
        return _inline(values, outer, node)
    if base == "json_tuple":
        return _json_tuple(compiler, values, outer, node)
    return _stack(compiler, values, outer, node)


def _explode(value: Expr, positions: bool, outer: bool, node: exp.Expression) -> Generated:
    place: list[tuple[str, Type, str]] = [("pos", INT, "{place}")] if positions else []
    if isinstance(value.type, MapType):
        columns = [*place, ("key", value.type.key, "{item}.key"), ("value", value.type.value, "{item}.value")]
        return Generated(f"map_entries({value.sql})", outer, tuple(columns))
    if isinstance(value.type, ArrayType):
        return Generated(value.sql, outer, (*place, ("col", value.type.element, "{item}")))
    raise invalid(f"an array or map is needed, not {value.type}: {value.name}", node)


def _inline(values: Sequence[Expr], outer: bool, node: exp.Expression) -> Generated:
    kind = values[0].type if len(values) == 1 else None
    if not isinstance(kind, ArrayType) or not isinstance(kind.element, StructType):
        raise invalid("inline takes an array of structs", node)
    columns = tuple((name, item, field("{item}", name)) for name, item in kind.element.fields)
    return Generated(values[0].sql, outer, columns)


def _stack(compiler: Compiler, values: Sequence[Expr], outer: bool, node: exp.Expression) -> Generated:
    count = values[0].value if values else None
    if not isinstance(count, int) or count < 1 or len(values) < 2:
        raise invalid("stack takes a number of rows, then the values", node)
    items = list(values[1:])
    width = -(-len(items) // count)
    kinds: list[Type] = []
    for column in range(width):
        kind = wider_of([item.type for item in items[column::width]])
        if kind is None:
            raise invalid(f"the values of column {column} of stack have no common type", node)
        kinds.append(kind)
    rows: list[str] = []
    for row in range(count):
        cells = []
        for column in range(width):
            at = row * width + column
            cell = (
                compiler.cast(items[at], kinds[column], node)
                if at < len(items)
                else f"CAST(NULL AS {duck(kinds[column])})"
            )
            cells.append(f"'c{column}': CAST({cell} AS {duck(kinds[column])})")
        rows.append(f"{{{', '.join(cells)}}}")
    columns = tuple((f"col{index}", kind, f"{{item}}.c{index}") for index, kind in enumerate(kinds))
    return Generated(f"[{', '.join(rows)}]", outer, columns)


def _json_tuple(compiler: Compiler, values: Sequence[Expr], outer: bool, node: exp.Expression) -> Generated:
    if len(values) < 2:
        raise invalid("json_tuple takes a text and the names of fields", node)
    source = compiler.cast(values[0], STRING, node)
    cells: list[str] = []
    for index, name in enumerate(values[1:]):
        if not isinstance(name.value, str):
            raise unsupported("json_tuple with a computed name", node)
        path = quote('$."' + name.value.replace('"', "") + '"')
        cells.append(f"'c{index}': CASE WHEN json_valid({source}) THEN json_extract_string({source}, {path}) END")
    columns = tuple((f"c{index}", STRING, f"{{item}}.c{index}") for index in range(len(cells)))
    return Generated(f"[{{{', '.join(cells)}}}]", outer, columns)
