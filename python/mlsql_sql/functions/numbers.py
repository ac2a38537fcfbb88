"""Functions of numbers."""

from __future__ import annotations

from ..expression import Expr
from ..names import call as call_name
from ..operators import arithmetic
from ..types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    STRING,
    VOID,
    DecimalType,
    Type,
    adjusted,
    as_decimal,
    bounded,
    duck,
    is_integral,
    is_numeric,
    tightest,
    wider_of,
)
from .registry import Call, scalar, simple

NAN = "CAST('nan' AS DOUBLE)"

for _name in ("sin", "cos", "tan", "cot"):
    simple(_name, "d", DOUBLE, f"CASE WHEN isfinite({{0}}) THEN {_name}({{0}}) WHEN {{0}} IS NOT NULL THEN {NAN} END")
for _name in ("atan", "sinh", "cosh", "tanh", "asinh", "degrees", "radians", "cbrt"):
    simple(_name, "d", DOUBLE, _name + "({0})")
simple("asin", "d", DOUBLE, f"CASE WHEN abs({{0}}) <= 1 THEN asin({{0}}) WHEN {{0}} IS NOT NULL THEN {NAN} END")
simple("acos", "d", DOUBLE, f"CASE WHEN abs({{0}}) <= 1 THEN acos({{0}}) WHEN {{0}} IS NOT NULL THEN {NAN} END")
simple("acosh", "d", DOUBLE, f"CASE WHEN {{0}} >= 1 THEN acosh({{0}}) WHEN {{0}} IS NOT NULL THEN {NAN} END")
simple(
    "atanh",
    "d",
    DOUBLE,
    f"CASE WHEN abs({{0}}) < 1 THEN atanh({{0}}) WHEN {{0}} = 1 THEN CAST('inf' AS DOUBLE) WHEN {{0}} = -1 THEN CAST('-inf' AS DOUBLE) WHEN {{0}} IS NOT NULL THEN {NAN} END",
)
simple("atan2", "dd", DOUBLE, "atan2({0}, {1})")
simple(
    "hypot",
    "dd",
    DOUBLE,
    "CASE WHEN isinf({0}) OR isinf({1}) THEN CAST('inf' AS DOUBLE) ELSE sqrt({0} * {0} + {1} * {1}) END",
)
simple("sec", "d", DOUBLE, "1 / cos({0})")
simple("csc", "d", DOUBLE, "1 / sin({0})")
simple("exp", "d", DOUBLE, "exp({0})")
simple(
    "expm1",
    "d",
    DOUBLE,
    "CASE WHEN abs({0}) < 1e-5 THEN {0} + {0} * {0} / 2 + {0} * {0} * {0} / 6 ELSE exp({0}) - 1 END",
)
simple("sqrt", "d", DOUBLE, f"CASE WHEN {{0}} >= 0 THEN sqrt({{0}}) WHEN {{0}} IS NOT NULL THEN {NAN} END")
simple("ln", "d", DOUBLE, "CASE WHEN {0} > 0 THEN ln({0}) END")
simple("log10", "d", DOUBLE, "CASE WHEN {0} > 0 THEN log10({0}) END")
simple("log2", "d", DOUBLE, "CASE WHEN {0} > 0 THEN log2({0}) END")
simple(
    "log1p",
    "d",
    DOUBLE,
    "CASE WHEN abs({0}) < 1e-5 THEN {0} - {0} * {0} / 2 + {0} * {0} * {0} / 3 WHEN {0} > -1 THEN ln(1 + {0}) END",
)
simple(
    "pow power",
    "dd",
    DOUBLE,
    f"CASE WHEN isnan({{1}}) OR ({{0}} < 0 AND isfinite({{0}}) AND isfinite({{1}}) AND {{1}} <> trunc({{1}})) THEN {NAN} WHEN {{1}} = 0 AND {{0}} IS NOT NULL THEN CAST(1 AS DOUBLE) WHEN {{0}} = 0 AND {{1}} < 0 THEN CAST('inf' AS DOUBLE) ELSE pow({{0}}, {{1}}) END",
)
simple("pi", "", DOUBLE, "pi()")
simple("e", "", DOUBLE, "CAST('2.718281828459045' AS DOUBLE)")
simple("rint", "d", DOUBLE, "round_even({0}, 0)")
simple("isnan", "d", BOOLEAN, "coalesce(isnan({0}), false)")
simple("nanvl", "dd", DOUBLE, "CASE WHEN isnan({0}) THEN {1} ELSE {0} END")
simple("factorial", "i", BIGINT, "CASE WHEN {0} BETWEEN 0 AND 20 THEN CAST(factorial({0}) AS BIGINT) END")
simple(
    "bin",
    "l",
    STRING,
    "CASE WHEN {0} >= 0 THEN CASE WHEN {0} = 0 THEN '0' ELSE ltrim(bin({0}), '0') END ELSE bin({0}) END",
)
simple(
    "width_bucket",
    "dddl",
    BIGINT,
    "CASE WHEN {3} <= 0 OR {1} = {2} OR NOT isfinite({1}) OR NOT isfinite({2}) OR isnan({0}) THEN NULL WHEN {1} < {2} THEN CASE WHEN {0} < {1} THEN 0 WHEN {0} >= {2} THEN {3} + 1 ELSE CAST(floor({3} * ({0} - {1}) / ({2} - {1})) AS BIGINT) + 1 END ELSE CASE WHEN {0} > {1} THEN 0 WHEN {0} <= {2} THEN {3} + 1 ELSE CAST(floor({3} * ({1} - {0}) / ({1} - {2})) AS BIGINT) + 1 END END",
)


@scalar("log")
def _log(call: Call) -> Expr:
    values = call.arguments(1, 2)
    if len(values) == 1:
        value = call.cast(values[0], DOUBLE)
        return call.result(
            f"(CASE WHEN {value} > 0 THEN ln({value}) END)", DOUBLE, values, f"LOG(E(), {values[0].name})"
        )
    base, value = call.cast(values[0], DOUBLE), call.cast(values[1], DOUBLE)
    sql = f"(CASE WHEN {base} > 0 AND {value} > 0 THEN ln({value}) / ln({base}) END)"
    return call.result(sql, DOUBLE, values, call_name("LOG", [value.name for value in values]))


def _numeric(call: Call, value: Expr) -> Expr:
    if value.type == STRING or value.type == VOID:
        return call.compiler.coerce(value, DOUBLE, call.node)
    if not is_numeric(value.type):
        raise call.error(f"a number is needed, not {value.type}: {value.name}")
    return value


@scalar("abs")
def _abs(call: Call) -> Expr:
    value = _numeric(call, call.arguments(1)[0])
    if is_integral(value.type):
        wrap = {"tinyint": "spark_wrap8", "smallint": "spark_wrap16", "int": "spark_wrap32", "bigint": "spark_wrap64"}
        wide = "HUGEINT" if value.type == BIGINT else "BIGINT"
        return call.result(f"{wrap[value.type.kind]}(abs(CAST({value.sql} AS {wide})))", value.type, [value])
    return call.result(f"abs({value.sql})", value.type, [value])


@scalar("positive")
def _positive(call: Call) -> Expr:
    value = _numeric(call, call.arguments(1)[0])
    return call.result(value.sql, value.type, [value], f"(+ {value.name})")


@scalar("negative")
def _negative(call: Call) -> Expr:
    from sqlglot import exp

    call.arity(1)
    return call.compiler.compile(exp.Neg(this=call.nodes[0])).named(
        f"negative({call.compiler.compile(call.nodes[0]).name})"
    )


@scalar("sign", "signum")
def _sign(call: Call) -> Expr:
    (value,) = call.arguments(1)
    number = call.cast(value, DOUBLE)
    label = call_name(call.name if call.name == "sign" else "SIGNUM", [value.name])
    return call.result(
        f"(CASE WHEN isnan({number}) THEN {number} ELSE CAST(sign({number}) AS DOUBLE) END)", DOUBLE, [value], label
    )


@scalar("ceil", "ceiling", "floor")
def _ceil(call: Call) -> Expr:
    values = call.arguments(1, 2)
    value = _numeric(call, values[0])
    function = "floor" if call.name == "floor" else "ceil"
    label = call_name(call.name.upper() if call.name != "ceiling" else "ceiling", [item.name for item in values])
    if len(values) == 2:
        return _ceil_to(call, function, value, values[1], label)
    if is_integral(value.type):
        return call.result(f"CAST({value.sql} AS BIGINT)", BIGINT, values, label)
    if isinstance(value.type, DecimalType):
        kind = bounded(value.type.precision - value.type.scale + 1, 0)
        return call.result(f"CAST({function}({value.sql}) AS {duck(kind)})", kind, values, label)
    return call.result(f"spark_double_to_long({function}({call.cast(value, DOUBLE)}))", BIGINT, values, label)


def _ceil_to(call: Call, function: str, value: Expr, scale: Expr, label: str) -> Expr:
    places = call.constant_int(scale, "scale")
    if places is None:
        raise call.unsupported("to a null scale")
    source = as_decimal(value.type) or DecimalType(precision=30, scale=15)
    value = call.compiler.coerce(value, source, call.node)
    kept = max(0, min(places, source.scale))
    kind = bounded(source.precision - source.scale + 1 + kept, kept)
    rounded = f"round({value.sql}, {places})"
    step = "1" if places <= 0 else "0." + "0" * (places - 1) + "1"
    step_sql = f"CAST('{step if places > 0 else '1' + '0' * -places}' AS DECIMAL(38,{max(places, 0)}))"
    wrong = ">" if function == "floor" else "<"
    sign = "-" if function == "floor" else "+"
    sql = f"CAST(CASE WHEN {rounded} {wrong} {value.sql} THEN {rounded} {sign} {step_sql} ELSE {rounded} END AS {duck(kind)})"
    return call.result(sql, kind, [value, scale], label)


@scalar("round", "bround")
def _round(call: Call) -> Expr:
    values = call.arguments(1, 2)
    value = _numeric(call, values[0])
    places = call.constant_int(values[1], "scale") if len(values) == 2 else 0
    names = [values[0].name, values[1].name if len(values) == 2 else "0"]
    label = call_name(call.name, names)
    if places is None:
        return call.result(f"CAST(NULL AS {duck(value.type)})", value.type, values, label)
    unit = "1" if places == 0 else ("0." + "0" * (places - 1) + "1" if places > 0 else "1" + "0" * -places)
    unit_sql = f"CAST('{unit}' AS DECIMAL(38,{max(places, 0)}))"
    if is_integral(value.type):
        if places >= 0:
            return call.result(value.sql, value.type, values, label)
        exact = f"CAST({value.sql} AS DECIMAL(38, 0))"
        rounded = (
            f"round({exact}, {places})"
            if call.name == "round"
            else f"spark_bround_decimal({exact}, {places}, {unit_sql})"
        )
        wrap = {"tinyint": "spark_wrap8", "smallint": "spark_wrap16", "int": "spark_wrap32", "bigint": "spark_wrap64"}[
            value.type.kind
        ]
        inner = f"CAST({rounded} AS HUGEINT)"
        return call.result(
            f"{wrap}({inner if value.type == BIGINT else f'CAST({inner} AS BIGINT)'})", value.type, values, label
        )
    if isinstance(value.type, DecimalType):
        source = value.type
        kept = max(0, min(places, source.scale))
        whole = source.precision - source.scale + 1
        kind = bounded(max(whole, -places + 1 if places < 0 else whole) + kept, kept)
        wide = f"CAST({value.sql} AS DECIMAL(38,{source.scale}))"
        if places >= source.scale:
            return call.result(f"CAST({value.sql} AS {duck(kind)})", kind, values, label)
        rounded = (
            f"round({wide}, {places})"
            if call.name == "round"
            else f"spark_bround_decimal({wide}, {places}, {unit_sql})"
        )
        return call.result(f"CAST({rounded} AS {duck(kind)})", kind, values, label)
    number = call.cast(value, DOUBLE)
    if places > 20:
        return call.result(value.sql, value.type, values, label)
    if call.name == "round":
        sql = f"spark_round_double({number}, {places})"
    else:
        exact = f"CAST(CAST({number} AS VARCHAR) AS DECIMAL(38, 20))"
        sql = f"(CASE WHEN isfinite({number}) AND abs({number}) < 1e17 THEN CAST(spark_bround_decimal({exact}, {places}, {unit_sql}) AS DOUBLE) ELSE {number} END)"
    if value.type.kind == "float":
        text = f"CAST({value.sql} AS VARCHAR)"
        sql = (
            sql.replace(f"CAST({number} AS VARCHAR)", text)
            if call.name == "bround"
            else f"spark_round_double(CAST({text} AS DOUBLE), {places})"
        )
    return call.result(f"CAST({sql} AS {duck(value.type)})", value.type, values, label)


@scalar("mod")
def _mod(call: Call) -> Expr:
    left, right = call.arguments(2)
    result = arithmetic(call.compiler, "%", left, right, call.node)
    return result.named(f"mod({left.name}, {right.name})")


@scalar("div")
def _div(call: Call) -> Expr:
    left, right = call.arguments(2)
    return arithmetic(call.compiler, "div", left, right, call.node)


@scalar("pmod")
def _pmod(call: Call) -> Expr:
    left, right = call.arguments(2)
    first = arithmetic(call.compiler, "%", left, right, call.node)
    kind = first.type
    divisor = call.cast(right, kind)
    remainder = first.sql
    again = f"(({remainder} + {divisor}) % nullif({divisor}, 0))"
    sql = f"CAST((CASE WHEN {remainder} < 0 THEN {again} ELSE {remainder} END) AS {duck(kind)})"
    return call.result(sql, kind, [left, right])


@scalar("greatest", "least")
def _extreme(call: Call) -> Expr:
    values = call.arguments(2, 1000)
    common = wider_of([value.type for value in values], strings=False)
    if common is None:
        raise call.error("the arguments need one type")
    items = ", ".join(call.cast(value, common) for value in values)
    return call.result(f"{call.name}({items})", common, values)


@scalar("rand", "random")
def _rand(call: Call) -> Expr:
    if call.arguments(0, 1):
        # Its numbers follow the rows of Spark's partitions one by one; others would look repeatable and not be it.
        raise call.unsupported(
            "with a seed",
            "rand() draws new numbers each time; a split that repeats: pmod(hash(id), 100) < 80, by a column that names the row.",
        )
    call.compiler.context.volatile = True
    return Expr("random()", DOUBLE, call_name("rand", []), volatile=True)


@scalar("shiftleft", "shiftright", "shiftrightunsigned")
def _shift(call: Call) -> Expr:
    value, bits = call.arguments(2)
    source = value if value.type == BIGINT else call.compiler.coerce(value, INT, call.node)
    long = source.type == BIGINT
    count = f"({call.cast(bits, INT)} & {63 if long else 31})"
    wide = f"CAST({source.sql} AS HUGEINT)"
    modulus = "18446744073709551616" if long else "4294967296"
    if call.name == "shiftleft":
        inner = f"{wide} * CAST(pow(2, {count}) AS HUGEINT)"
        # Only the low bits count, and the product of a long fits 127 bits.
        sql = f"spark_wrap64({inner})" if long else f"spark_wrap32(CAST(({inner}) % {modulus} AS BIGINT))"
    elif call.name == "shiftright":
        sql = f"CAST(floor_divide_power({wide}, {count}) AS {duck(source.type)})".replace(
            "floor_divide_power", "spark_shift_right"
        )
    else:
        unsigned = f"(CASE WHEN {source.sql} < 0 THEN {wide} + {modulus} ELSE {wide} END)"
        inner = f"({unsigned} // CAST(pow(2, {count}) AS HUGEINT))"
        sql = f"spark_wrap64({inner})" if long else f"spark_wrap32(CAST({inner} AS BIGINT))"
    return call.result(sql, source.type, [value, bits])


@scalar("bitnot")
def _bitnot(call: Call) -> Expr:
    (value,) = call.arguments(1)
    if not is_integral(value.type):
        raise call.error(f"an integer is needed, not {value.type}")
    return call.result(f"(~{value.sql})", value.type, [value], f"~{value.name}")


@scalar("bit_count")
def _bit_count(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"CAST(bit_count(CAST({value.sql} AS BIGINT)) AS INTEGER)", INT, [value])


@scalar("conv")
def _conv(call: Call) -> Expr:
    values = call.arguments(3)
    source, target = call.constant_int(values[1], "base"), call.constant_int(values[2], "base")
    if source is None or target is None or not 2 <= source <= 36 or not 2 <= abs(target) <= 36:
        return call.result("CAST(NULL AS VARCHAR)", STRING, values)
    return call.result(f"spark_conv({call.text(values[0])}, {source}, {target})", STRING, values)


@scalar("bit_get", "getbit")
def _bit_get(call: Call) -> Expr:
    value, position = call.arguments(2)
    if not is_integral(value.type):
        raise call.error(f"an integer is needed, not {value.type}: {value.name}")
    sql = f"CAST((CAST({value.sql} AS BIGINT) >> {call.cast(position, INT)}) & 1 AS TINYINT)"
    return call.result(sql, Type("tinyint"), [value, position])


@scalar("try_add", "try_subtract", "try_multiply", "try_divide", "try_mod")
def _try(call: Call) -> Expr:
    left, right = call.arguments(2)
    operator = {"try_add": "+", "try_subtract": "-", "try_multiply": "*", "try_divide": "/", "try_mod": "%"}[call.name]
    plain = arithmetic(call.compiler, operator, left, right, call.node)
    if operator in ("/", "%") or not is_integral(plain.type):
        return plain.named(call_name(call.name, [left.name, right.name]))
    kind = plain.type
    first, second = call.cast(left, kind), call.cast(right, kind)
    sql = f"TRY_CAST(try({first} {operator} {second}) AS {duck(kind)})"
    return call.result(sql, kind, [left, right])


def integral_type(left: Type, right: Type) -> Type:
    return tightest(left, right) or BIGINT


__all__: list[str] = ["adjusted"]
