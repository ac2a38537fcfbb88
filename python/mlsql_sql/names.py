"""The name that Spark gives a column without an alias: its own rendering of the expression."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

#: Functions that Spark spells otherwise than they are written.
_SPELLINGS = {
    **{
        name: name.upper()
        for name in [
            "sqrt",
            "cbrt",
            "exp",
            "expm1",
            "log10",
            "log2",
            "log1p",
            "sin",
            "cos",
            "tan",
            "cot",
            "asin",
            "acos",
            "atan",
            "atan2",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "acosh",
            "atanh",
            "sec",
            "csc",
            "degrees",
            "radians",
            "power",
            "hypot",
            "e",
            "pi",
            "rank",
            "dense_rank",
            "percent_rank",
        ]
    },
    "dateadd": "date_add",
    "array_agg": "collect_list",
}


def call(function: str, arguments: Sequence[str]) -> str:
    return f"{_SPELLINGS.get(function, function)}({', '.join(arguments)})"


def binary(left: str, operator: str, right: str) -> str:
    return f"({left} {operator} {right})"


def double_name(value: float) -> str:
    """Java's text of a double."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else text + ".0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    figures = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) - 1 + int(exponent)
    return f"{'-' if sign else ''}{figures[0]}.{figures[1:] or '0'}E{power}"
