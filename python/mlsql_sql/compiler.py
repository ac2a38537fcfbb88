"""The compiler of expressions at one place of a select. What it does with each kind of node is in `nodes`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Callable

from sqlglot import exp

from . import zones
from .casts import cast
from .contents import contains_aggregate
from .errors import SqlError, invalid, unsupported
from .expression import Expr, bind
from .literals import is_plain_time
from .resolution import column_parts, fields_of, resolve
from .scope import Context, Grouping, Scope
from .types import (
    BOOLEAN,
    STRING,
    TIMESTAMP,
    VOID,
    Type,
    duck,
    is_orderable,
    wider_of,
)

Handler = Callable[["Compiler", exp.Expression], Expr]

#: Filled by `nodes`.
HANDLERS: dict[type[exp.Expression], Handler] = {}


@dataclass
class Compiler:
    """Compiles expressions at one place of a select."""

    context: Context
    scope: Scope
    #: Compiles a subquery; given by the query compiler.
    subquery: Callable[[exp.Expression, Scope], object]
    #: Set where the select aggregates and the expression stands outside of an aggregate function.
    grouping: Grouping | None = None
    #: True where aggregate functions may be called.
    aggregates_allowed: bool = False
    windows_allowed: bool = False
    #: Aliases of the select list so far (or all, for order by), in lower case.
    aliases: dict[str, Expr] = field(default_factory=dict)
    #: Aliases win over columns: order by.
    aliases_first: bool = False
    lambdas: dict[str, Expr] = field(default_factory=dict)
    named_windows: dict[str, exp.Expression] = field(default_factory=dict)
    #: Calls of registered functions that were made ahead: name, variant and argument → the column of answers.
    staged: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def compile(self, node: exp.Expression) -> Expr:
        """The expression in DuckDB's words. Raises SqlError."""
        if self.grouping is not None:
            grouped = self._as_group(node)
            if grouped is not None:
                return grouped
        handler = HANDLERS.get(type(node))
        if handler is None:
            raise unsupported(describe(node), node)
        return handler(self, node)

    def boolean(self, node: exp.Expression, where: str) -> str:
        """The SQL of a condition that stands alone: where, having, on."""
        condition = self.compile(node)
        if condition.type != BOOLEAN:
            raise invalid(f"{where} must be a boolean, not {condition.type}", node)
        return condition.sql

    def condition(self, value: Expr, where: str, node: exp.Expression) -> str:
        """The SQL of an operand that must be a boolean; text is none, as in Spark."""
        if value.type not in (BOOLEAN, VOID):
            raise invalid(f"{where} needs a boolean, not {value.type}: {value.name}", node)
        return self.cast(value, BOOLEAN, node)

    def cast(self, value: Expr, target: Type, node: exp.Expression | None = None) -> str:
        """SQL of a value in another type."""
        if value.is_literal and value.value is None:
            return f"CAST(NULL AS {duck(target)})"
        if isinstance(value.value, str) and value.type == STRING and is_plain_time(value.value, target):
            # DuckDB reads it as Spark does, once instead of in each row.
            read = f"TRY_CAST({value.sql} AS {duck(target)})"
            return zones.instant(read) if target == TIMESTAMP else read
        sql = bind(value, lambda simple: cast(simple, value.type, target) or "")
        if value.type.kind.startswith("interval") and (sql == "" or target == STRING):
            raise unsupported("an interval as another value", node, "Compare it, or add it to a date or timestamp.")
        if sql == "" or cast("x", value.type, target) is None:
            raise invalid(f"a value of type {value.type} cannot become {target}: {value.name}", node)
        return sql

    def coerce(self, value: Expr, target: Type, node: exp.Expression | None = None) -> Expr:
        """The value in another type, as an implicit cast: its name stays."""
        return value if value.type == target else replace(value, sql=self.cast(value, target, node), type=target)

    def unify(self, values: Sequence[Expr], node: exp.Expression, what: str) -> tuple[list[Expr], Type]:
        """Brings values to their common type."""
        common = wider_of([value.type for value in values])
        if common is None:
            kinds = ", ".join(dict.fromkeys(str(value.type) for value in values))
            raise invalid(f"{what} needs values of one type, not {kinds}", node)
        return [self.coerce(value, common, node) for value in values], common

    def inner(self) -> Compiler:
        """Compiles inside of an aggregate function: over the input rows."""
        return replace(self, grouping=None, aggregates_allowed=False, windows_allowed=False)

    def _as_group(self, node: exp.Expression) -> Expr | None:
        """The grouping column that an expression is, if it is one."""
        assert self.grouping is not None
        if isinstance(node, exp.Column):
            alias = self._alias_of(node)
            if alias is not None and (self.aliases_first or not self.scope.match(node.name, None)):
                return alias
        if contains_aggregate(node, self) or isinstance(node, (exp.Literal, exp.Null, exp.Boolean)):
            return None
        if isinstance(node, (exp.Lambda, exp.Star)):
            return None
        plain = replace(self, grouping=None, aggregates_allowed=False)
        counter = self.context.counter
        calls, seen = list(self.context.calls), list(self.context.seen_calls)
        try:
            compiled = plain.compile(node)
        except SqlError:
            if isinstance(node, exp.Column):
                raise
            return None
        finally:
            self.context.counter = max(counter, self.context.counter)
            self.context.calls, self.context.seen_calls = calls, seen
        found = self.grouping.columns.get(compiled.sql)
        if found is not None:
            return replace(found, name=compiled.name, label=compiled.label)
        if isinstance(node, exp.Column):
            inside = self._field_of_group(plain, node)
            if inside is not None:
                return inside
        if isinstance(node, exp.Column) and not self._is_outer(node) and compiled.sql not in self._lambda_texts():
            raise invalid(
                f"{compiled.name} is neither in group by nor inside of an aggregate function",
                node,
                f"Add it to group by, or take first({compiled.name}).",
            )
        return None

    def _field_of_group(self, plain: Compiler, node: exp.Column) -> Expr | None:
        """`window.start` where `window` is a grouping column."""
        assert self.grouping is not None
        parts = column_parts(node)
        for length in range(len(parts) - 1, 0, -1):
            try:
                found = self.grouping.columns.get(resolve(plain, parts[:length], node).sql)
            except SqlError:
                continue
            if found is not None:
                return fields_of(self, found, parts[length:], node)
        return None

    def _lambda_texts(self) -> list[str]:
        return [value.sql for value in self.lambdas.values()]

    def _is_outer(self, node: exp.Column) -> bool:
        parts = column_parts(node)
        if self.scope.match(parts[0], None) or (len(parts) > 1 and self.scope.has_qualifier(parts[0])):
            return False
        return parts[0].lower() not in self.aliases

    def _alias_of(self, node: exp.Column) -> Expr | None:
        return None if node.args.get("table") else self.aliases.get(node.name.lower())


def check_orderable(value: Expr, where: str, node: exp.Expression) -> None:
    if not is_orderable(value.type):
        raise invalid(f"{where} cannot compare values of type {value.type}", node)


def describe(node: exp.Expression) -> str:
    """The beginning of an expression's text, for messages."""
    return f"`{node.sql(dialect='spark')[:60]}`"
