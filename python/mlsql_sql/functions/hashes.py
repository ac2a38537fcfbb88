"""hash(): Spark's Murmur3 of the values, for buckets and splits that must fall as they do there."""

from __future__ import annotations

from typing import Optional

from ..casts import field
from ..expression import Expr
from ..types import BIGINT, INT, DecimalType, StructType, Type
from .registry import Call, scalar

#: Digits of the decimals that Spark hashes as longs.
_LONG_DIGITS = 18


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


def _hashed(sql: str, kind: Type, seed: str) -> Optional[str]:
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
    if isinstance(kind, StructType):
        hashed: Optional[str] = seed
        for name, of in kind.fields:
            hashed = None if hashed is None else _hashed(field(sql, name), of, hashed)
        return hashed
    return None
