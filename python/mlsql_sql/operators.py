"""Operators with Spark's meaning: integers wrap, division by zero is null, decimals have Spark's precision."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from . import zones
from .errors import invalid, unsupported
from .expression import Expr, quote
from .intervals import DAYS, MONTHS, TIMES, is_interval
from .literals import decimal_type_of
from .names import binary
from .ordering import sort_key
from .types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    MAX_PRECISION,
    STRING,
    TIMESTAMP,
    VOID,
    ArrayType,
    DecimalType,
    Type,
    adjusted,
    as_decimal,
    comparison_type,
    duck,
    is_integral,
    is_numeric,
    is_orderable,
    tightest,
)

if TYPE_CHECKING:
    from .compiler import Compiler

_WRAPS = {"tinyint": "spark_wrap8", "smallint": "spark_wrap16", "int": "spark_wrap32"}
_WIDE = {"+": "spark_add64", "-": "spark_sub64", "*": "spark_mul64"}


def arithmetic(compiler: Compiler, operator: str, left: Expr, right: Expr, node: exp.Expression) -> Expr:
    """`left operator right` for + - * / % div & | ^."""
    label = binary(left.name, operator, right.name)
    dated = _with_dates(compiler, operator, left, right, node)
    if dated is not None:
        return dated if dated.name else dated.named(label)
    volatile = left.volatile or right.volatile
    if operator in ("&", "|", "^"):
        return replace(_bits(compiler, operator, left, right, node), name=label, volatile=volatile)
    texts = (left.type, right.type)
    left, right = _numbers(compiler, left, right, node), _numbers(compiler, right, left, node)
    if left.type == VOID and right.type == VOID:
        return Expr("CAST(NULL AS DOUBLE)", DOUBLE, label)
    left, right = _fill_void(left, right), _fill_void(right, left)
    if operator == "div" and STRING in texts:
        raise invalid(f"div needs numbers, not text: {label}", node, "Cast the text to bigint.")
    if operator == "div":
        return replace(_whole_division(compiler, left, right, node), name=label, volatile=volatile)
    decimals = _decimal_operands(left, right)
    if decimals is not None:
        return replace(_decimal(operator, left, right, *decimals, node), name=label, volatile=volatile)
    if operator == "/":
        first, second = compiler.cast(left, DOUBLE, node), compiler.cast(right, DOUBLE, node)
        return Expr(f"({first} / nullif({second}, 0))", DOUBLE, label, volatile=volatile)
    common = tightest(left.type, right.type)
    if common is None:
        common = DOUBLE
    first, second = compiler.cast(left, common, node), compiler.cast(right, common, node)
    if operator == "%":
        return Expr(f"({first} % nullif({second}, 0))", common, label, volatile=volatile)
    if common == BIGINT:
        sql = f"{_WIDE[operator]}({first}, {second})"
    elif common.kind in _WRAPS:
        sql = f"{_WRAPS[common.kind]}(CAST({first} AS BIGINT) {operator} {second})"
    else:
        sql = f"({first} {operator} {second})"
    return Expr(sql, common, label, volatile=volatile)


def _numbers(compiler: Compiler, value: Expr, other: Expr, node: exp.Expression) -> Expr:
    """Text counts as a double in arithmetic."""
    if value.type == STRING:
        return compiler.coerce(value, DOUBLE, node)
    if not is_numeric(value.type) and value.type != VOID:
        raise invalid(f"a value of type {value.type} cannot be calculated with: {value.name}", node)
    return value


def _fill_void(value: Expr, other: Expr) -> Expr:
    if value.type != VOID:
        return value
    return replace(value, sql=f"CAST(NULL AS {duck(other.type)})", type=other.type)


def _with_dates(compiler: Compiler, operator: str, left: Expr, right: Expr, node: exp.Expression) -> Expr | None:
    """Dates and timestamps plus or minus days or intervals; None where there are none."""
    if operator == "+" and is_interval(left.type) and not is_interval(right.type):
        left, right = right, left
    if is_interval(right.type):
        if is_interval(left.type):
            if operator in ("+", "-") and left.type != MONTHS and right.type != MONTHS:
                kind = TIMES if TIMES in (left.type, right.type) else DAYS
                return Expr(f"({left.sql} {operator} {right.sql})", kind, "")
            if operator in ("+", "-") and left.type == right.type:
                return Expr(f"({left.sql} {operator} {right.sql})", MONTHS, "")
            raise invalid("these intervals cannot be brought together", node)
        if operator == "*" and is_integral(left.type):
            return Expr(f"({right.sql} * {left.sql})", right.type, "")
        if operator not in ("+", "-"):
            raise unsupported(f"{operator} with an interval", node)
        if left.type == STRING:
            left = compiler.coerce(left, TIMESTAMP, node)
            return Expr(
                compiler.cast(Expr(f"({left.sql} {operator} {right.sql})", TIMESTAMP, ""), STRING, node), STRING, ""
            )
        if left.type == VOID:
            left = replace(left, sql="CAST(NULL AS TIMESTAMP)", type=TIMESTAMP)
        if left.type not in (DATE, TIMESTAMP):
            raise invalid(f"an interval can be added to a date or timestamp, not to {left.type}", node)
        target = TIMESTAMP if right.type == TIMES else left.type
        if target == TIMESTAMP and not zones.is_utc():
            return Expr(_in_session_zone(compiler, operator, left, right, node), target, "", volatile=left.volatile)
        return Expr(f"CAST({left.sql} {operator} {right.sql} AS {duck(target)})", target, "", volatile=left.volatile)
    if is_interval(left.type):
        if operator == "/" and is_integral(right.type):
            return _divided_interval(left, right)
        if operator == "*" and is_integral(right.type):
            return Expr(f"({left.sql} * {right.sql})", left.type, "")
        raise unsupported(f"an interval {operator} a number", node)
    if left.type == DATE and operator in ("+", "-") and (is_integral(right.type)):
        name = f"date_{'add' if operator == '+' else 'sub'}({left.name}, {right.name})"
        return Expr(
            f"CAST({left.sql} {operator} CAST({right.sql} AS INTEGER) AS DATE)", DATE, name, volatile=left.volatile
        )
    if right.type == DATE and operator == "+" and is_integral(left.type):
        return Expr(
            f"CAST({right.sql} + CAST({left.sql} AS INTEGER) AS DATE)", DATE, f"date_add({right.name}, {left.name})"
        )
    if left.type in (DATE, TIMESTAMP) and right.type in (DATE, TIMESTAMP) and operator == "-":
        if left.type == DATE and right.type == DATE:
            return Expr(f"to_days(CAST(date_diff('day', {right.sql}, {left.sql}) AS INTEGER))", DAYS, "")
        first, second = (zones.wall_time(compiler.cast(side, TIMESTAMP, node)) for side in (left, right))
        return Expr(f"to_microseconds(epoch_us({first}) - epoch_us({second}))", TIMES, "")
    return None


def _divided_interval(left: Expr, right: Expr) -> Expr:
    """Months are rounded half up; days become a length of time."""
    divisor = f"nullif(CAST({right.sql} AS BIGINT), 0)"
    if left.type == MONTHS:
        months = f"CAST(12 * date_part('year', {left.sql}) + date_part('month', {left.sql}) AS BIGINT)"
        return Expr(f"to_months(CAST(spark_rounded_quotient({months}, {divisor}) AS INTEGER))", MONTHS, "")
    micros = f"epoch_us(TIMESTAMP '1970-01-01' + {left.sql})"
    return Expr(f"to_microseconds(spark_rounded_quotient({micros}, {divisor}))", TIMES, "")


def _in_session_zone(compiler: Compiler, operator: str, left: Expr, right: Expr, node: exp.Expression) -> str:
    """SQL of a timestamp, or of a date as one, plus or minus an interval, in days of the session's zone."""
    stamp = compiler.cast(left, TIMESTAMP, node)
    if right.type == MONTHS:
        return zones.add_to_wall_time(stamp, right.sql if operator == "+" else f"(-{right.sql})")
    micros = f"epoch_us(TIMESTAMP '1970-01-01' {operator} {right.sql})"
    return zones.add_micros(stamp, micros)


def _bits(compiler: Compiler, operator: str, left: Expr, right: Expr, node: exp.Expression) -> Expr:
    common = tightest(left.type, right.type)
    if common is None or not is_integral(common):
        raise invalid(f"{operator} needs integers, not {left.type} and {right.type}", node)
    first, second = compiler.cast(left, common, node), compiler.cast(right, common, node)
    return Expr(f"xor({first}, {second})" if operator == "^" else f"({first} {operator} {second})", common, "")


def _whole_division(compiler: Compiler, left: Expr, right: Expr, node: exp.Expression) -> Expr:
    decimals = _decimal_operands(left, right)
    if decimals is not None:
        first, second = decimals
        scale = max(first.scale, second.scale)
        a, b = _unscaled(left, first, scale), _unscaled(right, second, scale)
        return Expr(f"spark_wrap64(spark_quotient({a}, nullif({b}, 0)))", BIGINT, "")
    a, b = compiler.cast(left, BIGINT, node), compiler.cast(right, BIGINT, node)
    return Expr(f"spark_wrap64(spark_quotient(CAST({a} AS HUGEINT), nullif(CAST({b} AS HUGEINT), 0)))", BIGINT, "")


def _decimal_operands(left: Expr, right: Expr) -> tuple[DecimalType, DecimalType] | None:
    """The decimal types of two operands of which one is a decimal and none a float."""
    if not isinstance(left.type, DecimalType) and not isinstance(right.type, DecimalType):
        return None
    first, second = _operand(left, right), _operand(right, left)
    return None if first is None or second is None else (first, second)


def _operand(value: Expr, other: Expr) -> DecimalType | None:
    if is_integral(value.type) and isinstance(value.value, int) and isinstance(other.type, DecimalType):
        # A literal takes only the digits that it has.
        from decimal import Decimal

        return decimal_type_of(Decimal(value.value))
    return as_decimal(value.type)


def _decimal(operator: str, left: Expr, right: Expr, a: DecimalType, b: DecimalType, node: exp.Expression) -> Expr:
    whole = max(a.precision - a.scale, b.precision - b.scale)
    if operator in ("+", "-"):
        scale = max(a.scale, b.scale)
        kind = adjusted(whole + scale + 1, scale)
        target = duck(kind)
        return Expr(
            _unless_overflow(f"CAST({left.sql} AS {target}) {operator} CAST({right.sql} AS {target})", kind), kind, ""
        )
    if operator == "*":
        if a.scale + b.scale > 38:
            raise unsupported(
                f"the product of {a} and {b}", node, "Cast one of them to a smaller decimal or to double."
            )
        kind = adjusted(a.precision + b.precision + 1, a.scale + b.scale)
        # DuckDB stays with 18 digits unless one factor has more.
        wide = DecimalType(precision=max(19, a.precision), scale=a.scale) if a.precision + b.precision > 18 else a
        return Expr(
            _unless_overflow(f"CAST({left.sql} AS {duck(wide)}) * CAST({right.sql} AS {duck(b)})", kind), kind, ""
        )
    if operator == "/":
        scale = max(6, a.scale + b.precision + 1)
        kind = adjusted(a.precision - a.scale + b.scale + scale, scale)
        shift = kind.scale - a.scale + b.scale
        if shift < 0 or a.precision + shift > 38:
            raise unsupported(f"the quotient of {a} and {b}", node, "Cast one of them to double.")
        first, second = _digits(left, a), _digits(right, b)
        unit = (
            "CAST('"
            + ("1" if kind.scale == 0 else "0." + "0" * (kind.scale - 1) + "1")
            + f"' AS DECIMAL(38,{kind.scale}))"
        )
        numerator = f"{first} * CAST('1{'0' * shift}' AS HUGEINT)"
        quotient = f"TRY_CAST(spark_rounded_quotient({numerator}, nullif({second}, 0)) AS DECIMAL(38,0))"
        return Expr(f"TRY_CAST({quotient} * {unit} AS {duck(kind)})", kind, "")
    scale = max(a.scale, b.scale)
    kind = adjusted(min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
    first, second = _unscaled(left, a, scale), _unscaled(right, b, scale)
    unit = "CAST('" + ("1" if scale == 0 else "0." + "0" * (scale - 1) + "1") + f"' AS DECIMAL(38,{scale}))"
    return Expr(f"TRY_CAST(CAST({first} % nullif({second}, 0) AS DECIMAL(38,0)) * {unit} AS {duck(kind)})", kind, "")


def _unless_overflow(sql: str, kind: DecimalType) -> str:
    """The value as a decimal, or null where it has too many digits. Below 38 digits Spark's types hold every value."""
    return f"TRY_CAST({f'try({sql})' if kind.precision == MAX_PRECISION else f'({sql})'} AS {duck(kind)})"


def _digits(value: Expr, kind: DecimalType) -> str:
    """A decimal's digits as an integer."""
    return f"CAST(replace(CAST(CAST({value.sql} AS {duck(kind)}) AS VARCHAR), '.', '') AS HUGEINT)"


def _unscaled(value: Expr, kind: DecimalType, scale: int) -> str:
    digits = _digits(value, kind)
    return digits if kind.scale == scale else f"({digits} * CAST('1{'0' * (scale - kind.scale)}' AS HUGEINT))"


def comparison(compiler: Compiler, operator: str, left: Expr, right: Expr, node: exp.Expression) -> Expr:
    """= <> < <= > >= in the type that Spark compares in."""
    label = binary(left.name, operator, right.name) if operator != "<>" else f"(NOT ({left.name} = {right.name}))"
    common = _comparison_type(left, right, node)
    first, second = compiler.cast(left, common, node), compiler.cast(right, common, node)
    if operator not in ("=", "<>"):
        first, second = sort_key(first, common), sort_key(second, common)
    return Expr(f"({first} {operator} {second})", BOOLEAN, label, volatile=left.volatile or right.volatile)


def null_safe_equal(compiler: Compiler, left: Expr, right: Expr, node: exp.Expression, negated: bool) -> Expr:
    common = _comparison_type(left, right, node)
    first, second = compiler.cast(left, common, node), compiler.cast(right, common, node)
    word = "IS DISTINCT FROM" if negated else "IS NOT DISTINCT FROM"
    return Expr(f"({first} {word} {second})", BOOLEAN, binary(left.name, "<=>", right.name), required=True)


def _comparison_type(left: Expr, right: Expr, node: exp.Expression) -> Type:
    common = comparison_type(left.type, right.type)
    if common is None:
        raise invalid(f"{left.type} and {right.type} cannot be compared: {left.name}, {right.name}", node)
    if not is_orderable(common):
        raise invalid(f"values of type {common} cannot be compared", node)
    return common


def logical(compiler: Compiler, operator: str, left: Expr, right: Expr, node: exp.Expression) -> Expr:
    word = operator.lower()
    first, second = compiler.condition(left, word, node), compiler.condition(right, word, node)
    return Expr(
        f"({first} {operator} {second})",
        BOOLEAN,
        binary(left.name, operator, right.name),
        volatile=left.volatile or right.volatile,
    )


def concat_operator(compiler: Compiler, left: Expr, right: Expr, node: exp.Expression) -> Expr:
    """`||` joins texts, or arrays."""
    label = f"concat({left.name}, {right.name})"
    if isinstance(left.type, ArrayType) or isinstance(right.type, ArrayType):
        (first, second), common = compiler.unify([left, right], node, "||")
        return Expr(
            f"CASE WHEN {first.sql} IS NOT NULL AND {second.sql} IS NOT NULL THEN list_concat({first.sql}, {second.sql}) END",
            common,
            label,
        )
    first_sql, second_sql = compiler.cast(left, STRING, node), compiler.cast(right, STRING, node)
    return Expr(f"({first_sql} || {second_sql})", STRING, label, volatile=left.volatile or right.volatile)


def like(
    compiler: Compiler, kind: str, value: Expr, pattern: exp.Expression, escape: str, node: exp.Expression
) -> Expr:
    """like and ilike; the escape character may only stand before itself, % and _."""
    if isinstance(pattern, (exp.Any, exp.All)):
        return _like_list(compiler, kind, value, pattern, escape, node)
    compiled = compiler.compile(pattern)
    text = compiler.cast(value, STRING, node)
    label = (
        f"{value.name} {kind.upper()} {compiled.name}" if kind == "like" else f"ilike({value.name}, {compiled.name})"
    )
    if isinstance(compiled.value, str) and re.search(
        re.escape(escape) + rf"(?![%_{re.escape(escape)}])", _drop_pairs(compiled.value, escape)
    ):
        raise invalid(f"the pattern '{compiled.value}' escapes something else than %, _ and the escape character", node)
    sql = f"({text} {kind.upper()} {compiler.cast(compiled, STRING, node)} ESCAPE {quote(escape)})"
    return Expr(sql, BOOLEAN, label, volatile=value.volatile)


def _drop_pairs(pattern: str, escape: str) -> str:
    return pattern.replace(escape + escape, "")


def _like_list(
    compiler: Compiler, kind: str, value: Expr, patterns: exp.Expression, escape: str, node: exp.Expression
) -> Expr:
    inner = patterns.this
    items = (
        inner.expressions if isinstance(inner, exp.Tuple) else [inner.this if isinstance(inner, exp.Paren) else inner]
    )
    word = "OR" if isinstance(patterns, exp.Any) else "AND"
    tests = [like(compiler, kind, value, item, escape, node) for item in items]
    label = f"{kind}{'any' if word == 'OR' else 'all'}({value.name}, {', '.join(test.name for test in tests)})"
    return Expr("(" + f" {word} ".join(test.sql for test in tests) + ")", BOOLEAN, label)


__all__ = ["INT", "arithmetic", "comparison", "concat_operator", "like", "logical", "null_safe_equal"]
