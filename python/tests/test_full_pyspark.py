"""The guide's scripts with the full pyspark package, in an environment of its own that is built once and kept.

Selected with ``-m slow``. The environment lies in MLSQL_TEST_CACHE, by default ~/.cache/mlsql-tests.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Launcher
from test_functions import Worker, dense_arguments
from test_guide import GUIDE, rows

PACKAGES = ["pyspark==4.1.1", "numpy", "scipy", "scikit-learn"]


@pytest.fixture(scope="module")
def full_python() -> str:
    name = hashlib.sha256(repr((PACKAGES, sys.version_info[:2])).encode()).hexdigest()[:12]
    cache = Path(os.environ.get("MLSQL_TEST_CACHE") or Path.home() / ".cache/mlsql-tests")
    folder = cache / f"full-pyspark-{name}"
    python = folder / "bin/python"
    done = folder / "done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(install, check=True)
        done.touch()
    return str(python)


@pytest.mark.slow
def test_the_guides_scripts_run_with_the_full_pyspark(launcher: Launcher, tmp_path: Path, full_python: str) -> None:
    fit_param = {"moduleName": "sklearn.svm", "className": "SVC", "class_weight": "balanced"}
    script = (GUIDE / "train.py").read_text()
    files = {"data/part-00000.json": rows("sparse"), "work/v.json": rows("dense")[:1]}
    folder = launcher.prepare({"work/train.py": script, **files}, pythonPath=full_python, fitParam=fit_param)
    launcher.start(folder)
    result = launcher.finish(folder)
    assert result.exit["exitCode"] == 0, result.output
    assert result.info["packages"]["pyspark"] == "4.1.1"
    assert (folder / "model/model.pkl").exists()
    predict = (GUIDE / "predict.py").read_text()
    with Worker(tmp_path, predict, python=[full_python], modelDir=str(folder / "model")) as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1.5, 0.0, 1.0], [0.5, 0.0, 2.0]])).rows == [[1.0], [0.0]]


@pytest.mark.slow
def test_rows_and_validate_data_are_the_full_pysparks_vectors(launcher: Launcher, full_python: str) -> None:
    script = (
        "import mlsql, pickle\n"
        "stored = pickle.loads(pickle.load(open('validate_table.pickle', 'rb'))[0])\n"
        "[[row]] = mlsql.read_data()()\n"
        "from pyspark.ml.linalg import DenseVector\n"
        "assert type(stored['f']) is type(row['f']) is type(mlsql.validate_data[0]['f']) is DenseVector\n"
        "print(stored, row)\n"
    )
    row = {"f": {"type": 1, "values": [1.0, 2.0]}}
    folder = launcher.prepare({"work/validate.json": [row]})
    result = launcher.run(
        script,
        {"data/part-00000.json": [row]},
        pythonPath=full_python,
        validateFiles=[str(folder / "work/validate.json")],
    )
    assert result.output == "{'f': DenseVector([1.0, 2.0])} {'f': DenseVector([1.0, 2.0])}\n"
    assert pickle.loads((result.folder / "work/python_temp.pickle").read_bytes())["fitParam"] == {}
