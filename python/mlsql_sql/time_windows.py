"""`window(t, '10 minutes')`: each row goes to the span of time that it falls into, or to several that overlap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from .errors import invalid, unsupported
from .intervals import micros_of_text
from .scope import Column, Relation, Scope
from .types import TIMESTAMP, StructType

if TYPE_CHECKING:
    from .query import QueryCompiler

WINDOW = StructType(fields=(("start", TIMESTAMP), ("end", TIMESTAMP)))

#: Parts of a select that may name its window.
_PARTS = ("expressions", "group", "having", "order", "sort")


def with_time_window(queries: QueryCompiler, node: exp.Expression, relation: Relation, scope: Scope) -> Relation:
    """The rows with a column `window`, which the calls of window() in the select become."""
    calls = [call for part in _PARTS for call in _calls(node.args.get(part))]
    if not calls:
        return relation
    made = list(dict.fromkeys(_items(queries, call, relation, scope) for call in calls))
    if len(made) > 1:
        raise unsupported("a select with several windows of time", calls[1], "Group by one in an inner select.")
    column = Column(queries.context.new_id(), "window", WINDOW)
    for call in calls:
        call.replace(exp.column(exp.to_identifier("window")))
    kept = ", ".join(one.id for one in relation.columns)
    sql = f"(SELECT {kept + ', ' if kept else ''}unnest({made[0]}) AS {column.id} FROM {relation.sql})"
    return Relation(sql, (*relation.columns, column))


def _calls(part: object) -> Iterator[exp.Expression]:
    """Calls of window(), not counting those of inner selects."""
    if isinstance(part, list):
        for item in part:
            yield from _calls(item)
    if not isinstance(part, exp.Expression) or isinstance(part, (exp.Subquery, exp.Select, exp.SetOperation)):
        return
    if isinstance(part, exp.Anonymous) and str(part.name).lower() == "window":
        yield part
        return
    for child in list(part.iter_expressions()):
        yield from _calls(child)


def _items(queries: QueryCompiler, call: exp.Expression, relation: Relation, scope: Scope) -> str:
    """SQL of the list of spans that a row falls into; a row without a time falls into none."""
    nodes = call.expressions
    if not 2 <= len(nodes) <= 4:
        raise invalid(f"window takes a time and two to three durations at most, not {len(nodes)} argument(s)", call)
    compiler = queries.compiler(Scope(list(relation.columns), scope))
    stamp = compiler.cast(compiler.compile(nodes[0]), TIMESTAMP, call)
    durations: list[int] = []
    for one in nodes[1:]:
        text = compiler.compile(one).value
        if not isinstance(text, str):
            raise unsupported("window with a duration that is no text", call, "Write it as '10 minutes'.")
        durations.append(micros_of_text(text, call))
    length = durations[0]
    slide = durations[1] if len(durations) > 1 else length
    start = durations[2] if len(durations) > 2 else 0
    if length <= 0 or slide <= 0 or slide > length or abs(start) >= slide:
        raise invalid("window: the length must be at least the slide, and the slide beyond 0 and the start", call)
    spans = -(-length // slide)
    last = f"t - (((t - {start}) % {slide}) + {slide}) % {slide}"
    bounds = (
        f"{{'start': make_timestamp({last} - i * {slide}), 'end': make_timestamp({last} - i * {slide} + {length})}}"
    )
    # Where the slide does not divide the length, the earliest span may end before the row's time.
    fits = f"list_filter(range(0, {spans}), lambda i: {last} - i * {slide} + {length} > t)"
    made = f"list_transform({fits}, lambda i: {bounds})"
    return f"CASE WHEN {stamp} IS NOT NULL THEN list_transform([epoch_us({stamp})], lambda t: {made})[1] END"
