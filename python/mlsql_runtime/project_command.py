"""Commands of an MLproject's entry points: shell commands in which ``python`` means the train's interpreter."""

import os
import shlex
import sys

from mlsql_runtime.command_line import ignores_startup, with_startup
from mlsql_runtime.interpreter import tell


def environment(folder: str, python_params: tuple[str, ...]) -> dict[str, str]:
    """This process's environment with a folder first in PATH whose python and python3 are this interpreter.

    The folder ``bin`` is made in the given one. A link would not do: an interpreter finds its packages by its own path.
    """
    if ignores_startup(python_params):
        tell(f"systemParam.pythonParam {','.join(python_params)} is left out: below a command it would hide mlsql")
        python_params = ()
    bin_folder = os.path.join(folder, "bin")
    os.makedirs(bin_folder, exist_ok=True)
    command = " ".join(shlex.quote(argument) for argument in (sys.executable, *python_params))
    for name in ("python", "python3"):
        path = os.path.join(bin_folder, name)
        beside = f"{path}.{os.getpid()}"
        with open(beside, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {command} "$@"\n')
        os.chmod(beside, 0o700)
        os.replace(beside, path)
    result = with_startup(dict(os.environ))
    result["PATH"] = os.pathsep.join([bin_folder, result.get("PATH") or os.defpath])
    return result
