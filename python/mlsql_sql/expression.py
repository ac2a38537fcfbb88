"""A compiled expression: its DuckDB text, its Spark type, and the name that Spark gives a column made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable

from .types import Type

#: Says that an expression is no literal; None is the literal null.
NO_VALUE: Any = object()


@dataclass(frozen=True)
class Expr:
    """`sql` is complete in itself: it can stand as an operand without parentheses around it."""

    sql: str
    type: Type
    #: Spark's text of it, for columns without an alias.
    name: str
    #: The value where it is a literal, otherwise NO_VALUE.
    value: Any = NO_VALUE
    #: Two evaluations may differ: it must not be written twice.
    volatile: bool = False
    #: The value is never null.
    required: bool = False
    #: The alias that a reference goes by in struct(…), where it is a plain column or field.
    label: str | None = None

    @property
    def is_literal(self) -> bool:
        return self.value is not NO_VALUE

    def named(self, name: str) -> Expr:
        return replace(self, name=name)


def quote(text: str) -> str:
    """A DuckDB string literal."""
    if "\0" in text:
        return "(" + " || chr(0) || ".join(quote(piece) for piece in text.split("\0")) + ")"
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted DuckDB name."""
    return '"' + name.replace('"', '""') + '"'


def bind(value: Expr, body: Callable[[str], str]) -> str:
    """SQL that uses a value in several places and evaluates it once."""
    if is_simple(value.sql):
        return body(value.sql)
    return f"list_transform([{value.sql}], lambda b: {body('b')})[1]" if value.volatile else body(value.sql)


def is_simple(sql: str) -> bool:
    """True where an expression costs nothing to repeat."""
    return sql.isidentifier() or sql.isdigit()
