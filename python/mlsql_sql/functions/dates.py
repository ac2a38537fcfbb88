"""Functions of dates and timestamps. Days and hours are those of the session's time zone."""

from __future__ import annotations

import re

from sqlglot import exp

from .. import zones
from ..datetime_patterns import format_pattern, parse_pattern
from ..expression import Expr, quote
from ..intervals import MONTHS, TIMES
from ..names import call as call_name
from ..types import (
    BIGINT,
    DATE,
    DOUBLE,
    INT,
    STRING,
    TIMESTAMP,
    VOID,
    DecimalType,
    is_integral,
    is_numeric,
)
from .registry import Call, scalar, simple

simple("year", "D", INT, "CAST(year({0}) AS INTEGER)")
simple("quarter", "D", INT, "CAST(quarter({0}) AS INTEGER)")
simple("month", "D", INT, "CAST(month({0}) AS INTEGER)")
simple("day dayofmonth", "D", INT, "CAST(day({0}) AS INTEGER)")
simple("dayofyear", "D", INT, "CAST(dayofyear({0}) AS INTEGER)")
simple("dayofweek", "D", INT, "CAST(dayofweek({0}) + 1 AS INTEGER)")
simple("weekday", "D", INT, "CAST((dayofweek({0}) + 6) % 7 AS INTEGER)")
simple("weekofyear", "D", INT, "CAST(week({0}) AS INTEGER)")
simple("dayname", "D", STRING, "strftime({0}, '%a')")
simple("monthname", "D", STRING, "strftime({0}, '%b')")
simple("hour", "T", INT, "CAST(hour({0}) AS INTEGER)")
simple("minute", "T", INT, "CAST(minute({0}) AS INTEGER)")
simple("second", "T", INT, "CAST(second({0}) AS INTEGER)")
simple("date_sub", "Di", DATE, "CAST({0} - {1} AS DATE)")
simple("add_months", "Di", DATE, "spark_add_months({0}, {1})")
simple("last_day", "D", DATE, "last_day({0})")
simple("unix_date", "D", INT, "CAST(date_diff('day', DATE '1970-01-01', {0}) AS INTEGER)")
simple("date_from_unix_date", "i", DATE, "CAST(DATE '1970-01-01' + {0} AS DATE)")
simple("unix_seconds", "t", BIGINT, "spark_whole_seconds({0})")
simple("unix_millis", "t", BIGINT, "CAST(floor(epoch_us({0}) / 1000) AS BIGINT)")
simple("unix_micros", "t", BIGINT, "epoch_us({0})")
simple("timestamp_millis", "l", TIMESTAMP, "make_timestamp({0} * 1000)")
simple("timestamp_micros", "l", TIMESTAMP, "make_timestamp({0})")
simple("make_date", "iii", DATE, "try(make_date({0}, {1}, {2}))")


@scalar("timestamp_seconds")
def _timestamp_seconds(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(call.cast(value, TIMESTAMP), TIMESTAMP, [value])


@scalar("make_timestamp")
def _make_timestamp(call: Call) -> Expr:
    values = call.arguments(6, 7)
    parts = [call.cast(value, INT) for value in values[:5]]
    seconds = call.cast(values[5], DOUBLE)
    wall = f"try(make_timestamp({', '.join(f'CAST({part} AS BIGINT)' for part in parts)}, CAST({seconds} AS DOUBLE)))"
    if len(values) == 6:
        return call.result(zones.instant(wall), TIMESTAMP, values)
    zone = call.constant_text(values[6], "time zone")
    return call.result("CAST(NULL AS TIMESTAMP)" if zone is None else _in_zone(call, wall, zone), TIMESTAMP, values)


_NOW = "CAST(timezone('UTC', now()) AS TIMESTAMP)"


@scalar("current_timezone")
def _current_timezone(call: Call) -> Expr:
    call.arity(0)
    return Expr(quote(zones.session_zone().name), STRING, "current_timezone()")


@scalar("make_ym_interval")
def _make_ym_interval(call: Call) -> Expr:
    values = call.arguments(0, 2)
    years, months = ([call.cast(value, INT) for value in values] + ["0", "0"])[:2]
    return call.result(f"to_months(12 * {years} + {months})", MONTHS, values)


@scalar("make_dt_interval")
def _make_dt_interval(call: Call) -> Expr:
    values = call.arguments(0, 4)
    whole = [f"CAST({call.cast(value, INT)} AS BIGINT)" for value in values[:3]] + ["0", "0", "0"]
    seconds = call.cast(values[3], DecimalType(precision=18, scale=6)) if len(values) > 3 else "0"
    micros = (
        f"({whole[0]} * 86400 + {whole[1]} * 3600 + {whole[2]} * 60) * 1000000 + CAST({seconds} * 1000000 AS BIGINT)"
    )
    return call.result(f"to_microseconds({micros})", TIMES, values)


@scalar("current_date", "curdate")
def _current_date(call: Call) -> Expr:
    call.arity(0)
    call.compiler.context.volatile = True
    return Expr(f"CAST({zones.wall_time(_NOW)} AS DATE)", DATE, "current_date()")


@scalar("current_timestamp", "now")
def _now(call: Call) -> Expr:
    call.arity(0)
    call.compiler.context.volatile = True
    return Expr(_NOW, TIMESTAMP, f"{call.name}()")


@scalar("datediff", "date_diff")
def _datediff(call: Call) -> Expr:
    if len(call.nodes) == 3:
        return _timestampdiff(call)
    end, start = call.arguments(2)
    sql = f"CAST(date_diff('day', {call.cast(start, DATE)}, {call.cast(end, DATE)}) AS INTEGER)"
    return call.result(sql, INT, [end, start])


_UNITS = {
    "YEAR": "to_months(12 * {n})",
    "QUARTER": "to_months(3 * {n})",
    "MONTH": "to_months({n})",
    "WEEK": "to_days(7 * {n})",
    "DAY": "to_days({n})",
    "DAYOFYEAR": "to_days({n})",
    "HOUR": "to_hours({n})",
    "MINUTE": "to_minutes({n})",
    "SECOND": "to_seconds({n})",
    "MILLISECOND": "to_milliseconds({n})",
    "MICROSECOND": "to_microseconds({n})",
}


#: Units that are no part of the calendar: an hour is one whatever the clock does.
_CLOCK_UNITS = ("HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")


def _unit(call: Call) -> str:
    node = call.nodes[0]
    name = str(node.name).upper() if isinstance(node, (exp.Column, exp.Identifier, exp.Var, exp.Literal)) else ""
    if name not in _UNITS:
        raise call.error(
            f"unknown unit {name or node.sql()}", "Units are year, quarter, month, week, day, hour, minute, second."
        )
    return name


@scalar("date_add", "dateadd")
def _date_add(call: Call) -> Expr:
    """`date_add(date, days)`, or `date_add(unit, amount, timestamp)`."""
    if len(call.nodes) == 3:
        return _timestampadd(call)
    start, days = call.arguments(2)
    sql = f"CAST({call.cast(start, DATE)} + {call.cast(days, INT)} AS DATE)"
    return call.result(sql, DATE, [start, days])


@scalar("timestampadd")
def _timestampadd(call: Call) -> Expr:
    call.arity(3)
    unit = _unit(call)
    amount, value = call.compiler.compile(call.nodes[1]), call.compiler.compile(call.nodes[2])
    count = call.cast(amount, INT)
    stamp = call.cast(value, TIMESTAMP)
    if unit in _CLOCK_UNITS:
        sql = f"CAST({stamp} + {_UNITS[unit].format(n=count)} AS TIMESTAMP)"
    else:
        sql = zones.add_to_wall_time(stamp, _UNITS[unit].format(n=count))
    return call.result(sql, TIMESTAMP, [amount, value], call_name(call.name, [unit, amount.name, value.name]))


@scalar("timestampdiff")
def _timestampdiff(call: Call) -> Expr:
    call.arity(3)
    unit = _unit(call)
    start, end = call.compiler.compile(call.nodes[1]), call.compiler.compile(call.nodes[2])
    word = "day" if unit == "DAYOFYEAR" else unit.lower()
    first, second = zones.wall_time(call.cast(start, TIMESTAMP)), zones.wall_time(call.cast(end, TIMESTAMP))
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}.get(unit)
    if months is None:
        sql = f"date_sub('{word}', {first}, {second})"
    else:
        sql = f"spark_quotient(spark_whole_months({first}, {second}), {months})"
    return call.result(sql, BIGINT, [start, end], call_name("timestampdiff", [unit, start.name, end.name]))


@scalar("months_between")
def _months_between(call: Call) -> Expr:
    values = call.arguments(2, 3)
    round_off = call.constant(values[2], "roundOff") if len(values) == 3 else True
    first, second = (call.cast(value, TIMESTAMP) for value in values[:2])
    sql = zones.months_between(first, second)
    names = [value.name for value in values] + ([] if len(values) == 3 else ["true"])
    return call.result(
        f"spark_round_double({sql}, 8)" if round_off else sql, DOUBLE, values, call_name("months_between", names)
    )


@scalar("next_day")
def _next_day(call: Call) -> Expr:
    value, weekday = call.arguments(2)
    name = (call.constant_text(weekday, "day of the week") or "").upper()
    days = {
        "SU": 0,
        "SUN": 0,
        "SUNDAY": 0,
        "MO": 1,
        "MON": 1,
        "MONDAY": 1,
        "TU": 2,
        "TUE": 2,
        "TUESDAY": 2,
        "WE": 3,
        "WED": 3,
        "WEDNESDAY": 3,
        "TH": 4,
        "THU": 4,
        "THURSDAY": 4,
        "FR": 5,
        "FRI": 5,
        "FRIDAY": 5,
        "SA": 6,
        "SAT": 6,
        "SATURDAY": 6,
    }
    if name not in days:
        return call.result("CAST(NULL AS DATE)", DATE, [value, weekday])
    date = call.cast(value, DATE)
    sql = f"CAST({date} + CAST((({days[name]} - dayofweek({date}) + 6) % 7) + 1 AS INTEGER) AS DATE)"
    return call.result(sql, DATE, [value, weekday])


_TRUNC_DATE = {
    "YEAR": "year",
    "YYYY": "year",
    "YY": "year",
    "QUARTER": "quarter",
    "MONTH": "month",
    "MM": "month",
    "MON": "month",
    "WEEK": "week",
}
_TRUNC_TIME = {
    **_TRUNC_DATE,
    "DAY": "day",
    "DD": "day",
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
    "MILLISECOND": "milliseconds",
    "MICROSECOND": "microseconds",
}


@scalar("trunc")
def _trunc(call: Call) -> Expr:
    value, unit = call.arguments(2)
    name = (call.constant_text(unit, "unit") or "").upper()
    if name not in _TRUNC_DATE:
        return call.result("CAST(NULL AS DATE)", DATE, [value, unit])
    return call.result(
        f"CAST(date_trunc('{_TRUNC_DATE[name]}', {call.cast(value, DATE)}) AS DATE)", DATE, [value, unit]
    )


@scalar("date_trunc")
def _date_trunc(call: Call) -> Expr:
    unit, value = call.arguments(2)
    name = (call.constant_text(unit, "unit") or "").upper()
    if name not in _TRUNC_TIME:
        return call.result("CAST(NULL AS TIMESTAMP)", TIMESTAMP, [unit, value])
    stamp = call.cast(value, TIMESTAMP)
    truncated = f"CAST(date_trunc('{_TRUNC_TIME[name]}', {zones.wall_time(stamp)}) AS TIMESTAMP)"
    # Of an hour that is shown twice the one that it is stays.
    sql = zones.instant(truncated) if name in _TRUNC_DATE else zones.instant_near(truncated, stamp)
    return call.result(sql, TIMESTAMP, [unit, value])


@scalar("date_part", "datepart")
def _date_part(call: Call) -> Expr:
    unit, value = call.arguments(2)
    field = (call.constant_text(unit, "field") or "").upper()
    timestamp = call.cast(value, DATE) if value.type == DATE else zones.wall_time(call.cast(value, TIMESTAMP))
    parts = {
        "year": "year",
        "y": "year",
        "years": "year",
        "yr": "year",
        "yrs": "year",
        "yearofweek": "isoyear",
        "quarter": "quarter",
        "qtr": "quarter",
        "month": "month",
        "mon": "month",
        "mons": "month",
        "months": "month",
        "week": "week",
        "w": "week",
        "weeks": "week",
        "day": "day",
        "d": "day",
        "days": "day",
        "dow_iso": "isodow",
        "dayofweek_iso": "isodow",
        "doy": "dayofyear",
        "hour": "hour",
        "h": "hour",
        "hours": "hour",
        "hr": "hour",
        "hrs": "hour",
        "minute": "minute",
        "m": "minute",
        "min": "minute",
        "mins": "minute",
        "minutes": "minute",
    }
    label = call_name(call.name, [unit.name, value.name])
    if isinstance(call.node, exp.Extract):
        label = f"extract({field.lower() if field else ''} FROM {value.name})".replace(
            field.lower(), str(call.node.this.name), 1
        )
    lower = field.lower()
    if lower in ("dow", "dayofweek"):
        return call.result(f"CAST(dayofweek({timestamp}) + 1 AS INTEGER)", INT, [unit, value], label)
    if lower in ("second", "s", "sec", "seconds", "secs"):
        wall = zones.wall_time(call.cast(value, TIMESTAMP))
        micros = f"(epoch_us({wall}) - epoch_us(date_trunc('minute', {wall})))"
        kind = DecimalType(precision=8, scale=6)
        sql = f"CAST(CAST({micros} AS DECIMAL(18,0)) * CAST('0.000001' AS DECIMAL(7,6)) AS DECIMAL(8,6))"
        return call.result(sql, kind, [unit, value], label)
    if lower not in parts:
        raise call.error(f"unknown field {field}")
    return call.result(f"CAST(date_part('{parts[lower]}', {timestamp}) AS INTEGER)", INT, [unit, value], label)


def _format(call: Call, value: Expr) -> str | None:
    return call.constant_text(value, "format")


@scalar("date_format")
def _date_format(call: Call) -> Expr:
    value, pattern = call.arguments(2)
    text = _format(call, pattern)
    if text is None:
        return call.result("CAST(NULL AS VARCHAR)", STRING, [value, pattern])
    return call.result(format_pattern(text, call.cast(value, TIMESTAMP), call.node), STRING, [value, pattern])


@scalar("to_date", "try_to_date")
def _to_date(call: Call) -> Expr:
    values = call.arguments(1, 2)
    if len(values) == 1 or values[0].type != STRING:
        return call.result(call.cast(values[0], DATE), DATE, values)
    pattern = _format(call, values[1])
    if pattern is None:
        return call.result("CAST(NULL AS DATE)", DATE, values)
    return call.result(
        f"CAST({zones.wall_time(parse_pattern(pattern, values[0].sql, call.node))} AS DATE)", DATE, values
    )


@scalar("to_timestamp", "try_to_timestamp")
def _to_timestamp(call: Call) -> Expr:
    values = call.arguments(1, 2)
    if len(values) == 1 or values[0].type != STRING:
        return call.result(call.cast(values[0], TIMESTAMP), TIMESTAMP, values)
    pattern = _format(call, values[1])
    if pattern is None:
        return call.result("CAST(NULL AS TIMESTAMP)", TIMESTAMP, values)
    return call.result(parse_pattern(pattern, values[0].sql, call.node), TIMESTAMP, values)


@scalar("unix_timestamp", "to_unix_timestamp")
def _unix_timestamp(call: Call) -> Expr:
    values = call.arguments(0, 2)
    if not values:
        call.compiler.context.volatile = True
        return Expr(
            f"(epoch_us({_NOW}) // 1000000)", BIGINT, "unix_timestamp(current_timestamp(), yyyy-MM-dd HH:mm:ss)"
        )
    names = [value.name for value in values] + (["yyyy-MM-dd HH:mm:ss"] if len(values) == 1 else [])
    label = call_name(call.name, names)
    if values[0].type == STRING:
        pattern = _format(call, values[1]) if len(values) == 2 else "yyyy-MM-dd HH:mm:ss"
        if pattern is None:
            return call.result("CAST(NULL AS BIGINT)", BIGINT, values, label)
        stamp = parse_pattern(pattern, values[0].sql, call.node)
    else:
        stamp = call.cast(values[0], TIMESTAMP)
    # Before 1970 fractions are cut off towards it, other than in a cast.
    micros = f"epoch_us({stamp})"
    return call.result(f"(({micros} - {micros} % 1000000) // 1000000)", BIGINT, values, label)


@scalar("from_unixtime")
def _from_unixtime(call: Call) -> Expr:
    values = call.arguments(1, 2)
    pattern = _format(call, values[1]) if len(values) == 2 else "yyyy-MM-dd HH:mm:ss"
    names = [value.name for value in values] + (["yyyy-MM-dd HH:mm:ss"] if len(values) == 1 else [])
    label = call_name("from_unixtime", names)
    if pattern is None:
        return call.result("CAST(NULL AS VARCHAR)", STRING, values, label)
    stamp = f"make_timestamp({call.cast(values[0], BIGINT)} * 1000000)"
    return call.result(format_pattern(pattern, stamp, call.node), STRING, values, label)


@scalar("from_utc_timestamp", "to_utc_timestamp")
def _zone(call: Call) -> Expr:
    value, zone = call.arguments(2)
    name = call.constant_text(zone, "time zone")
    if name is None:
        return call.result("CAST(NULL AS TIMESTAMP)", TIMESTAMP, [value, zone])
    stamp = call.cast(value, TIMESTAMP)
    shift = _fixed_offset(name)
    if shift is not None:
        sign = "+" if call.name == "from_utc_timestamp" else "-"
        return call.result(f"CAST({stamp} {sign} to_minutes({shift}) AS TIMESTAMP)", TIMESTAMP, [value, zone])
    macro = "spark_wall" if call.name == "from_utc_timestamp" else "spark_instant"
    return call.result(f"{macro}({stamp}, {quote(name)})", TIMESTAMP, [value, zone])


def _in_zone(call: Call, wall: str, name: str) -> str:
    """SQL of the instant at which the clocks of a zone show a time."""
    minutes = _fixed_offset(name)
    return f"spark_instant({wall}, {quote(name)})" if minutes is None else f"({wall} - to_minutes({minutes}))"


def _fixed_offset(name: str) -> int | None:
    match = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", name)
    if match is None:
        return 0 if name.upper() in ("UTC", "GMT", "Z", "UT") else None
    minutes = int(match.group(2)) * 60 + int(match.group(3) or 0)
    return -minutes if match.group(1) == "-" else minutes


__all__ = ["VOID", "is_integral", "is_numeric"]
