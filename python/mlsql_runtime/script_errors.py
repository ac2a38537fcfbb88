"""How a script failed, as the user should see it: his own traceback, without the runtime's frames."""

import os
import traceback
from typing import Any

_RUNTIME_FOLDER = os.path.dirname(os.path.abspath(__file__))
_RUNTIME_FILES = tuple(
    os.path.join(os.path.dirname(_RUNTIME_FOLDER), name)
    for name in ("mlsql.py", "mlsql_model.py", "python_fun.py", "msg_queue.py")
)


def describe(error: BaseException) -> dict[str, Any]:
    """The error as error.json holds it. A script that does not parse or import would end the same way again."""
    return {
        "type": _type_name(type(error)),
        "message": _message(error),
        "traceback": format_error(error),
        "retryable": not isinstance(error, (SyntaxError, ImportError)),
    }


def format_error(error: BaseException) -> str:
    """The traceback as Python prints it, without the runtime's own frames."""
    try:
        formatted = traceback.TracebackException(type(error), error, error.__traceback__)
        _drop_own_frames(formatted, set())
        return "".join(formatted.format())
    except Exception:
        # An error whose own __str__ or __cause__ is broken still has a name.
        return f"{_type_name(type(error))}\n"


def _drop_own_frames(formatted: traceback.TracebackException, seen: set[int]) -> None:
    if id(formatted) in seen:
        return
    seen.add(id(formatted))
    kept = [frame for frame in formatted.stack if not _is_own(frame.filename)]
    # An error out of the runtime alone (a missing file in an attempt's folder) keeps its frames: there are no others.
    if kept:
        formatted.stack[:] = kept
    for other in (formatted.__cause__, formatted.__context__):
        if other is not None:
            _drop_own_frames(other, seen)


def _is_own(filename: str) -> bool:
    return filename.startswith(_RUNTIME_FOLDER + os.sep) or filename in _RUNTIME_FILES


def _type_name(kind: type[BaseException]) -> str:
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
