"""JSON without the json module where that is not loaded: it brings re with it, which every script would wait for."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Plain:
    """What the interpreter's own scanner asks of a decoder; the values are those of json.loads."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan")}.__getitem__


def parse_json(text: str) -> Any:
    """What json.loads gives; raises ValueError."""
    scanner = _scanner()
    if scanner is not None:
        try:
            value, end = scanner(text, 0)
            if end == len(text):
                return value
        except (StopIteration, SystemError):
            # The scanner alone cannot say what is wrong.
            pass
    import json

    return json.loads(text)


def _scanner() -> Any:
    if "json" in sys.modules:
        return None
    try:
        from _json import make_scanner
    except ImportError:
        # Not CPython.
        return None
    return make_scanner(_Plain)  # type: ignore[arg-type]
