"""Aggregate functions. With an over clause the same handlers make window aggregates."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from ..expression import Expr, quote
from ..names import call as call_name
from ..operators import arithmetic
from ..ordering import is_nested, sort_key
from ..types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    STRING,
    VOID,
    ArrayType,
    DecimalType,
    Type,
    bounded,
    duck,
    is_integral,
    is_numeric,
    is_orderable,
)
from .registry import Call, aggregate


def _run(
    call: Call, function: str, arguments: str, distinct: bool = False, condition: str | None = None, order: str = ""
) -> str:
    """`function([distinct] arguments [order]) [filter] [over]`."""
    conditions = [] if condition is None else [condition]
    if call.condition is not None:
        conditions.append(call.compiler.boolean(call.condition, "filter"))
    where = f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else ""
    if distinct and call.over:
        raise call.unsupported("with distinct and over")
    inside = f"{'DISTINCT ' if distinct else ''}{arguments}{order}"
    return f"{function}({inside}){where}{call.over}"


def _arguments(call: Call, least: int, most: int | None = None) -> tuple[bool, list[Expr]]:
    """True where `distinct` stands before them, and the arguments."""
    if len(call.nodes) == 1 and isinstance(call.nodes[0], exp.Distinct):
        plain = replace(call, nodes=list(call.nodes[0].expressions))
        return True, plain.arguments(least, most)
    return False, call.arguments(least, most)


def _label(call: Call, distinct: bool, values: list[Expr], name: str | None = None) -> str:
    label = call_name(
        name or call.name, [("DISTINCT " if distinct else "") + ", ".join(value.name for value in values)]
    )
    if call.condition is not None:
        label += f" FILTER (WHERE {call.compiler.compile(call.condition).name})"
    return label


def _result(
    call: Call, sql: str, kind: Type, values: list[Expr], distinct: bool = False, name: str | None = None
) -> Expr:
    return Expr(sql, kind, _label(call, distinct, values, name))


@aggregate("count")
def _count(call: Call) -> Expr:
    if len(call.nodes) == 1 and isinstance(call.nodes[0], exp.Star):
        return Expr(_run(call, "count", "*"), BIGINT, _label(call, False, [Expr("1", BIGINT, "1")]))
    distinct, values = _arguments(call, 1, 1000)
    if len(values) == 1:
        if values[0].type == VOID:
            return _result(call, _run(call, "count", "CAST(NULL AS INTEGER)"), BIGINT, values, distinct)
        return _result(call, _run(call, "count", values[0].sql, distinct), BIGINT, values, distinct)
    present = " AND ".join(f"{value.sql} IS NOT NULL" for value in values)
    what = f"({', '.join(value.sql for value in values)})" if distinct else "1"
    return _result(call, _run(call, "count", what, distinct, present), BIGINT, values, distinct)


def _number(call: Call, value: Expr) -> Expr:
    if value.type in (STRING, VOID):
        return call.compiler.coerce(value, DOUBLE, call.node)
    if not is_numeric(value.type):
        raise call.error(f"a number is needed, not {value.type}: {value.name}")
    return value


@aggregate("sum", "try_sum")
def _sum(call: Call) -> Expr:
    distinct, values = _arguments(call, 1)
    value = _number(call, values[0])
    if is_integral(value.type):
        total = _run(call, "sum", value.sql, distinct)
        if call.name == "try_sum":
            return _result(call, f"TRY_CAST({total} AS BIGINT)", BIGINT, values, distinct)
        return _result(call, f"spark_wrap64({total})", BIGINT, values, distinct)
    if isinstance(value.type, DecimalType):
        kind = bounded(value.type.precision + 10, value.type.scale)
        return _result(
            call, f"TRY_CAST({_run(call, 'sum', value.sql, distinct)} AS {duck(kind)})", kind, values, distinct
        )
    return _result(call, _run(call, "sum", f"CAST({value.sql} AS DOUBLE)", distinct), DOUBLE, values, distinct)


@aggregate("avg", "mean", "try_avg")
def _avg(call: Call) -> Expr:
    distinct, values = _arguments(call, 1)
    value = _number(call, values[0])
    if isinstance(value.type, DecimalType):
        total_type = bounded(value.type.precision + 10, value.type.scale)
        total = Expr(f"CAST({_run(call, 'sum', value.sql, distinct)} AS {duck(total_type)})", total_type, "")
        count = Expr(_run(call, "count", value.sql, distinct), BIGINT, "")
        kind = bounded(value.type.precision + 4, value.type.scale + 4)
        quotient = arithmetic(call.compiler, "/", total, count, call.node)
        return _result(call, f"CAST({quotient.sql} AS {duck(kind)})", kind, values, distinct)
    return _result(call, _run(call, "avg", f"CAST({value.sql} AS DOUBLE)", distinct), DOUBLE, values, distinct)


@aggregate("min", "max")
def _extreme(call: Call) -> Expr:
    distinct, values = _arguments(call, 1)
    value = values[0]
    if not is_orderable(value.type):
        raise call.error(f"values of type {value.type} have no order")
    if is_nested(value.type):
        arguments = f"{value.sql}, {sort_key(value.sql, value.type)}"
        return _result(call, _run(call, f"arg_{call.name}", arguments), value.type, values, distinct)
    return _result(call, _run(call, call.name, value.sql), value.type, values, distinct)


@aggregate("first", "first_value", "any_value", "last", "last_value")
def _first(call: Call) -> Expr:
    values = call.arguments(1, 2)
    ignore = call.ignore_nulls is True
    if len(values) == 2:
        ignore = call.constant(values[1], "ignoreNulls") is True
    function = "last" if call.name.startswith("last") else "first"
    value = values[0]
    label = call_name(call.name, [value.name])
    if call.over:
        nulls = " IGNORE NULLS" if ignore else ""
        return Expr(f"{function}_value({value.sql}{nulls}){call.over}", value.type, label)
    condition = f"{value.sql} IS NOT NULL" if ignore else None
    return Expr(_run(call, function, value.sql, condition=condition), value.type, label)


@aggregate("collect_list", "array_agg", "collect_set")
def _collect(call: Call) -> Expr:
    distinct, values = _arguments(call, 1)
    value = values[0]
    kind = ArrayType(element=value.type)
    if call.name == "collect_set" and not is_orderable(value.type):
        raise call.error(f"values of type {value.type} cannot be compared")
    listed = _run(call, "list", value.sql, distinct and not call.over, f"{value.sql} IS NOT NULL")
    listed = f"coalesce({listed}, CAST([] AS {duck(kind)}))"
    if call.name == "collect_set":
        listed = f"spark_distinct({listed})"
    return _result(call, listed, kind, values, distinct)


@aggregate("stddev", "std", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop")
def _spread(call: Call) -> Expr:
    distinct, values = _arguments(call, 1)
    functions = {"stddev": "stddev_samp", "std": "stddev_samp", "variance": "var_samp"}
    number = _number(call, values[0])
    value = call.cast(number, DOUBLE)
    function = functions.get(call.name, call.name)
    if is_integral(number.type) or isinstance(number.type, DecimalType):
        return _result(call, _run(call, function, value, distinct), DOUBLE, values, distinct)
    finite = f"isfinite({value})"
    found = _run(call, function, f"CASE WHEN {finite} THEN {value} END", distinct)
    return _result(call, _unless_spoilt(call, found, finite), DOUBLE, values, distinct)


def _unless_spoilt(call: Call, found: str, finite: str) -> str:
    """NaN where a value is no finite number, as in Spark: DuckDB fails at those. `found` leaves them out."""
    spoilt = _run(call, "bool_or", f"NOT ({finite})")
    return f"(CASE WHEN {spoilt} THEN CAST('nan' AS DOUBLE) ELSE {found} END)"


@aggregate("covar_pop", "covar_samp", "corr")
def _covariance(call: Call) -> Expr:
    values = call.arguments(2)
    first, second = (call.cast(_number(call, value), DOUBLE) for value in values)
    finite = f"isfinite({first}) AND isfinite({second})"
    first = f"CASE WHEN {finite} THEN {first} END"
    found = _run(call, call.name, f"{first}, {second}")
    if call.name == "corr":
        found = _unless_constant(call, found, first, second, ("regr_sxx", "regr_syy"))
    return _result(call, _unless_spoilt(call, found, finite), DOUBLE, values)


def _unless_constant(call: Call, found: str, first: str, second: str, spreads: tuple[str, ...]) -> str:
    """Null where all values of a side are the same: Spark does not divide by zero, DuckDB gives NaN."""
    same = " OR ".join(f"{_run(call, spread, f'{first}, {second}')} = 0" for spread in spreads)
    return f"(CASE WHEN {same} THEN NULL ELSE {found} END)"


@aggregate(*(f"regr_{name}" for name in ("avgx", "avgy", "count", "intercept", "r2", "slope", "sxx", "sxy", "syy")))
def _regression(call: Call) -> Expr:
    values = call.arguments(2)
    first, second = (call.cast(_number(call, value), DOUBLE) for value in values)
    found = _run(call, call.name, f"{first}, {second}")
    if call.name in ("regr_slope", "regr_intercept", "regr_r2"):
        found = _unless_constant(call, found, first, second, ("regr_sxx",))
    kind = BIGINT if call.name == "regr_count" else DOUBLE
    return _result(call, f"CAST({found} AS {duck(kind)})", kind, values)


@aggregate("skewness", "kurtosis")
def _moment(call: Call) -> Expr:
    values = call.arguments(1)
    value = call.cast(_number(call, values[0]), DOUBLE)
    listed = _run(call, "list", value, condition=f"{value} IS NOT NULL")
    return _result(call, f"spark_{call.name}({listed})", DOUBLE, values)


@aggregate("percentile", "median")
def _percentile(call: Call) -> Expr:
    if call.name == "median":
        values = call.arguments(1)
        value = call.cast(_number(call, values[0]), DOUBLE)
        return _result(call, _run(call, "quantile_cont", f"{value}, 0.5"), DOUBLE, values)
    values = call.arguments(2, 3)
    if len(values) == 3:
        raise call.unsupported("with a frequency")
    value = call.cast(_number(call, values[0]), DOUBLE)
    shares = _shares(call, 1)
    label = call_name("percentile", [item.name for item in values] + ["1"])
    if isinstance(shares, list):
        listed = ", ".join(_share(share) for share in shares)
        sql = _run(call, "quantile_cont", f"{value}, [{listed}]")
        return Expr(f"CAST({sql} AS DOUBLE[])", ArrayType(element=DOUBLE), label)
    return Expr(_run(call, "quantile_cont", f"{value}, {_share(shares)}"), DOUBLE, label)


@aggregate("percentile_approx", "approx_percentile")
def _percentile_approx(call: Call) -> Expr:
    values = call.arguments(2, 3)
    shares = _shares(call, 1)
    value = values[0]
    if value.type == STRING:
        value = call.compiler.coerce(value, DOUBLE, call.node)
    if not is_numeric(value.type) and value.type.kind not in ("date", "timestamp"):
        raise call.error(f"a number is needed, not {value.type}")
    names = [item.name for item in values] + (["10000"] if len(values) == 2 else [])
    label = call_name(call.name, names)
    # An exact answer is within any accuracy that is asked for.
    if isinstance(shares, list):
        listed = ", ".join(_share(share) for share in shares)
        sql = _run(call, "quantile_disc", f"{value.sql}, [{listed}]")
        return Expr(f"CAST({sql} AS {duck(value.type)}[])", ArrayType(element=value.type), label)
    return Expr(_run(call, "quantile_disc", f"{value.sql}, {_share(shares)}"), value.type, label)


def _share(share: float) -> str:
    return f"CAST('{share!r}' AS DOUBLE)"


def _shares(call: Call, index: int) -> float | list[float]:
    """The percentages: one number, or a list of them."""
    node = call.nodes[index]
    if isinstance(node, exp.Anonymous) and str(node.name).lower() == "array":
        return [_one_share(call, item) for item in node.expressions]
    return _one_share(call, node)


def _one_share(call: Call, node: exp.Expression) -> float:
    value = call.constant(call.compiler.compile(node), "percentage")
    number = float(value)  # type: ignore[arg-type]
    if not 0 <= number <= 1:
        raise call.error(f"a percentage lies between 0 and 1, not {number}")
    return number


@aggregate("percentile_cont", "percentile_disc")
def _percentile_within(call: Call) -> Expr:
    values = call.arguments(1)
    if call.within is None:
        raise call.error("within group (order by …) is needed")
    ordered = call.within.expressions if isinstance(call.within, exp.Order) else []
    if len(ordered) != 1:
        raise call.error("within group takes one expression")
    key = call.compiler.compile(ordered[0].this)
    share = _one_share(call, call.nodes[0])
    if ordered[0].args.get("desc"):
        raise call.unsupported("in descending order", "Take 1 minus the percentage.")
    value = call.cast(_number(call, key), DOUBLE)
    function = "quantile_cont" if call.name == "percentile_cont" else "quantile_disc"
    label = f"{call.name}({values[0].name}) WITHIN GROUP (ORDER BY {key.name})"
    return Expr(_run(call, function, f"{value}, {_share(share)}"), DOUBLE, label)


@aggregate("mode")
def _mode(call: Call) -> Expr:
    values = call.arguments(1)
    return _result(call, _run(call, "mode", values[0].sql), values[0].type, values)


@aggregate("count_if")
def _count_if(call: Call) -> Expr:
    distinct, values = _arguments(call, 1)
    if distinct:
        raise call.unsupported("with distinct")
    condition = call.truth(values[0])
    return _result(call, _run(call, "count", f"CASE WHEN {condition} THEN 1 END"), BIGINT, values)


@aggregate("bool_and", "every", "bool_or", "some", "any")
def _bools(call: Call) -> Expr:
    values = call.arguments(1)
    function = "bool_and" if call.name in ("bool_and", "every") else "bool_or"
    return _result(call, _run(call, function, call.truth(values[0])), BOOLEAN, values)


@aggregate("bit_and", "bit_or", "bit_xor")
def _bits(call: Call) -> Expr:
    values = call.arguments(1)
    if not is_integral(values[0].type):
        raise call.error(f"an integer is needed, not {values[0].type}")
    return _result(call, _run(call, call.name, values[0].sql), values[0].type, values)


@aggregate("max_by", "min_by")
def _by(call: Call) -> Expr:
    value, order = call.arguments(2)
    if not is_orderable(order.type):
        raise call.error(f"values of type {order.type} have no order")
    function = "arg_max_null" if call.name == "max_by" else "arg_min_null"
    condition = f"{order.sql} IS NOT NULL"
    return _result(
        call,
        _run(call, function, f"{value.sql}, {sort_key(order.sql, order.type)}", condition=condition),
        value.type,
        [value, order],
    )


@aggregate("approx_count_distinct")
def _approx_count(call: Call) -> Expr:
    values = call.arguments(1, 2)
    # The exact number is within any error that is asked for.
    return _result(call, _run(call, "count", values[0].sql, True), BIGINT, values[:1])


@aggregate("listagg", "string_agg")
def _listagg(call: Call) -> Expr:
    distinct, values = _arguments(call, 1, 2)
    separator = call.constant_text(values[1], "separator") if len(values) == 2 else ""
    if distinct:
        raise call.unsupported("with distinct")
    order = ""
    if call.within is not None and isinstance(call.within, exp.Order):
        from ..windows import order_items

        order = f" ORDER BY {order_items(call.compiler, call.within)}"
    sql = _run(call, "string_agg", f"{call.text(values[0])}, {quote(separator or '')}", order=order)
    return _result(call, sql, STRING, values)


@aggregate("grouping")
def _grouping(call: Call) -> Expr:
    raise call.error("grouping belongs in a select with rollup, cube or grouping sets")


@aggregate("grouping_id")
def _grouping_id(call: Call) -> Expr:
    raise call.error("grouping_id belongs in a select with rollup, cube or grouping sets")
