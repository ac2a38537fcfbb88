"""Intervals: they are no column's type, only something to add to dates and timestamps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from .errors import invalid, unsupported
from .expression import Expr
from .types import Type

if TYPE_CHECKING:
    from .compiler import Compiler

#: Months and years; whole days; anything with hours, minutes or seconds.
MONTHS = Type("interval month")
DAYS = Type("interval day")
TIMES = Type("interval second")

_UNITS: dict[str, tuple[Type, str, int]] = {
    "YEAR": (MONTHS, "MONTH", 12),
    "QUARTER": (MONTHS, "MONTH", 3),
    "MONTH": (MONTHS, "MONTH", 1),
    "WEEK": (DAYS, "DAY", 7),
    "DAY": (DAYS, "DAY", 1),
    "HOUR": (TIMES, "MICROSECOND", 3_600_000_000),
    "MINUTE": (TIMES, "MICROSECOND", 60_000_000),
    "SECOND": (TIMES, "MICROSECOND", 1_000_000),
    "MILLISECOND": (TIMES, "MICROSECOND", 1_000),
    "MICROSECOND": (TIMES, "MICROSECOND", 1),
}


def is_interval(kind: Type) -> bool:
    return kind in (MONTHS, DAYS, TIMES)


def unit_of(name: str, node: exp.Expression) -> tuple[Type, str, int]:
    """A unit's kind, DuckDB's word and how many of those it is."""
    word = name.upper()
    found = _UNITS.get(word) or _UNITS.get(word[:-1] if word.endswith("S") else word)
    if found is None:
        raise invalid(f"unknown unit {name}", node, "Units are year, quarter, month, week, day, hour, minute, second.")
    return found


def interval_literal(compiler: Compiler, node: exp.Expression) -> Expr:
    """`interval 1 day`, `interval '1' month`, `interval '1 day 2 hours'`, `interval '1-2' year to month`."""
    unit = node.args.get("unit")
    amount = node.this
    if isinstance(unit, exp.IntervalSpan):
        return _of_span(node, unit)
    if isinstance(amount, exp.Literal):
        text = str(amount.this).strip()
        if unit is None:
            return _of_text(text, node)
        if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
            raise invalid(f"'{text}' is no number of {unit.name.lower()}s", node)
        return _sum([(text, unit.name)], node)
    value = compiler.compile(amount)
    if unit is None:
        raise unsupported("an interval of a computed text", node)
    kind, word, factor = unit_of(unit.name, node)
    return Expr(
        f"(to_{word.lower()}s(CAST({value.sql} AS BIGINT) * {factor}))", kind, f"INTERVAL {value.name} {unit.name}"
    )


def _of_text(text: str, node: exp.Expression) -> Expr:
    return _sum(_pairs(text, node), node)


def _pairs(text: str, node: exp.Expression) -> list[tuple[str, str]]:
    """The numbers and units of an interval's text."""
    body = re.sub(r"^interval\s+", "", text, flags=re.IGNORECASE)
    pairs = re.findall(r"([+-]?\s*\d+(?:\.\d+)?)\s*([A-Za-z]+)", body)
    if not pairs or re.sub(r"[+-]?\s*\d+(?:\.\d+)?\s*[A-Za-z]+", "", body).strip(" ,"):
        raise invalid(f"'{text}' is no interval", node)
    return [(number.replace(" ", ""), unit) for number, unit in pairs]


def micros_of_text(text: str, node: exp.Expression) -> int:
    """The length of `10 minutes` or `1 day 2 hours`, in microseconds."""
    total = 0
    for number, name in _pairs(text, node):
        kind, _, factor = unit_of(name, node)
        if kind == MONTHS:
            raise invalid(f"'{text}' has months, which differ in length", node)
        total += round(float(number) * factor * (86_400_000_000 if kind == DAYS else 1))
    return total


#: First and last unit → the form of the text, and the units of its groups.
_SPANS: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("YEAR", "MONTH"): (r"(\d+)-(\d+)", ("YEAR", "MONTH")),
    ("DAY", "HOUR"): (r"(\d+) (\d+)", ("DAY", "HOUR")),
    ("DAY", "MINUTE"): (r"(\d+) (\d+):(\d+)", ("DAY", "HOUR", "MINUTE")),
    ("DAY", "SECOND"): (r"(\d+) (\d+):(\d+):(\d+)(?:\.(\d{1,9}))?", ("DAY", "HOUR", "MINUTE", "SECOND", "FRACTION")),
    ("HOUR", "MINUTE"): (r"(\d+):(\d+)", ("HOUR", "MINUTE")),
    ("HOUR", "SECOND"): (r"(\d+):(\d+):(\d+)(?:\.(\d{1,9}))?", ("HOUR", "MINUTE", "SECOND", "FRACTION")),
    ("MINUTE", "SECOND"): (r"(\d+):(\d+)(?:\.(\d{1,9}))?", ("MINUTE", "SECOND", "FRACTION")),
}
#: The largest value of a unit that follows another.
_WITHIN = {"MONTH": 11, "HOUR": 23, "MINUTE": 59, "SECOND": 59}


def _of_span(node: exp.Expression, span: exp.Expression) -> Expr:
    """`interval '1 12:30' day to minute`."""
    units = (span.this.name.upper(), span.expression.name.upper())
    text = str(node.this.this).strip() if isinstance(node.this, exp.Literal) else ""
    if units not in _SPANS:
        raise invalid(f"no interval goes from {units[0].lower()} to {units[1].lower()}", node)
    form, names = _SPANS[units]
    match = re.fullmatch(r"([+-]?)" + form, text)
    if match is None:
        raise invalid(f"'{text}' is no interval from {units[0].lower()} to {units[1].lower()}", node)
    sign = -1 if match.group(1) == "-" else 1
    amounts = [(name, part) for name, part in zip(names, match.groups()[1:]) if part is not None]
    for name, part in amounts[1:]:
        if name != "FRACTION" and int(part) > _WITHIN[name]:
            raise invalid(f"'{text}' has {part} {name.lower()}s, more than {_WITHIN[name]}", node)
    pairs = [
        (str(sign * int(part[:6].ljust(6, "0"))), "MICROSECOND")
        if name == "FRACTION"
        else (str(sign * int(part)), name)
        for name, part in amounts
    ]
    return _sum(pairs, node).named(f"INTERVAL '{text}' {units[0]} TO {units[1]}")


def _sum(pairs: list[tuple[str, str]], node: exp.Expression) -> Expr:
    totals: dict[str, int] = {}
    kinds = set()
    for number, name in pairs:
        kind, word, factor = unit_of(name, node)
        amount = float(number) * factor if "." in number else int(number) * factor
        if amount != int(amount):
            raise invalid(f"{number} {name} is no whole interval", node)
        totals[word] = totals.get(word, 0) + int(amount)
        kinds.add(kind)
    if MONTHS in kinds and len(kinds) > 1:
        raise unsupported("an interval of months together with days", node, "Add them one after the other.")
    pieces = [f"to_{word.lower()}s({amount})" for word, amount in totals.items()]
    kind = MONTHS if MONTHS in kinds else TIMES if TIMES in kinds else DAYS
    label = "INTERVAL " + " ".join(f"'{number}' {name.upper()}" for number, name in pairs)
    return Expr(f"({' + '.join(pieces)})", kind, label)
