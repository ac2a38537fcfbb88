"""The errors of a select, with the codes of shared/errors.ts and the place in its text."""

from __future__ import annotations

from sqlglot import exp

INVALID = "MLSQL_SQL_INVALID"
UNSUPPORTED = "MLSQL_SQL_UNSUPPORTED"
FORBIDDEN = "MLSQL_SQL_FORBIDDEN"
FUNCTION_UNKNOWN = "MLSQL_SQL_FUNCTION_UNKNOWN"
TABLE_UNKNOWN = "MLSQL_TABLE_UNKNOWN"
COLUMN_UNKNOWN = "MLSQL_TABLE_COLUMN_UNKNOWN"


class SqlError(Exception):
    """What is wrong with a select, and where: `offset` counts characters of its text from 0."""

    def __init__(
        self,
        code: str,
        message: str,
        hint: str | None = None,
        node: exp.Expression | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.offset = offset_of(node) if offset is None and node is not None else offset


def invalid(message: str, node: exp.Expression | None = None, hint: str | None = None) -> SqlError:
    """The select is wrong: syntax, types or names."""
    return SqlError(INVALID, message, hint, node)


def unsupported(what: str, node: exp.Expression | None = None, hint: str | None = None) -> SqlError:
    """Spark can do this, and it would be answered differently here."""
    return SqlError(UNSUPPORTED, f"{what} is not supported", hint, node)


def forbidden(what: str, node: exp.Expression | None = None) -> SqlError:
    """The select reaches for something outside its tables."""
    return SqlError(
        FORBIDDEN,
        f"{what} is not allowed: a select reads the tables of its run and nothing else",
        "Use `load` to bring in data.",
        node,
    )


def offset_of(node: exp.Expression | None) -> int | None:
    """The first character of the node that the parser noted a place for, in the order of the text."""
    best: int | None = None
    if node is None:
        return None
    for part in node.walk():
        start = part.meta.get("start")
        if isinstance(start, int) and (best is None or start < best):
            best = start
    return best
