"""Compiles expressions: names, operators, casts, subqueries. Calls are looked up in the registry of functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Callable

from sqlglot import exp

from . import names, zones
from .casts import cast, try_integral
from .errors import COLUMN_UNKNOWN, FUNCTION_UNKNOWN, SqlError, forbidden, invalid, unsupported
from .expression import NO_VALUE, Expr, identifier, quote
from .functions.registry import (
    AGGREGATES,
    FORBIDDEN_FUNCTIONS,
    GENERATORS,
    KNOWN_UNSUPPORTED,
    SCALARS,
    WINDOWS,
    Call,
)
from .literals import boolean_literal, is_plain_time, null_literal, number_literal, string_literal
from .operators import arithmetic, comparison, concat_operator, like, logical, null_safe_equal
from .scope import CallSite, Column, Context, Grouping, Scope
from .types import (
    BOOLEAN,
    STRING,
    TIMESTAMP,
    VECTOR,
    VOID,
    ArrayType,
    DecimalType,
    MapType,
    StructType,
    Type,
    comparison_type,
    duck,
    is_integral,
    is_orderable,
    parse_type,
    wider,
    wider_of,
)

Handler = Callable[["Compiler", exp.Expression], Expr]


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
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise unsupported(_describe(node), node)
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
                return _fields(self, found, parts[length:], node)
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


def bind(value: Expr, body: Callable[[str], str]) -> str:
    """SQL that uses a value in several places and evaluates it once."""
    if is_simple(value.sql):
        return body(value.sql)
    return f"list_transform([{value.sql}], lambda b: {body('b')})[1]" if value.volatile else body(value.sql)


def is_simple(sql: str) -> bool:
    """True where an expression costs nothing to repeat."""
    return sql.isidentifier() or sql.isdigit()


def column_parts(node: exp.Expression) -> list[str]:
    """`a.b.c` as its names, from the left."""
    if isinstance(node, exp.Column):
        parts = [node.args.get(key) for key in ("catalog", "db", "table", "this")]
        return [part.name for part in parts if part is not None]
    return [node.name]


def resolve(compiler: Compiler, parts: list[str], node: exp.Expression) -> Expr:
    """A dotted name: a lambda's variable, a column with or without its table, then fields of structs."""
    variable = compiler.lambdas.get(parts[0].lower())
    if variable is not None:
        return _fields(compiler, variable, parts[1:], node)
    if compiler.aliases_first and len(parts) >= 1:
        alias = compiler.aliases.get(parts[0].lower())
        if alias is not None:
            return _fields(compiler, alias, parts[1:], node)
    scope: Scope | None = compiler.scope
    while scope is not None:
        if len(parts) > 1:
            found = scope.match(parts[1], parts[0])
            if found:
                return _fields(compiler, _one(found, parts, parts[1], node), parts[2:], node)
        found = scope.match(parts[0], None)
        if found:
            return _fields(compiler, _one(found, parts, parts[0], node), parts[1:], node)
        if scope is compiler.scope:
            alias = compiler.aliases.get(parts[0].lower())
            if alias is not None:
                return _fields(compiler, alias, parts[1:], node)
        scope = scope.parent
    raise _unknown_column(compiler, parts, node)


def _one(found: list[Column], parts: list[str], written: str, node: exp.Expression) -> Expr:
    """The only column found, named as it is written here."""
    if len(found) > 1:
        tables = ", ".join(f"{column.qualifier or '?'}.{column.name}" for column in found)
        raise invalid(f"column {'.'.join(parts)} is ambiguous: {tables}", node, "Write the table's name before it.")
    column = found[0]
    return Expr(column.id, column.type, written, label=written)


def _fields(compiler: Compiler, value: Expr, path: list[str], node: exp.Expression) -> Expr:
    for name in path:
        value = field_of(compiler, value, name, node)
    return value


def field_of(compiler: Compiler, value: Expr, name: str, node: exp.Expression) -> Expr:
    """`value.name` of a struct, of a map, or of each struct in an array."""
    kind = value.type
    label = f"{value.name}.{name}"
    if isinstance(kind, StructType):
        found = kind.find(name)
        if found is not None:
            return Expr(f"struct_extract({value.sql}, {quote(found[0])})", found[1], label, label=found[0])
        fields = ", ".join(field_name for field_name, _ in kind.fields)
        raise SqlError(COLUMN_UNKNOWN, f"{value.name} has no field {name}", f"Its fields are {fields}.", node)
    if isinstance(kind, MapType):
        key = Expr(quote(name), STRING, name, value=name)
        return item_of(compiler, value, key, node).named(label)
    if isinstance(kind, ArrayType) and isinstance(kind.element, StructType):
        found = kind.element.find(name)
        if found is not None:
            item = f"struct_extract(s, {quote(found[0])})"
            return Expr(
                f"list_transform({value.sql}, lambda s: {item})", ArrayType(element=found[1]), label, label=name
            )
    raise invalid(f"{value.name} of type {kind} has no fields", node)


def item_of(compiler: Compiler, value: Expr, index: Expr, node: exp.Expression) -> Expr:
    """`value[index]`: arrays count from 0, maps by key; what is not there is null."""
    label = f"{value.name}[{index.name}]"
    kind = value.type
    if isinstance(kind, ArrayType):
        if not is_integral(index.type) and index.type.kind != "void":
            raise invalid(f"an array's index must be an integer, not {index.type}", node)
        if isinstance(index.value, int) and not isinstance(index.value, bool):
            sql = f"{value.sql}[{index.value + 1}]" if index.value >= 0 else f"CAST(NULL AS {duck(kind.element)})"
        else:
            sql = f"CASE WHEN {index.sql} >= 0 THEN {value.sql}[CAST({index.sql} AS BIGINT) + 1] END"
        return Expr(sql, kind.element, label, volatile=value.volatile or index.volatile)
    if isinstance(kind, MapType):
        key_type = _key_type(kind, index, node)
        key = compiler.coerce(index, key_type, node)
        value = compiler.coerce(value, MapType(key=key_type, value=kind.value), node)
        return Expr(f"{value.sql}[{key.sql}]", kind.value, label, volatile=value.volatile or index.volatile)
    if isinstance(kind, StructType):
        if kind == VECTOR and is_integral(index.type):
            return _vector_item(value, index, label)
        if isinstance(index.value, str):
            return field_of(compiler, value, index.value, node).named(label)
    raise invalid(f"{value.name} of type {kind} has no items", node)


def _key_type(kind: MapType, index: Expr, node: exp.Expression) -> Type:
    common = wider(kind.key, index.type)
    if common is None:
        raise invalid(f"a key of type {index.type} does not fit a map with keys of type {kind.key}", node)
    return common


def _vector_item(value: Expr, index: Expr, label: str) -> Expr:
    position = f"CAST({index.sql} AS INTEGER)"
    sql = f"spark_vector_item({value.sql}, {position})"
    return Expr(sql, Type("double"), label, volatile=value.volatile)


def _unknown_column(compiler: Compiler, parts: list[str], node: exp.Expression) -> SqlError:
    known = [column.name for column in compiler.scope.columns if not column.hidden]
    near = get_close_matches(parts[-1].lower(), [name.lower() for name in known], n=1)
    if near:
        hint = f"Did you mean {next(name for name in known if name.lower() == near[0])}?"
    elif known:
        hint = "Columns in sight: " + ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    else:
        hint = "The select has no from."
    return SqlError(COLUMN_UNKNOWN, f"no column {'.'.join(parts)}", hint, node)


# Handlers, one a kind of node.


def _column(compiler: Compiler, node: exp.Expression) -> Expr:
    if isinstance(node.this, exp.Star):
        raise invalid("* can only stand alone or in count, struct and the like", node)
    parts = column_parts(node)
    if len(parts) == 1 and not node.this.args.get("quoted"):
        keyword = parts[0].lower()
        special = ("localtimestamp", "current_catalog", "current_database", "current_schema", "user")
        if keyword in special and not compiler.scope.match(parts[0], None):
            raise unsupported(keyword, node)
    return resolve(compiler, parts, node)


def _identifier(compiler: Compiler, node: exp.Expression) -> Expr:
    return resolve(compiler, [node.name], node)


def _dot(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    target = node.expression
    if not isinstance(target, exp.Identifier):
        raise unsupported("a call behind a dot", node)
    return field_of(compiler, value, target.name, node)


def _bracket(compiler: Compiler, node: exp.Expression) -> Expr:
    if len(node.expressions) != 1 or isinstance(node.expressions[0], exp.Slice):
        raise invalid(
            "exactly one index stands in [ ]", node, "Use slice(array, start, length) for a part of an array."
        )
    return item_of(compiler, compiler.compile(node.this), compiler.compile(node.expressions[0]), node)


def _paren(compiler: Compiler, node: exp.Expression) -> Expr:
    return compiler.compile(node.this)


def _literal(_: Compiler, node: exp.Expression) -> Expr:
    return string_literal(node.this) if node.is_string else number_literal(str(node.this), node)


def _negation(compiler: Compiler, node: exp.Expression) -> Expr:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return number_literal("-" + str(node.this.this), node)
    value = compiler.compile(node.this)
    if value.type.kind == "interval":
        return Expr(f"(-{value.sql})", value.type, f"(- {value.name})")
    if value.type == STRING:
        value = compiler.coerce(value, Type("double"), node)
    zero = number_literal("0", node)
    if value.type.kind in ("float", "double") or isinstance(value.type, DecimalType):
        return Expr(f"(-{value.sql})", value.type, f"(- {value.name})", volatile=value.volatile)
    return replace(
        arithmetic(compiler, "-", compiler.coerce(zero, value.type, node), value, node),
        type=value.type,
        name=f"(- {value.name})",
    )


def _binary(operator: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        left, right = compiler.compile(node.this), compiler.compile(node.expression)
        return arithmetic(compiler, operator, left, right, node)

    return handle


def _compare(operator: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        right = node.expression
        if isinstance(right, (exp.Any, exp.All)):
            raise unsupported(f"{operator} {type(right).__name__.lower()}", node)
        return comparison(compiler, operator, compiler.compile(node.this), compiler.compile(right), node)

    return handle


def _logical(operator: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        return logical(compiler, operator, compiler.compile(node.this), compiler.compile(node.expression), node)

    return handle


def _not(compiler: Compiler, node: exp.Expression) -> Expr:
    inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
    if isinstance(inner, exp.In) and inner.args.get("query") is not None:
        value, unknown = _in_query(compiler, inner, inner.args["query"])
        return Expr(_known(f"(NOT {value.sql})", unknown), BOOLEAN, f"(NOT {value.name})")
    value = compiler.compile(node.this)
    sql = compiler.condition(value, "not", node)
    if isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null):
        name = value.name.replace(" IS NULL)", " IS NOT NULL)")
    else:
        name = f"(NOT {value.name})"
    return Expr(f"(NOT {sql})", BOOLEAN, name, volatile=value.volatile)


def _is(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    what = node.expression
    if isinstance(what, exp.Null):
        return Expr(f"({value.sql} IS NULL)", BOOLEAN, f"({value.name} IS NULL)", required=True)
    if isinstance(what, exp.Boolean):
        word = "TRUE" if what.this else "FALSE"
        value = compiler.coerce(value, BOOLEAN, node)
        return Expr(f"({value.sql} IS {word})", BOOLEAN, f"({value.name} IS {word})", required=True)
    raise unsupported(f"is {what.sql()}", node)


def _null_safe(negated: bool) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        return null_safe_equal(compiler, compiler.compile(node.this), compiler.compile(node.expression), node, negated)

    return handle


def _between(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    low = comparison(compiler, ">=", value, compiler.compile(node.args["low"]), node)
    high = comparison(compiler, "<=", value, compiler.compile(node.args["high"]), node)
    sql = f"({low.sql} AND {high.sql})"
    bounds = [compiler.compile(node.args[side]).name for side in ("low", "high")]
    return Expr(sql, BOOLEAN, names.call("between", [value.name, *bounds]), volatile=low.volatile or high.volatile)


def _in(compiler: Compiler, node: exp.Expression) -> Expr:
    query = node.args.get("query")
    if query is not None:
        found, unknown = _in_query(compiler, node, query)
        return replace(found, sql=_known(found.sql, unknown))
    if node.args.get("unnest") is not None or node.args.get("field") is not None:
        raise unsupported("in without a list", node)
    value = compiler.compile(node.this)
    items = [compiler.compile(item) for item in node.expressions]
    label = f"({value.name} IN ({', '.join(item.name for item in items)}))"
    values, _ = compiler.unify([value, *items], node, "in")
    sql = f"({values[0].sql} IN ({', '.join(item.sql for item in values[1:])}))"
    return Expr(sql, BOOLEAN, label, volatile=value.volatile)


def _known(sql: str, unknown: bool) -> str:
    """Spark answers false where `in` a subquery, or its contrary, is unknown; only a literal null gives null."""
    return sql if unknown else f"coalesce({sql}, false)"


def _in_query(compiler: Compiler, node: exp.Expression, query: exp.Expression) -> tuple[Expr, bool]:
    """`in` a subquery as SQL has it, and whether a literal null is looked for."""
    left = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
    values = [compiler.compile(value) for value in left]
    compiled = compiler.subquery(query, compiler.scope)
    columns = compiled.columns  # type: ignore[attr-defined]
    if len(columns) != len(values):
        raise invalid(f"in compares {len(values)} value(s) with {len(columns)} column(s)", node)
    sides: list[str] = []
    outputs: list[str] = []
    for value, column in zip(values, columns):
        other = Expr(column.id, column.type, column.name)
        common = comparison_type(value.type, other.type) if value.type != other.type else value.type
        if common is None:
            raise invalid(f"in compares {value.type} with {other.type}", node)
        sides.append(compiler.cast(value, common, node))
        outputs.append(compiler.cast(other, common, node))
    left_sql = sides[0] if len(sides) == 1 else f"({', '.join(sides)})"
    inner = f"SELECT {', '.join(outputs)} FROM ({compiled.sql}) AS {compiler.context.new_id('q')}"  # type: ignore[attr-defined]
    found = Expr(f"({left_sql} IN ({inner}))", BOOLEAN, f"({values[0].name} IN (listquery()))")
    return found, any(value.type == VOID for value in values)


def _exists(compiler: Compiler, node: exp.Expression) -> Expr:
    compiled = compiler.subquery(node.this, compiler.scope)
    return Expr(f"(EXISTS ({compiled.sql}))", BOOLEAN, "exists()", required=True)  # type: ignore[attr-defined]


def _scalar_subquery(compiler: Compiler, node: exp.Expression) -> Expr:
    compiled = compiler.subquery(node, compiler.scope)
    columns = compiled.columns  # type: ignore[attr-defined]
    if len(columns) != 1:
        raise invalid(f"a subquery that stands for a value has one column, not {len(columns)}", node)
    return Expr(f"({compiled.sql})", columns[0].type, "scalarsubquery()")  # type: ignore[attr-defined]


def _case(compiler: Compiler, node: exp.Expression) -> Expr:
    subject = None if node.this is None else compiler.compile(node.this)
    conditions: list[str] = []
    labels: list[str] = []
    results: list[Expr] = []
    for branch in node.args["ifs"]:
        if subject is None:
            condition = compiler.compile(branch.this)
            if condition.type == VOID:
                raise invalid("case needs a boolean, not void", branch)
            conditions.append(compiler.condition(condition, "case", branch))
        else:
            condition = comparison(compiler, "=", subject, compiler.compile(branch.this), branch)
            conditions.append(condition.sql)
        labels.append(condition.name)
        results.append(compiler.compile(branch.args["true"]))
    default = node.args.get("default")
    otherwise = null_literal() if default is None else compiler.compile(default)
    values, common = compiler.unify([*results, otherwise], node, "case")
    text = " ".join(f"WHEN {condition} THEN {value.sql}" for condition, value in zip(conditions, values))
    label = " ".join(f"WHEN {name} THEN {value.name}" for name, value in zip(labels, results))
    tail = "" if default is None else f" ELSE {otherwise.name}"
    volatile = any(value.volatile for value in values)
    sql = f"(CASE {text} ELSE {values[-1].sql} END)"
    return Expr(sql, common, f"CASE {label}{tail} END", volatile=volatile)


def _if(compiler: Compiler, node: exp.Expression) -> Expr:
    condition = compiler.compile(node.this)
    if condition.type not in (BOOLEAN, Type("void")):
        raise invalid(f"if needs a boolean, not {condition.type}", node)
    default = node.args.get("false")
    first = compiler.compile(node.args["true"])
    second = null_literal() if default is None else compiler.compile(default)
    values, common = compiler.unify([first, second], node, "if")
    sql = f"(CASE WHEN {condition.sql} THEN {values[0].sql} ELSE {values[1].sql} END)"
    volatile = first.volatile or second.volatile or condition.volatile
    return Expr(sql, common, f"(IF({condition.name}, {first.name}, {second.name}))", volatile=volatile)


def _cast(compiler: Compiler, node: exp.Expression) -> Expr:
    value = compiler.compile(node.this)
    target = _data_type(node.args["to"], node)
    if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast) and isinstance(node.this, exp.Literal):
        _check_typed_literal(value, target, node)
        return Expr(
            compiler.cast(value, target, node), target, f"{str(target).upper()} '{value.name}'", value=value.value
        )
    verb = "TRY_CAST" if node.args.get("safe") else "CAST"
    label = f"{verb}({value.name} AS {str(target).upper()})"
    if value.type == target:
        # A literal that is cast is none any more: it does not take part in the rules for literals' precision.
        return replace(value, name=value.name if not value.is_literal else label, label=None, value=NO_VALUE)
    sql = try_integral(value.sql, value.type, target) if node.args.get("safe") and not value.is_literal else None
    return Expr(sql or compiler.cast(value, target, node), target, label, volatile=value.volatile)


def _check_typed_literal(value: Expr, target: Type, node: exp.Expression) -> None:
    if target.kind in ("date", "timestamp") and isinstance(value.value, str):
        from .literals import is_date_text

        if not is_date_text(value.value):
            raise invalid(f"'{value.value}' is no {target}", node)


def _data_type(node: exp.Expression, where: exp.Expression) -> Type:
    kind = node.this if isinstance(node, exp.DataType) else None
    refused = {
        "TIMESTAMPNTZ": "timestamp_ntz",
        "TIMESTAMPLTZ": None,
        "INTERVAL": "interval",
        "VARIANT": "variant",
        "TIME": "time",
    }
    name = getattr(kind, "name", "")
    if refused.get(name) is not None:
        raise unsupported(f"the type {refused[name]}", where)
    text = _type_text(node)
    try:
        return parse_type(text)
    except ValueError:
        raise invalid(f"unknown type {text}", where) from None


_TYPE_NAMES = {
    "TEXT": "string",
    "VARCHAR": "string",
    "CHAR": "string",
    "NCHAR": "string",
    "NVARCHAR": "string",
    "TIMESTAMPTZ": "timestamp",
    "TIMESTAMPLTZ": "timestamp",
    "TIMESTAMP": "timestamp",
    "VARBINARY": "binary",
    "BINARY": "binary",
    "DECIMAL": "decimal",
}


def _type_text(node: exp.Expression) -> str:
    if isinstance(node, exp.ColumnDef):
        name = node.this.name.replace("`", "``")
        return f"`{name}`:{_type_text(node.args['kind'])}"
    if not isinstance(node, exp.DataType):
        return node.sql(dialect="spark").lower()
    name = getattr(node.this, "name", str(node.this))
    if name == "USERDEFINED":
        return str(node.args.get("kind") or "?")
    inner = node.expressions
    if name in ("ARRAY", "MAP", "STRUCT"):
        return f"{name.lower()}<{','.join(_type_text(item) for item in inner)}>"
    text = _TYPE_NAMES.get(name, name.lower())
    if text == "decimal" and inner:
        return f"decimal({','.join(item.this.name for item in inner)})"
    return str(text)


def _interval(_: Compiler, node: exp.Expression) -> Expr:
    from .intervals import interval_literal

    return interval_literal(_, node)


def _concat_nodes(compiler: Compiler, node: exp.Expression) -> Expr:
    """Literals side by side are one."""
    text = "".join(str(item.this) for item in node.expressions)
    if all(isinstance(item, exp.Literal) and item.is_string for item in node.expressions):
        return string_literal(text)
    raise unsupported(_describe(node), node)


def _pipes(compiler: Compiler, node: exp.Expression) -> Expr:
    return concat_operator(compiler, compiler.compile(node.this), compiler.compile(node.expression), node)


def _like_node(kind: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        escape = "\\"
        if isinstance(node, exp.Escape):
            inner = node.this
            escape = str(node.expression.this)
            kind_of_inner = "ilike" if isinstance(inner, exp.ILike) else "like"
            return like(compiler, kind_of_inner, compiler.compile(inner.this), inner.expression, escape, node)
        return like(compiler, kind, compiler.compile(node.this), node.expression, escape, node)

    return handle


def _hex(_: Compiler, node: exp.Expression) -> Expr:
    digits = str(node.this)
    digits = digits if len(digits) % 2 == 0 else "0" + digits
    return Expr(f"unhex('{digits}')", Type("binary"), f"X'{digits.upper()}'")


def _current(kind: str) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        return call_function(compiler, kind, [], node)

    return handle


def _call(compiler: Compiler, node: exp.Expression) -> Expr:
    return call_function(compiler, str(node.name), node.expressions, node)


def _named(name: str, *keys: str) -> Handler:
    """Functions that the parser knows by a node of their own."""

    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        arguments = [node.args[key] for key in keys if node.args.get(key) is not None]
        return call_function(compiler, name, arguments, node)

    return handle


def _trim(compiler: Compiler, node: exp.Expression) -> Expr:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    characters = node.args.get("expression")
    arguments = (
        [node.this] if characters is None else ([node.this, characters] if name == "trim" else [characters, node.this])
    )
    if characters is not None and name == "trim":
        return call_function(compiler, "btrim", [node.this, characters], node)
    return call_function(compiler, name, arguments, node)


def _position(compiler: Compiler, node: exp.Expression) -> Expr:
    arguments = [node.args["substr"], node.this]
    if node.args.get("position") is not None:
        arguments.append(node.args["position"])
    return call_function(compiler, "locate", arguments, node)


def _extract(compiler: Compiler, node: exp.Expression) -> Expr:
    unit = exp.Literal.string(node.this.name)
    return call_function(compiler, "date_part", [unit, node.expression], node)


def _aliased_argument(compiler: Compiler, node: exp.Expression) -> Expr:
    if isinstance(node.args.get("alias"), exp.Placeholder):
        raise unsupported("a : path", node, "Use get_json_object.")
    value = compiler.compile(node.this)
    return replace(value, label=node.alias)


def _window(compiler: Compiler, node: exp.Expression) -> Expr:
    from .windows import compile_window

    return compile_window(compiler, node)


def _filter(compiler: Compiler, node: exp.Expression) -> Expr:
    return call_function(
        compiler, _function_name(node.this), _arguments(node.this), node.this, condition=node.expression.this
    )


def _nulls(ignore: bool) -> Handler:
    def handle(compiler: Compiler, node: exp.Expression) -> Expr:
        inner = node.this
        if isinstance(inner, exp.Filter):
            raise unsupported("nulls clauses together with filter", node)
        return call_function(compiler, _function_name(inner), _arguments(inner), inner, ignore_nulls=ignore)

    return handle


def _within_group(compiler: Compiler, node: exp.Expression) -> Expr:
    order = node.expression
    return call_function(compiler, _function_name(node.this), _arguments(node.this), node.this, within=order)


def _function_name(node: exp.Expression) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.name)
    raise unsupported(_describe(node), node)


def _arguments(node: exp.Expression) -> list[exp.Expression]:
    return list(node.expressions)


def call_function(
    compiler: Compiler,
    written: str,
    arguments: Sequence[exp.Expression],
    node: exp.Expression,
    condition: exp.Expression | None = None,
    ignore_nulls: bool | None = None,
    within: exp.Expression | None = None,
) -> Expr:
    """A call by name: registered functions first, then Spark's own that are known to mean the same here."""
    name = written.lower()
    if name in compiler.context.functions:
        return _registered(compiler, name, arguments, node)
    call = Call(compiler, name, list(arguments), node, condition, ignore_nulls, within)
    if name in AGGREGATES:
        if not compiler.aggregates_allowed:
            raise invalid(f"the aggregate function {name} cannot stand here", node)
        keeps_groups = name in ("grouping", "grouping_id")
        return AGGREGATES[name](call if keeps_groups else replace(call, compiler=compiler.inner()))
    if condition is not None or within is not None:
        raise invalid(f"{name} is no aggregate function", node)
    if name in SCALARS:
        return SCALARS[name](call)
    if name in WINDOWS:
        raise invalid(f"the window function {name} needs an over clause", node)
    if name in GENERATORS:
        raise unsupported(
            f"{name} inside of an expression", node, "Let it stand alone in the select list, or use lateral view."
        )
    if name in FORBIDDEN_FUNCTIONS:
        raise forbidden(f"the function {name}", node)
    if name in KNOWN_UNSUPPORTED:
        raise unsupported(f"the function {name}", node)
    known = [*SCALARS, *AGGREGATES, *WINDOWS, *GENERATORS, *compiler.context.functions]
    near = get_close_matches(name, known, n=1, cutoff=0.7)
    hint = f"Did you mean {near[0]}?" if near else "Register it first, or check its name."
    raise SqlError(FUNCTION_UNKNOWN, f"no function {written}", hint, node if node.meta else None, offset=None)


def _registered(compiler: Compiler, name: str, arguments: Sequence[exp.Expression], node: exp.Expression) -> Expr:
    value, variant, sql = registered_argument(compiler, name, arguments, node)
    compiler.context.calls.append(CallSite(name, variant))
    compiler.context.seen_calls.append((name, sql))
    label = names.call(name, [value.name])
    answers = compiler.staged.get((name, variant, sql))
    if answers is not None:
        return Expr(answers, VECTOR, label)
    target = identifier(f"user_function:{name}:_{variant}")
    return Expr(f"{target}({sql})", VECTOR, label)


def registered_argument(
    compiler: Compiler, name: str, arguments: Sequence[exp.Expression], node: exp.Expression
) -> tuple[Expr, str, str]:
    """The one argument of a registered function: as it stands, `list` or `vector`, and its SQL as such."""
    if len(arguments) != 1:
        raise invalid(f"{name} takes one argument, a vector or an array of numbers, not {len(arguments)}", node)
    value = compiler.compile(arguments[0])
    if value.type == VECTOR:
        return value, "vector", value.sql
    if isinstance(value.type, ArrayType) and value.type.element.kind != "string":
        return value, "list", compiler.cast(value, ArrayType(element=Type("double")), node)
    if value.type.kind == "void":
        return value, "list", "CAST(NULL AS DOUBLE[])"
    raise SqlError(
        "MLSQL_FUNCTION_ARGUMENT",
        f"{name} takes a vector or an array of numbers, not {value.type}",
        "Build one with vec_dense(array(a, b, …)) or array(a, b, …).",
        node,
    )


def contains_aggregate(node: exp.Expression, compiler: Compiler) -> bool:
    """True where an aggregate function stands in the expression, not counting functions with over."""
    if isinstance(node, (exp.Subquery, exp.Select, exp.SetOperation)):
        return False
    if isinstance(node, exp.Window):
        inner = node.this
        while isinstance(inner, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)):
            inner = inner.this
        parts: list[exp.Expression] = [*inner.expressions, *node.args.get("partition_by", [])]
        if node.args.get("order") is not None:
            parts.append(node.args["order"])
        return any(contains_aggregate(part, compiler) for part in parts)
    if isinstance(node, exp.Anonymous) and str(node.name).lower() in AGGREGATES:
        return str(node.name).lower() not in compiler.context.functions
    return any(contains_aggregate(child, compiler) for child in node.iter_expressions())


def contains_window(node: exp.Expression) -> bool:
    if isinstance(node, (exp.Subquery, exp.Select, exp.SetOperation)):
        return False
    return isinstance(node, exp.Window) or any(contains_window(child) for child in node.iter_expressions())


def check_orderable(value: Expr, where: str, node: exp.Expression) -> None:
    if not is_orderable(value.type):
        raise invalid(f"{where} cannot compare values of type {value.type}", node)


def _describe(node: exp.Expression) -> str:
    return f"`{node.sql(dialect='spark')[:60]}`"


_HANDLERS: dict[type[exp.Expression], Handler] = {
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
    exp.Bracket: _bracket,
    exp.Paren: _paren,
    exp.Literal: _literal,
    exp.Null: lambda _compiler, _node: null_literal(),
    exp.Boolean: lambda _compiler, node: boolean_literal(bool(node.this)),
    exp.Neg: _negation,
    exp.Add: _binary("+"),
    exp.Sub: _binary("-"),
    exp.Mul: _binary("*"),
    exp.Div: _binary("/"),
    exp.IntDiv: _binary("div"),
    exp.Mod: _binary("%"),
    exp.BitwiseAnd: _binary("&"),
    exp.BitwiseOr: _binary("|"),
    exp.BitwiseXor: _binary("^"),
    exp.BitwiseNot: lambda compiler, node: call_function(compiler, "bitnot", [node.this], node),
    exp.BitwiseLeftShift: lambda compiler, node: call_function(
        compiler, "shiftleft", [node.this, node.expression], node
    ),
    exp.BitwiseRightShift: lambda compiler, node: call_function(
        compiler, "shiftright", [node.this, node.expression], node
    ),
    exp.EQ: _compare("="),
    exp.NEQ: _compare("<>"),
    exp.LT: _compare("<"),
    exp.LTE: _compare("<="),
    exp.GT: _compare(">"),
    exp.GTE: _compare(">="),
    exp.NullSafeEQ: _null_safe(False),
    exp.NullSafeNEQ: _null_safe(True),
    exp.And: _logical("AND"),
    exp.Or: _logical("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Exists: _exists,
    exp.Subquery: _scalar_subquery,
    exp.Select: _scalar_subquery,
    exp.Case: _case,
    exp.If: _if,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Interval: _interval,
    exp.Concat: _concat_nodes,
    exp.DPipe: _pipes,
    exp.Like: _like_node("like"),
    exp.ILike: _like_node("ilike"),
    exp.Escape: _like_node("like"),
    exp.RegexpLike: lambda compiler, node: call_function(compiler, "rlike", [node.this, node.expression], node),
    exp.HexString: _hex,
    exp.CurrentDate: _current("current_date"),
    exp.CurrentTimestamp: _current("current_timestamp"),
    exp.Anonymous: _call,
    exp.Substring: _named("substring", "this", "start", "length"),
    exp.Overlay: _named("overlay", "this", "expression", "from_", "for_"),
    exp.Trim: _trim,
    exp.StrPosition: _position,
    exp.Extract: _extract,
    exp.Alias: _aliased_argument,
    exp.Window: _window,
    exp.Filter: _filter,
    exp.IgnoreNulls: _nulls(True),
    exp.RespectNulls: _nulls(False),
    exp.WithinGroup: _within_group,
}
