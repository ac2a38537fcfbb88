"""Functions that choose between values, ask for nulls, or name types."""

from __future__ import annotations

from ..expression import Expr, quote
from ..names import call as call_name
from ..operators import comparison, null_safe_equal
from ..types import (
    BIGINT,
    BINARY,
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    STRING,
    TIMESTAMP,
    VOID,
    DecimalType,
    Type,
    duck,
    wider_of,
)
from .registry import Call, scalar


@scalar("coalesce")
def _coalesce(call: Call) -> Expr:
    values = call.arguments(1, 1000)
    items, common = call.compiler.unify(values, call.node, call.name)
    return call.result(f"coalesce({', '.join(item.sql for item in items)})", common, values)


@scalar("ifnull", "nvl")
def _nvl(call: Call) -> Expr:
    values = call.arguments(2)
    items, common = call.compiler.unify(values, call.node, call.name)
    return call.result(f"coalesce({', '.join(item.sql for item in items)})", common, values)


@scalar("nvl2")
def _nvl2(call: Call) -> Expr:
    values = call.arguments(3)
    items, common = call.compiler.unify(values[1:], call.node, call.name)
    sql = f"(CASE WHEN {values[0].sql} IS NOT NULL THEN {items[0].sql} ELSE {items[1].sql} END)"
    return call.result(sql, common, values)


@scalar("nullif")
def _nullif(call: Call) -> Expr:
    left, right = call.arguments(2)
    if left.type == VOID:
        return call.result("NULL", VOID, [left, right])
    same = comparison(call.compiler, "=", left, right, call.node)
    return call.result(f"(CASE WHEN {same.sql} THEN NULL ELSE {left.sql} END)", left.type, [left, right])


@scalar("nullifzero")
def _nullifzero(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"(CASE WHEN {value.sql} = 0 THEN NULL ELSE {value.sql} END)", value.type, [value])


@scalar("zeroifnull")
def _zeroifnull(call: Call) -> Expr:
    (value,) = call.arguments(1)
    zero = Expr("0::INTEGER", INT, "0", value=0)
    items, common = call.compiler.unify([value, zero], call.node, call.name)
    return call.result(f"coalesce({items[0].sql}, {items[1].sql})", common, [value])


@scalar("if", "iff")
def _if(call: Call) -> Expr:
    condition, first, second = call.arguments(3)
    items, common = call.compiler.unify([first, second], call.node, "if")
    test = call.truth(condition)
    sql = f"(CASE WHEN {test} THEN {items[0].sql} ELSE {items[1].sql} END)"
    return call.result(sql, common, [condition, first, second], f"(IF({condition.name}, {first.name}, {second.name}))")


def decode_pairs(call: Call) -> Expr:
    """`decode(value, search, result, …, default)`: null finds null."""
    values = call.arguments(3, 1000)
    subject, rest = values[0], values[1:]
    pairs = [(rest[at], rest[at + 1]) for at in range(0, len(rest) - 1, 2)]
    default = rest[-1] if len(rest) % 2 == 1 else Expr("NULL", VOID, "NULL", value=None)
    results, common = call.compiler.unify([result for _, result in pairs] + [default], call.node, "decode")
    branches = " ".join(
        f"WHEN {null_safe_equal(call.compiler, subject, search, call.node, False).sql} THEN {result.sql}"
        for (search, _), result in zip(pairs, results)
    )
    return call.result(f"(CASE {branches} ELSE {results[-1].sql} END)", common, values)


@scalar("isnull")
def _isnull(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"({value.sql} IS NULL)", BOOLEAN, [value], f"({value.name} IS NULL)")


@scalar("isnotnull")
def _isnotnull(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"({value.sql} IS NOT NULL)", BOOLEAN, [value], f"({value.name} IS NOT NULL)")


@scalar("equal_null")
def _equal_null(call: Call) -> Expr:
    left, right = call.arguments(2)
    return null_safe_equal(call.compiler, left, right, call.node, False).named(
        call_name("equal_null", [left.name, right.name])
    )


@scalar("typeof")
def _typeof(call: Call) -> Expr:
    (value,) = call.arguments(1)
    # The value is computed too: an aggregate or window function in it decides how many rows there are.
    name = quote(str(value.type))
    return call.result(f"(CASE WHEN {value.sql} IS NULL THEN {name} ELSE {name} END)", STRING, [value])


@scalar("raise_error")
def _raise_error(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"error({call.text(value)})", VOID, [value])


@scalar("assert_true")
def _assert_true(call: Call) -> Expr:
    values = call.arguments(1, 2)
    message = call.text(values[1]) if len(values) == 2 else quote(f"'{values[0].name}' is not true!")
    names = [value.name for value in values] + ([] if len(values) == 2 else [f"'{values[0].name}' is not true!"])
    sql = f"(CASE WHEN {call.truth(values[0])} THEN NULL ELSE CAST(error({message}) AS INTEGER) END)"
    return call.result(sql, VOID, values, call_name("assert_true", names))


@scalar("uuid")
def _uuid(call: Call) -> Expr:
    call.arity(0)
    call.compiler.context.volatile = True
    return Expr("CAST(uuid() AS VARCHAR)", STRING, "uuid()", volatile=True)


@scalar("monotonically_increasing_id")
def _row_id(call: Call) -> Expr:
    call.arity(0)
    if not call.compiler.windows_allowed:
        raise call.unsupported("outside of the select list")
    call.compiler.context.volatile = True
    return Expr("(row_number() OVER () - 1)", BIGINT, "monotonically_increasing_id()", volatile=True)


_CASTS = {
    "boolean": BOOLEAN,
    "tinyint": Type("tinyint"),
    "smallint": Type("smallint"),
    "int": INT,
    "bigint": BIGINT,
    "float": Type("float"),
    "double": DOUBLE,
    "decimal": DecimalType(),
    "string": STRING,
    "binary": BINARY,
    "timestamp": TIMESTAMP,
    "date": DATE,
}


@scalar(*_CASTS)
def _cast(call: Call) -> Expr:
    (value,) = call.arguments(1)
    target = _CASTS[call.name]
    return Expr(call.cast(value, target), target, value.name, volatile=value.volatile)


__all__ = ["decode_pairs", "duck", "wider_of"]
