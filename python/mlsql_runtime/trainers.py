"""The built-in scikit-learn trainers of fitParam.N.alg: the attempt's main program, and how their models predict."""

import os
import pickle
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from mlsql_runtime.params import current_attempt
from mlsql_runtime.rows import attempt_rows, file_rows
from mlsql_runtime.sklearn_support import column_names, configure
from mlsql_runtime.vectors import is_vector, to_list

#: Name of a trainer and where its class lives.
TRAINERS: dict[str, str] = {
    "SVC": "sklearn.svm",
    "RandomForestClassifier": "sklearn.ensemble",
    "GradientBoostingClassifier": "sklearn.ensemble",
    "MultinomialNB": "sklearn.naive_bayes",
}
_MODEL_FILES = ("model.pickle", "model.pkl")
#: Above this share of zeros in sparse rows, a sparse matrix is both smaller and faster.
_SPARSE_SHARE = 0.75


def main() -> None:
    """Trains the attempt's built-in trainer on its table, saves the model, prints the validation score."""
    spec = current_attempt()
    if spec is None:
        sys.exit("the built-in trainers run in a cluster's attempts only")
    estimator = create(spec.builtin_alg)
    configure(estimator, spec.fit_param)
    features, labels = read_matrix(attempt_rows(spec, None), spec.fit_param)
    if not labels:
        sys.exit("the table has no rows to train on")
    print(f"{spec.builtin_alg}: {features.shape[0]} rows, {features.shape[1]} features")
    estimator.fit(features, labels)
    save_model(estimator, spec.model_dir)
    validate_rows = file_rows(spec.validate_files, "json", None)
    features, labels = read_matrix(validate_rows, spec.fit_param)
    if labels:
        print(f"mlsql_validation_score:{estimator.score(features, labels)}")


def create(name: str) -> Any:
    """A new estimator of the trainer's class, with its defaults. Raises ValueError for an unknown name."""
    from importlib import import_module

    if name not in TRAINERS:
        raise ValueError(f"no built-in trainer {name!r}: there are {', '.join(TRAINERS)}")
    try:
        return getattr(import_module(TRAINERS[name]), name)()
    except ImportError as error:
        raise ImportError(f"the built-in trainers need scikit-learn in {sys.executable}: {error}") from error


def read_matrix(rows: Iterable[Mapping[str, Any]], fit_param: Mapping[str, str]) -> tuple[Any, list[Any]]:
    """Features, as a matrix of one row each, and labels. Raises ValueError, naming the row, for what cannot be one."""
    import numpy as np

    feature_name, label_name = column_names(fit_param)
    cells: list[Any] = []
    labels: list[Any] = []
    sparse = 0
    for number, row in enumerate(rows, 1):
        for name in (feature_name, label_name):
            if row.get(name) is None:
                there = f"the row has {', '.join(row)}" if name not in row else "it is null"
                raise ValueError(f"row {number}: no value in column {name!r}: {there}")
        cell = row[feature_name]
        if is_vector(cell) and cell["type"] == 0:
            sparse += 1
        elif is_vector(cell):
            cell = cell["values"]
        elif not isinstance(cell, list):
            cell = [cell]
        cells.append(cell)
        label = row[label_name]
        # A one-hot label, as the guide's own script takes it.
        labels.append(int(np.argmax(label)) if isinstance(label, list) else label)
    if sparse and sparse == len(cells):
        matrix = _sparse_matrix(cells)
        if matrix.nnz < (1 - _SPARSE_SHARE) * matrix.shape[0] * matrix.shape[1]:
            return matrix, labels
        return matrix.toarray(), labels
    dense = [to_list(cell) if isinstance(cell, dict) else cell for cell in cells]
    lengths = {len(cell) for cell in dense}
    if len(lengths) > 1:
        raise ValueError(f"column {feature_name!r}: rows have different numbers of features: {sorted(lengths)[:5]}")
    return np.asarray(dense, dtype=np.float64).reshape(len(dense), -1 if dense else 0), labels


def _sparse_matrix(cells: list[dict[str, Any]]) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    pointers = np.cumsum([0, *(len(cell["indices"]) for cell in cells)])
    indices = np.fromiter((index for cell in cells for index in cell["indices"]), dtype=np.int32, count=pointers[-1])
    values = np.fromiter((value for cell in cells for value in cell["values"]), dtype=np.float64, count=pointers[-1])
    return csr_matrix((values, indices, pointers), shape=(len(cells), max(cell["size"] for cell in cells)))


def save_model(model: Any, folder: str) -> None:
    """Saves a model as model.pickle, the folder's only file."""
    import shutil

    if os.path.exists(folder):
        shutil.rmtree(folder)
    os.makedirs(folder)
    with open(os.path.join(folder, _MODEL_FILES[0]), "wb") as file:
        pickle.dump(model, file)


def load_predictor(folder: str) -> Callable[[Any, str], Any]:
    """How a built-in trainer's model predicts: a matrix's labels, by position in classes_ where they are no numbers.

    Raises FileNotFoundError where the folder holds no such model.
    """
    for name in _MODEL_FILES:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, "rb") as file:
                model = pickle.load(file)
            break
    else:
        raise FileNotFoundError(f"{folder} holds no {_MODEL_FILES[0]}: it is no model of a built-in trainer")

    def predict(features: Any, _model_path: str) -> Any:
        import numpy as np

        labels = model.predict(features)
        if labels.dtype.kind in "OUS":
            return np.searchsorted(model.classes_, labels)
        return labels

    return predict
