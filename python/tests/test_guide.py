"""The user guide's own scripts, word by word, through training and prediction."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from conftest import Launcher
from test_functions import Worker, dense_arguments

pytestmark = pytest.mark.long

GUIDE = Path(__file__).parent / "guide"


def rows(form: str) -> list[dict[str, Any]]:
    result = []
    for i in range(80):
        values = [float(i % 2) + 0.5, 0.0, float(i % 3)]
        features: Any = values
        if form == "dense":
            features = {"type": 1, "values": values}
        elif form == "sparse":
            features = {"type": 0, "size": 3, "indices": [0, 2], "values": [values[0], values[2]]}
        result.append({"features": features, "label": i % 2})
    return result


@pytest.mark.parametrize(
    ("module", "name", "form"),
    [
        ("sklearn.svm", "SVC", "plain"),
        ("sklearn.svm", "SVC", "sparse"),
        ("sklearn.naive_bayes", "GaussianNB", "dense"),
        ("sklearn.naive_bayes", "GaussianNB", "sparse"),
    ],
)
def test_the_guides_scripts_train_and_predict(
    launcher: Launcher, tmp_path: Path, module: str, name: str, form: str
) -> None:
    fit_param = {
        "moduleName": module,
        "className": name,
        "featureCol": "features",
        "labelCol": "label",
        "labelSize": "2",
        "batchSize": "40",
        "modelPath": "/tmp/pa_model",
    }
    if name == "SVC":
        fit_param.update(class_weight="balanced", verbose="true")
    data = rows(form)
    files = {"data/part-00000-a.json": data[:50], "data/part-00001-b.json": data[50:]}
    result = launcher.run((GUIDE / "train.py").read_text(), files, pythonParams=["-u"], fitParam=fit_param)
    assert result.exit["exitCode"] == 0, result.output
    assert f"Save model to {result.folder}/model/model.pkl\n" in result.output
    assert ("partial_fit iteration: 2, batch_size:40" in result.output) == (name == "GaussianNB")
    model = pickle.loads((result.folder / "model/model.pkl").read_bytes())
    assert type(model).__name__ == name
    with Worker(tmp_path, (GUIDE / "predict.py").read_text(), modelDir=str(result.folder / "model")) as worker:
        assert worker.ready()["kind"] == "row"
        answers = worker.call(dense_arguments([[1.5, 0.0, 1.0], [0.5, 0.0, 2.0]]))
        assert answers.rows == [[1.0], [0.0]]
        assert worker.output().count("Load sklearn model") == 1


def test_a_module_that_travels_as_a_resource_is_loaded(tmp_path: Path) -> None:
    resource = tmp_path / "AttenLSTM_mlsql_resource_noEmb.py"
    resource.write_text(
        "import pickle\nfrom pyspark.ml.linalg import VectorUDT, Vectors\n"
        "def predict(index, sample):\n"
        "    vector = VectorUDT().deserialize(pickle.loads(next(iter(sample))))\n"
        "    return [VectorUDT().serialize(Vectors.dense(vector.toArray() * 2))]\n"
    )
    script = (GUIDE / "predict_with_resource.py").read_text()
    with Worker(tmp_path, script, resources={"b": str(resource)}) as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1.0, 2.0]])).rows == [[2.0, 4.0]]


def test_the_fixtures_are_the_guides_text() -> None:
    """Guards against tidying: these files are quotations."""
    train = (GUIDE / "train.py").read_text()
    assert "from pyspark.mllib.linalg import Vectors, SparseVector" in train
    assert "大家照着写就好了" in (GUIDE / "predict.py").read_text()
    assert json.dumps(train)
