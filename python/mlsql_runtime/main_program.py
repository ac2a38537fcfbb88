"""Runs a script as the main program of an interpreter that is already running."""

import builtins
import os
import signal
import sys
from importlib.machinery import SourceFileLoader
from types import ModuleType

from mlsql_runtime import start
from mlsql_runtime.names import RECORD_VARIABLE, START_VARIABLE
from mlsql_runtime.spec import read_attempt_spec


def run_attempt_program(spec_path: str) -> None:
    """Runs the attempt's command or script to its end, as the interpreter itself would: output, exit code, signals."""
    if START_VARIABLE in os.environ:
        # The interpreter's flags kept it from starting as an attempt's first process does.
        start.start_here()
    spec = read_attempt_spec(spec_path)
    if spec.command:
        from mlsql_runtime import project_command

        environment = project_command.environment(spec.attempt_dir, spec.python_params)
        environment[RECORD_VARIABLE] = spec.attempt_dir
        os.execve("/bin/sh", ["sh", "-c", spec.command], environment)
    try:
        if spec.builtin_alg:
            from mlsql_runtime import trainers

            trainers.main()
        else:
            run_as_main(spec.script, [spec.script])
    except SystemExit:
        raise
    except BaseException as error:
        _end_by(error)


def run_as_main(script: str, arguments: list[str]) -> None:
    """Runs a script as module __main__ with sys.argv and sys.path as ``python script`` has them.

    script is relative to the working folder. What the script raises comes out, SystemExit too. Raises OSError where
    the script cannot be read.
    """
    path = os.path.abspath(script)
    with open(path, "rb") as file:
        source = file.read()
    sys.argv[:] = arguments
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path.insert(0, os.path.dirname(path))
    main = ModuleType("__main__")
    main.__file__ = path
    main.__loader__ = SourceFileLoader("__main__", path)
    main.__dict__["__builtins__"] = builtins
    if sys.version_info < (3, 14):
        main.__dict__.update(__annotations__={}, __cached__=None)
    sys.modules["__main__"] = main
    exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)


def _end_by(error: BaseException) -> None:
    """Ends the process as an interpreter does whose script raised."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    error.__traceback__ = frames
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, frames
    sys.excepthook(type(error), error, frames)
    if isinstance(error, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    sys.exit(1)
