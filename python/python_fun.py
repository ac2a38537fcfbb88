"""Hands a script's predict function to SQL: call ``udf`` or ``udf_batch`` once, at the end of the script."""

import os as _os
import sys as _sys

if "mlsql_runtime" not in _sys.modules:
    _sys.path.append(_os.path.dirname(_os.path.abspath(__file__)))

from typing import Any as _Any
from typing import Callable as _Callable
from typing import TypeVar as _TypeVar

from mlsql_runtime import function_registry as _registry

_Function = _TypeVar("_Function", bound=_Callable[..., _Any])


def udf(fn: _Function) -> _Function:
    """Makes fn(index, items) the function that ``register`` names, called once a row.

    items yields ``pickle.dumps(VectorUDT().serialize(v))``, then ``pickle.dumps([modelPath])`` and, with
    enableCopyTrainParamsToPython="true", ``pickle.dumps([trainParams])``. fn returns ``[VectorUDT().serialize(v)]``, or
    None for null. index is 0. Returns fn, so it serves as a decorator; outside a function worker it does nothing else.
    """
    _registry.hand_over("row", fn)
    return fn


def udf_batch(fn: _Function) -> _Function:
    """Makes fn(X, model_path) the function that ``register`` names, called once for many rows.

    X is a numpy array of float64 with a row each; fn returns one number or one row of numbers for each of them.
    Returns fn, so it serves as a decorator; outside a function worker it does nothing else.
    """
    _registry.hand_over("batch", fn)
    return fn
