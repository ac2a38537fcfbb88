"""Functions of arrays, maps and structs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from .. import zones
from ..expression import Expr, quote
from ..intervals import MONTHS, TIMES, is_interval
from ..names import call as call_name
from ..ordering import is_nested, sorted_list
from ..types import (
    BIGINT,
    BOOLEAN,
    DATE,
    INT,
    STRING,
    TIMESTAMP,
    VOID,
    ArrayType,
    MapType,
    StructType,
    Type,
    duck,
    is_integral,
    is_orderable,
    tightest,
    wider,
)
from .registry import Call, joined, scalar


@scalar("array")
def _array(call: Call) -> Expr:
    values = call.arguments(0, 100_000)
    if not values:
        return call.result("CAST([] AS INTEGER[])", ArrayType(element=VOID), values)
    items, common = call.compiler.unify(values, call.node, "array")
    sql = f"[{', '.join(item.sql for item in items)}]"
    return call.result(f"CAST({sql} AS {duck(common)}[])", ArrayType(element=common), values)


@scalar("map")
def _map(call: Call) -> Expr:
    values = call.arguments(0, 100_000)
    if len(values) % 2 == 1:
        raise call.error("keys and values come in pairs")
    if not values:
        return call.result("MAP([]::INTEGER[], []::INTEGER[])", MapType(key=VOID, value=VOID), values)
    keys, key_type = call.compiler.unify(values[0::2], call.node, "the keys of map")
    items, value_type = call.compiler.unify(values[1::2], call.node, "the values of map")
    sql = _map_sql([key.sql for key in keys], [item.sql for item in items], key_type, value_type)
    return call.result(sql, MapType(key=key_type, value=value_type), values)


def _map_sql(keys: Sequence[str], values: Sequence[str], key_type: Type, value_type: Type) -> str:
    return f"MAP(CAST([{', '.join(keys)}] AS {duck(key_type)}[]), CAST([{', '.join(values)}] AS {duck(value_type)}[]))"


@scalar("struct")
def _struct(call: Call) -> Expr:
    values: list[Expr] = []
    for node in call.nodes:
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            values.extend(_all_columns(call, node))
        else:
            values.append(call.compiler.compile(node))
    if not values:
        raise call.error("at least one value is needed")
    fields = [(value.label or f"col{index + 1}", value) for index, value in enumerate(values)]
    return _named(call, fields, values, call_name("struct", [value.name for value in values]))


def _all_columns(call: Call, node: exp.Expression) -> list[Expr]:
    owner = node.args.get("table")
    columns = [
        column
        for column in call.compiler.scope.columns
        if not column.hidden and (owner is None or (column.qualifier or "").lower() == owner.name.lower())
    ]
    return [Expr(column.id, column.type, column.name, label=column.name) for column in columns]


@scalar("named_struct")
def _named_struct(call: Call) -> Expr:
    values = call.arguments(2, 100_000)
    if len(values) % 2 == 1:
        raise call.error("names and values come in pairs")
    fields: list[tuple[str, Expr]] = []
    for name, value in zip(values[0::2], values[1::2]):
        text = call.constant_text(name, "name")
        if text is None:
            raise call.error("a field's name is null")
        fields.append((text, value))
    return _named(call, fields, values, call_name("named_struct", [value.name for value in values]))


def _named(call: Call, fields: Sequence[tuple[str, Expr]], values: Sequence[Expr], label: str) -> Expr:
    seen = [name.lower() for name, _ in fields]
    for name in seen:
        if seen.count(name) > 1:
            raise call.unsupported(f"with two fields named {name}")
        if name == "":
            raise call.unsupported("with a field without a name")
    kind = StructType(fields=tuple((name, value.type) for name, value in fields))
    body = ", ".join(f"{quote(name)}: CAST({value.sql} AS {duck(value.type)})" for name, value in fields)
    return call.result(f"{{{body}}}", kind, values, label)


@scalar("size", "cardinality")
def _size(call: Call) -> Expr:
    (value,) = call.arguments(1)
    if value.type == VOID:
        return call.result("(-1)", INT, [value])
    if not isinstance(value.type, (ArrayType, MapType)):
        raise call.error(f"an array or map is needed, not {value.type}")
    function = "cardinality" if isinstance(value.type, MapType) else "len"
    return call.result(f"CAST(coalesce({function}({value.sql}), -1) AS INTEGER)", INT, [value])


@scalar("array_size")
def _array_size(call: Call) -> Expr:
    (value,) = call.arguments(1)
    call.array(value)
    return call.result(f"CAST(len({value.sql}) AS INTEGER)", INT, [value])


@scalar("element_at", "try_element_at")
def _element_at(call: Call) -> Expr:
    value, index = call.arguments(2)
    if isinstance(value.type, MapType):
        key = call.cast(index, value.type.key) if wider(value.type.key, index.type) == value.type.key else None
        if key is None:
            raise call.error(f"a key of type {index.type} does not fit {value.type}")
        return call.result(f"{value.sql}[{key}]", value.type.value, [value, index])
    kind = call.array(value)
    if not is_integral(index.type):
        raise call.error(f"the index must be an integer, not {index.type}")
    sql = f"(CASE WHEN {index.sql} = 0 THEN error('element_at: the index 0 is invalid, indices begin with 1') ELSE {value.sql}[{index.sql}] END)"
    if isinstance(index.value, int) and index.value != 0:
        sql = f"{value.sql}[{index.value}]"
    return call.result(sql, kind.element, [value, index])


@scalar("get")
def _get(call: Call) -> Expr:
    value, index = call.arguments(2)
    kind = call.array(value)
    position = call.cast(index, INT)
    return call.result(
        f"(CASE WHEN {position} >= 0 THEN {value.sql}[{position} + 1] END)", kind.element, [value, index]
    )


def _element_pair(call: Call, array: Expr, item: Expr) -> tuple[str, str, Type]:
    """Array and item in a common type."""
    kind = call.array(array)
    common = tightest(kind.element, item.type) or wider(kind.element, item.type, strings=False)
    if common is None:
        raise call.error(f"{item.type} does not fit {kind}")
    return call.cast(array, ArrayType(element=common)), call.cast(item, common), common


@scalar("array_contains")
def _array_contains(call: Call) -> Expr:
    array, item = call.arguments(2)
    if item.type == VOID:
        raise call.error("null without a type cannot be looked for", "Cast it: cast(null as …).")
    values, wanted, _ = _element_pair(call, array, item)
    # Not found among nulls is unknown.
    found = f"list_contains({values}, {wanted})"
    nulls = f"len(list_filter({values}, lambda e: e IS NULL)) > 0"
    sql = f"(CASE WHEN {values} IS NULL OR {wanted} IS NULL THEN NULL WHEN {found} THEN true WHEN {nulls} THEN NULL ELSE false END)"
    return call.result(sql, BOOLEAN, [array, item])


@scalar("array_position")
def _array_position(call: Call) -> Expr:
    array, item = call.arguments(2)
    values, wanted, _ = _element_pair(call, array, item)
    sql = f"(CASE WHEN {values} IS NULL OR {wanted} IS NULL THEN NULL ELSE CAST(coalesce(list_position({values}, {wanted}), 0) AS BIGINT) END)"
    return call.result(sql, BIGINT, [array, item])


@scalar("array_remove")
def _array_remove(call: Call) -> Expr:
    array, item = call.arguments(2)
    values, wanted, common = _element_pair(call, array, item)
    sql = f"(CASE WHEN {wanted} IS NOT NULL THEN list_filter({values}, lambda e: e IS DISTINCT FROM {wanted}) END)"
    return call.result(sql, ArrayType(element=common), [array, item])


@scalar("array_distinct")
def _array_distinct(call: Call) -> Expr:
    (array,) = call.arguments(1)
    return call.result(f"spark_distinct({array.sql})", call.array(array), [array])


@scalar("array_union", "array_intersect", "array_except", "arrays_overlap")
def _array_sets(call: Call) -> Expr:
    first, second = call.arguments(2)
    (left, right), common = call.compiler.unify([first, second], call.node, call.name)
    kind = call.array(replace(first, type=common))
    present = f"{left.sql} IS NOT NULL AND {right.sql} IS NOT NULL"
    if call.name == "arrays_overlap":
        sql = f"spark_overlap({left.sql}, {right.sql})"
        return call.result(f"(CASE WHEN {present} THEN {sql} END)", BOOLEAN, [first, second])
    if call.name == "array_union":
        sql = f"spark_distinct(list_concat({left.sql}, {right.sql}))"
    else:
        sign = "IS NOT NULL" if call.name == "array_intersect" else "IS NULL"
        sql = f"list_filter(spark_distinct({left.sql}), lambda e: list_position({right.sql}, e) {sign})"
    return call.result(f"(CASE WHEN {present} THEN {sql} END)", kind, [first, second])


@scalar("array_join")
def _array_join(call: Call) -> Expr:
    values = call.arguments(2, 3)
    call.array(values[0])
    array = call.cast(values[0], ArrayType(element=STRING))
    if len(values) == 3:
        items = f"list_transform({array}, lambda e: coalesce(e, {call.text(values[2])}))"
    else:
        items = f"list_filter({array}, lambda e: e IS NOT NULL)"
    separator = call.text(values[1])
    sql = f"(CASE WHEN {array} IS NOT NULL AND {separator} IS NOT NULL THEN {joined(items, separator)} END)"
    return call.result(sql, STRING, values)


@scalar("array_max", "array_min")
def _array_extreme(call: Call) -> Expr:
    (array,) = call.arguments(1)
    kind = call.array(array)
    if is_nested(kind.element):
        order = "'ASC', 'NULLS LAST'" if call.name == "array_min" else "'DESC', 'NULLS LAST'"
        return call.result(f"{sorted_list(array.sql, kind.element, order)}[1]", kind.element, [array])
    return call.result(f"list_{call.name[6:]}({array.sql})", kind.element, [array])


@scalar("array_repeat")
def _array_repeat(call: Call) -> Expr:
    value, count = call.arguments(2)
    times = call.cast(count, INT)
    item = f"CAST({value.sql} AS {duck(value.type)})"
    sql = f"list_transform(range(0, CAST(greatest({times}, 0) AS BIGINT)), lambda e: {item})"
    return call.result(f"(CASE WHEN {times} IS NOT NULL THEN {sql} END)", ArrayType(element=value.type), [value, count])


@scalar("array_append", "array_prepend")
def _array_append(call: Call) -> Expr:
    array, item = call.arguments(2)
    values, added, common = _element_pair(call, array, item)
    pair = f"list_concat({values}, [{added}])" if call.name == "array_append" else f"list_concat([{added}], {values})"
    return call.result(f"(CASE WHEN {values} IS NOT NULL THEN {pair} END)", ArrayType(element=common), [array, item])


@scalar("array_insert")
def _array_insert(call: Call) -> Expr:
    array, position, item = call.arguments(3)
    index = call.constant_int(position, "position")
    if index is None:
        return call.result(f"CAST(NULL AS {duck(array.type)})", array.type, [array, position, item])
    if index == 0:
        raise call.error("positions count from 1, or from -1 backwards")
    values, added, common = _element_pair(call, array, item)
    if index < 0:
        # From the end: -1 puts it last; in front of the beginning nulls fill the gap.
        size = f"len({values})"
        head = f"list_slice({values}, 1, greatest({size} + {index} + 1, 0))"
        gap = f"list_transform(range({size} + 1, {-index}), lambda e: CAST(NULL AS {duck(common)}))"
        tail = f"list_slice({values}, greatest({size} + {index} + 2, 1), {size})"
        sql = f"list_concat(list_concat({head}, [{added}]), list_concat({gap}, {tail}))"
        return call.result(
            f"(CASE WHEN {values} IS NOT NULL THEN {sql} END)", ArrayType(element=common), [array, position, item]
        )
    gap = f"list_transform(range(len({values}), {index - 1}), lambda e: CAST(NULL AS {duck(common)}))"
    sql = f"list_concat(list_concat(list_concat(list_slice({values}, 1, {index - 1}), {gap}), [{added}]), list_slice({values}, {index}, greatest(len({values}), {index})))"
    return call.result(
        f"(CASE WHEN {values} IS NOT NULL THEN {sql} END)", ArrayType(element=common), [array, position, item]
    )


@scalar("array_compact")
def _array_compact(call: Call) -> Expr:
    (array,) = call.arguments(1)
    return call.result(f"list_filter({array.sql}, lambda e: e IS NOT NULL)", call.array(array), [array])


@scalar("arrays_zip")
def _arrays_zip(call: Call) -> Expr:
    values = call.arguments(1, 100)
    kinds = [call.array(value) for value in values]
    names = [value.label or str(index) for index, value in enumerate(values)]
    kind = StructType(fields=tuple((name, item.element) for name, item in zip(names, kinds)))
    body = ", ".join(f"{quote(name)}: {value.sql}[i]" for name, value in zip(names, values))
    length = f"greatest({', '.join(f'len({value.sql})' for value in values)})"
    present = " AND ".join(f"{value.sql} IS NOT NULL" for value in values)
    sql = f"(CASE WHEN {present} THEN list_transform(range(1, {length} + 1), lambda i: {{{body}}}) END)"
    return call.result(sql, ArrayType(element=kind), values)


@scalar("flatten")
def _flatten(call: Call) -> Expr:
    (array,) = call.arguments(1)
    kind = call.array(array)
    if not isinstance(kind.element, ArrayType):
        raise call.error(f"an array of arrays is needed, not {kind}")
    nulls = f"len(list_filter({array.sql}, lambda e: e IS NULL)) > 0"
    return call.result(f"(CASE WHEN {nulls} THEN NULL ELSE flatten({array.sql}) END)", kind.element, [array])


@scalar("slice")
def _slice(call: Call) -> Expr:
    array, start, length = call.arguments(3)
    kind = call.array(array)
    first, count = call.cast(start, INT), call.cast(length, INT)
    begin = f"(CASE WHEN {first} < 0 THEN len({array.sql}) + {first} + 1 ELSE {first} END)"
    checks = f"WHEN {first} = 0 THEN error('slice: indices begin with 1') WHEN {count} < 0 THEN error('slice: the length is negative')"
    empty = f"CAST([] AS {duck(kind)})"
    sql = (
        f"(CASE WHEN {array.sql} IS NULL OR {first} IS NULL OR {count} IS NULL THEN NULL {checks} "
        f"WHEN {begin} < 1 OR {count} = 0 THEN {empty} ELSE list_slice({array.sql}, {begin}, {begin} + {count} - 1) END)"
    )
    return call.result(sql, kind, [array, start, length])


@scalar("sequence")
def _sequence(call: Call) -> Expr:
    values = call.arguments(2, 3)
    start, stop = values[0], values[1]
    if start.type in (DATE, TIMESTAMP) or stop.type in (DATE, TIMESTAMP):
        return _date_sequence(call, values)
    common = tightest(start.type, stop.type)
    if common is None or not is_integral(common):
        raise call.error(f"integers or dates are needed, not {start.type} and {stop.type}")
    first, last = f"CAST({call.cast(start, common)} AS BIGINT)", f"CAST({call.cast(stop, common)} AS BIGINT)"
    if len(values) == 3:
        step = f"CAST({call.cast(values[2], common)} AS BIGINT)"
        bad = f"({step} = 0 AND {first} <> {last}) OR ({step} > 0 AND {first} > {last}) OR ({step} < 0 AND {first} < {last})"
        made = f"CASE WHEN {bad} THEN error('sequence: the step leads away from the end') WHEN {step} = 0 THEN [{first}] ELSE generate_series({first}, {last}, {step}) END"
    else:
        made = f"generate_series({first}, {last}, CASE WHEN {first} <= {last} THEN 1 ELSE -1 END)"
    return call.result(f"CAST(({made}) AS {duck(common)}[])", ArrayType(element=common), values)


def _date_sequence(call: Call, values: Sequence[Expr]) -> Expr:
    common = TIMESTAMP if TIMESTAMP in (values[0].type, values[1].type) else DATE
    kind = ArrayType(element=common)
    first, last = call.cast(values[0], common), call.cast(values[1], common)
    if len(values) == 3:
        step = values[2]
        if not is_interval(step.type) or (common == DATE and step.type == TIMES):
            raise call.error("the step between dates must be an interval of days or months")
        by_clock, interval, of_months = step.type == TIMES, step.sql, step.type == MONTHS
    else:
        by_clock, interval, of_months = (
            False,
            f"CASE WHEN {first} <= {last} THEN to_days(1) ELSE to_days(-1) END",
            False,
        )
    # Steps of the calendar are taken from one wall time to the next; a step of hours is one whatever the clock does.
    as_walls = common == TIMESTAMP and not by_clock and not zones.is_utc()
    walls = [zones.wall_time(side) if as_walls else f"CAST({side} AS TIMESTAMP)" for side in (first, last)]
    if of_months:
        walled = zones.instant("d") if as_walls else "d"
        series = f"spark_month_series({walls[0]}, {walls[1]}, CAST(12 * date_part('year', {interval}) + date_part('month', {interval}) AS INTEGER))"
        sql = f"list_transform({series}, lambda d: CAST({walled} AS {duck(common)}))"
        return call.result(sql, kind, values)
    series = f"generate_series({walls[0]}, {walls[1]}, {interval})"
    if as_walls:
        return call.result(f"list_transform({series}, lambda d: {zones.instant('d')})", kind, values)
    return call.result(f"CAST({series} AS {duck(common)}[])", kind, values)


@scalar("sort_array")
def _sort_array(call: Call) -> Expr:
    values = call.arguments(1, 2)
    kind = call.array(values[0])
    if not is_orderable(kind.element):
        raise call.error(f"values of type {kind.element} have no order")
    ascending = call.constant(values[1], "order") if len(values) == 2 else True
    order = "'ASC', 'NULLS FIRST'" if ascending else "'DESC', 'NULLS LAST'"
    names = [value.name for value in values] + ([] if len(values) == 2 else ["true"])
    return call.result(sorted_list(values[0].sql, kind.element, order), kind, values, call_name("sort_array", names))


@scalar("array_sort")
def _array_sort(call: Call) -> Expr:
    if len(call.nodes) == 2:
        return _sort_by(call)
    (array,) = call.arguments(1)
    kind = call.array(array)
    if not is_orderable(kind.element):
        raise call.error(f"values of type {kind.element} have no order")
    return call.result(sorted_list(array.sql, kind.element, "'ASC', 'NULLS LAST'"), kind, [array])


def _sort_by(call: Call) -> Expr:
    """Sorts by insertion, behind all items that are not greater: stable, like Spark's own."""
    call.arity(2)
    array, kind = _items(call)
    parts, body, label = _lambda(call, 1, [kind.element, kind.element])
    if ", " not in parts or body.type != INT:
        raise call.error("the comparison takes two items and gives an integer")
    left, right = parts.split(", ")
    depth = len(call.compiler.lambdas)
    done, single, item = f"d{depth}", f"n{depth}", f"h{depth}"
    compared = _rename(body.sql, {left: item, right: f"{single}[1]"})
    checked = f"coalesce({compared}, error('array_sort: the comparison gave null')) <= 0"
    place = f"len(list_filter({done}, lambda {item}: {checked}))"
    head = f"list_slice({done}, 1, {place})"
    tail = f"list_slice({done}, {place} + 1, len({done}))"
    step = f"list_concat(list_concat({head}, {single}), {tail})"
    singles = f"list_transform({array.sql}, lambda {item}: [{item}])"
    merged = f"list_reduce({singles}, lambda {done}, {single}: {step})"
    sql = f"(CASE WHEN len({array.sql}) < 2 THEN {array.sql} ELSE {merged} END)"
    return call.result(sql, kind, [array], f"array_sort({array.name}, {label})")


@scalar("reverse")
def _reverse(call: Call) -> Expr:
    (value,) = call.arguments(1)
    if isinstance(value.type, ArrayType):
        return call.result(f"list_reverse({value.sql})", value.type, [value])
    return call.result(f"reverse({call.text(value)})", STRING, [value])


@scalar("map_keys")
def _map_keys(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"map_keys({value.sql})", ArrayType(element=call.map(value).key), [value])


@scalar("map_values")
def _map_values(call: Call) -> Expr:
    (value,) = call.arguments(1)
    return call.result(f"map_values({value.sql})", ArrayType(element=call.map(value).value), [value])


@scalar("map_entries")
def _map_entries(call: Call) -> Expr:
    (value,) = call.arguments(1)
    kind = call.map(value)
    entry = StructType(fields=(("key", kind.key), ("value", kind.value)))
    return call.result(f"map_entries({value.sql})", ArrayType(element=entry), [value])


@scalar("map_from_arrays")
def _map_from_arrays(call: Call) -> Expr:
    keys, values = call.arguments(2)
    kind = MapType(key=call.array(keys).element, value=call.array(values).element)
    return call.result(f"MAP({keys.sql}, {values.sql})", kind, [keys, values])


@scalar("map_from_entries")
def _map_from_entries(call: Call) -> Expr:
    (value,) = call.arguments(1)
    entry = call.array(value).element
    if not isinstance(entry, StructType) or len(entry.fields) != 2:
        raise call.error(f"an array of structs of two fields is needed, not {value.type}")
    (key, key_type), (item, item_type) = entry.fields
    pair = f"{{'key': struct_extract(e, {quote(key)}), 'value': struct_extract(e, {quote(item)})}}"
    return call.result(
        f"map_from_entries(list_transform({value.sql}, lambda e: {pair}))",
        MapType(key=key_type, value=item_type),
        [value],
    )


@scalar("map_concat")
def _map_concat(call: Call) -> Expr:
    values = call.arguments(1, 100)
    maps, common = call.compiler.unify(values, call.node, "map_concat")
    kind = call.map(replace(values[0], type=common))
    entries = maps[0].sql
    joined = f"map_entries({entries})"
    for item in maps[1:]:
        joined = f"list_concat({joined}, map_entries({item.sql}))"
    present = " AND ".join(f"{item.sql} IS NOT NULL" for item in maps)
    # A key that occurs twice is an error, as in Spark.
    return call.result(f"(CASE WHEN {present} THEN map_from_entries({joined}) END)", kind, values)


@scalar("map_contains_key")
def _map_contains_key(call: Call) -> Expr:
    value, key = call.arguments(2)
    wanted = call.cast(key, call.map(value).key)
    sql = f"(CASE WHEN {value.sql} IS NOT NULL AND {wanted} IS NOT NULL THEN list_contains(map_keys({value.sql}), {wanted}) END)"
    return call.result(sql, BOOLEAN, [value, key])


# Functions that take functions.


def _lambda(call: Call, index: int, parameters: Sequence[Type]) -> tuple[str, Expr, str]:
    """Parameter names, the compiled body and Spark's text of a lambda."""
    node = call.nodes[index]
    if not isinstance(node, exp.Lambda):
        raise call.error("a function like x -> x + 1 is needed")
    names = [parameter.name for parameter in node.expressions]
    if len(names) > len(parameters):
        raise call.error(f"the function takes at most {len(parameters)} argument(s), not {len(names)}")
    compiler = call.compiler
    depth = len(compiler.lambdas)
    variables = {
        name.lower(): Expr(f"v{depth + place}", kind, "namedlambdavariable()", label=name)
        for place, (name, kind) in enumerate(zip(names, parameters))
    }
    inner = replace(compiler, lambdas={**compiler.lambdas, **variables})
    body = inner.compile(node.this)
    parts = ", ".join(variable.sql for variable in variables.values())
    label = f"lambdafunction({body.name}, {', '.join('namedlambdavariable()' for _ in names)})"
    return parts, body, label


def _lambda_count(call: Call, index: int) -> int:
    node = call.nodes[index]
    return len(node.expressions) if isinstance(node, exp.Lambda) else 0


def _items(call: Call) -> tuple[Expr, ArrayType]:
    array = call.compiler.compile(call.nodes[0])
    return array, call.array(array)


@scalar("transform")
def _transform(call: Call) -> Expr:
    call.arity(2)
    array, kind = _items(call)
    parts, body, label = _lambda(call, 1, [kind.element, INT])
    sql = f"list_transform({array.sql}, lambda {parts}: {_indexed(parts, body.sql)})"
    return call.result(sql, ArrayType(element=body.type), [array], f"transform({array.name}, {label})")


def _indexed(parts: str, sql: str) -> str:
    """DuckDB counts from 1, Spark from 0."""
    names = parts.split(", ")
    if len(names) < 2:
        return sql
    import re

    return re.sub(rf"\b{names[1]}\b", f"CAST({names[1]} - 1 AS INTEGER)", sql)


@scalar("filter")
def _filter(call: Call) -> Expr:
    call.arity(2)
    array, kind = _items(call)
    parts, body, label = _lambda(call, 1, [kind.element, INT])
    condition = _indexed(parts, call.truth(body))
    sql = f"list_filter({array.sql}, lambda {parts}: {condition})"
    return call.result(sql, kind, [array], f"filter({array.name}, {label})")


@scalar("exists", "any_match")
def _exists(call: Call) -> Expr:
    call.arity(2)
    array, kind = _items(call)
    parts, body, label = _lambda(call, 1, [kind.element])
    tests = f"list_transform({array.sql}, lambda {parts}: {call.truth(body)})"
    sql = f"spark_any({tests})"
    return call.result(sql, BOOLEAN, [array], f"exists({array.name}, {label})")


@scalar("forall", "all_match")
def _forall(call: Call) -> Expr:
    call.arity(2)
    array, kind = _items(call)
    parts, body, label = _lambda(call, 1, [kind.element])
    tests = f"list_transform({array.sql}, lambda {parts}: {call.truth(body)})"
    return call.result(f"spark_all({tests})", BOOLEAN, [array], f"forall({array.name}, {label})")


@scalar("aggregate", "reduce")
def _aggregate(call: Call) -> Expr:
    call.arity(3, 4)
    array, kind = _items(call)
    start = call.compiler.compile(call.nodes[1])
    parts, body, label = _lambda(call, 2, [start.type, kind.element])
    if wider(body.type, start.type) != start.type and body.type != start.type:
        raise call.error(
            f"the function gives {body.type}, and the start is {start.type}",
            f"Cast the start: cast({start.name} as {body.type}).",
        )
    if ", " not in parts:
        raise call.error("the function takes two arguments")
    accumulator, item = parts.split(", ")
    # list_reduce needs one type for both: the accumulator travels as a struct beside the items.
    duck_start, duck_item = duck(start.type), duck(kind.element)
    first = f"{{'a': CAST({start.sql} AS {duck_start}), 'e': CAST(NULL AS {duck_item})}}"
    rest = f"list_transform({array.sql}, lambda w: {{'a': CAST(NULL AS {duck_start}), 'e': w}})"
    depth = len(call.compiler.lambdas)
    left, right = f"p{depth}", f"q{depth}"
    step_sql = _rename(call.cast(body, start.type), {accumulator: f"{left}.a", item: f"{right}.e"})
    step = f"{{'a': CAST({step_sql} AS {duck_start}), 'e': CAST(NULL AS {duck_item})}}"
    folded = f"struct_extract(list_reduce(list_concat([{first}], {rest}), lambda {left}, {right}: {step}), 'a')"
    result = f"(CASE WHEN {array.sql} IS NOT NULL THEN {folded} END)"
    kind_out: Type = start.type
    names = f"{call.name}({array.name}, {start.name}, {label}"
    if len(call.nodes) == 4:
        finish_parts, finish, finish_label = _lambda(call, 3, [start.type])
        result = f"list_transform([{result}], lambda {finish_parts}: {finish.sql})[1]"
        kind_out = finish.type
        names += f", {finish_label}"
    else:
        names += ", lambdafunction(namedlambdavariable(), namedlambdavariable())"
    return call.result(result, kind_out, [array, start], names + ")")


def _rename(sql: str, names: dict[str, str]) -> str:
    import re

    pattern = r"\b(" + "|".join(re.escape(name) for name in names) + r")\b"
    return re.sub(pattern, lambda match: names[match.group(1)], sql)


@scalar("zip_with")
def _zip_with(call: Call) -> Expr:
    call.arity(3)
    first, second = call.compiler.compile(call.nodes[0]), call.compiler.compile(call.nodes[1])
    parts, body, label = _lambda(call, 2, [call.array(first).element, call.array(second).element])
    if ", " not in parts:
        raise call.error("the function takes two arguments")
    left, right = parts.split(", ")
    index = f"i{len(call.compiler.lambdas)}"
    item = _rename(body.sql, {left: f"{first.sql}[{index}]", right: f"{second.sql}[{index}]"})
    length = f"greatest(len({first.sql}), len({second.sql}))"
    sql = f"(CASE WHEN {first.sql} IS NOT NULL AND {second.sql} IS NOT NULL THEN list_transform(range(1, {length} + 1), lambda {index}: {item}) END)"
    return call.result(
        sql, ArrayType(element=body.type), [first, second], f"zip_with({first.name}, {second.name}, {label})"
    )


def _map_lambda(call: Call) -> tuple[Expr, MapType, str, Expr, str, str]:
    call.arity(2)
    value = call.compiler.compile(call.nodes[0])
    kind = call.map(value)
    parts, body, label = _lambda(call, 1, [kind.key, kind.value])
    if ", " not in parts:
        raise call.error("the function takes two arguments")
    key, item = parts.split(", ")
    entry = f"m{len(call.compiler.lambdas)}"
    sql = _rename(body.sql, {key: f"{entry}.key", item: f"{entry}.value"})
    return value, kind, sql, body, f"{call.name}({value.name}, {label})", entry


@scalar("map_filter")
def _map_filter(call: Call) -> Expr:
    value, kind, sql, body, label, m = _map_lambda(call)
    if body.type != BOOLEAN:
        raise call.error("the function must give a boolean")
    return call.result(
        f"map_from_entries(list_filter(map_entries({value.sql}), lambda {m}: {sql}))", kind, [value], label
    )


@scalar("map_zip_with")
def _map_zip_with(call: Call) -> Expr:
    call.arity(3)
    first, second = call.compiler.compile(call.nodes[0]), call.compiler.compile(call.nodes[1])
    left, right = call.map(first), call.map(second)
    if left.key != right.key:
        raise call.error(f"the keys are {left.key} and {right.key}")
    parts, body, label = _lambda(call, 2, [left.key, left.value, right.value])
    names = parts.split(", ")
    if len(names) != 3:
        raise call.error("the function takes a key and two values")
    key = f"z{len(call.compiler.lambdas)}"
    value = _rename(body.sql, {names[0]: key, names[1]: f"{first.sql}[{key}]", names[2]: f"{second.sql}[{key}]"})
    keys = f"spark_distinct(list_concat(map_keys({first.sql}), map_keys({second.sql})))"
    made = f"map_from_entries(list_transform({keys}, lambda {key}: {{'key': {key}, 'value': {value}}}))"
    sql = f"(CASE WHEN {first.sql} IS NOT NULL AND {second.sql} IS NOT NULL THEN {made} END)"
    kind = MapType(key=left.key, value=body.type)
    return call.result(sql, kind, [first, second], f"map_zip_with({first.name}, {second.name}, {label})")


@scalar("transform_values")
def _transform_values(call: Call) -> Expr:
    value, kind, sql, body, label, m = _map_lambda(call)
    entry = f"{{'key': {m}.key, 'value': {sql}}}"
    made = f"map_from_entries(list_transform(map_entries({value.sql}), lambda {m}: {entry}))"
    return call.result(made, MapType(key=kind.key, value=body.type), [value], label)


@scalar("transform_keys")
def _transform_keys(call: Call) -> Expr:
    value, kind, sql, body, label, m = _map_lambda(call)
    entry = f"{{'key': {sql}, 'value': {m}.value}}"
    made = f"map_from_entries(list_transform(map_entries({value.sql}), lambda {m}: {entry}))"
    return call.result(made, MapType(key=body.type, value=kind.value), [value], label)
