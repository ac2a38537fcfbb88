"""Functions of JSON text."""

from __future__ import annotations

import re

from sqlglot import exp

from ..errors import invalid
from ..expression import Expr, quote
from ..json_text import from_json_value, json_value
from ..types import (
    INT,
    STRING,
    ArrayType,
    MapType,
    StructType,
    Type,
    duck,
    parse_type,
)
from .registry import Call, scalar


def duck_path(path: str) -> str | None:
    """A path like `$.a.b[0]` in DuckDB's words; None where it has more than names and numbers."""
    if not path.startswith("$"):
        return None
    out = "$"
    rest = path[1:]
    while rest:
        match = re.match(r"\.([^.\[\]*'\"]+)|\[(\d+)\]|\['([^']*)'\]", rest)
        if match is None:
            return None
        name = match.group(1) if match.group(1) is not None else match.group(3)
        if name is not None:
            if '"' in name or "\\" in name:
                return None
            out += f'."{name}"'
        else:
            out += f"[{match.group(2)}]"
        rest = rest[match.end() :]
    return out


@scalar("get_json_object")
def _get_json_object(call: Call) -> Expr:
    value, path = call.arguments(2)
    text = call.constant_text(path, "path")
    if text is None:
        return call.result("CAST(NULL AS VARCHAR)", STRING, [value, path])
    if "*" in text:
        raise call.unsupported("with * in the path")
    translated = duck_path(text)
    if translated is None:
        return call.result("CAST(NULL AS VARCHAR)", STRING, [value, path])
    source = call.text(value)
    sql = f"(CASE WHEN json_valid({source}) THEN json_extract_string({source}, {quote(translated)}) END)"
    return call.result(sql, STRING, [value, path])


@scalar("json_array_length")
def _json_array_length(call: Call) -> Expr:
    (value,) = call.arguments(1)
    source = call.text(value)
    sql = f"(CASE WHEN json_valid({source}) AND json_type({source}) = 'ARRAY' THEN CAST(json_array_length({source}) AS INTEGER) END)"
    return call.result(sql, INT, [value])


@scalar("json_object_keys")
def _json_object_keys(call: Call) -> Expr:
    (value,) = call.arguments(1)
    source = call.text(value)
    sql = f"(CASE WHEN json_valid({source}) AND json_type({source}) = 'OBJECT' THEN json_keys({source}) END)"
    return call.result(sql, ArrayType(element=STRING), [value])


@scalar("to_json")
def _to_json(call: Call) -> Expr:
    values = call.arguments(1, 2)
    if len(values) == 2:
        raise call.unsupported("with options")
    value = values[0]
    if not isinstance(value.type, (StructType, ArrayType, MapType)):
        raise call.error(f"a struct, array or map is needed, not {value.type}")
    return call.result(json_value(value.sql, value.type), STRING, values)


@scalar("from_json")
def _from_json(call: Call) -> Expr:
    call.arity(2, 3)
    if len(call.nodes) == 3:
        raise call.unsupported("with options")
    value = call.compiler.compile(call.nodes[0])
    schema = call.constant_text(call.compiler.compile(call.nodes[1]), "schema")
    kind = _schema(schema or "", call.node)
    text = call.text(value)
    parsed = from_json_value("j", kind)
    wanted = {"struct": "OBJECT", "map": "OBJECT", "array": "ARRAY"}[kind.kind]
    bad = f"CAST(NULL AS {duck(kind)})"
    if isinstance(kind, StructType):
        bad = "{" + ", ".join(f"{quote(name)}: CAST(NULL AS {duck(field)})" for name, field in kind.fields) + "}"
    parse = f"list_transform([CAST({text} AS JSON)], lambda j: {parsed})[1]"
    valid = f"json_valid({text}) AND json_type({text}) = '{wanted}'"
    blank = f"trim({text}) = ''"
    sql = f"(CASE WHEN {text} IS NULL OR {blank} THEN CAST(NULL AS {duck(kind)}) WHEN {valid} THEN {parse} ELSE {bad} END)"
    label = "entries" if isinstance(kind, MapType) else f"from_json({value.name})"
    return call.result(sql, kind, [value], label)


def _schema(text: str, node: exp.Expression) -> Type:
    stripped = text.strip()
    try:
        kind = parse_type(stripped)
    except ValueError:
        try:
            # `a int, b array<string>`: DDL without the word struct.
            kind = parse_type("struct<" + re.sub(r"(?<=[\w`])\s+NOT\s+NULL", "", stripped, flags=re.IGNORECASE) + ">")
        except ValueError:
            raise invalid(f"from_json: '{text}' is no schema", node) from None
    if not isinstance(kind, (StructType, ArrayType, MapType)):
        raise invalid("from_json: the schema must be a struct, array or map", node)
    return kind
