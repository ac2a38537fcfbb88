"""One select from Spark's words into DuckDB's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import generators, windows  # noqa: F401  (they register functions)
from .dialect import parse
from .errors import SqlError, unsupported
from .functions import (  # noqa: F401  (they register functions)
    aggregates,
    collections,
    conditions,
    dates,
    hashes,
    json,
    numbers,
    strings,
    vectors,
)
from .pivots import register_raw
from .query import QueryCompiler
from .scope import Context, Table
from .types import StructType, Type, duck, parse_type
from .zones import in_zone

register_raw()


def translate(
    sql: str, tables: Sequence[dict[str, Any]], functions: Sequence[str], zone: dict[str, Any] | None = None
) -> dict[str, Any]:
    """
    Translates a select.

    `tables`: `{"name", "view", "columns": [{"name", "type"}], "stable"}` of the tables that it may name; `functions`: names of
    registered functions; `zone`: the session's time zone, `{"name", "seconds"}`, seconds where its offset is always the same,
    UTC where absent. Answers `{"sql", "columns", "inputs", "volatile", "calls", "stages"}`: the SQL gives columns c0, c1, ….
    Raises SqlError.
    """
    known = {
        table["name"].lower(): Table(
            table["name"],
            table["view"],
            tuple((column["name"], parse_type(column["type"])) for column in table["columns"]),
            bool(table.get("stable")),
        )
        for table in tables
    }
    context = Context(known, {name.lower() for name in functions})
    try:
        with in_zone(zone):
            query = QueryCompiler(context).compile(parse(sql))
    except RecursionError:
        raise unsupported("a select nested this deeply", None, "Split it into several selects.") from None
    columns: list[dict[str, str]] = []
    pieces: list[str] = []
    for index, column in enumerate(query.columns):
        _check(column.name, column.type)
        columns.append({"name": column.name, "type": str(column.type)})
        pieces.append(f"CAST({column.id} AS {duck(column.type)}) AS c{index}")
    calls = []
    for call in context.calls:
        entry = {"name": call.name, "variant": call.variant}
        if call.table is not None and call.argument is not None:
            entry.update(table=call.table, argument=call.argument)
        if entry not in calls:
            calls.append(entry)
    return {
        "sql": f"SELECT {', '.join(pieces) or '1'} FROM ({query.sql})",
        "columns": columns,
        "inputs": context.inputs,
        "volatile": context.volatile,
        "calls": calls,
        "stages": [
            {
                "number": stage.number,
                "sql": stage.sql,
                "rows": stage.rows,
                "calls": [{"name": call.name, "column": call.column, "variant": call.variant} for call in stage.calls],
            }
            for stage in context.stages
        ],
    }


def _check(name: str, kind: Type) -> None:
    if isinstance(kind, StructType) and not kind.fields:
        raise unsupported(f"an empty struct, as column {name}")
    if kind.kind.startswith("interval"):
        raise unsupported(f"a column of intervals, as column {name}")


__all__ = ["SqlError", "translate"]
