"""Compiles the nodes of expressions, kind by kind: importing it fills the compiler's table."""

from __future__ import annotations

from ..compiler import HANDLERS
from . import arithmetic, calls, columns, predicates, typed

for part in (arithmetic, calls, columns, predicates, typed):
    HANDLERS.update(part.HANDLERS)
