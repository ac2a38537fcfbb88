"""What happens in an interpreter of an attempt before the script's first line."""

import os
import sys

from mlsql_runtime import finder
from mlsql_runtime.command_line import RECORD_VARIABLE, START_VARIABLE
from mlsql_runtime.spec import SPEC_VARIABLE

#: Exit code of a process that could not prepare its attempt; info.json says why.
EXIT_NOT_PREPARED = 78


def start_interpreter(startup_folder: str) -> None:
    """Called by the start-up folder's sitecustomize in the script's process and in every Python that it starts.

    The first process of an attempt also prepares the work folder. No failure here lets the script run.
    """
    start_here()
    _run_other_sitecustomize(startup_folder)


def start_here() -> None:
    """The same without a sitecustomize."""
    finder.install()
    if START_VARIABLE in os.environ:
        start_attempt(os.environ[SPEC_VARIABLE])
    elif RECORD_VARIABLE in os.environ:
        from mlsql_runtime import script_errors

        script_errors.record_at_exit(os.environ[RECORD_VARIABLE])


def start_attempt(spec_path: str) -> None:
    """In the attempt's first process: prepares its folder and records how the script will end."""
    from mlsql_runtime import script_errors

    del os.environ[START_VARIABLE]
    prepare_or_exit(spec_path)
    script_errors.record_at_exit(os.path.dirname(spec_path))


def prepare_or_exit(spec_path: str) -> None:
    """Prepares the attempt's folder, or ends the process with info.json telling why it could not."""
    try:
        from mlsql_runtime import prepare
        from mlsql_runtime.spec import read_attempt_spec

        prepare.prepare_attempt(read_attempt_spec(spec_path))
    except Exception as error:
        from mlsql_runtime.spec import write_json

        message = f"the attempt could not be prepared: {type(error).__name__}: {error}"
        os.write(2, f"[mlsql] {message}\n".encode(errors="replace"))
        write_json(os.path.join(os.path.dirname(spec_path), "info.json"), {"error": message})
        os._exit(EXIT_NOT_PREPARED)


def _run_other_sitecustomize(startup_folder: str) -> None:
    """Ours stands before the interpreter's own sitecustomize, where it has one: that is run in its turn."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != startup_folder])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)
