"""Calls of functions, with over, filter, within group, and those that have a syntax of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sqlglot import exp

from .. import names
from ..compiler import describe
from ..errors import FUNCTION_UNKNOWN, SqlError, forbidden, invalid, unsupported
from ..expression import Expr, identifier
from ..functions.registry import (
    AGGREGATES,
    FORBIDDEN_FUNCTIONS,
    GENERATORS,
    KNOWN_UNSUPPORTED,
    SCALARS,
    WINDOWS,
    Call,
)
from ..scope import CallSite
from ..types import (
    VECTOR,
    ArrayType,
    Type,
)

if TYPE_CHECKING:
    from ..compiler import Compiler, Handler


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
    from ..windows import compile_window

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
    raise unsupported(describe(node), node)


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


#: What compiles each kind of node.
HANDLERS: dict[type[exp.Expression], Handler] = {
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
