"""Arithmetic and concatenation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from ..compiler import describe
from ..errors import unsupported
from ..expression import Expr
from ..literals import number_literal, string_literal
from ..operators import arithmetic, concat_operator
from ..types import (
    STRING,
    DecimalType,
    Type,
)
from .calls import call_function

if TYPE_CHECKING:
    from ..compiler import Compiler, Handler


def _paren(compiler: Compiler, node: exp.Expression) -> Expr:
    return compiler.compile(node.this)


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


def _concat_nodes(compiler: Compiler, node: exp.Expression) -> Expr:
    """Literals side by side are one."""
    text = "".join(str(item.this) for item in node.expressions)
    if all(isinstance(item, exp.Literal) and item.is_string for item in node.expressions):
        return string_literal(text)
    raise unsupported(describe(node), node)


def _pipes(compiler: Compiler, node: exp.Expression) -> Expr:
    return concat_operator(compiler, compiler.compile(node.this), compiler.compile(node.expression), node)


#: What compiles each kind of node.
HANDLERS: dict[type[exp.Expression], Handler] = {
    exp.Paren: _paren,
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
    exp.Concat: _concat_nodes,
    exp.DPipe: _pipes,
}
