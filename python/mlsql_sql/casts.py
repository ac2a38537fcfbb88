"""Casts with Spark's meaning (ANSI mode off): what cannot be cast becomes null, integers wrap, decimals round half up."""

from __future__ import annotations

from . import zones
from .expression import quote
from .types import (
    INTEGRAL,
    ArrayType,
    DecimalType,
    MapType,
    StructType,
    Type,
    duck,
    is_integral,
    is_numeric,
)

_READS = {"tinyint": "spark_to_byte", "smallint": "spark_to_short", "int": "spark_to_int", "bigint": "spark_to_long"}
_WRAPS = {"tinyint": "spark_wrap8", "smallint": "spark_wrap16", "int": "spark_wrap32", "bigint": "spark_wrap64"}


def is_day_time(kind: Type) -> bool:
    """An interval that is no number of months: all of them are one type here, as they are in DuckDB."""
    return kind.kind in ("interval day", "interval second")


def can_cast(source: Type, target: Type) -> bool:
    """False where Spark refuses the cast, or where its answer is of no use (date as int is null)."""
    return cast("x", source, target) is not None


def cast(sql: str, source: Type, target: Type, depth: int = 0) -> str | None:
    """SQL of the cast of a complete expression; None where there is no such cast."""
    if source == target or (is_day_time(source) and is_day_time(target)):
        return sql
    if source.kind == "void":
        return f"CAST(NULL AS {duck(target)})"
    if target.kind == "string":
        return to_text(sql, source, depth)
    if target.kind == "boolean":
        return _to_boolean(sql, source)
    if is_integral(target):
        return _to_integral(sql, source, target)
    if target.kind in ("float", "double"):
        return _to_floating(sql, source, target)
    if isinstance(target, DecimalType):
        return _to_decimal(sql, source, target)
    if target.kind == "date":
        if source.kind == "string":
            return f"spark_to_date({sql})"
        return f"CAST({zones.wall_time(sql)} AS DATE)" if source.kind == "timestamp" else None
    if target.kind == "timestamp":
        return _to_timestamp(sql, source)
    if target.kind == "binary":
        if is_integral(source):
            digits = {"tinyint": 2, "smallint": 4, "int": 8, "bigint": 16}[source.kind]
            return f"unhex(right(printf('%016X', CAST({sql} AS BIGINT)), {digits}))"
        return f"encode({sql})" if source.kind == "string" else None
    return _nested(sql, source, target, depth)


def _nested(sql: str, source: Type, target: Type, depth: int) -> str | None:
    if isinstance(source, ArrayType) and isinstance(target, ArrayType):
        if source.element.kind == "void":
            return f"list_transform({sql}, lambda c{depth}: CAST(NULL AS {duck(target.element)}))"
        item = cast(f"c{depth}", source.element, target.element, depth + 1)
        if item == f"CAST(c{depth} AS {duck(target.element)})":
            return f"CAST({sql} AS {duck(target)})"
        return None if item is None else f"list_transform({sql}, lambda c{depth}: {item})"
    if isinstance(source, MapType) and isinstance(target, MapType):
        key = cast(f"c{depth}.key", source.key, target.key, depth + 1)
        value = cast(f"c{depth}.value", source.value, target.value, depth + 1)
        if key is None or value is None:
            return None
        entry = f"{{'key': {key}, 'value': {value}}}"
        return f"map_from_entries(list_transform(map_entries({sql}), lambda c{depth}: {entry}))"
    if isinstance(source, StructType) and isinstance(target, StructType):
        if len(source.fields) != len(target.fields):
            return None
        pieces = []
        for (name, kind), (new_name, new_kind) in zip(source.fields, target.fields):
            item = cast(field(sql, name), kind, new_kind, depth)
            if item is None:
                return None
            pieces.append(f"{quote(new_name)}: {item}")
        return f"CASE WHEN {sql} IS NOT NULL THEN {{{', '.join(pieces)}}} END"
    return None


def field(sql: str, name: str) -> str:
    return f"struct_extract({sql}, {quote(name)})"


def to_text(sql: str, source: Type, depth: int = 0) -> str | None:
    """SQL of the text that Spark makes of a value."""
    if source.kind == "string":
        return sql
    if source.kind == "double":
        return f"spark_double_text({sql})"
    if source.kind == "float":
        return f"spark_float_text({sql})"
    if isinstance(source, DecimalType):
        if source.scale > 6:
            return f"spark_decimal_text({sql}, {source.scale})"
        text = f"CAST({sql} AS VARCHAR)"
        return text if source.precision > source.scale else f"spark_leading_zero({text})"
    if source.kind == "binary":
        return f"decode({sql})"
    if source.kind.startswith("interval"):
        return None
    if isinstance(source, ArrayType):
        item = to_text(f"t{depth}", source.element, depth + 1)
        if item is None:
            return None
        return (
            f"('[' || array_to_string(list_transform({sql}, lambda t{depth}: coalesce({item}, 'null')), ', ') || ']')"
        )
    if isinstance(source, MapType):
        key = to_text(f"t{depth}.key", source.key, depth + 1)
        value = to_text(f"t{depth}.value", source.value, depth + 1)
        if key is None or value is None:
            return None
        entry = f"{key} || ' -> ' || coalesce({value}, 'null')"
        return f"('{{' || array_to_string(list_transform(map_entries({sql}), lambda t{depth}: {entry}), ', ') || '}}')"
    if isinstance(source, StructType):
        pieces = []
        for name, kind in source.fields:
            item = to_text(field(sql, name), kind, depth)
            if item is None:
                return None
            pieces.append(f"coalesce({item}, 'null')")
        inner = " || ', ' || ".join(pieces) if pieces else "''"
        return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {inner} || '}}' END"
    return f"CAST({zones.wall_time(sql) if source.kind == 'timestamp' else sql} AS VARCHAR)"


def _to_boolean(sql: str, source: Type) -> str | None:
    if source.kind == "string":
        return f"spark_to_boolean({sql})"
    return f"({sql} <> 0)" if is_numeric(source) else None


def _to_integral(sql: str, source: Type, target: Type) -> str | None:
    name = duck(target)
    if source.kind == "boolean":
        return f"CAST({sql} AS {name})"
    if source.kind == "string":
        return f"{_READS[target.kind]}({sql})"
    if is_integral(source):
        if INTEGRAL.index(source.kind) <= INTEGRAL.index(target.kind):
            return f"CAST({sql} AS {name})"
        return f"{_WRAPS[target.kind]}({sql})"
    if source.kind in ("float", "double"):
        if target.kind == "bigint":
            return f"spark_double_to_long({sql})"
        whole = f"spark_double_to_int({sql})"
        return whole if target.kind == "int" else f"{_WRAPS[target.kind]}({whole})"
    if source.kind == "decimal":
        whole = f"spark_wrap64(CAST(trunc({sql}) AS HUGEINT))"
        return whole if target.kind == "bigint" else f"{_WRAPS[target.kind]}({whole})"
    if source.kind == "timestamp":
        seconds = f"CAST(floor(epoch({sql})) AS BIGINT)"
        return seconds if target.kind == "bigint" else f"{_WRAPS[target.kind]}({seconds})"
    return None


def try_integral(sql: str, source: Type, target: Type) -> str | None:
    """try_cast to an integer, which has ANSI mode's meaning: no fractions in texts, and null instead of wrapping."""
    if not is_integral(target):
        return None
    name = duck(target)
    if source.kind == "string":
        digits = "[\\x00-\\x20]*[+-]?\\d+[\\x00-\\x20]*"
        return f"(CASE WHEN regexp_full_match({sql}, '{digits}') THEN TRY_CAST(regexp_extract({sql}, '[+-]?\\d+') AS {name}) END)"
    if is_integral(source):
        return f"TRY_CAST({sql} AS {name})"
    if source.kind in ("float", "double"):
        return f"(CASE WHEN isfinite({sql}) THEN TRY_CAST(trunc({sql}) AS {name}) END)"
    return f"TRY_CAST(trunc({sql}) AS {name})" if source.kind == "decimal" else None


def _to_floating(sql: str, source: Type, target: Type) -> str | None:
    name = duck(target)
    if source.kind == "string":
        return f"CAST(spark_to_double({sql}) AS {name})"
    if source.kind == "timestamp":
        return f"CAST(epoch({sql}) AS {name})"
    if source.kind == "double":
        return f"spark_double_to_float({sql})"
    if is_numeric(source) or source.kind == "boolean":
        return f"CAST({sql} AS {name})"
    return None


def _to_decimal(sql: str, source: Type, target: DecimalType) -> str | None:
    name = duck(target)
    if source.kind == "string":
        return f"TRY_CAST(spark_number_text({sql}) AS {name})"
    if source.kind in ("float", "double"):
        # By way of the shortest text, as Java does: 2.675 is 2.675 and not the binary fraction just below it.
        return f"CASE WHEN isfinite({sql}) THEN TRY_CAST(CAST({sql} AS VARCHAR) AS {name}) END"
    if source.kind == "boolean":
        return f"TRY_CAST(CAST({sql} AS INTEGER) AS {name})"
    if source.kind == "timestamp":
        return f"TRY_CAST(CAST(epoch({sql}) AS VARCHAR) AS {name})"
    return f"TRY_CAST({sql} AS {name})" if is_numeric(source) else None


def _to_timestamp(sql: str, source: Type) -> str | None:
    if source.kind == "string":
        return zones.text_to_timestamp(sql)
    if source.kind == "date":
        return zones.instant(f"CAST({sql} AS TIMESTAMP)")
    if is_integral(source):
        return f"make_timestamp(CAST({sql} AS BIGINT) * 1000000)"
    if source.kind in ("float", "double"):
        return f"CASE WHEN isfinite({sql}) THEN make_timestamp(CAST(trunc({sql} * 1000000) AS BIGINT)) END"
    if source.kind == "decimal":
        return f"make_timestamp(CAST(trunc({sql} * 1000000) AS BIGINT))"
    return None
