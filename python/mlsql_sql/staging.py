"""Calls of registered functions made ahead of a select: so they travel in large batches, many at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from .errors import SqlError
from .scope import Relation, Scope, Stage, StagedCall

if TYPE_CHECKING:
    from .compiler import Compiler

#: What evaluates its arguments only for some rows: a call inside may rely on never seeing the others.
_CONDITIONAL_NODES = (exp.Case, exp.If, exp.And, exp.Or, exp.Lambda, exp.Subquery, exp.Select, exp.SetOperation)
_CONDITIONAL_FUNCTIONS = frozenset(["coalesce", "if", "iff", "ifnull", "nvl", "nvl2", "decode", "nullif"])


@dataclass(frozen=True)
class Staging:
    """A select's input with the answers beside it: `relation` stands for both until `finish` writes them out."""

    relation: Relation
    #: Name, variant and argument of a call → the column of its answers.
    staged: dict[tuple[str, str, str], str]
    token: str
    number: int
    source: str

    def finish(self, sql: str) -> str:
        """The select with its input put in; only the columns that it names are read again."""
        known = {column.id for column in self.relation.columns}
        used = sorted({name for name in re.findall(r"\b[a-z]\d+\b", sql) if name in known})
        answers = f'"stage:{self.number}"'
        if used:
            columns = ", ".join([*used, *self.staged.values()])
            rows = f"(SELECT {', '.join(used)} FROM {self.source})"
            answers = f"(SELECT {columns} FROM {rows} POSITIONAL JOIN {answers})"
        return sql.replace(self.token, answers)


def plan_stage(compiler: Compiler, relation: Relation, where: str, nodes: Sequence[exp.Expression]) -> Staging | None:
    """Stages the calls that every row of the input makes; None where there are none."""
    context = compiler.context
    if not context.functions or context.volatile or _is_correlated(compiler.scope):
        return None
    plain = replace(compiler, grouping=None, aggregates_allowed=False, windows_allowed=False, aliases={})
    staged: dict[tuple[str, str, str], str] = {}
    calls: list[StagedCall] = []
    for node in nodes:
        for call in _calls(node, compiler):
            key = _key(plain, call)
            if key is not None and key not in staged:
                column = context.new_id("y")
                staged[key] = column
                calls.append(StagedCall(key[0], key[1], key[2], column))
    if not calls:
        return None
    number = len(context.stages) + 1
    arguments = ", ".join(f"{call.argument} AS {call.column}" for call in calls)
    source, rows = f"{relation.sql}{where}", ""
    # Answers are put beside the rows by position. Filters keep the order of a table's rows; nothing else is sure to.
    if not relation.stable or "SELECT" in where.upper():
        ids = ", ".join(column.id for column in relation.columns) or "1 AS one"
        source, rows = f'"stage:{number}:rows"', f"SELECT {ids} FROM {source}"
    context.stages.append(Stage(number, f"SELECT {arguments} FROM {source}", tuple(calls), rows))
    token = f"@stage{number}@"
    return Staging(Relation(token, relation.columns), staged, token, number, source)


def _is_correlated(scope: Scope) -> bool:
    """True where columns of a select around are in sight: its rows are not known ahead."""
    parent = scope.parent
    while parent is not None:
        if parent.columns:
            return True
        parent = parent.parent
    return False


def _calls(node: exp.Expression, compiler: Compiler) -> Iterator[exp.Anonymous]:
    """Calls of registered functions that are made for every row, innermost of nested ones."""
    if isinstance(node, _CONDITIONAL_NODES):
        return
    name = str(node.name).lower() if isinstance(node, exp.Anonymous) else ""
    registered = name in compiler.context.functions
    if name in _CONDITIONAL_FUNCTIONS and not registered:
        return
    inner = [call for child in node.iter_expressions() for call in _calls(child, compiler)]
    yield from inner
    if (
        registered
        and isinstance(node, exp.Anonymous)
        and not any(_names_function(child, compiler) for child in node.expressions)
    ):
        yield node


def _names_function(node: exp.Expression, compiler: Compiler) -> bool:
    return any(str(call.name).lower() in compiler.context.functions for call in node.find_all(exp.Anonymous))


def _key(compiler: Compiler, call: exp.Anonymous) -> tuple[str, str, str] | None:
    """Name, variant and argument; None for a call that cannot be made ahead. What is wrong with it is found later."""
    from .contents import contains_aggregate, contains_window
    from .nodes.calls import registered_argument

    if any(contains_aggregate(node, compiler) or contains_window(node) for node in call.expressions):
        return None
    context = compiler.context
    before = (list(context.calls), list(context.seen_calls), context.volatile)
    try:
        value, variant, sql = registered_argument(compiler, str(call.name), call.expressions, call)
    except SqlError:
        return None
    finally:
        context.calls, context.seen_calls, volatile = before[0], before[1], context.volatile
        context.volatile = before[2]
    if value.volatile or volatile != before[2]:
        return None
    return str(call.name).lower(), variant, sql
