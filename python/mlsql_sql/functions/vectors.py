"""Functions of vectors: the struct of type, size, indices and values, or a plain array of numbers."""

from __future__ import annotations

from ..expression import Expr
from ..types import (
    DOUBLE,
    INT,
    VECTOR,
    ArrayType,
    MapType,
    is_integral,
    is_numeric,
)
from .registry import Call, scalar

_NUMBERS = ArrayType(element=DOUBLE)


def _array_of(call: Call, value: Expr) -> str:
    """SQL of all numbers of a vector or array."""
    if value.type == VECTOR:
        return f"spark_vector_array({value.sql})"
    if isinstance(value.type, ArrayType) and (
        is_numeric(value.type.element) or value.type.element.kind in ("void", "string")
    ):
        return call.cast(value, _NUMBERS)
    if value.type.kind == "void":
        return "CAST(NULL AS DOUBLE[])"
    raise call.error(f"a vector or an array of numbers is needed, not {value.type}: {value.name}")


def _dense(numbers: str) -> str:
    return f"spark_dense({numbers})"


@scalar("vec_dense")
def _vec_dense(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(_dense(_array_of(call, value)), VECTOR, [value])


@scalar("vec_sparse")
def _vec_sparse(call: Call) -> Expr:
    size, entries = call.arguments(2)
    if not isinstance(entries.type, MapType) or not is_integral(entries.type.key):
        raise call.error(f"a map from indices to numbers is needed, not {entries.type}")
    items = call.cast(entries, MapType(key=INT, value=DOUBLE))
    return call.result(f"spark_sparse({call.cast(size, INT)}, {items})", VECTOR, [size, entries])


@scalar("vec_array")
def _vec_array(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(_array_of(call, value), _NUMBERS, [value])


@scalar("vec_size")
def _vec_size(call: Call) -> Expr:
    (value,) = call.arguments(1)
    if value.type == VECTOR:
        sql = f'CAST(CASE WHEN {value.sql}."type" = 0 THEN {value.sql}.size ELSE len({value.sql}."values") END AS INTEGER)'
    else:
        sql = f"CAST(len({_array_of(call, value)}) AS INTEGER)"
    return call.result(sql, INT, [value])


@scalar("vec_argmax")
def _vec_argmax(call: Call) -> Expr:
    (value,) = call.arguments(1)
    numbers = _array_of(call, value)
    # The first of the largest; an empty vector has none, which Spark writes as -1.
    sql = f"CAST(CASE WHEN len({numbers}) = 0 THEN -1 ELSE list_position({numbers}, list_max({numbers})) - 1 END AS INTEGER)"
    return call.result(sql, INT, [value])


@scalar("vec_concat")
def _vec_concat(call: Call) -> Expr:
    values = call.arguments(1, 1000)
    if len(values) == 1 and isinstance(values[0].type, ArrayType) and not is_numeric(values[0].type.element):
        element = values[0].type.element
        if element == VECTOR:
            lists = f"list_transform({values[0].sql}, lambda v: spark_vector_array(v))"
        else:
            lists = call.cast(values[0], ArrayType(element=_NUMBERS))
        return call.result(_dense(f"flatten({lists})"), VECTOR, values)
    numbers = [_array_of(call, value) for value in values]
    joined = numbers[0]
    for item in numbers[1:]:
        joined = f"list_concat({joined}, {item})"
    present = " AND ".join(f"{item} IS NOT NULL" for item in numbers)
    return call.result(_dense(f"(CASE WHEN {present} THEN {joined} END)"), VECTOR, values)


@scalar("vec_slice")
def _vec_slice(call: Call) -> Expr:
    value, indices = call.arguments(2)
    wanted = call.cast(indices, ArrayType(element=INT))
    numbers = _array_of(call, value)
    return call.result(_dense(f"list_transform({wanted}, lambda i: ({numbers})[i + 1])"), VECTOR, [value, indices])


@scalar("vec_range")
def _vec_range(call: Call) -> Expr:
    value, bounds = call.arguments(2)
    pair = call.cast(bounds, ArrayType(element=INT))
    numbers = _array_of(call, value)
    return call.result(_dense(f"list_slice({numbers}, ({pair})[1] + 1, ({pair})[2])"), VECTOR, [value, bounds])


@scalar("vec_mk_string")
def _vec_mk_string(call: Call) -> Expr:
    from ..types import STRING

    values = call.arguments(1, 2)
    text = call.cast(Expr(_array_of(call, values[0]), _NUMBERS, ""), ArrayType(element=STRING))
    separator = call.text(values[1]) if len(values) == 2 else "','"
    return call.result(f"array_to_string({text}, {separator})", STRING, values)
