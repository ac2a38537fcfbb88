"""With what command and environment the user's interpreter starts.

The script is the interpreter's own main program, as if typed as ``python train.py``, so that nothing tells the
difference. The runtime comes in before it by ``sitecustomize`` (folder startup), found through PYTHONPATH. Flags that
switch that off make a small program of the runtime run the script instead.
"""

import os

from mlsql_runtime.names import SPEC_VARIABLE, START_VARIABLE
from mlsql_runtime.spec import AttemptSpec

_HERE = os.path.dirname(os.path.abspath(__file__))
STARTUP_FOLDER = os.path.join(_HERE, "startup")
BOOTSTRAP = os.path.join(_HERE, "bootstrap.py")


def child_command(spec: AttemptSpec, attempt_dir: str) -> list[str]:
    """The attempt's first process, argument by argument."""
    interpreter = [spec.python_path, *spec.python_params]
    if spec.command or ignores_startup(spec.python_params):
        # -u: -E and -I hide PYTHONUNBUFFERED too.
        return [*interpreter, "-u", BOOTSTRAP, os.path.join(attempt_dir, "spec.json")]
    if spec.builtin_alg:
        return [*interpreter, "-c", "from mlsql_runtime.trainers import main; main()"]
    return [*interpreter, spec.script]


def child_environment(spec: AttemptSpec, attempt_dir: str) -> dict[str, str]:
    """The first process's environment: the executor's choice, and what leads the interpreter to the runtime."""
    environment = with_startup(spec.env)
    environment[SPEC_VARIABLE] = os.path.join(attempt_dir, "spec.json")
    validate = "validate" if spec.validate_files else ""
    environment[START_VARIABLE] = f"{spec.python_version};{validate};{','.join(spec.expected_packages)}"
    return environment


def with_startup(environment: dict[str, str]) -> dict[str, str]:
    """The environment with the runtime's start-up folder first in PYTHONPATH, once."""
    theirs = [folder for folder in environment.get("PYTHONPATH", "").split(os.pathsep) if folder]
    ours = [STARTUP_FOLDER, *(folder for folder in theirs if folder != STARTUP_FOLDER)]
    return {**environment, "PYTHONPATH": os.pathsep.join(ours)}


def ignores_startup(python_params: tuple[str, ...]) -> bool:
    """True where a flag (-E, -I, -S, alone or among others) keeps sitecustomize or PYTHONPATH from working."""
    for param in python_params:
        if param in ("-m", "-c"):
            return False
        if param.startswith("-") and param[1:2] not in ("-", "W", "X") and set(param[1:]) & set("EIS"):
            return True
    return False
