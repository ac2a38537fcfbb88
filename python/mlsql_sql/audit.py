"""
Refuses what the parser understood and nobody here looks at.

A node that carries more than its handler reads (`not like` as a flag of `like`, say) would otherwise be answered as if
it did not: silently wrong. So every kind of node has the list of its parts that are read; any other part is refused.
"""

from __future__ import annotations

from typing import cast

from sqlglot import exp

from .errors import forbidden, unsupported

_BINARY = frozenset({"this", "expression"})
_UNARY = frozenset({"this"})
_QUERY = frozenset({"with_", "order", "limit", "offset"})


def _parts(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Kinds of nodes and their parts that are read, or that may be ignored (hints, and what the parser notes for other uses).
_READ: dict[type[exp.Expression], frozenset[str]] = {
    exp.Select: _QUERY
    | _parts(
        "expressions hint distinct from_ laterals joins where group having qualify windows sort cluster distribute"
    ),
    exp.Union: _QUERY | _parts("this expression distinct"),
    exp.Except: _QUERY | _parts("this expression distinct"),
    exp.Intersect: _QUERY | _parts("this expression distinct"),
    exp.Subquery: _QUERY | _parts("this alias joins pivots sample"),
    exp.Values: _parts("expressions alias order limit offset pivots"),
    exp.With: _parts("expressions recursive"),
    exp.CTE: _parts("this alias"),
    exp.TableAlias: _parts("this columns"),
    exp.Table: _parts("this alias db catalog joins pivots sample hints"),
    exp.Join: _parts("this on side kind using method hint"),
    exp.Lateral: _parts("this view outer alias"),
    exp.Pivot: _parts("alias expressions fields unpivot include_nulls default_on_null columns identify_pivot_strings")
    | _parts("prefixed_pivot_columns pivot_column_naming value_columns_first"),
    exp.PivotAlias: _parts("this alias"),
    exp.TableSample: _parts("percent rows size"),
    exp.From: _UNARY,
    exp.Where: _UNARY,
    exp.Having: _UNARY,
    exp.Qualify: _UNARY,
    exp.Hint: _parts("expressions"),
    exp.Group: _parts("expressions grouping_sets cube rollup all"),
    exp.Rollup: _parts("expressions"),
    exp.Cube: _parts("expressions"),
    exp.GroupingSets: _parts("expressions"),
    exp.Order: _parts("expressions"),
    exp.Sort: _parts("expressions"),
    exp.Cluster: _parts("expressions"),
    exp.Distribute: _parts("expressions"),
    exp.Ordered: _parts("this desc nulls_first"),
    exp.Limit: _parts("expression"),
    exp.Offset: _parts("expression"),
    exp.Distinct: _parts("expressions"),
    exp.Star: _parts("except_"),
    exp.Alias: _parts("this alias"),
    exp.Aliases: _parts("this expressions"),
    exp.Column: _parts("this table db catalog"),
    exp.Identifier: _parts("this quoted"),
    exp.Var: _UNARY,
    exp.Placeholder: _UNARY,
    exp.Dot: _BINARY,
    exp.Bracket: _parts("this expressions offset"),
    exp.Slice: _BINARY,
    exp.Paren: _UNARY,
    exp.Tuple: _parts("expressions"),
    exp.Literal: _parts("this is_string"),
    exp.RawString: _UNARY,
    exp.HexString: _UNARY,
    exp.Null: frozenset(),
    exp.Boolean: _UNARY,
    exp.Interval: _parts("this unit"),
    exp.IntervalSpan: _BINARY,
    exp.Neg: _UNARY,
    exp.Not: _UNARY,
    exp.BitwiseNot: _UNARY,
    exp.Div: _BINARY | _parts("typed safe"),
    exp.DPipe: _BINARY | _parts("safe"),
    exp.Is: _BINARY,
    exp.Between: _parts("this low high"),
    exp.In: _parts("this expressions query"),
    exp.Exists: _UNARY,
    exp.Any: _UNARY,
    exp.All: _UNARY,
    exp.Case: _parts("this ifs default"),
    exp.If: _parts("this true false"),
    exp.Cast: _parts("this to"),
    exp.TryCast: _parts("this to safe"),
    exp.DataType: _parts("this expressions nested kind"),
    exp.DataTypeParam: _UNARY,
    exp.ColumnDef: _parts("this kind"),
    exp.Concat: _parts("expressions safe coalesce"),
    exp.Like: _BINARY,
    exp.ILike: _BINARY,
    exp.Escape: _BINARY,
    exp.RegexpLike: _BINARY,
    exp.CurrentDate: frozenset(),
    exp.CurrentTimestamp: frozenset(),
    exp.Anonymous: _parts("this expressions"),
    exp.Lambda: _parts("this expressions"),
    exp.Substring: _parts("this start length"),
    exp.Overlay: _parts("this expression from_ for_"),
    exp.Trim: _parts("this expression position"),
    exp.StrPosition: _parts("this substr position"),
    exp.Extract: _BINARY,
    exp.Window: _parts("this partition_by order spec alias over"),
    exp.WindowSpec: _parts("kind start start_side end end_side"),
    exp.Filter: _BINARY,
    exp.IgnoreNulls: _UNARY,
    exp.RespectNulls: _UNARY,
    exp.WithinGroup: _BINARY,
}
_READ.update(
    dict.fromkeys(
        (
            exp.Add,
            exp.Sub,
            exp.Mul,
            exp.IntDiv,
            exp.Mod,
            exp.BitwiseAnd,
            exp.BitwiseOr,
            exp.BitwiseXor,
            exp.BitwiseLeftShift,
            exp.BitwiseRightShift,
            exp.EQ,
            exp.NEQ,
            exp.LT,
            exp.LTE,
            exp.GT,
            exp.GTE,
            exp.NullSafeEQ,
            exp.NullSafeNEQ,
            exp.And,
            exp.Or,
        ),
        _BINARY,
    )
)


def audit(tree: exp.Expression) -> None:
    """Raises MLSQL_SQL_UNSUPPORTED for the first node, or part of one, that is not read."""
    if isinstance(tree, (exp.Command, exp.DDL, exp.DML)):
        raise forbidden(f"{type(tree).__name__.upper()}: only a select", tree)
    for found in tree.walk():
        node = cast(exp.Expression, found)
        known = _READ.get(type(node))
        if known is None:
            raise unsupported(f"`{_text(node)}`", node)
        for name, value in node.args.items():
            if name not in known and value not in (None, False, "", []):
                raise unsupported(f"{name.strip('_').replace('_', ' ')} in `{_text(node)}`", node)


def _text(node: exp.Expression) -> str:
    return node.sql(dialect="spark")[:60]
