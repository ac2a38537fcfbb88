"""Compiles queries: from, joins, grouping, select list, order, set operations, common table expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from sqlglot import exp

from . import nodes  # noqa: F401  (fills the compiler's table)
from .compiler import Compiler
from .contents import contains_aggregate, contains_window
from .errors import TABLE_UNKNOWN, SqlError, forbidden, invalid, unsupported
from .expression import Expr, identifier
from .functions.registry import FORBIDDEN_FUNCTIONS
from .generators import compile_generator, is_generator
from .grouping import Grouped, plan_grouping
from .joins import join_relations
from .ordering import sort_key
from .pivots import apply_pivot
from .scope import Column, Context, Query, Relation, Scope
from .staging import Staging, plan_stage
from .time_windows import with_time_window
from .types import BIGINT, INT, Type, duck, is_orderable, wider, wider_of
from .windows import direction


class QueryCompiler:
    """Compiles one translation's queries."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def compile(self, node: exp.Expression, parent: Scope | None = None) -> Query:
        """A query as complete DuckDB SQL, with columns of unique ids."""
        if isinstance(node, exp.Subquery):
            return self._parenthesized(node, parent)
        scope = Scope([], parent)
        self._common_tables(node, scope)
        if isinstance(node, exp.Select):
            return SelectCompiler(self, node, scope).compile()
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, scope)
        if isinstance(node, exp.Values):
            return self._ordered(self._values(node, scope), node, scope)
        if isinstance(node, exp.Table):
            relation = self.table(node, scope)
            return self.everything(relation)
        raise forbidden(f"{type(node).__name__.upper()}: only a select", node)

    def everything(self, relation: Relation) -> Query:
        """`select *` of a relation."""
        columns = tuple(replace(column, id=self.context.new_id()) for column in relation.visible)
        pairs = ", ".join(f"{old.id} AS {new.id}" for old, new in zip(relation.visible, columns))
        return Query(f"SELECT {pairs or '1'} FROM {relation.sql}", columns)

    def compiler(self, scope: Scope) -> Compiler:
        return Compiler(self.context, scope, self.compile)

    # From.

    def from_item(self, node: exp.Expression, scope: Scope) -> Relation:
        """A table, subquery, values or table function, with its own joins and pivots."""
        if isinstance(node, exp.Subquery):
            inner = node.this
            if isinstance(inner, exp.Table) and not isinstance(inner, exp.Select):
                relation = self._with_joins(
                    self.from_item(inner, scope), node.args.get("joins") or inner.args.get("joins") or [], scope
                )
            else:
                query = self.compile(node if node.args.get("with_") or _modified(node) else inner, scope)
                relation = query.relation()
            relation = self._aliased(relation, node)
        elif isinstance(node, exp.Values):
            relation = self._aliased(self._values(node, scope).relation(), node)
        elif isinstance(node, exp.Table):
            relation = self.table(node, scope)
        elif isinstance(node, exp.Lateral):
            raise unsupported("a lateral subquery", node)
        elif isinstance(node, exp.Unnest):
            raise unsupported("unnest", node, "Use explode or lateral view.")
        else:
            raise unsupported(f"`{node.sql(dialect='spark')[:60]}` in from", node)
        if node.args.get("sample") is not None:
            raise unsupported("tablesample", node, "Use where rand() < 0.1.")
        for pivot in node.args.get("pivots") or []:
            relation = apply_pivot(self, relation, pivot, scope)
        return relation

    def _with_joins(self, relation: Relation, joins: Sequence[exp.Expression], scope: Scope) -> Relation:
        for join in joins:
            relation = join_relations(self, relation, join, scope)
        return relation

    def _aliased(self, relation: Relation, node: exp.Expression) -> Relation:
        alias = node.args.get("alias")
        if alias is None:
            return relation
        names = [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
        if names and len(names) != len(relation.visible):
            raise invalid(f"{alias.name} names {len(names)} column(s) of {len(relation.visible)}", node)
        return relation.qualified(alias.name or None, names)

    def table(self, node: exp.Expression, scope: Scope) -> Relation:
        """A named table, a common table expression, or a table function."""
        target = node.this
        if isinstance(target, exp.Anonymous):
            return self._aliased(self._table_function(target, scope), node)
        if node.args.get("db") is not None or node.args.get("catalog") is not None:
            database = node.args.get("db")
            where = database.name if database is not None else ""
            if where.lower() in ("csv", "json", "parquet", "text", "orc", "delta", "binaryfile", "avro", "libsvm"):
                raise forbidden(f"{where}.`…` in a select", node)
            if where.lower() not in ("default", "global_temp"):
                raise SqlError(
                    TABLE_UNKNOWN, f"no table named {where}.{node.name}", "Tables of a run have one name.", node
                )
        for feature in ("when", "version", "changes", "partition"):
            if node.args.get(feature) is not None:
                raise unsupported(f"{feature} of a table", node)
        name = node.name
        relation = self._with_joins(self._named(name, node, scope), [], scope)
        aliased = self._aliased(relation, node) if node.args.get("alias") is not None else relation.qualified(name)
        return self._with_joins(aliased, node.args.get("joins") or [], scope)

    def _named(self, name: str, node: exp.Expression, scope: Scope) -> Relation:
        cte = scope.find_cte(name)
        if cte is not None:
            return self.everything(cte.relation()).relation()
        table = self.context.tables.get(name.lower())
        if table is None:
            near = get_close_matches(name.lower(), list(self.context.tables), n=1)
            known = [item.name for item in self.context.tables.values()]
            hint = f"Did you mean {self.context.tables[near[0]].name}?" if near else None
            if hint is None and known:
                hint = "Tables of this run: " + ", ".join(known[:20])
            raise SqlError(TABLE_UNKNOWN, f"no table named {name}", hint, node)
        if table.name not in self.context.inputs:
            self.context.inputs.append(table.name)
        columns = tuple(Column(self.context.new_id(), column, kind) for column, kind in table.columns)
        pairs = ", ".join(f"c{index} AS {column.id}" for index, column in enumerate(columns)) or "1"
        return Relation(f"(SELECT {pairs} FROM {identifier(table.view)})", columns, table.stable)

    def _table_function(self, node: exp.Expression, scope: Scope) -> Relation:
        name = str(node.name).lower()
        compiler = self.compiler(scope)
        if name == "range":
            return self._range(compiler, node)
        if is_generator(node):
            return self.generate(Relation("(SELECT 1)", ()), compiler, node, None, [], False)
        if name in FORBIDDEN_FUNCTIONS or name.startswith(("read_", "duckdb_", "pragma_")):
            raise forbidden(f"the function {node.name}", node)
        raise SqlError(
            "MLSQL_SQL_FUNCTION_UNKNOWN", f"no table function {node.name}", "range and explode are known.", node
        )

    def _range(self, compiler: Compiler, node: exp.Expression) -> Relation:
        values = [compiler.cast(compiler.compile(value), BIGINT, value) for value in node.expressions]
        if not 1 <= len(values) <= 4:
            raise invalid("range takes an end, or start and end, then a step and a number of partitions", node)
        start, end, step = (
            ("0", values[0], "1") if len(values) == 1 else (values[0], values[1], values[2] if len(values) > 2 else "1")
        )
        column = Column(self.context.new_id(), "id", BIGINT)
        return Relation(f"(SELECT range AS {column.id} FROM range({start}, {end}, {step}))", (column,))

    def generate(
        self,
        relation: Relation,
        compiler: Compiler,
        node: exp.Expression,
        alias: str | None,
        names: Sequence[str],
        outer: bool,
    ) -> Relation:
        """The rows of a relation, each with the rows that a generator makes of it."""
        generated = compile_generator(compiler, node, outer)
        item, place = self.context.new_id("i"), self.context.new_id("i")
        items = generated.items
        needs_place = any("{place}" in sql for _, _, sql in generated.columns)
        if generated.outer:
            inner = f"(CASE WHEN len({items}) > 0 THEN {items} ELSE [NULL] END)"
            places = f"(CASE WHEN len({items}) > 0 THEN range(len({items})) ELSE [NULL] END)"
        else:
            inner, places = items, f"range(len({items}))"
        unnested = f"unnest({inner}) AS {item}" + (f", unnest({places}) AS {place}" if needs_place else "")
        kept = ", ".join(column.id for column in relation.columns)
        source = f"(SELECT {kept + ', ' if kept else ''}{unnested} FROM {relation.sql})"
        if names and len(names) != len(generated.columns):
            raise invalid(f"{len(generated.columns)} name(s) are needed for {node.name}, not {len(names)}", node)
        added: list[Column] = []
        pieces: list[str] = []
        for index, (name, kind, sql) in enumerate(generated.columns):
            column = Column(self.context.new_id(), names[index] if names else name, kind, alias)
            added.append(column)
            text = sql.replace("{item}", item).replace("{place}", f"CAST({place} AS INTEGER)")
            pieces.append(f"{text} AS {column.id}")
        inner_select = f"(SELECT {kept + ', ' if kept else ''}{', '.join(pieces)} FROM {source})"
        return Relation(inner_select, (*relation.columns, *added))

    # Values.

    def _values(self, node: exp.Expression, scope: Scope) -> Query:
        compiler = self.compiler(scope)
        rows = [list(row.expressions) if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        width = len(rows[0])
        if any(len(row) != width for row in rows):
            raise invalid("the rows of values differ in length", node)
        compiled = [[compiler.compile(cell) for cell in row] for row in rows]
        columns: list[Column] = []
        for index in range(width):
            kind = wider_of([row[index].type for row in compiled])
            if kind is None:
                raise invalid(f"column {index + 1} of values has no common type", node)
            columns.append(Column(self.context.new_id(), f"col{index + 1}", kind))
        text = ", ".join(
            "("
            + ", ".join(
                f"CAST({compiler.cast(cell, column.type, node)} AS {duck(column.type)})"
                for cell, column in zip(row, columns)
            )
            + ")"
            for row in compiled
        )
        ids = ", ".join(column.id for column in columns)
        return Query(f"SELECT * FROM (VALUES {text}) AS {self.context.new_id('q')}({ids})", tuple(columns))

    # Common table expressions, set operations, parentheses.

    def _common_tables(self, node: exp.Expression, scope: Scope) -> None:
        clause = node.args.get("with_") or node.args.get("with")
        if clause is None:
            return
        if clause.args.get("recursive"):
            raise unsupported("a recursive with", node)
        for table in clause.expressions:
            query = self.compile(table.this, scope)
            names = [column.name for column in table.args["alias"].columns]
            if names:
                if len(names) != len(query.columns):
                    raise invalid(f"{table.alias} names {len(names)} column(s) of {len(query.columns)}", table)
                query = replace(
                    query, columns=tuple(replace(column, name=name) for column, name in zip(query.columns, names))
                )
            scope.ctes[table.alias.lower()] = query

    def _set_operation(self, node: exp.Expression, scope: Scope) -> Query:
        left, right = self.compile(node.this, scope), self.compile(node.expression, scope)
        if node.args.get("by_name"):
            raise unsupported("union by name", node)
        if len(left.columns) != len(right.columns):
            raise invalid(f"the selects have {len(left.columns)} and {len(right.columns)} columns", node)
        word = "UNION" if isinstance(node, exp.Union) else "EXCEPT" if isinstance(node, exp.Except) else "INTERSECT"
        if not node.args.get("distinct"):
            word += " ALL"
        columns: list[Column] = []
        sides: tuple[list[str], list[str]] = ([], [])
        compiler = self.compiler(scope)
        for first, second in zip(left.columns, right.columns):
            common = wider(first.type, second.type)
            if common is None:
                raise invalid(f"column {first.name} is {first.type} on one side and {second.type} on the other", node)
            if word != "UNION ALL" and not is_orderable(common):
                raise invalid(f"values of type {common} cannot be compared", node)
            column = Column(self.context.new_id(), first.name, common)
            columns.append(column)
            for side, source in zip(sides, (first, second)):
                cast = compiler.cast(Expr(source.id, source.type, source.name), common, node)
                side.append(f"CAST({cast} AS {duck(common)}) AS {column.id}")
        sql = (
            f"(SELECT {', '.join(sides[0])} FROM ({left.sql})) {word} (SELECT {', '.join(sides[1])} FROM ({right.sql}))"
        )
        return self._ordered(Query(sql, tuple(columns)), node, scope)

    def _parenthesized(self, node: exp.Expression, parent: Scope | None) -> Query:
        scope = Scope([], parent)
        self._common_tables(node, scope)
        inner = self.compile(node.this, scope)
        if node.args.get("joins") or node.args.get("laterals"):
            raise unsupported("a join of a subquery in parentheses", node)
        return self._ordered(inner, node, scope)

    def _ordered(self, query: Query, node: exp.Expression, scope: Scope) -> Query:
        """Order and limit behind a set operation, values or parentheses: over the result's own columns."""
        order = node.args.get("order")
        tail = limit_text(self, node, scope)
        if order is None and not tail:
            return query
        inner = query.relation()
        compiler = self.compiler(Scope(list(inner.columns), scope))
        keys = order_keys(compiler, order, list(query.columns)) if order is not None else ""
        ids = ", ".join(column.id for column in query.columns)
        return Query(f"SELECT {ids} FROM ({query.sql}){' ORDER BY ' + keys if keys else ''}{tail}", query.columns)


def _modified(node: exp.Expression) -> bool:
    return any(node.args.get(key) is not None for key in ("order", "limit", "offset"))


def limit_text(queries: QueryCompiler, node: exp.Expression, scope: Scope) -> str:
    """` LIMIT … OFFSET …`."""
    text = ""
    for key, word in (("limit", "LIMIT"), ("offset", "OFFSET")):
        clause = node.args.get(key)
        if clause is None:
            continue
        if isinstance(clause, exp.Fetch):
            raise unsupported("fetch", node, "Use limit.")
        value = clause.expression
        if isinstance(value, (exp.Column, exp.Var)) and value.name.lower() == "all" and key == "limit":
            continue
        compiled = queries.compiler(Scope([], scope)).compile(value)
        if not isinstance(compiled.value, int) or compiled.value < 0:
            if compiled.is_literal:
                raise invalid(f"{key} must be a whole number of rows", clause)
            text += f" {word} CAST({compiled.sql} AS BIGINT)"
        else:
            text += f" {word} {compiled.value}"
    return text


def _written_name(node: exp.Expression, value: Expr) -> str:
    """Spark's name of a column without alias: of `a.b.C` it is `C`."""
    return str(node.name) if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star) else value.name


def order_keys(compiler: Compiler, order: exp.Expression, outputs: Sequence[Column]) -> str:
    """The keys of an order by; a number is a column's place."""
    keys: list[str] = []
    for item in order.expressions:
        key = item.this
        if isinstance(key, exp.Literal) and not key.is_string and str(key.this).isdigit():
            place = int(str(key.this))
            if not 1 <= place <= len(outputs):
                raise invalid(f"order by {place}: the select has {len(outputs)} column(s)", item)
            column = outputs[place - 1]
            keys.append(sort_key(column.id, column.type) + direction(item))
            continue
        compiled = compiler.compile(key)
        if not is_orderable(compiled.type):
            raise invalid(f"order by: values of type {compiled.type} have no order", item)
        keys.append(sort_key(compiled.sql, compiled.type) + direction(item))
    return ", ".join(keys)


@dataclass
class Item:
    """One expression of a select list, stars taken apart."""

    node: exp.Expression
    name: str | None
    #: Names given with `as (a, b)` to a generator's columns.
    names: tuple[str, ...] = ()
    column: Column | None = None


class SelectCompiler:
    """Compiles one select."""

    def __init__(self, queries: QueryCompiler, node: exp.Expression, scope: Scope) -> None:
        self.queries = queries
        self.context = queries.context
        self.node = node
        self.scope = scope
        self.relation = Relation("(SELECT 1)", ())

    def compile(self) -> Query:
        node = self.node
        self._refuse_clauses()
        self._source()
        where = self._where()
        items = self._items()
        windows = {item.name.lower(): item for item in node.args.get("windows") or []}
        generators = [item for item in items if is_generator(item.node)]
        if len(generators) > 1:
            raise invalid(
                "one generator can stand in a select list", generators[1].node, "Use lateral view for the others."
            )
        if generators:
            return self._with_generator(items, generators[0], where, windows)
        return self._plain(items, where, windows)

    def _refuse_clauses(self) -> None:
        node = self.node
        distinct = node.args.get("distinct")
        if distinct is not None and distinct.args.get("on") is not None:
            raise unsupported("distinct on", node)
        for key in ("match", "connect", "prewhere", "into", "locks", "kind", "operation_modifiers", "cluster_by"):
            if node.args.get(key):
                raise unsupported(key.replace("_", " "), node)
        if any(isinstance(item, exp.QueryTransform) for item in node.expressions):
            raise forbidden("transform with a program", node)

    def _source(self) -> None:
        node = self.node
        source = node.args.get("from_") or node.args.get("from")
        if source is not None:
            relation = self.queries.from_item(source.this, self.scope)
            for join in node.args.get("joins") or []:
                relation = join_relations(self.queries, relation, join, self.scope)
            for lateral in node.args.get("laterals") or []:
                relation = self._lateral(relation, lateral)
            self.relation = with_time_window(self.queries, node, relation, self.scope)
        self.scope.columns = list(self.relation.columns)

    def _lateral(self, relation: Relation, lateral: exp.Expression) -> Relation:
        if not lateral.args.get("view"):
            raise unsupported("lateral without view", lateral)
        call = lateral.this
        if not is_generator(call):
            if isinstance(call, exp.Anonymous):
                raise SqlError(
                    "MLSQL_SQL_FUNCTION_UNKNOWN",
                    f"no generator {call.name}",
                    "explode, posexplode, inline, stack and json_tuple are known.",
                    lateral,
                )
            raise unsupported("this lateral view", lateral)
        alias = lateral.args.get("alias")
        names = [column.name for column in alias.columns] if alias is not None else []
        name = alias.name if alias is not None and alias.this is not None else None
        compiler = self.queries.compiler(Scope(list(relation.columns), self.scope))
        return self.queries.generate(relation, compiler, call, name, names, bool(lateral.args.get("outer")))

    def _where(self) -> str:
        clause = self.node.args.get("where")
        if clause is None:
            return ""
        if contains_aggregate(clause.this, self.queries.compiler(self.scope)):
            raise invalid("an aggregate function cannot stand in where", clause.this, "Use having.")
        return " WHERE " + self.queries.compiler(self.scope).boolean(clause.this, "where")

    def _items(self) -> list[Item]:
        items: list[Item] = []
        for node in self.node.expressions:
            if isinstance(node, exp.Star):
                items.extend(self._star(None, node))
            elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
                items.extend(self._star(node, node.this))
            elif isinstance(node, exp.Dot) and isinstance(node.expression, exp.Star):
                items.extend(self._struct_star(node.this, node))
            elif isinstance(node, exp.Alias):
                if isinstance(node.args.get("alias"), exp.Placeholder):
                    raise unsupported("a : path", node, "Use get_json_object.")
                items.append(Item(node.this, node.alias))
            elif isinstance(node, exp.Aliases):
                names = tuple(name.name for name in node.expressions)
                items.append(Item(node.this, None if is_generator(node.this) else names[0], names))
            else:
                items.append(Item(node, None))
        return items

    def _star(self, owner: exp.Expression | None, star: exp.Expression) -> list[Item]:
        if star.args.get("replace") or star.args.get("rename"):
            raise unsupported("replace and rename of *", star)
        excluded = [item.name.lower() for item in star.args.get("except_") or star.args.get("except") or []]
        columns = self.relation.visible
        if owner is not None:
            table = owner.args.get("table")
            name = table.name if table is not None else ""
            columns = [c for c in self.relation.columns if (c.qualifier or "").lower() == name.lower()]
            if not columns and table is not None:
                return self._struct_star(exp.column(table.copy()), owner)
        if not columns and owner is None and self.node.args.get("from_") is None:
            raise invalid("* needs a from", star)
        for name in excluded:
            if not any(column.name.lower() == name for column in columns):
                raise SqlError("MLSQL_TABLE_COLUMN_UNKNOWN", f"no column {name} to leave out", None, star)
        kept = [column for column in columns if column.name.lower() not in excluded]
        return [Item(exp.Null(), column.name, column=column) for column in kept]

    def _struct_star(self, value: exp.Expression, node: exp.Expression) -> list[Item]:
        compiled = self.queries.compiler(self.scope).compile(value)
        fields = getattr(compiled.type, "fields", None)
        if fields is None:
            raise invalid(f"{compiled.name} of type {compiled.type} has no fields to take apart", node)
        return [
            Item(exp.Dot(this=value.copy(), expression=exp.to_identifier(name, quoted=True)), name)
            for name, _ in fields
        ]

    # The select list.

    def _plain(self, items: Sequence[Item], where: str, windows: dict[str, exp.Expression]) -> Query:
        node = self.node
        compiler = replace(
            self.queries.compiler(self.scope),
            aggregates_allowed=True,
            windows_allowed=True,
            named_windows=windows,
        )
        self.context.seen_calls = []
        staging = self._stage(compiler, where, items)
        if staging is not None:
            self.relation, where = staging.relation, ""
            compiler = replace(compiler, staged=staging.staged)
        grouped = plan_grouping(self.queries, node, self.relation, where, items, compiler)
        if grouped is not None:
            compiler = replace(compiler, grouping=grouped.grouping)
        else:
            compiler = replace(compiler, aggregates_allowed=False)
        source = grouped.source if grouped is not None else f"{self.relation.sql}{where}"
        aliases: dict[str, Expr] = {}
        outputs: list[tuple[Column, Expr]] = []
        for item in items:
            value = self._compile_item(replace(compiler, aliases=dict(aliases)), item, grouped)
            name = item.name if item.name is not None else _written_name(item.node, value)
            column = Column(self.context.new_id(), name, value.type)
            outputs.append((column, value))
            if item.name is not None and item.column is None and name.lower() not in aliases:
                aliases[name.lower()] = value
        self._note_calls(where, grouped)
        columns = tuple(column for column, _ in outputs)
        pieces = ", ".join(f"{value.sql} AS {column.id}" for column, value in outputs) or "1"
        group_by = grouped.group_by if grouped is not None else ""
        having = self._having(compiler, aliases, grouped)
        distinct = self.node.args.get("distinct") is not None
        if distinct:
            self._check_distinct(columns)
        qualify = self._qualify(compiler, aliases)
        sql = f"SELECT {'DISTINCT ' if distinct else ''}{pieces} FROM {source}{group_by}{having}{qualify}"
        query = self._finish(sql, columns, outputs, compiler, aliases, distinct)
        return query if staging is None else replace(query, sql=staging.finish(query.sql))

    def _stage(self, compiler: Compiler, where: str, items: Sequence[Item]) -> Staging | None:
        """Calls of registered functions made ahead, unless a limit may spare most of them."""
        node = self.node
        if node.args.get("limit") is not None:
            return None
        parts = [item.node for item in items if item.column is None]
        parts += [node.args[key] for key in ("group", "having", "order") if node.args.get(key) is not None]
        return plan_stage(compiler, self.relation, where, parts)

    def _compile_item(self, compiler: Compiler, item: Item, grouped: Grouped | None) -> Expr:
        if item.column is None:
            value = compiler.compile(item.node)
            if value.type.kind.startswith("interval"):
                raise unsupported("a column of intervals", item.node)
            return value
        column = item.column
        value = Expr(column.id, column.type, column.name, label=column.name)
        if grouped is not None:
            found = grouped.grouping.columns.get(column.id)
            if found is None:
                raise invalid(
                    f"{column.name} is neither in group by nor inside of an aggregate function",
                    self.node,
                    "Name the columns instead of *.",
                )
            return found.named(column.name)
        return value

    def _note_calls(self, where: str, grouped: Grouped | None) -> None:
        """Calls that stand directly on one named table: there a failing row has a number."""
        node = self.node
        source = node.args.get("from_")
        if not isinstance(source, exp.Expression):
            return
        direct = (
            isinstance(source.this, exp.Table)
            and source.this.name.lower() in self.context.tables
            and self.scope.find_cte(source.this.name) is None
            and not node.args.get("joins")
            and not node.args.get("laterals")
            and not source.this.args.get("pivots")
        )
        if not direct:
            return
        table = self.context.tables[source.this.name.lower()]
        places = {column.id: f"c{index}" for index, column in enumerate(self.relation.columns)}
        for name, argument in self.context.seen_calls:
            if re.search(r"\bSELECT\b|user_function:", argument):
                continue
            text = re.sub(r"\bx\d+\b", lambda match: places.get(match.group(0), match.group(0)), argument)
            for call in self.context.calls:
                if call.name == name and call.table is None:
                    call.table, call.argument = table.name, text

    def _having(self, compiler: Compiler, aliases: dict[str, Expr], grouped: Grouped | None) -> str:
        clause = self.node.args.get("having")
        if clause is None:
            return ""
        if grouped is None:
            raise invalid("having needs a group by or an aggregate function", clause)
        inner = replace(compiler, aliases=aliases, windows_allowed=False)
        return " HAVING " + inner.boolean(clause.this, "having")

    def _qualify(self, compiler: Compiler, aliases: dict[str, Expr]) -> str:
        """The condition over window functions."""
        clause = self.node.args.get("qualify")
        if clause is None:
            return ""
        if not any(contains_window(part) for part in [clause.this, *self.node.expressions]):
            raise invalid("qualify needs a window function, there or in the select list", clause)
        return " QUALIFY " + replace(compiler, aliases=aliases).boolean(clause.this, "qualify")

    def _check_distinct(self, columns: Sequence[Column]) -> None:
        for column in columns:
            if not is_orderable(column.type):
                raise invalid(f"distinct cannot compare column {column.name} of type {column.type}", self.node)

    def _finish(
        self,
        sql: str,
        columns: tuple[Column, ...],
        outputs: Sequence[tuple[Column, Expr]],
        compiler: Compiler,
        aliases: dict[str, Expr],
        distinct: bool,
    ) -> Query:
        """Order and limit."""
        node = self.node
        order = node.args.get("order") or node.args.get("sort") or node.args.get("cluster")
        tail = limit_text(self.queries, node, self.scope)
        if order is None:
            return Query(sql + tail, columns)
        if distinct or any(value.volatile for _, value in outputs):
            inner = Query(sql, columns)
            over = self.queries.compiler(Scope(list(inner.relation().columns), self.scope.parent))
            ids = ", ".join(column.id for column in columns)
            keys = order_keys(over, order, list(columns))
            return Query(f"SELECT {ids} FROM ({sql}) ORDER BY {keys}{tail}", columns)
        named = {column.name.lower(): replace(value, sql=value.sql) for column, value in reversed(outputs)}
        ordering = replace(compiler, aliases={**aliases, **named}, aliases_first=True)
        keys = self._order(ordering, order, outputs)
        return Query(f"{sql} ORDER BY {keys}{tail}", columns)

    def _order(self, compiler: Compiler, order: exp.Expression, outputs: Sequence[tuple[Column, Expr]]) -> str:
        keys: list[str] = []
        by_sql = {value.sql: column.id for column, value in reversed(outputs)}
        if len(order.expressions) == 1 and isinstance(order.expressions[0].this, exp.Var):
            # `order by all`: all columns from left to right.
            way = direction(order.expressions[0])
            return ", ".join(sort_key(column.id, column.type) + way for column, _ in outputs)
        for item in order.expressions:
            key = item.this
            if isinstance(key, exp.Literal) and not key.is_string and str(key.this).isdigit():
                place = int(str(key.this))
                if not 1 <= place <= len(outputs):
                    raise invalid(f"order by {place}: the select has {len(outputs)} column(s)", item)
                column, _ = outputs[place - 1]
                if not is_orderable(column.type):
                    raise invalid(f"order by: values of type {column.type} have no order", item)
                keys.append(sort_key(column.id, column.type) + direction(item))
                continue
            compiled = compiler.compile(key)
            if not is_orderable(compiled.type):
                raise invalid(f"order by: values of type {compiled.type} have no order", item)
            if compiled.is_literal:
                continue
            keys.append(sort_key(by_sql.get(compiled.sql, compiled.sql), compiled.type) + direction(item))
        return ", ".join(keys) if keys else "1"

    def _with_generator(
        self, items: Sequence[Item], generator: Item, where: str, windows: dict[str, exp.Expression]
    ) -> Query:
        """Everything else is computed first, then each row is multiplied."""
        node = self.node
        arguments = [Item(argument, f"g{index}") for index, argument in enumerate(generator.node.expressions)]
        others = [item for item in items if item is not generator]
        inner_node = node.copy()
        for key in ("order", "limit", "offset", "distinct", "sort", "cluster"):
            inner_node.set(key, None)
        inner = SelectCompiler(self.queries, inner_node, self.scope)
        inner.relation = self.relation
        computed = inner._plain([*others, *arguments], where, windows)
        split = len(others)
        base = computed.relation()
        visible, hidden = base.columns[:split], base.columns[split:]
        literal_free = [
            argument.node
            if isinstance(argument.node, exp.Literal)
            else exp.column(exp.to_identifier(column.name), table="g")
            for argument, column in zip(arguments, hidden)
        ]
        scope = Scope([replace(column, qualifier="g") for column in hidden], self.scope.parent)
        call = exp.Anonymous(this=generator.node.name, expressions=literal_free)
        names = generator.names or ((generator.name,) if generator.name is not None else ())
        compiler = self.queries.compiler(scope)
        generated = self.queries.generate(Relation(base.sql, base.columns), compiler, call, None, names, False)
        made = list(generated.columns[len(base.columns) :])
        place = next(index for index, item in enumerate(items) if item is generator)
        columns = [*visible[:place], *made, *visible[place:]]
        ids = ", ".join(column.id for column in columns)
        distinct = node.args.get("distinct") is not None
        sql = f"SELECT {'DISTINCT ' if distinct else ''}{ids} FROM {generated.sql}"
        query = Query(sql, tuple(columns))
        return self.queries._ordered(query, node, Scope([], self.scope.parent))


__all__ = ["INT", "QueryCompiler", "Type", "contains_window"]
