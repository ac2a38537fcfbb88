"""What names mean at a place of a select: columns, fields of structs, items of arrays and maps."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from sqlglot import exp

from .errors import COLUMN_UNKNOWN, SqlError, invalid
from .expression import Expr, quote
from .scope import Column, Scope
from .types import (
    STRING,
    VECTOR,
    ArrayType,
    MapType,
    StructType,
    Type,
    duck,
    is_integral,
    wider,
)

if TYPE_CHECKING:
    from .compiler import Compiler


def column_parts(node: exp.Expression) -> list[str]:
    """`a.b.c` as its names, from the left."""
    if isinstance(node, exp.Column):
        parts = [node.args.get(key) for key in ("catalog", "db", "table", "this")]
        return [part.name for part in parts if part is not None]
    return [node.name]


def resolve(compiler: Compiler, parts: list[str], node: exp.Expression) -> Expr:
    """A dotted name: a lambda's variable, a column with or without its table, then fields of structs."""
    variable = compiler.lambdas.get(parts[0].lower())
    if variable is not None:
        return fields_of(compiler, variable, parts[1:], node)
    if compiler.aliases_first and len(parts) >= 1:
        alias = compiler.aliases.get(parts[0].lower())
        if alias is not None:
            return fields_of(compiler, alias, parts[1:], node)
    scope: Scope | None = compiler.scope
    while scope is not None:
        if len(parts) > 1:
            found = scope.match(parts[1], parts[0])
            if found:
                return fields_of(compiler, _one(found, parts, parts[1], node), parts[2:], node)
        found = scope.match(parts[0], None)
        if found:
            return fields_of(compiler, _one(found, parts, parts[0], node), parts[1:], node)
        if scope is compiler.scope:
            alias = compiler.aliases.get(parts[0].lower())
            if alias is not None:
                return fields_of(compiler, alias, parts[1:], node)
        scope = scope.parent
    raise _unknown_column(compiler, parts, node)


def _one(found: list[Column], parts: list[str], written: str, node: exp.Expression) -> Expr:
    """The only column found, named as it is written here."""
    if len(found) > 1:
        tables = ", ".join(f"{column.qualifier or '?'}.{column.name}" for column in found)
        raise invalid(f"column {'.'.join(parts)} is ambiguous: {tables}", node, "Write the table's name before it.")
    column = found[0]
    return Expr(column.id, column.type, written, label=written)


def fields_of(compiler: Compiler, value: Expr, path: list[str], node: exp.Expression) -> Expr:
    for name in path:
        value = field_of(compiler, value, name, node)
    return value


def field_of(compiler: Compiler, value: Expr, name: str, node: exp.Expression) -> Expr:
    """`value.name` of a struct, of a map, or of each struct in an array."""
    kind = value.type
    label = f"{value.name}.{name}"
    if isinstance(kind, StructType):
        found = kind.find(name)
        if found is not None:
            return Expr(f"struct_extract({value.sql}, {quote(found[0])})", found[1], label, label=found[0])
        fields = ", ".join(field_name for field_name, _ in kind.fields)
        raise SqlError(COLUMN_UNKNOWN, f"{value.name} has no field {name}", f"Its fields are {fields}.", node)
    if isinstance(kind, MapType):
        key = Expr(quote(name), STRING, name, value=name)
        return item_of(compiler, value, key, node).named(label)
    if isinstance(kind, ArrayType) and isinstance(kind.element, StructType):
        found = kind.element.find(name)
        if found is not None:
            item = f"struct_extract(s, {quote(found[0])})"
            return Expr(
                f"list_transform({value.sql}, lambda s: {item})", ArrayType(element=found[1]), label, label=name
            )
    raise invalid(f"{value.name} of type {kind} has no fields", node)


def item_of(compiler: Compiler, value: Expr, index: Expr, node: exp.Expression) -> Expr:
    """`value[index]`: arrays count from 0, maps by key; what is not there is null."""
    label = f"{value.name}[{index.name}]"
    kind = value.type
    if isinstance(kind, ArrayType):
        if not is_integral(index.type) and index.type.kind != "void":
            raise invalid(f"an array's index must be an integer, not {index.type}", node)
        if isinstance(index.value, int) and not isinstance(index.value, bool):
            sql = f"{value.sql}[{index.value + 1}]" if index.value >= 0 else f"CAST(NULL AS {duck(kind.element)})"
        else:
            sql = f"CASE WHEN {index.sql} >= 0 THEN {value.sql}[CAST({index.sql} AS BIGINT) + 1] END"
        return Expr(sql, kind.element, label, volatile=value.volatile or index.volatile)
    if isinstance(kind, MapType):
        key_type = _key_type(kind, index, node)
        key = compiler.coerce(index, key_type, node)
        value = compiler.coerce(value, MapType(key=key_type, value=kind.value), node)
        return Expr(f"{value.sql}[{key.sql}]", kind.value, label, volatile=value.volatile or index.volatile)
    if isinstance(kind, StructType):
        if kind == VECTOR and is_integral(index.type):
            return _vector_item(value, index, label)
        if isinstance(index.value, str):
            return field_of(compiler, value, index.value, node).named(label)
    raise invalid(f"{value.name} of type {kind} has no items", node)


def _key_type(kind: MapType, index: Expr, node: exp.Expression) -> Type:
    common = wider(kind.key, index.type)
    if common is None:
        raise invalid(f"a key of type {index.type} does not fit a map with keys of type {kind.key}", node)
    return common


def _vector_item(value: Expr, index: Expr, label: str) -> Expr:
    position = f"CAST({index.sql} AS INTEGER)"
    sql = f"spark_vector_item({value.sql}, {position})"
    return Expr(sql, Type("double"), label, volatile=value.volatile)


def _unknown_column(compiler: Compiler, parts: list[str], node: exp.Expression) -> SqlError:
    known = [column.name for column in compiler.scope.columns if not column.hidden]
    near = get_close_matches(parts[-1].lower(), [name.lower() for name in known], n=1)
    if near:
        hint = f"Did you mean {next(name for name in known if name.lower() == near[0])}?"
    elif known:
        hint = "Columns in sight: " + ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    else:
        hint = "The select has no from."
    return SqlError(COLUMN_UNKNOWN, f"no column {'.'.join(parts)}", hint, node)
