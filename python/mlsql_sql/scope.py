"""What names mean at a place of a select: columns in sight, and what the whole select shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from .expression import Expr
from .types import Type


@dataclass(frozen=True)
class Column:
    """A column in sight. `id` is unique in the whole select, so generated SQL is never ambiguous."""

    id: str
    name: str
    type: Type
    #: The table or alias that it can be reached by.
    qualifier: str | None = None
    #: Only reachable by its qualifier: a join's right-hand key that `using` merged away.
    hidden: bool = False


@dataclass(frozen=True)
class Relation:
    """Rows with columns: `sql` can stand behind FROM."""

    sql: str
    columns: tuple[Column, ...]
    #: Evaluated again, it gives the same rows in the same order: the rows of one table that keeps its order.
    stable: bool = False

    @property
    def visible(self) -> list[Column]:
        return [column for column in self.columns if not column.hidden]

    def qualified(self, alias: str | None, names: Sequence[str] = ()) -> Relation:
        """The same rows, reached by another name, with other column names where given."""
        columns = self.visible
        renamed = [
            replace(column, qualifier=alias, name=names[index] if index < len(names) else column.name)
            for index, column in enumerate(columns)
        ]
        return Relation(self.sql, tuple(renamed), self.stable)


@dataclass(frozen=True)
class Query:
    """A complete select: `sql` can stand in parentheses; its columns have unique ids."""

    sql: str
    columns: tuple[Column, ...]

    def relation(self, alias: str | None = None) -> Relation:
        columns = tuple(replace(column, qualifier=alias, hidden=False) for column in self.columns)
        return Relation(f"({self.sql})", columns)


@dataclass(frozen=True)
class Table:
    """A table of the run."""

    name: str
    view: str
    columns: tuple[tuple[str, Type], ...]
    #: True where its rows come in the same order each time: files, not a select that is evaluated anew.
    stable: bool = False


@dataclass
class CallSite:
    """A call of a registered function, and where its rows have numbers: directly on a named table."""

    name: str
    variant: str
    table: str | None = None
    argument: str | None = None


@dataclass(frozen=True)
class StagedCall:
    """A call of a registered function made ahead: `column` will hold its answers."""

    name: str
    variant: str
    argument: str
    column: str


@dataclass(frozen=True)
class Stage:
    """
    Calls on all rows of a query; the select finds the answers in a table that its text calls `"stage:<number>"`.

    `rows`: the query itself where it has to be evaluated once, into a table that is called `"stage:<number>:rows"`, since
    a second evaluation may give its rows in another order (joins, aggregates); empty where it need not.
    """

    number: int
    sql: str
    calls: tuple[StagedCall, ...]
    rows: str


@dataclass
class Context:
    """What one translation collects."""

    tables: dict[str, Table]
    functions: set[str]
    inputs: list[str] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)
    volatile: bool = False
    counter: int = 0
    #: Registered functions called while one select's list is compiled, with the SQL of their arguments.
    seen_calls: list[tuple[str, str]] = field(default_factory=list)
    #: Calls made ahead of the select, in order.
    stages: list[Stage] = field(default_factory=list)

    def new_id(self, prefix: str = "x") -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"


@dataclass
class Scope:
    """Columns in sight, and those of the selects around."""

    columns: list[Column]
    parent: Scope | None = None
    #: Common table expressions, by lower-case name.
    ctes: dict[str, Query] = field(default_factory=dict)

    def find_cte(self, name: str) -> Query | None:
        found = self.ctes.get(name.lower())
        if found is None and self.parent is not None:
            return self.parent.find_cte(name)
        return found

    def match(self, name: str, qualifier: str | None) -> list[Column]:
        """The columns of this scope alone that a name can mean."""
        wanted = name.lower()
        if qualifier is None:
            return [column for column in self.columns if not column.hidden and column.name.lower() == wanted]
        owner = qualifier.lower()
        return [
            column
            for column in self.columns
            if column.name.lower() == wanted and column.qualifier is not None and column.qualifier.lower() == owner
        ]

    def has_qualifier(self, qualifier: str) -> bool:
        return any(c.qualifier is not None and c.qualifier.lower() == qualifier.lower() for c in self.columns)


@dataclass
class Grouping:
    """The grouping expressions of an aggregated select: SQL over the input → the column that holds it."""

    columns: dict[str, Expr]
    #: Of grouping sets: the columns in the order of grouping_id().
    order: list[str]
    sets: bool = False


def identifier_name(node: exp.Expression) -> str:
    """The text of a name."""
    return str(node.name)
