"""Literals, casts and the names of types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from ..casts import try_integral
from ..errors import invalid, unsupported
from ..expression import NO_VALUE, Expr
from ..literals import boolean_literal, null_literal, number_literal, string_literal
from ..types import (
    Type,
    parse_type,
)
from .calls import call_function

if TYPE_CHECKING:
    from ..compiler import Compiler, Handler


def _literal(_: Compiler, node: exp.Expression) -> Expr:
    return string_literal(node.this) if node.is_string else number_literal(str(node.this), node)


def _cast(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    target = _data_type(node.args["to"], node)
    if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast) and isinstance(node.this, exp.Literal):
        _check_typed_literal(value, target, node)
        return Expr(
            compiler.cast(value, target, node), target, f"{str(target).upper()} '{value.name}'", value=value.value
        )
    verb = "TRY_CAST" if node.args.get("safe") else "CAST"
    label = f"{verb}({value.name} AS {str(target).upper()})"
    if value.type == target:
        # A literal that is cast is none any more: it does not take part in the rules for literals' precision.
        return replace(value, name=value.name if not value.is_literal else label, label=None, value=NO_VALUE)
    sql = try_integral(value.sql, value.type, target) if node.args.get("safe") and not value.is_literal else None
    return Expr(sql or compiler.cast(value, target, node), target, label, volatile=value.volatile)


def _check_typed_literal(value: Expr, target: Type, node: exp.Expression) -> None:
    if target.kind in ("date", "timestamp") and isinstance(value.value, str):
        from ..literals import is_date_text

        if not is_date_text(value.value):
            raise invalid(f"'{value.value}' is no {target}", node)


def _data_type(node: exp.Expression, where: exp.Expression) -> Type:
    kind = node.this if isinstance(node, exp.DataType) else None
    refused = {
        "TIMESTAMPNTZ": "timestamp_ntz",
        "TIMESTAMPLTZ": None,
        "INTERVAL": "interval",
        "VARIANT": "variant",
        "TIME": "time",
    }
    name = getattr(kind, "name", "")
    if refused.get(name) is not None:
        raise unsupported(f"the type {refused[name]}", where)
    text = _type_text(node)
    try:
        return parse_type(text)
    except ValueError:
        raise invalid(f"unknown type {text}", where) from None


_TYPE_NAMES = {
    "TEXT": "string",
    "VARCHAR": "string",
    "CHAR": "string",
    "NCHAR": "string",
    "NVARCHAR": "string",
    "TIMESTAMPTZ": "timestamp",
    "TIMESTAMPLTZ": "timestamp",
    "TIMESTAMP": "timestamp",
    "VARBINARY": "binary",
    "BINARY": "binary",
    "DECIMAL": "decimal",
}


def _type_text(node: exp.Expression) -> str:
    if isinstance(node, exp.ColumnDef):
        name = node.this.name.replace("`", "``")
        return f"`{name}`:{_type_text(node.args['kind'])}"
    if not isinstance(node, exp.DataType):
        return node.sql(dialect="spark").lower()
    name = getattr(node.this, "name", str(node.this))
    if name == "USERDEFINED":
        return str(node.args.get("kind") or "?")
    inner = node.expressions
    if name in ("ARRAY", "MAP", "STRUCT"):
        return f"{name.lower()}<{','.join(_type_text(item) for item in inner)}>"
    text = _TYPE_NAMES.get(name, name.lower())
    if text == "decimal" and inner:
        return f"decimal({','.join(item.this.name for item in inner)})"
    return str(text)


def _interval(_: Compiler, node: exp.Expression) -> Expr:
    from ..intervals import interval_literal

    return interval_literal(_, node)


def _hex(_: Compiler, node: exp.Expression) -> Expr:
    digits = str(node.this)
    digits = digits if len(digits) % 2 == 0 else "0" + digits
    return Expr(f"unhex('{digits}')", Type("binary"), f"X'{digits.upper()}'")


def _current(kind: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        return call_function(compiler, kind, [], node)

    return handle


#: What compiles each kind of node.
HANDLERS: dict[type[exp.Expression], Handler] = {
    exp.Literal: _literal,
    exp.Null: lambda _compiler, _node: null_literal(),
    exp.Boolean: lambda _compiler, node: boolean_literal(bool(node.this)),
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Interval: _interval,
    exp.HexString: _hex,
    exp.CurrentDate: _current("current_date"),
    exp.CurrentTimestamp: _current("current_timestamp"),
}
