"""Where python_fun leaves the function that a predict script hands over."""

import os
from typing import Any, Callable, Optional

from mlsql_runtime.names import FUNCTION_FILE_VARIABLE

_worker_pid: Optional[int] = None
_handed: Optional[tuple[str, Callable[..., Any]]] = None


def expect() -> None:
    """Says that this process is a function worker, about to run the script."""
    global _worker_pid
    _worker_pid = os.getpid()


def hand_over(kind: str, function: Callable[..., Any]) -> None:
    """Takes the function (kind row or batch); of several the last one counts. Outside a worker nothing happens.

    Below an MLproject command the script runs in a process of its own: then the function is left in a file.
    """
    global _handed
    if not callable(function):
        raise TypeError(f"python_fun takes a function, got {type(function).__name__}")
    if _worker_pid == os.getpid():
        _handed = (kind, function)
    elif os.environ.get(FUNCTION_FILE_VARIABLE):
        import sys
        from multiprocessing import parent_process

        import mlsql_runtime.vendored.cloudpickle as cloudpickle

        if parent_process() is None:
            with open(os.environ[FUNCTION_FILE_VARIABLE], "wb") as file:
                cloudpickle.dump((sys.path, cloudpickle.dumps((kind, function))), file)


def handed() -> Optional[tuple[str, Callable[..., Any]]]:
    """Kind and function that the script handed over, None where it did not."""
    return _handed


def load(path: str) -> Optional[tuple[str, Callable[..., Any]]]:
    """Kind and function that a command's process left in the file, None where it did not."""
    import pickle
    import sys

    try:
        with open(path, "rb") as file:
            folders, pickled = pickle.load(file)
    except (FileNotFoundError, EOFError):
        return None
    # The function may come from a module beside the script, wherever in the project that was.
    sys.path += [folder for folder in folders if folder not in sys.path]
    kind, function = pickle.loads(pickled)
    return kind, function
