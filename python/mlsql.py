"""What a script knows about its training: parameters, data, validation data. ``import mlsql`` is all it needs.

In a cluster everything comes from the attempt. Elsewhere, for a try on one's own machine, the parameters come from a
``python_temp.pickle`` (and validation data from a ``validate_table.pickle``) in the working folder, as the user guide
shows; this file's folder must then be in PYTHONPATH.

Module variables, read on first use:

``fit_param``             the group's own parameters, all strings
``kafka_param``           the user's Kafka, all strings
``internal_system_param`` tempDataLocalPath, tempModelLocalPath, resource (a dict of paths by name), stopFlagNum,
                          checkpointPath
``systemParam``           pythonPath, pythonVer, …, all strings
``validate_data``         the validation table, a list of row dicts; empty where the train names none
"""

from __future__ import annotations as _annotations

import os as _os
import sys as _sys

if "mlsql_runtime" not in _sys.modules:
    _sys.path.append(_os.path.dirname(_os.path.abspath(__file__)))

from mlsql_runtime import params as _runtime_params
from mlsql_runtime import rows as _rows
from mlsql_runtime import sklearn_support as _sklearn
from mlsql_runtime import vectors as _vectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator as _Iterator
    from typing import Any as _Any
    from typing import Callable as _Callable

#: ``import mlsql.python_fun``, as the guide's scripts say where they test themselves.
__path__ = [_os.path.dirname(_os.path.abspath(__file__))]

_params = _runtime_params.current_params()

_SECTIONS = {
    "fit_param": "fitParam",
    "kafka_param": "kafkaParam",
    "internal_system_param": "internalSystemParam",
    "systemParam": "systemParam",
}
if _params is not None:
    globals().update({name: _params[section] for name, section in _SECTIONS.items() if section in _params})


def __getattr__(name: str) -> _Any:
    if name in _SECTIONS:
        return params()[_SECTIONS[name]]
    if name == "validate_data":
        globals()[name] = _read_validate_data()
        return globals()[name]
    raise AttributeError(f"module 'mlsql' has no attribute {name!r}")


def params() -> dict[str, _Any]:
    """All parameters: fitParam, kafkaParam, internalSystemParam, systemParam. Raises RuntimeError outside a cluster."""
    if _params is None:
        raise RuntimeError(
            "no parameters: this process runs outside an MLSQL cluster, and its working folder "
            f"{_os.getcwd()} holds no python_temp.pickle"
        )
    return _params


def get_param(p: dict[str, _Any], name: str, default_value: _Any) -> _Any:
    """p[name], or the default where p has no such name."""
    return p.get(name, default_value)


def read_data() -> _Callable[..., _Iterator[list[dict[str, _Any]]]]:
    """The table to train on, as a function: ``for items in mlsql.read_data()(max_records=64)`` yields lists of rows.

    A row is a dict by column name; vector columns are pyspark vectors where pyspark can be imported, else lists. Each
    call of the function starts at the first row. It works alike for local data (enableDataLocal="true") and streamed.
    Raises DataError where rows cannot be read, ValueError for max_records below 1.
    """

    def _read_data(
        max_records: int = 64, consume_threads: int = 1, print_consume_time: bool = False
    ) -> _Iterator[list[dict[str, _Any]]]:
        return _rows.batches(_all_rows(), max_records)

    return _read_data


def get_validate_data() -> tuple[list[_Any], list[_Any]]:
    """X and y of the validation table: vectors as numpy arrays; both empty where the train names none."""
    return _features_and_labels(_sys.modules[__name__].validate_data)


def sklearn_configure_params(clf: _Any) -> None:
    """Sets each parameter that clf has and fitParam names, cast to the type of its default.

    Raises ValueError for a value that cannot be cast.
    """
    _sklearn.configure(clf, params()["fitParam"])


def sklearn_all_data() -> tuple[list[_Any], list[_Any]]:
    """X and y of the whole table: columns fitParam inputCol (default features) and label (default label)."""
    x_name, y_name = _sklearn.column_names(params()["fitParam"])
    x: list[_Any] = []
    y: list[_Any] = []
    for row in _all_rows():
        x.append(_sklearn.as_array(row[x_name]))
        y.append(row[y_name])
    return x, y


def sklearn_batch_data(fn: _Callable[[list[_Any], list[_Any], int], _Any]) -> None:
    """Calls fn(X, y, labelSize) for each fitParam batchSize (default 1000) rows; labelSize is fitParam's, or -1."""
    fit_param = params()["fitParam"]
    label_size = int(get_param(fit_param, "labelSize", -1))
    for items in read_data()(max_records=int(get_param(fit_param, "batchSize", 1000))):
        x, y = _features_and_labels(items)
        fn(x, y, label_size)


def _features_and_labels(items: list[dict[str, _Any]]) -> tuple[list[_Any], list[_Any]]:
    x_name, y_name = _sklearn.column_names(params()["fitParam"])
    return [_sklearn.as_array(item[x_name]) for item in items], [item[y_name] for item in items]


def _all_rows() -> _Iterator[dict[str, _Any]]:
    convert = _vectors.pyspark_converter()
    spec = _runtime_params.current_attempt()
    if spec is not None:
        return _rows.attempt_rows(spec, convert)
    folder = params()["internalSystemParam"].get("tempDataLocalPath")
    if not folder:
        raise RuntimeError("no data: outside a cluster, internalSystemParam.tempDataLocalPath names its folder")
    files = [_os.path.join(folder, name) for name in sorted(_os.listdir(folder)) if name.endswith(".json")]
    return _rows.file_rows(files, "json", convert)


def _read_validate_data() -> list[dict[str, _Any]]:
    import pickle

    spec = _runtime_params.current_attempt()
    if spec is not None:
        return list(_rows.file_rows(spec.validate_files, "json", _vectors.pyspark_converter()))
    return [pickle.loads(row) for row in _runtime_params.load_pickle("validate_table.pickle") or []]
