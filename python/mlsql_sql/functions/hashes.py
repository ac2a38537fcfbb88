"""hash(): Spark's Murmur3 of the values, for buckets and splits that must fall as they do there."""

from __future__ import annotations

from ..casts import field
from ..expression import Expr
from ..types import BIGINT, INT, ArrayType, DecimalType, StructType, Type, duck
from .registry import Call, scalar

#: Digits of the decimals that Spark hashes as longs.
_LONG_DIGITS = 18
#: Arrays in arrays whose hash is still written out.
_DEPTH_MAX = 3


@scalar("hash")
def _hash(call: Call) -> Expr:
    values = call.arguments(1, 1000)
    seed = "42::INTEGER"
    for value in values:
        hashed = _hashed(value.sql, value.type, seed)
        if hashed is None:
            raise call.unsupported(f"of values of type {value.type}", "Cast them to string, bigint or double.")
        seed = hashed
    return call.result(seed, INT, values)


def _hashed(sql: str, kind: Type, seed: str, depth: int = 0) -> str | None:
    """SQL of a value's hash, where `seed` is the hash of what stands before it."""
    if kind.kind == "void":
        return seed
    if kind.kind in ("boolean", "tinyint", "smallint", "int"):
        return f"spark_hash_int(CAST({sql} AS INTEGER), {seed})"
    if kind.kind == "date":
        return f"spark_hash_int(date_diff('day', DATE '1970-01-01', {sql}), {seed})"
    if kind == BIGINT:
        return f"spark_hash_long({sql}, {seed})"
    if kind.kind == "timestamp":
        return f"spark_hash_long(epoch_us({sql}), {seed})"
    if kind.kind == "double":
        return f"spark_hash_long(spark_double_bits({sql}), {seed})"
    if kind.kind == "float":
        return f"spark_hash_int(spark_float_bits({sql}), {seed})"
    if kind.kind in ("string", "binary"):
        return f"spark_hash_hex(hex({sql if kind.kind == 'binary' else f'encode({sql})'}), {seed})"
    if isinstance(kind, DecimalType) and kind.precision <= _LONG_DIGITS:
        return f"spark_hash_long(CAST(replace(CAST({sql} AS VARCHAR), '.', '') AS BIGINT), {seed})"
    if isinstance(kind, ArrayType) and depth < _DEPTH_MAX:
        # Item by item; what the hash so far is, each item's is made from.
        seeds, item = f"h{depth}", f"i{depth}"
        inner = _hashed(f"{item}.v", kind.element, f"{seeds}.s", depth + 1)
        if inner is None:
            return None
        first = f"[{{'s': {seed}, 'v': CAST(NULL AS {duck(kind.element)})}}]"
        rest = f"list_transform({sql}, lambda {item}: {{'s': 0::INTEGER, 'v': {item}}})"
        step = f"{{'s': {inner}, 'v': {item}.v}}"
        return f"(CASE WHEN {sql} IS NULL THEN {seed} ELSE list_reduce(list_concat({first}, {rest}), lambda {seeds}, {item}: {step}).s END)"
    if isinstance(kind, StructType):
        hashed: str | None = seed
        for name, of in kind.fields:
            hashed = None if hashed is None else _hashed(field(sql, name), of, hashed, depth)
        return hashed
    return None
