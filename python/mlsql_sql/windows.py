"""Window functions: partition, order with Spark's places of nulls, and frames."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from . import zones
from .errors import invalid, unsupported
from .expression import Expr
from .functions.registry import AGGREGATES, WINDOWS, Call, window
from .intervals import DAYS, MONTHS, TIMES, is_interval
from .names import call as call_name
from .ordering import sort_key
from .types import DOUBLE, INT, duck, is_orderable

if TYPE_CHECKING:
    from .compiler import Compiler

#: Functions that look at the order and take no frame.
_FRAMELESS = ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead")


def compile_window(compiler: Compiler, node: exp.Expression) -> Expr:
    """`function(…) over (…)`."""
    if not compiler.windows_allowed:
        raise invalid(
            "a window function can only stand in the select list or in order by", node, "Compute it in an inner select."
        )
    function, condition, ignore_nulls = node.this, None, None
    while not isinstance(function, exp.Anonymous):
        if isinstance(function, exp.Filter):
            condition = function.expression.this
        elif isinstance(function, (exp.IgnoreNulls, exp.RespectNulls)):
            ignore_nulls = isinstance(function, exp.IgnoreNulls)
        else:
            raise unsupported(f"`{function.sql()[:40]}` with an over clause", node)
        function = function.this
    name = str(function.name).lower()
    inside = replace(compiler, windows_allowed=False)
    over, label = _over(inside, node, name)
    call = Call(inside, name, list(function.expressions), function, condition, ignore_nulls, None, f" OVER ({over})")
    if name in compiler.context.functions:
        raise invalid(f"the registered function {name} takes no over clause", node)
    if name in WINDOWS:
        result = WINDOWS[name](call)
    elif name in AGGREGATES:
        result = AGGREGATES[name](call)
    else:
        raise invalid(f"{function.name} is no window function", node)
    return replace(result, name=f"{result.name} OVER ({label})", label=None)


def _over(compiler: Compiler, node: exp.Expression, function: str) -> tuple[str, str]:
    partition, order, spec = node.args.get("partition_by") or [], node.args.get("order"), node.args.get("spec")
    alias = node.args.get("alias")
    if alias is not None:
        named = compiler.named_windows.get(alias.name.lower())
        if named is None:
            raise invalid(f"no window named {alias.name}", node)
        partition = named.args.get("partition_by") or partition
        order = named.args.get("order") or order
        spec = named.args.get("spec") or spec
    text: list[str] = []
    label: list[str] = []
    if partition:
        keys = [compiler.compile(key) for key in partition]
        text.append("PARTITION BY " + ", ".join(key.sql for key in keys))
        label.append("PARTITION BY " + ", ".join(key.name for key in keys))
    if order is not None:
        text.append("ORDER BY " + order_items(compiler, order))
        label.append("ORDER BY " + ", ".join(_order_label(compiler, item) for item in order.expressions))
    elif function in _FRAMELESS:
        raise invalid(f"{function} needs an order by in its over clause", node)
    if spec is not None and function not in _FRAMELESS:
        text.append(_frame(compiler, spec, order, node))
        label.append(_frame_label(spec))
    elif function in _FRAMELESS:
        label.append("ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
    elif order is not None:
        label.append("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
    else:
        label.append("ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING")
    return " ".join(text), " ".join(label)


def order_items(compiler: Compiler, order: exp.Expression) -> str:
    """Keys with directions; nulls come first in rising order and last in falling, unless said otherwise."""
    return ", ".join(_order_item(compiler, item) for item in order.expressions)


def _order_item(compiler: Compiler, item: exp.Expression) -> str:
    key = compiler.compile(item.this)
    if not is_orderable(key.type):
        raise invalid(f"values of type {key.type} have no order", item)
    return sort_key(key.sql, key.type) + direction(item)


def direction(item: exp.Expression) -> str:
    return f" {'DESC' if item.args.get('desc') else 'ASC'} NULLS {'FIRST' if item.args.get('nulls_first') else 'LAST'}"


def _order_label(compiler: Compiler, item: exp.Expression) -> str:
    return compiler.compile(item.this).name + direction(item)


def _frame(compiler: Compiler, spec: exp.Expression, order: exp.Expression | None, node: exp.Expression) -> str:
    kind = str(spec.args.get("kind") or "ROWS").upper()
    if kind not in ("ROWS", "RANGE"):
        raise unsupported(f"a frame of {kind}", node)
    if kind == "RANGE":
        _check_days(compiler, spec, node)
    start = _bound(compiler, spec.args.get("start"), spec.args.get("start_side"), node)
    end = _bound(compiler, spec.args.get("end") or "CURRENT ROW", spec.args.get("end_side"), node)
    return f"{kind} BETWEEN {start} AND {end}"


def _check_days(compiler: Compiler, spec: exp.Expression, node: exp.Expression) -> None:
    """Days of a frame are days of the calendar, which in some zones are not all of one length."""
    for bound in (spec.args.get("start"), spec.args.get("end")):
        if zones.is_utc() or not isinstance(bound, exp.Expression):
            continue
        value = compiler.compile(bound)
        micros = [int(digits) for digits in re.findall(r"to_microseconds\((\d+)\)", value.sql)]
        if value.type in (DAYS, MONTHS) or (value.type == TIMES and sum(micros) >= _DAY_MICROS):
            hint = "Order by unix_seconds(t) and count seconds, or by cast(t as date) and count days."
            raise unsupported("a frame of days or months in a time zone other than UTC", node, hint)


_DAY_MICROS = 86_400_000_000


def _bound(compiler: Compiler, bound: object, side: object, node: exp.Expression) -> str:
    if isinstance(bound, str):
        word = bound.upper()
        return word if word == "CURRENT ROW" else f"{word} {str(side).upper()}"
    if not isinstance(bound, exp.Expression):
        raise invalid("a frame needs a beginning", node)
    value = compiler.compile(bound)
    if isinstance(value.value, int) and value.value < 0:
        flipped = "PRECEDING" if str(side).upper() == "FOLLOWING" else "FOLLOWING"
        return f"{-value.value} {flipped}"
    if not value.is_literal and not is_interval(value.type):
        raise unsupported("a computed bound of a frame", node)
    return f"{value.sql} {str(side).upper()}"


def _frame_label(spec: exp.Expression) -> str:
    def side(bound: object, where: object) -> str:
        text = (
            bound.upper()
            if isinstance(bound, str)
            else bound.sql()
            if isinstance(bound, exp.Expression)
            else "CURRENT ROW"
        )
        return text if text == "CURRENT ROW" else f"{text} {str(where).upper()}"

    start = side(spec.args.get("start"), spec.args.get("start_side"))
    end = side(spec.args.get("end"), spec.args.get("end_side"))
    return f"{str(spec.args.get('kind')).upper()} BETWEEN {start} AND {end}"


@window("row_number", "rank", "dense_rank")
def _rank(call: Call) -> Expr:
    call.arity(0)
    return call.result(f"CAST({call.name}(){call.over} AS INTEGER)", INT, [])


@window("percent_rank", "cume_dist")
def _share(call: Call) -> Expr:
    call.arity(0)
    return call.result(f"{call.name}(){call.over}", DOUBLE, [])


@window("ntile")
def _ntile(call: Call) -> Expr:
    values = call.arguments(0, 1)
    count = call.cast(values[0], INT) if values else "1"
    return call.result(f"CAST(ntile({count}){call.over} AS INTEGER)", INT, values)


@window("lag", "lead")
def _shift(call: Call) -> Expr:
    values = call.arguments(1, 3)
    value = values[0]
    offset = call.cast(values[1], INT) if len(values) > 1 else "1"
    default = call.cast(values[2], value.type) if len(values) > 2 else f"CAST(NULL AS {duck(value.type)})"
    nulls = " IGNORE NULLS" if call.ignore_nulls else ""
    names = [value.name, values[1].name if len(values) > 1 else "1", values[2].name if len(values) > 2 else "NULL"]
    sql = f"{call.name}({value.sql}, {offset}, {default}{nulls}){call.over}"
    return call.result(sql, value.type, values, call_name(call.name, names))


@window("nth_value")
def _nth_value(call: Call) -> Expr:
    value, index = call.arguments(2)
    nulls = " IGNORE NULLS" if call.ignore_nulls else ""
    sql = f"nth_value({value.sql}, {call.cast(index, INT)}{nulls}){call.over}"
    return call.result(sql, value.type, [value, index])
