"""What happens in an attempt's interpreter before the script's first line. Imports next to nothing: see interpreter."""

import os
import sys

from mlsql_runtime import finder
from mlsql_runtime.names import RECORD_VARIABLE, SPEC_VARIABLE, START_VARIABLE

#: Exit code of a process that could not prepare its attempt; info.json says why.
EXIT_NOT_PREPARED = 78


def start_interpreter(startup_folder: str) -> None:
    """Called by the start-up folder's sitecustomize in the script's process and in every Python that it starts."""
    start_here()
    _run_other_sitecustomize(startup_folder)


def start_here() -> None:
    """The same without a sitecustomize. The first process of an attempt also tells about its interpreter."""
    finder.install()
    if START_VARIABLE in os.environ:
        _start_attempt(os.path.dirname(os.environ[SPEC_VARIABLE]), os.environ.pop(START_VARIABLE))
    elif RECORD_VARIABLE in os.environ:
        record_at_exit(os.environ[RECORD_VARIABLE])


def _start_attempt(attempt_dir: str, task: str) -> None:
    from mlsql_runtime import interpreter

    expected_version, validate, expected_packages = task.split(";", 2)
    try:
        if validate:
            from mlsql_runtime.prepare import write_validate_table

            write_validate_table(os.environ[SPEC_VARIABLE])
        info = interpreter.interpreter_info(expected_version, [name for name in expected_packages.split(",") if name])
        interpreter.write_info(attempt_dir, info)
    except Exception as error:
        # No failure here lets the script run.
        message = f"the attempt could not be prepared: {type(error).__name__}: {error}"
        interpreter.tell(message)
        interpreter.write_info(attempt_dir, {"error": message})
        os._exit(EXIT_NOT_PREPARED)
    record_at_exit(attempt_dir)


def record_at_exit(folder: str) -> None:
    """Writes error.json into the folder when the interpreter ends by an error that nobody caught.

    The interpreter leaves that error in ``sys.last_value``; the script's own hooks stay as they are.
    """
    import atexit

    atexit.register(_record, folder, os.getpid())


def _record(folder: str, pid: int) -> None:
    error = getattr(sys, "last_value", None)
    # After KeyboardInterrupt the interpreter ends itself by SIGINT, which tells enough; imports would undo that.
    if error is None or isinstance(error, KeyboardInterrupt) or pid != os.getpid():
        return
    from mlsql_runtime.script_errors import describe
    from mlsql_runtime.spec import write_json

    try:
        write_json(os.path.join(folder, "error.json"), describe(error))
    except OSError:
        # A full disk: the reason still stands in the output, if anywhere.
        pass


def _run_other_sitecustomize(startup_folder: str) -> None:
    """Ours stands before the interpreter's own sitecustomize, where it has one: that is run in its turn."""
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != startup_folder])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)
