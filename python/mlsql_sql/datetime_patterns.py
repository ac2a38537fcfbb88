"""Java's patterns of dates and times (`yyyy-MM-dd HH:mm:ss`) as DuckDB expressions, for writing and for reading."""

from __future__ import annotations

import re

from sqlglot import exp

from . import zones
from .errors import invalid, unsupported
from .expression import quote

#: A pattern's pieces: letters of one kind, or text as it stands.
Piece = tuple[str, str]


def pieces_of(pattern: str, node: exp.Expression | None) -> list[Piece]:
    """`('letters', 'yyyy')` and `('text', '-')`, in order."""
    pieces: list[Piece] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "'":
            end = pattern.find("'", at + 1)
            if end < 0:
                raise invalid(f"the pattern {pattern!r} has an open quote", node)
            if end == at + 1:
                pieces.append(("text", "'"))
            else:
                text = pattern[at + 1 : end]
                while pattern[end + 1 : end + 2] == "'":
                    again = pattern.find("'", end + 2)
                    if again < 0:
                        raise invalid(f"the pattern {pattern!r} has an open quote", node)
                    text += "'" + pattern[end + 2 : again]
                    end = again
                pieces.append(("text", text))
            at = end + 1
        elif character.isascii() and character.isalpha():
            end = at
            while end < len(pattern) and pattern[end] == character:
                end += 1
            pieces.append(("letters", pattern[at:end]))
            at = end
        elif character in "[]":
            raise unsupported(f"an optional section in the pattern {pattern!r}", node)
        elif character in "{}#":
            raise invalid(f"the pattern {pattern!r} contains the reserved character {character}", node)
        else:
            pieces.append(("text", character))
            at += 1
    return pieces


def _padded(value: str, width: int) -> str:
    return f"lpad(CAST({value} AS VARCHAR), {width}, '0')"


def format_pattern(pattern: str, stamp: str, node: exp.Expression | None = None) -> str:
    """SQL of the text of a timestamp."""
    parts: list[str] = []
    wall = zones.wall_time(stamp)
    for kind, text in pieces_of(pattern, node):
        if kind == "text":
            parts.append(quote(text))
        elif text[0] in "XxZzVO":
            parts.append(_zone_written(text, stamp, pattern, node))
        else:
            parts.append(_written(text, wall, pattern, node))
    joined = " || ".join(parts) if parts else "''"
    return f"(CASE WHEN {stamp} IS NOT NULL THEN {joined} END)"


def _written(letters: str, stamp: str, pattern: str, node: exp.Expression | None) -> str:
    letter, count = letters[0], len(letters)
    simple: dict[str, str] = {"d": "day", "H": "hour", "m": "minute", "s": "second"}
    if letter in simple and count <= 2:
        value = f"{simple[letter]}({stamp})"
        return f"CAST({value} AS VARCHAR)" if count == 1 else _padded(value, 2)
    if letter == "y":
        if count == 2:
            return f"right({_padded(f'year({stamp})', 4)}, 2)"
        if count <= 4 and count != 3:
            return f"CAST(year({stamp}) AS VARCHAR)" if count == 1 else _padded(f"year({stamp})", 4)
    if letter in "ML":
        if count == 1:
            return f"CAST(month({stamp}) AS VARCHAR)"
        if count <= 4:
            return [_padded(f"month({stamp})", 2), f"strftime({stamp}, '%b')", f"strftime({stamp}, '%B')"][count - 2]
    if letter == "E" and count <= 4:
        return f"strftime({stamp}, '{'%A' if count == 4 else '%a'}')"
    if letter == "a" and count == 1:
        return f"CASE WHEN hour({stamp}) < 12 THEN 'AM' ELSE 'PM' END"
    twelve = {
        "h": f"((hour({stamp}) + 11) % 12 + 1)",
        "K": f"(hour({stamp}) % 12)",
        "k": f"((hour({stamp}) + 23) % 24 + 1)",
    }
    if letter in twelve and count <= 2:
        return f"CAST({twelve[letter]} AS VARCHAR)" if count == 1 else _padded(twelve[letter], 2)
    if letter == "D" and count in (1, 3):
        return f"CAST(dayofyear({stamp}) AS VARCHAR)" if count == 1 else _padded(f"dayofyear({stamp})", 3)
    if letter in "Qq" and count <= 4:
        quarter = f"CAST(quarter({stamp}) AS VARCHAR)"
        if count == 4:
            return f"(['1st', '2nd', '3rd', '4th'][quarter({stamp})] || ' quarter')"
        return [quarter, f"('0' || {quarter})", f"('Q' || {quarter})"][count - 1]
    if letter == "S" and count <= 9:
        micros = _padded(f"(epoch_us({stamp}) - epoch_us(date_trunc('second', {stamp})))", 6)
        return f"left({micros} || '000', {count})"
    if letter == "G" and count <= 3:
        return "'AD'"
    raise unsupported(f"{letters} in the pattern {pattern!r}", node)


def _zone_written(letters: str, stamp: str, pattern: str, node: exp.Expression | None) -> str:
    """The offset or name of the session's zone."""
    letter, count = letters[0], len(letters)
    if letter in "Xx" and count <= 3:
        if count == 1 and not zones.is_utc():
            raise unsupported(f"{letters} in the pattern {pattern!r}", node, "Write XX or XXX.")
        zero = "Z" if letter == "X" else ["+00", "+0000", "+00:00"][count - 1]
        return offset_text(stamp, ":" if count == 3 else "", zero)
    if letter == "Z" and count <= 3:
        return offset_text(stamp, "", "+0000")
    if letters == "VV" or (letter in "zV" and count <= 3 and zones.is_utc()):
        return quote(zones.session_zone().name)
    raise unsupported(f"{letters} in the pattern {pattern!r}", node)


def offset_text(stamp: str, separator: str, zero: str) -> str:
    """SQL of the session zone's offset at an instant, as in `+08:00`; `zero` is the text of none."""
    if zones.is_utc():
        return quote(zero)
    return f"spark_offset_text({zones.offset_seconds(stamp)}, {quote(separator)}, {quote(zero)})"


#: Letters → the regular expression that reads them, and the name of what they give.
_READ: dict[str, tuple[str, str]] = {
    "y": (r"(\d{1,9})", "y"),
    "yyyy": (r"(\d{4})", "y"),
    "M": (r"(\d{1,2})", "m"),
    "MM": (r"(\d{2})", "m"),
    "MMM": (r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", "mon"),
    "MMMM": (r"(January|February|March|April|May|June|July|August|September|October|November|December)", "mon"),
    "d": (r"(\d{1,2})", "d"),
    "dd": (r"(\d{2})", "d"),
    "H": (r"(\d{1,2})", "hh"),
    "HH": (r"(\d{2})", "hh"),
    "h": (r"(\d{1,2})", "h12"),
    "hh": (r"(\d{2})", "h12"),
    "m": (r"(\d{1,2})", "mi"),
    "mm": (r"(\d{2})", "mi"),
    "s": (r"(\d{1,2})", "ss"),
    "ss": (r"(\d{2})", "ss"),
    "a": (r"(AM|PM)", "ap"),
    "X": (r"(Z|[+-]\d{2}(?:\d{2})?)", "z"),
    "XX": (r"(Z|[+-]\d{4})", "z"),
    "XXX": (r"(Z|[+-]\d{2}:\d{2})", "z"),
    "Z": (r"([+-]\d{4})", "z"),
    "z": (r"(UTC|GMT|Z)", "z"),
    "D": (r"(\d{1,3})", "doy"),
    "DDD": (r"(\d{3})", "doy"),
}
_READ["yyy"] = _READ["y"]
_READ["ZZ"], _READ["ZZZ"], _READ["x"], _READ["xx"], _READ["xxx"] = (
    _READ["Z"],
    _READ["Z"],
    _READ["X"],
    _READ["XX"],
    _READ["XXX"],
)


def parse_pattern(pattern: str, text: str, node: exp.Expression | None = None) -> str:
    """SQL of the timestamp that a text is; null where it does not follow the pattern to the letter."""
    expression = ""
    fields: list[str] = []
    for kind, piece in pieces_of(pattern, node):
        if kind == "text":
            expression += re.escape(piece)
            continue
        if piece[0] == "S":
            expression += rf"(\d{{{len(piece)}}})"
            fields.append("f")
            continue
        if piece == "yy":
            expression += r"(\d{2})"
            fields.append("yy")
            continue
        if piece not in _READ:
            raise unsupported(f"{piece} in the pattern {pattern!r} for reading", node)
        part, field = _READ[piece]
        if field in fields:
            raise unsupported(f"{piece} twice in the pattern {pattern!r}", node)
        expression += part
        fields.append(field)
    if not fields:
        return "CAST(NULL AS TIMESTAMP)"
    names = ", ".join(quote(field) for field in fields)
    read = f"regexp_extract({text}, {quote('^' + expression + '$')}, [{names}])"
    return f"(CASE WHEN regexp_matches({text}, {quote('^' + expression + '$')}) THEN list_transform([{read}], lambda p: {_assembled(set(fields))})[1] END)"


def _assembled(fields: set[str]) -> str:
    year = "p.y" if "y" in fields else "('20' || p.yy)" if "yy" in fields else "'1970'"
    months = "['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec']"
    month = (
        "p.m"
        if "m" in fields
        else f"CAST(list_position({months}, lower(left(p.mon, 3))) AS VARCHAR)"
        if "mon" in fields
        else "'1'"
    )
    day = "p.d" if "d" in fields else "'1'"
    date = f"TRY_CAST({year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0') AS DATE)"
    if "doy" in fields:
        days = f"CAST(TRY_CAST({year} || '-01-01' AS DATE) + (CAST(p.doy AS INTEGER) - 1) AS DATE)"
        date = f"(CASE WHEN year({days}) = CAST({year} AS INTEGER) THEN {days} END)"
    checks: list[str] = []
    hour = "0"
    if "hh" in fields:
        hour = "CAST(p.hh AS INTEGER)"
        checks.append(f"{hour} < 24")
    elif "h12" in fields:
        checks.append("CAST(p.h12 AS INTEGER) BETWEEN 1 AND 12")
        hour = "(CAST(p.h12 AS INTEGER) % 12)"
        if "ap" in fields:
            hour = f"({hour} + CASE WHEN p.ap = 'PM' THEN 12 ELSE 0 END)"
    minute = "CAST(p.mi AS INTEGER)" if "mi" in fields else "0"
    second = "CAST(p.ss AS INTEGER)" if "ss" in fields else "0"
    checks += [f"{minute} < 60", f"{second} < 60"]
    micros = "CAST(rpad(left(p.f, 6), 6, '0') AS BIGINT)" if "f" in fields else "0"
    clock = f"({hour} * 3600 + {minute} * 60 + {second})"
    stamp = f"(CAST({date} AS TIMESTAMP) + to_microseconds(CAST({clock} AS BIGINT) * 1000000 + {micros}))"
    stamp = f"make_timestamp(epoch_us({stamp}) - spark_offset_micros(p.z))" if "z" in fields else zones.instant(stamp)
    return f"CASE WHEN {' AND '.join(checks)} THEN {stamp} END"
