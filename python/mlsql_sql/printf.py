"""format_string: Java's formats, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .expression import Expr, quote
from .types import BIGINT, DOUBLE, DecimalType, is_integral

if TYPE_CHECKING:
    from .functions.registry import Call

_SPECIFIER = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")


def format_pieces(call: Call, pattern: str, values: Sequence[Expr]) -> str:
    """SQL of the formatted text. Raises for specifiers that DuckDB cannot follow."""
    pieces: list[str] = []
    at = 0
    position = 0
    while at < len(pattern):
        if pattern[at] != "%":
            end = pattern.find("%", at)
            end = len(pattern) if end < 0 else end
            pieces.append(quote(pattern[at:end]))
            at = end
            continue
        match = _SPECIFIER.match(pattern, at)
        if match is None:
            raise call.error(f"the format '{pattern}' is wrong at '{pattern[at : at + 5]}'")
        at = match.end()
        index, flags, width, precision, kind = match.groups()
        if kind == "%":
            pieces.append("'%'")
            continue
        if kind == "n":
            pieces.append("chr(10)")
            continue
        place = int(index) - 1 if index else position
        position += 0 if index else 1
        if place >= len(values):
            raise call.error(f"the format '{pattern}' has more places than there are values")
        pieces.append(_piece(call, values[place], flags, width, precision, kind))
    return "(" + " || ".join(pieces or ["''"]) + ")"


def _piece(call: Call, value: Expr, flags: str, width: str, precision: str, kind: str) -> str:
    if set(flags) - set("-0+,"):
        raise call.unsupported(f"with the flags '{flags}'")
    if kind in "sS" and precision is None and "0" not in flags and "+" not in flags:
        text = f"coalesce({call.text(value)}, 'null')"
        text = f"upper({text})" if kind == "S" else text
    elif kind == "d" and is_integral(value.type) and precision is None and "," in flags:
        if set(flags) != {","}:
            raise call.unsupported(f"with the flags '{flags}'")
        text = f"coalesce(spark_group_thousands(CAST({value.sql} AS VARCHAR)), 'null')"
    elif kind == "d" and is_integral(value.type) and precision is None:
        return _null_or(
            call, value, f"printf({quote('%' + flags + (width or '') + 'd')}, {call.cast(value, BIGINT)})", width, flags
        )
    elif kind in "xX" and is_integral(value.type) and not flags and width is None:
        text = f"to_hex({value.sql})" if kind == "X" else f"lower(to_hex({value.sql}))"
        return f"coalesce({text}, 'null')"
    elif kind == "f" and (value.type.kind in ("float", "double") or isinstance(value.type, DecimalType)):
        places = int(precision or 6)
        if places > 15:
            raise call.unsupported("with more than 15 places")
        # Java rounds the shortest decimal text half up.
        number = call.cast(value, DOUBLE)
        text = f"CASE WHEN isfinite({number}) THEN printf('%.{places}f', spark_round_double({number}, {places})) ELSE spark_double_text({number}) END"
        if isinstance(value.type, DecimalType):
            text = f"spark_leading_zero(CAST(CAST(round({value.sql}, {places}) AS DECIMAL(38, {places})) AS VARCHAR))"
        if "," in flags:
            text = f"spark_group_thousands({text})"
        if "+" in flags:
            text = f"CASE WHEN {value.sql} >= 0 THEN '+' ELSE '' END || {text}"
        if "0" in flags and width is not None:
            return f"coalesce(spark_zero_padded({text}, {width}), lpad('null', {width}, ' '))"
        text = f"coalesce({text}, 'null')"
    else:
        raise call.unsupported(
            f"with %{flags}{width or ''}{'.' + precision if precision else ''}{kind} for a value of type {value.type}"
        )
    if width is None:
        return f"({text})"
    side = "rpad" if "-" in flags else "lpad"
    return f"(CASE WHEN length({text}) >= {width} THEN {text} ELSE {side}({text}, {width}, ' ') END)"


def _null_or(call: Call, value: Expr, sql: str, width: str, flags: str) -> str:
    empty = (
        "'null'"
        if width is None
        else (f"rpad('null', {width}, ' ')" if "-" in flags else f"lpad('null', {width}, ' ')")
    )
    return f"coalesce({sql}, {empty})"
