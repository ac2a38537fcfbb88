"""JSON text of values as Spark writes it, and values from JSON text as Spark reads them."""

from __future__ import annotations

import json

from . import zones
from .casts import to_text
from .datetime_patterns import offset_text
from .expression import quote
from .types import ArrayType, DecimalType, MapType, StructType, Type, duck

_MAP_ENTRY = "{'key': w.k, 'value': w.v}"


def json_value(sql: str, kind: Type, depth: int = 0) -> str:
    """SQL of the JSON text of a value; null where the value is. Null fields are left out, as Spark does."""
    if kind.kind in ("boolean", "tinyint", "smallint", "int", "bigint", "string"):
        return f"CAST(to_json({sql}) AS VARCHAR)"
    if kind.kind in ("float", "double"):
        return f"CASE WHEN isfinite({sql}) THEN spark_double_text({sql}) WHEN {sql} IS NOT NULL THEN '\"' || spark_double_text({sql}) || '\"' END"
    if isinstance(kind, DecimalType):
        return f"spark_leading_zero(CAST({sql} AS VARCHAR))"
    if kind.kind == "date":
        return f"('\"' || CAST({sql} AS VARCHAR) || '\"')"
    if kind.kind == "timestamp":
        wall = f"strftime({zones.wall_time(sql)}, '%Y-%m-%dT%H:%M:%S.%g')"
        return f"('\"' || {wall} || {offset_text(sql, ':', 'Z')} || '\"')"
    if kind.kind == "binary":
        return f"('\"' || base64({sql}) || '\"')"
    if kind.kind == "void":
        return "CAST(NULL AS VARCHAR)"
    if isinstance(kind, ArrayType):
        item = json_value(f"j{depth}", kind.element, depth + 1)
        return f"('[' || array_to_string(list_transform({sql}, lambda j{depth}: coalesce({item}, 'null')), ',') || ']')"
    if isinstance(kind, MapType):
        name = f"j{depth}"
        value = json_value(f"{name}.value", kind.value, depth + 1)
        entry = f"CAST(to_json({_key_text(name + '.key', kind.key)}) AS VARCHAR) || ':' || coalesce({value}, 'null')"
        return f"('{{' || array_to_string(list_transform(map_entries({sql}), lambda {name}: {entry}), ',') || '}}')"
    assert isinstance(kind, StructType)
    pieces = []
    for field_name, field_kind in kind.fields:
        value = json_value(f"struct_extract({sql}, {quote(field_name)})", field_kind, depth)
        pieces.append(f"({quote(json.dumps(field_name, ensure_ascii=False) + ':')} || {value})")
    inner = f"concat_ws(',', {', '.join(pieces)})" if pieces else "''"
    return f"CASE WHEN {sql} IS NOT NULL THEN '{{' || {inner} || '}}' END"


def _key_text(sql: str, kind: Type) -> str:
    """SQL of a map's key as a field's name: of dates and timestamps it is Spark's own number, days or microseconds."""
    if kind.kind == "date":
        return f"CAST(date_diff('day', DATE '1970-01-01', {sql}) AS VARCHAR)"
    if kind.kind == "timestamp":
        return f"CAST(epoch_us({sql}) AS VARCHAR)"
    return to_text(sql, kind) or f"CAST({sql} AS VARCHAR)"


def from_json_value(sql: str, kind: Type, depth: int = 0) -> str:
    """SQL of a value read from a DuckDB JSON value; null where the JSON is of another kind, as Spark does."""
    name = f"k{depth}"
    if kind.kind == "string":
        return f"(CASE json_type({sql}) WHEN 'VARCHAR' THEN json_extract_string({sql}, '$') WHEN 'NULL' THEN NULL ELSE CAST({sql} AS VARCHAR) END)"
    if kind.kind in ("tinyint", "smallint", "int", "bigint"):
        return f"(CASE WHEN json_type({sql}) IN ('UBIGINT', 'BIGINT') THEN TRY_CAST(json_extract_string({sql}, '$') AS {duck(kind)}) END)"
    if kind.kind in ("float", "double") or isinstance(kind, DecimalType):
        return f"(CASE WHEN json_type({sql}) IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN TRY_CAST(json_extract_string({sql}, '$') AS {duck(kind)}) END)"
    if kind.kind == "boolean":
        return f"(CASE WHEN json_type({sql}) = 'BOOLEAN' THEN CAST(json_extract_string({sql}, '$') AS BOOLEAN) END)"
    if kind.kind in ("date", "timestamp"):
        text = f"json_extract_string({sql}, '$')"
        read = zones.text_to_timestamp(text) if kind.kind == "timestamp" else f"spark_to_date({text})"
        return f"(CASE WHEN json_type({sql}) = 'VARCHAR' THEN {read} END)"
    if isinstance(kind, ArrayType):
        item = from_json_value(name, kind.element, depth + 1)
        items = f"list_transform(CAST({sql} AS JSON[]), lambda {name}: {{'v': {item}, 'j': json_type({name})}})"
        return f"(CASE WHEN json_type({sql}) = 'ARRAY' THEN {_all_or_nothing(items, depth, 'w.v')} END)"
    if isinstance(kind, MapType):
        item = from_json_value(f"{name}.value", kind.value, depth + 1)
        entry = f"{{'k': {name}.key, 'v': {item}, 'j': json_type({name}.value)}}"
        entries = f"list_transform(map_entries(CAST({sql} AS MAP(VARCHAR, JSON))), lambda {name}: {entry})"
        made = f"map_from_entries({_all_or_nothing(entries, depth, _MAP_ENTRY)})"
        return f"(CASE WHEN json_type({sql}) = 'OBJECT' THEN {made} END)"
    if isinstance(kind, StructType):
        fields = []
        for field_name, field_kind in kind.fields:
            path = '$."' + field_name + '"'
            # One evaluation of the path, whatever the type's reading repeats.
            inner = from_json_value(f"f{depth}", field_kind, depth + 1)
            value = f"list_transform([json_extract({sql}, {quote(path)})], lambda f{depth}: {inner})[1]"
            fields.append(f"{quote(field_name)}: {value}")
        return f"(CASE WHEN json_type({sql}) = 'OBJECT' THEN {{{', '.join(fields)}}} END)"
    return f"CAST(NULL AS {duck(kind)})"


def _all_or_nothing(items: str, depth: int, item: str) -> str:
    """SQL of the items, or null where one of them is of another kind than asked for."""
    name, one = f"q{depth}", f"w{depth}"
    bad = f"len(list_filter({name}, lambda {one}: {one}.v IS NULL AND {one}.j <> 'NULL')) > 0"
    kept = f"list_transform({name}, lambda {one}: {item.replace('w.', one + '.')})"
    return f"list_transform([{items}], lambda {name}: CASE WHEN {bad} THEN NULL ELSE {kept} END)[1]"
