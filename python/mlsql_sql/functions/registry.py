"""Where each function's handler is found, and what a handler gets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from sqlglot import exp

from ..errors import SqlError, invalid, unsupported
from ..expression import Expr, quote
from ..names import call as call_name
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
    ArrayType,
    MapType,
    StructType,
    Type,
    duck,
)
from ..zones import wall_time

if TYPE_CHECKING:
    from ..compiler import Compiler

#: Letters that stand for types in the tables of simple functions.
LETTERS: dict[str, Type] = {
    "s": STRING,
    "i": INT,
    "l": BIGINT,
    "d": DOUBLE,
    "b": BOOLEAN,
    "D": DATE,
    "t": TIMESTAMP,
    # A timestamp as the session's clocks show it.
    "T": TIMESTAMP,
    "x": BINARY,
}


@dataclass(frozen=True)
class Call:
    """A call as it stands in the select."""

    compiler: Compiler
    name: str
    nodes: list[exp.Expression]
    node: exp.Expression
    #: `filter (where …)`
    condition: exp.Expression | None = None
    #: `ignore nulls` is True, `respect nulls` is False.
    ignore_nulls: bool | None = None
    #: `within group (order by …)`
    within: exp.Expression | None = None
    #: Text of the over clause, where there is one.
    over: str = ""

    def arity(self, least: int, most: int | None = None) -> None:
        """Raises unless the number of arguments is right."""
        most = least if most is None else most
        if not least <= len(self.nodes) <= most:
            wanted = str(least) if least == most else f"{least} to {most}" if most < 100 else f"at least {least}"
            raise invalid(f"{self.name} takes {wanted} argument(s), not {len(self.nodes)}", self.node)

    def arguments(self, least: int, most: int | None = None) -> list[Expr]:
        self.arity(least, most)
        return [self.compiler.compile(node) for node in self.nodes]

    def cast(self, value: Expr, target: Type) -> str:
        return self.compiler.cast(value, target, self.node)

    def truth(self, value: Expr) -> str:
        return self.compiler.condition(value, self.name, self.node)

    def text(self, value: Expr) -> str:
        return self.cast(value, STRING)

    def constant(self, value: Expr, what: str) -> object:
        """The value of an argument that has to be a literal."""
        if not value.is_literal:
            raise unsupported(f"{self.name} with a computed {what}", self.node, f"Write the {what} as a literal.")
        return value.value

    def constant_text(self, value: Expr, what: str) -> str | None:
        found = self.constant(value, what)
        if found is not None and not isinstance(found, str):
            raise invalid(f"{self.name}: the {what} must be a string", self.node)
        return found

    def constant_int(self, value: Expr, what: str) -> int | None:
        found = self.constant(value, what)
        if found is not None and (not isinstance(found, int) or isinstance(found, bool)):
            raise invalid(f"{self.name}: the {what} must be an integer", self.node)
        return found

    def array(self, value: Expr) -> ArrayType:
        if not isinstance(value.type, ArrayType):
            raise invalid(f"{self.name} needs an array, not {value.type}: {value.name}", self.node)
        return value.type

    def map(self, value: Expr) -> MapType:
        if not isinstance(value.type, MapType):
            raise invalid(f"{self.name} needs a map, not {value.type}: {value.name}", self.node)
        return value.type

    def result(self, sql: str, kind: Type, arguments: Sequence[Expr], name: str | None = None) -> Expr:
        label = call_name(self.name, [argument.name for argument in arguments]) if name is None else name
        return Expr(sql, kind, label, volatile=any(argument.volatile for argument in arguments))

    def error(self, message: str, hint: str | None = None) -> SqlError:
        return invalid(f"{self.name}: {message}", self.node, hint)

    def unsupported(self, what: str, hint: str | None = None) -> SqlError:
        return unsupported(f"{self.name} {what}", self.node, hint)


Handler = Callable[[Call], Expr]

SCALARS: dict[str, Handler] = {}
AGGREGATES: dict[str, Handler] = {}
WINDOWS: dict[str, Handler] = {}
GENERATORS: set[str] = set()

#: DuckDB's ways to files, settings and the machine. No such name reaches DuckDB anyway; the refusal says why.
FORBIDDEN_FUNCTIONS = frozenset(
    [
        "read_text",
        "read_blob",
        "read_csv",
        "read_csv_auto",
        "read_json",
        "read_json_auto",
        "read_json_objects",
        "read_ndjson",
        "read_ndjson_auto",
        "read_parquet",
        "parquet_scan",
        "parquet_metadata",
        "parquet_schema",
        "parquet_file_metadata",
        "parquet_kv_metadata",
        "sniff_csv",
        "glob",
        "getenv",
        "current_setting",
        "duckdb_settings",
        "duckdb_secrets",
        "duckdb_extensions",
        "duckdb_tables",
        "duckdb_views",
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_databases",
        "duckdb_temporary_files",
        "pragma_version",
        "pragma_database_size",
        "query",
        "query_table",
        "which_secret",
        "load_aws_credentials",
        "sqlite_scan",
        "postgres_scan",
        "mysql_scan",
        "iceberg_scan",
        "delta_scan",
        "read_xlsx",
        "st_read",
        "read_avro",
        "write_log",
        "enable_logging",
        "java_method",
        "reflect",
        "input_file_name",
        "input_file_block_start",
        "input_file_block_length",
        "read_files",
        "read_kafka",
        "write_blob",
        "write_text",
        "checkpoint",
        "force_checkpoint",
        "arrow_scan",
        "seq_scan",
        "index_scan",
        "summary",
        "test_all_types",
    ]
)

#: Spark's functions that would be answered differently here, or that nobody has checked.
KNOWN_UNSUPPORTED = frozenset(
    [
        "xxhash64",
        "sentences",
        "shuffle",
        "schema_of_json",
        "schema_of_csv",
        "from_csv",
        "to_csv",
        "from_xml",
        "to_xml",
        "schema_of_xml",
        "xpath",
        "xpath_string",
        "xpath_int",
        "xpath_double",
        "xpath_boolean",
        "xpath_float",
        "xpath_long",
        "xpath_short",
        "histogram_numeric",
        "count_min_sketch",
        "window",
        "window_time",
        "session_window",
        "session_user",
        "current_user",
        "user",
        "current_database",
        "current_schema",
        "current_catalog",
        "version",
        "spark_partition_id",
        "aes_encrypt",
        "aes_decrypt",
        "try_aes_decrypt",
        "to_number",
        "try_to_number",
        "to_char",
        "to_varchar",
        "to_binary",
        "try_to_binary",
        "parse_url",
        "try_parse_url",
        "try_url_decode",
        "luhn_check",
        "make_interval",
        "try_make_interval",
        "make_timestamp_ntz",
        "make_timestamp_ltz",
        "to_timestamp_ntz",
        "to_timestamp_ltz",
        "localtimestamp",
        "convert_timezone",
        "bitmap_bit_position",
        "bitmap_bucket_number",
        "bitmap_construct_agg",
        "bitmap_count",
        "bitmap_or_agg",
        "hll_sketch_agg",
        "hll_sketch_estimate",
        "hll_union",
        "hll_union_agg",
        "approx_top_k",
        "randn",
        "randstr",
        "uniform",
        "parse_json",
        "try_parse_json",
        "variant_get",
        "try_variant_get",
        "is_variant_null",
        "schema_of_variant",
        "schema_of_variant_agg",
        "to_variant_object",
        "collate",
        "collation",
        "sha",
        "bit_reverse",
        "stringify",
        "is_valid_utf8",
        "make_valid_utf8",
        "validate_utf8",
        "try_validate_utf8",
        "quote",
    ]
) - {"sha"}


def scalar(*names: str) -> Callable[[Handler], Handler]:
    """Registers a function of one row."""

    def register(handler: Handler) -> Handler:
        for name in names:
            SCALARS[name] = handler
        return handler

    return register


def aggregate(*names: str) -> Callable[[Handler], Handler]:
    """Registers a function of many rows."""

    def register(handler: Handler) -> Handler:
        for name in names:
            AGGREGATES[name] = handler
        return handler

    return register


def window(*names: str) -> Callable[[Handler], Handler]:
    """Registers a function that needs an over clause."""

    def register(handler: Handler) -> Handler:
        for name in names:
            WINDOWS[name] = handler
        return handler

    return register


def joined(items: str, separator: str) -> str:
    """SQL of a list of texts without nulls, joined. array_to_string takes constant separators alone."""
    if re.fullmatch(r"'(?:[^']|'')*'", separator):
        return f"coalesce(array_to_string({items}, {separator}), '')"
    return f"(CASE WHEN len({items}) = 0 THEN '' ELSE list_reduce({items}, lambda a, b: a || {separator} || b) END)"


def simple(names: str, parameters: str, result: Type, template: str) -> None:
    """
    Registers functions whose arguments are cast to fixed types and put into a template.

    `parameters` has a letter an argument; those behind `?` may be absent, and a template then has its own form for each
    number of arguments, separated by `|`.
    """
    required, _, optional = parameters.partition("?")
    kinds = [LETTERS[letter] for letter in required + optional]
    templates = template.split("¦")

    def handle(call: Call) -> Expr:
        values = call.arguments(len(required), len(kinds))
        texts = [call.cast(value, kind) for value, kind in zip(values, kinds)]
        texts = [wall_time(text) if letter == "T" else text for text, letter in zip(texts, required + optional)]
        return call.result(templates[len(values) - len(required)].format(*texts), result, values)

    for name in names.split():
        SCALARS[name] = handle


__all__ = ["AGGREGATES", "GENERATORS", "SCALARS", "VOID", "WINDOWS", "Call", "StructType", "duck", "quote"]
