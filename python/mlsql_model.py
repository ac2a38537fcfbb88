"""Saves models where the cluster looks for them."""

import os as _os
import sys as _sys

if "mlsql_runtime" not in _sys.modules:
    _sys.path.append(_os.path.dirname(_os.path.abspath(__file__)))

from typing import Any as _Any

from mlsql_runtime.trainers import save_model as _save_model


def sk_save_model(*arguments: _Any) -> None:
    """``sk_save_model(model)`` pickles a scikit-learn model as model.pickle into tempModelLocalPath.

    What lay in that folder before is removed. The original's older form ``sk_save_model(path, model)`` works too.
    """
    if len(arguments) == 2:
        path, model = arguments
    else:
        import mlsql

        (model,) = arguments
        path = mlsql.internal_system_param["tempModelLocalPath"]
    _save_model(model, path)
