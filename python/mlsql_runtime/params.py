"""The parameters that a script sees, in the shape of the original's python_temp.pickle."""

from __future__ import annotations

import os

from mlsql_runtime.names import FUNCTION_FILE_VARIABLE, SPEC_VARIABLE
from mlsql_runtime.spec import AttemptSpec, FunctionSpec, read_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def attempt_params(spec: AttemptSpec) -> dict[str, Any]:
    """fitParam, kafkaParam, internalSystemParam and systemParam of a training attempt. User's values are strings."""
    return {
        "fitParam": spec.fit_param,
        "kafkaParam": spec.kafka_param,
        "internalSystemParam": {
            "stopFlagNum": spec.stop_flag_num,
            "tempModelLocalPath": spec.model_dir,
            "tempDataLocalPath": spec.data_dir,
            "resource": spec.resources,
            "checkpointPath": spec.checkpoint_dir,
        },
        "systemParam": spec.system_param,
    }


def function_params(spec: FunctionSpec) -> dict[str, Any]:
    """The same for a predict script; systemParam.funcPath is where the original's scripts left their function."""
    return {
        "fitParam": spec.fit_param,
        "kafkaParam": {},
        "internalSystemParam": {"stopFlagNum": 0, "tempModelLocalPath": spec.model_dir, "resource": spec.resources},
        "systemParam": {**spec.system_param, "funcPath": function_path(spec)},
    }


def function_path(spec: FunctionSpec) -> str:
    """The file that python_fun.udf writes where the script runs in a process of its own, below an MLproject command."""
    return os.environ.get(FUNCTION_FILE_VARIABLE) or os.path.join(spec.work_dir, f".function.{os.getpid()}.pickle")


def current_attempt() -> AttemptSpec | None:
    """The attempt that this process belongs to; None outside one."""
    path = os.environ.get(SPEC_VARIABLE)
    spec = read_spec(path) if path else None
    return spec if isinstance(spec, AttemptSpec) else None


def current_params() -> dict[str, Any] | None:
    """This process's parameters: of its attempt or function, else of a python_temp.pickle in the working folder.

    None where there is neither, that is outside a cluster and without the test data that the guide tells to write.
    """
    path = os.environ.get(SPEC_VARIABLE)
    if path:
        spec = read_spec(path)
        return attempt_params(spec) if isinstance(spec, AttemptSpec) else function_params(spec)
    found: dict[str, Any] | None = load_pickle("python_temp.pickle")
    return found


def load_pickle(path: str) -> Any:
    """A pickle of the user's own working folder; None where it does not exist."""
    import pickle

    try:
        with open(path, "rb") as file:
            return pickle.load(file)
    except FileNotFoundError:
        return None
