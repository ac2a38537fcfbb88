"""Group by: its expressions become columns of the input, then rollup, cube and grouping sets are sets of them."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from sqlglot import exp

from .errors import invalid
from .expression import Expr
from .functions.registry import AGGREGATES, Call
from .names import call as call_name
from .scope import Column, Grouping, Relation
from .types import BIGINT, Type, is_orderable

if TYPE_CHECKING:
    from .compiler import Compiler
    from .query import Item, QueryCompiler


@dataclass(frozen=True)
class Grouped:
    """The input with its grouping columns, and the group by clause over them."""

    source: str
    group_by: str
    grouping: Grouping


def plan_grouping(
    queries: QueryCompiler,
    node: exp.Expression,
    relation: Relation,
    where: str,
    items: Sequence[Item],
    compiler: Compiler,
) -> Grouped | None:
    """None where the select does not aggregate."""
    from .contents import contains_aggregate

    clause = node.args.get("group")
    having = node.args.get("having")
    aggregates = any(item.column is None and contains_aggregate(item.node, compiler) for item in items)
    if having is not None and contains_aggregate(having.this, compiler):
        aggregates = True
    order = node.args.get("order")
    if (
        clause is None
        and not aggregates
        and order is not None
        and any(contains_aggregate(item, compiler) for item in order.expressions)
    ):
        raise invalid("an aggregate function in order by needs a group by", order)
    if clause is None and not aggregates and having is None:
        return None
    planner = _Planner(queries, relation, items, compiler)
    sets = planner.sets(clause, contains_aggregate) if clause is not None else [[]]
    columns = {sql: Expr(column.id, column.type, name) for sql, (column, name) in planner.keys.items()}
    order_of = [column.id for column, _ in planner.keys.values()]
    added = ", ".join(f"{sql} AS {column.id}" for sql, (column, _) in planner.keys.items())
    inner = f"*, {added}" if added else "*"
    source = f"(SELECT {inner} FROM {relation.sql}{where})"
    single = len(sets) == 1 and clause is not None and not planner.has_sets
    if clause is None:
        group_by = ""
    elif single:
        group_by = f" GROUP BY {', '.join(sets[0])}" if sets[0] else ""
    else:
        group_by = " GROUP BY GROUPING SETS (" + ", ".join(f"({', '.join(members)})" for members in sets) + ")"
    return Grouped(source, group_by, Grouping(columns, order_of, planner.has_sets))


class _Planner:
    def __init__(self, queries: QueryCompiler, relation: Relation, items: Sequence[Item], compiler: Compiler) -> None:
        self.queries = queries
        self.relation = relation
        self.items = items
        self.compiler = replace(compiler, aggregates_allowed=False, windows_allowed=False)
        #: SQL over the input → the column that will hold it, and Spark's name.
        self.keys: dict[str, tuple[Column, str]] = {}
        self.has_sets = False

    def sets(self, clause: exp.Expression, contains_aggregate: object) -> list[list[str]]:
        if clause.args.get("all"):
            keys = [
                self.key(item.node, item.column)
                for item in self.items
                if item.column is not None or not contains_aggregate(item.node, self.compiler)  # type: ignore[operator]
            ]
            return [list(dict.fromkeys(keys))]
        total: list[list[str]] = [[]]
        plain: list[str] = []
        for node in clause.expressions:
            if isinstance(node, (exp.Rollup, exp.Cube, exp.GroupingSets)):
                total = _product(total, self.expand(node))
            else:
                members = self.tuple(node)
                plain += members
                total = _product(total, [members])
        for key in ("rollup", "cube", "grouping_sets"):
            for node in clause.args.get(key) or []:
                if node.expressions:
                    # `group by a, b grouping sets (…)`: the list only names what the sets are made of.
                    sets = self.expand(node)
                    total = sets if key == "grouping_sets" else _product(total, sets)
                else:
                    # `group by a, b with rollup`.
                    self.has_sets = True
                    total = (
                        _rollup([[member] for member in plain])
                        if key == "rollup"
                        else _cube([[member] for member in plain])
                    )
        return [list(dict.fromkeys(members)) for members in total]

    def expand(self, node: exp.Expression) -> list[list[str]]:
        self.has_sets = True
        if isinstance(node, exp.GroupingSets):
            found: list[list[str]] = []
            for item in node.expressions:
                if isinstance(item, (exp.Rollup, exp.Cube, exp.GroupingSets)):
                    found += self.expand(item)
                else:
                    found.append(self.tuple(item))
            return found
        members = [self.tuple(item) for item in node.expressions]
        return _rollup(members) if isinstance(node, exp.Rollup) else _cube(members)

    def tuple(self, node: exp.Expression) -> list[str]:
        if isinstance(node, exp.Tuple):
            return [self.key(item) for item in node.expressions]
        if isinstance(node, exp.Paren):
            return [self.key(node.this)]
        return [self.key(node)]

    def key(self, node: exp.Expression, column: Column | None = None) -> str:
        """The id of a grouping column."""
        from .contents import contains_aggregate

        if column is not None:
            value = Expr(column.id, column.type, column.name)
        else:
            value = self.compiler.compile(self.resolve(node))
        if column is None and contains_aggregate(self.resolve(node), self.compiler):
            raise invalid("an aggregate function cannot stand in group by", node)
        if not is_orderable(value.type):
            raise invalid(f"group by cannot compare values of type {value.type}", node)
        if value.sql not in self.keys:
            self.keys[value.sql] = (Column(self.queries.context.new_id("g"), value.name, value.type), value.name)
        return self.keys[value.sql][0].id

    def resolve(self, node: exp.Expression) -> exp.Expression:
        """A number is a place in the select list; a name that is no column may be an alias there."""
        if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
            place = int(str(node.this))
            if not 1 <= place <= len(self.items):
                raise invalid(f"group by {place}: the select has {len(self.items)} column(s)", node)
            item = self.items[place - 1]
            return exp.column(item.column.name, table=item.column.qualifier) if item.column is not None else item.node
        is_plain = isinstance(node, exp.Column) and node.args.get("table") is None
        if is_plain and not self.compiler.scope.match(node.name, None):
            for item in self.items:
                if item.column is None and item.name is not None and item.name.lower() == node.name.lower():
                    return item.node
        return node


def _product(left: list[list[str]], right: list[list[str]]) -> list[list[str]]:
    return [first + second for first in left for second in right]


def _rollup(members: list[list[str]]) -> list[list[str]]:
    return [functools.reduce(operator.iadd, members[:count], []) for count in range(len(members), -1, -1)]


def _cube(members: list[list[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    for count in range(len(members), -1, -1):
        found += [functools.reduce(operator.iadd, chosen, []) for chosen in combinations(members, count)]
    return found


def grouping_call(call: Call) -> Expr:
    """grouping(column) and grouping_id()."""
    grouping = call.compiler.grouping
    if grouping is None or not grouping.sets:
        raise call.error(f"{call.name} belongs in a select with rollup, cube or grouping sets")
    if call.name == "grouping":
        call.arity(1)
        value = call.compiler.compile(call.nodes[0])
        return Expr(f"CAST(GROUPING({value.sql}) AS TINYINT)", Type("tinyint"), call_name("grouping", [value.name]))
    ids = [call.compiler.compile(node).sql for node in call.nodes] or grouping.order
    return Expr(f"CAST(GROUPING({', '.join(ids)}) AS BIGINT)", BIGINT, call_name("grouping_id", []))


AGGREGATES["grouping"] = grouping_call
AGGREGATES["grouping_id"] = grouping_call
