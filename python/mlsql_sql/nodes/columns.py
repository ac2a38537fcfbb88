"""Names: columns, fields of structs, items of arrays and maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ..errors import invalid, unsupported
from ..expression import Expr
from ..resolution import column_parts, field_of, item_of, resolve

if TYPE_CHECKING:
    from ..compiler import Compiler, Handler


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


#: What compiles each kind of node.
HANDLERS: dict[type[exp.Expression], Handler] = {
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Dot: _dot,
    exp.Bracket: _bracket,
}
