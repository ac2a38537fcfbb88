"""The built-in trainers of fitParam.N.alg."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from conftest import Launcher, Result, write_file

from mlsql_runtime.trainers import TRAINERS, load_predictor, read_matrix

pytestmark = pytest.mark.long

ROWS = [
    {"features": {"type": 1, "values": [float(i % 2), float(i % 5)]}, "label": i % 2} for i in range(60)
]  # fmt: skip


def train(launcher: Launcher, name: str, rows: list[Any], validate: list[Any], **fit_param: str) -> Result:
    path = launcher.prepare() / "validate.json"
    write_file(path, validate)
    folder = launcher.prepare(
        {"data/part-00000.json": rows},
        script="",
        builtinAlg=name,
        fitParam=fit_param,
        validateFiles=[str(path)] if validate else [],
    )
    launcher.start(folder)
    return launcher.finish(folder)


@pytest.mark.parametrize("name", TRAINERS)
def test_a_trainer_saves_its_model_and_prints_its_accuracy(launcher: Launcher, name: str) -> None:
    result = train(launcher, name, ROWS, ROWS[:10], random_state="1")
    assert result.exit["exitCode"] == 0, result.output
    assert result.output == f"{name}: 60 rows, 2 features\nmlsql_validation_score:1.0\n"
    predict = load_predictor(str(result.folder / "model"))
    assert predict([[1.0, 3.0], [0.0, 2.0]], "").tolist() == [1, 0]


def test_text_labels_train_and_predict_by_position(launcher: Launcher) -> None:
    rows = [{**row, "label": "yes" if row["label"] else "no"} for row in ROWS]
    result = train(launcher, "RandomForestClassifier", rows, [], n_estimators="3", max_depth="2")
    assert "mlsql_validation_score" not in result.output
    model = pickle.loads((result.folder / "model/model.pickle").read_bytes())
    assert (len(model.estimators_), model.max_depth) == (3, 2)
    assert load_predictor(str(result.folder / "model"))([[1.0, 3.0], [0.0, 2.0]], "").tolist() == [1, 0]


def test_no_rows_are_told(launcher: Launcher) -> None:
    result = train(launcher, "MultinomialNB", [], [])
    assert (result.exit["exitCode"], result.output) == (1, "the table has no rows to train on\n")


def test_a_missing_column_or_a_null_is_named_with_its_row() -> None:
    with pytest.raises(ValueError, match="row 1: no value in column 'f': the row has features, label"):
        read_matrix(ROWS, {"inputCol": "f"})
    with pytest.raises(ValueError, match="row 2: no value in column 'features': it is null"):
        read_matrix([ROWS[0], {"features": None, "label": 1}], {})


def test_wide_sparse_rows_stay_sparse() -> None:
    cells = [{"type": 0, "size": 100_000, "indices": [i, 99_999], "values": [1.0, 2.0]} for i in range(5)]
    matrix, labels = read_matrix([{"features": cell, "label": i} for i, cell in enumerate(cells)], {})
    assert matrix.shape == (5, 100_000)
    assert matrix.nnz == 10
    assert matrix[3, 3] == 1.0
    assert labels == [0, 1, 2, 3, 4]


def test_plain_arrays_numbers_and_one_hot_labels_are_taken() -> None:
    matrix, labels = read_matrix([{"features": [1, 2], "label": [0, 1]}, {"features": [3, 4], "label": [1, 0]}], {})
    assert (matrix.tolist(), labels) == ([[1.0, 2.0], [3.0, 4.0]], [1, 0])
    assert read_matrix([{"features": 5, "label": 1}], {})[0].tolist() == [[5.0]]


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"different numbers of features: \[1, 2\]"):
        read_matrix([{"features": [1, 2], "label": 1}, {"features": [1], "label": 1}], {})


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no model\.pickle"):
        load_predictor(str(tmp_path))
