"""Literals: their types as Spark gives them, and their text."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from sqlglot import exp

from .errors import invalid
from .expression import Expr, quote
from .names import double_name
from .types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    FLOAT,
    INT,
    SMALLINT,
    STRING,
    TINYINT,
    VOID,
    DecimalType,
    Type,
    duck,
)

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1


def string_literal(text: str) -> Expr:
    return Expr(quote(text), STRING, text, value=text, required=True)


def null_literal() -> Expr:
    return Expr("NULL", VOID, "NULL", value=None)


def boolean_literal(value: bool) -> Expr:
    return Expr("true" if value else "false", BOOLEAN, "true" if value else "false", value=value, required=True)


def int_literal(value: int) -> Expr:
    """An integer of the smallest type among int and bigint that holds it."""
    if INT_MIN <= value <= INT_MAX:
        sql = f"CAST('{value}' AS INTEGER)" if value < 0 else f"{value}::INTEGER"
        return Expr(sql, INT, str(value), value=value, required=True)
    if LONG_MIN <= value <= LONG_MAX:
        text = f"'{value}'::BIGINT"
        return Expr(f"({text})", BIGINT, str(value), value=value, required=True)
    return decimal_literal(Decimal(value), str(value))


def decimal_literal(value: Decimal, name: str, node: exp.Expression | None = None) -> Expr:
    kind = decimal_type_of(value)
    if kind.precision > 38:
        raise invalid(f"{name} has more than 38 digits", node)
    sql = f"CAST('{format(value, 'f')}' AS DECIMAL({kind.precision},{kind.scale}))"
    return Expr(sql, kind, name, value=value, required=True)


def decimal_type_of(value: Decimal) -> DecimalType:
    """The smallest decimal type of a number as it is written."""
    _, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    figures = len(digits) if any(digits) else 1
    precision = max(figures + max(0, int(exponent)), scale)
    return DecimalType(precision=max(precision, 1), scale=scale)


def number_literal(text: str, node: exp.Expression) -> Expr:
    """`12`, `1.5` (a decimal), `1e3` (a double), `12L`, `1.5D` and the like."""
    if text[-1] in _SUFFIXED:
        return _suffixed_literal(text[:-1], text[-1], node)
    if re.fullmatch(r"-?\d+", text):
        return int_literal(int(text))
    if re.search(r"[eE]", text):
        number = float(text)
        return Expr(f"CAST('{number!r}' AS DOUBLE)", DOUBLE, double_name(number), value=number, required=True)
    value = Decimal(text)
    return decimal_literal(value, format(value, "f"), node)


#: Suffix → type, and the range of integers.
_SUFFIXED: dict[str, tuple[Type, int | None]] = {
    "L": (BIGINT, 63),
    "S": (SMALLINT, 15),
    "Y": (TINYINT, 7),
    "D": (DOUBLE, None),
    "F": (FLOAT, None),
}


def _suffixed_literal(digits: str, suffix: str, node: exp.Expression) -> Expr:
    kind, bits = _SUFFIXED[suffix]
    if bits is None:
        number = float(digits)
        sql = f"CAST('{number!r}' AS {duck(kind)})"
        return Expr(sql, kind, double_name(number), value=number, required=True)
    if not re.fullmatch(r"-?\d+", digits) or not -(2**bits) <= int(digits) < 2**bits:
        raise invalid(f"{digits} is no {kind}", node)
    whole = int(digits)
    return Expr(f"CAST('{whole}' AS {duck(kind)})", kind, str(whole), value=whole, required=True)


_DATE_TEXT = re.compile(r"\s*\d{4,6}(-\d{1,2}(-\d{1,2}([ T].*)?)?)?\s*\Z")


def is_date_text(text: str) -> bool:
    """True where a typed literal (`date'2020-01-01'`) has the shape of one, and its day is in the calendar."""
    if _DATE_TEXT.match(text) is None:
        return False
    parts = [int(part) for part in re.findall(r"\d+", text)[:3]] + [1, 1]
    try:
        date(min(parts[0], 9999), parts[1], parts[2])
    except ValueError:
        return False
    return True


_PLAIN_TIME = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "timestamp": re.compile(r"\d{4}-\d{2}-\d{2}([ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?)?", re.ASCII),
}


def is_plain_time(text: str, kind: Type) -> bool:
    """True for the usual form of a date or timestamp as text."""
    return kind.kind in _PLAIN_TIME and _PLAIN_TIME[kind.kind].fullmatch(text) is not None
