"""
The session's time zone.

A timestamp is an instant, and DuckDB holds it as what a clock in UTC shows then. What a clock in the session's zone
shows (its wall time) is only made where a text, a day or an hour of it is asked for, or read. Gaps and overlaps of
daylight saving are Java's: a time that no clock shows moves on by the gap's length, one that a clock shows twice is the
earlier.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from .expression import quote


@dataclass(frozen=True)
class Zone:
    """`seconds`: how far a zone of one offset lies east of Greenwich; None where the offset changes with the season."""

    name: str
    seconds: int | None = None


UTC = Zone("UTC", 0)

_session: ContextVar[Zone] = ContextVar("session_zone", default=UTC)


def session_zone() -> Zone:
    return _session.get()


@contextmanager
def in_zone(given: dict[str, Any] | None) -> Iterator[None]:
    """Everything inside is compiled for that session: `{"name", "seconds"?}`; UTC where nothing is given."""
    token = _session.set(UTC if given is None else Zone(given["name"], given.get("seconds")))
    try:
        yield
    finally:
        _session.reset(token)


def is_utc() -> bool:
    return session_zone().seconds == 0


def wall_time(stamp: str) -> str:
    """SQL of what the session's clocks show at an instant."""
    zone = session_zone()
    if zone.seconds == 0:
        return stamp
    if zone.seconds is not None:
        return f"({stamp} + to_seconds({zone.seconds}))"
    return f"spark_wall({stamp}, {quote(zone.name)})"


def instant(wall: str) -> str:
    """SQL of the instant at which the session's clocks show a time."""
    zone = session_zone()
    if zone.seconds == 0:
        return wall
    if zone.seconds is not None:
        return f"({wall} - to_seconds({zone.seconds}))"
    return f"spark_instant({wall}, {quote(zone.name)})"


def instant_near(wall: str, stamp: str) -> str:
    """As `instant`; of a time that is shown twice the one with the offset that holds at `stamp`."""
    zone = session_zone()
    if zone.seconds is not None:
        return instant(wall)
    return f"spark_instant_near({wall}, {stamp}, {quote(zone.name)})"


def offset_seconds(stamp: str) -> str:
    """SQL of the zone's offset at an instant, in seconds east of Greenwich."""
    zone = session_zone()
    if zone.seconds is not None:
        return str(zone.seconds)
    return f"spark_offset_seconds({stamp}, {quote(zone.name)})"


def text_to_timestamp(text: str) -> str:
    """SQL of the instant that a text is; where it names no zone, in the session's."""
    zone = session_zone()
    if zone.seconds == 0:
        return f"spark_to_timestamp({text})"
    if zone.seconds is not None:
        return f"spark_to_timestamp_at({text}, {zone.seconds})"
    return f"spark_to_timestamp_in({text}, {quote(zone.name)})"


def add_micros(stamp: str, micros: str) -> str:
    """SQL of an instant some microseconds on. As in Spark whole days of them are days of the calendar."""
    zone = session_zone()
    if zone.seconds is not None:
        return f"({stamp} + to_microseconds({micros}))"
    return f"spark_add_micros({stamp}, {micros}, {quote(zone.name)})"


def add_to_wall_time(stamp: str, interval: str) -> str:
    """SQL of an instant some months or days on: the same time of another day."""
    if is_utc():
        return f"CAST({stamp} + {interval} AS TIMESTAMP)"
    return instant_near(f"({wall_time(stamp)} + {interval})", stamp)


def months_between(first: str, second: str) -> str:
    """SQL of the months from the second instant to the first, with a fraction."""
    zone = session_zone()
    if zone.seconds is not None:
        return f"spark_months_between({wall_time(first)}, {wall_time(second)})"
    return f"spark_months_between_in({first}, {second}, {quote(zone.name)})"
