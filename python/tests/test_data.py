"""What a script reads: parameters, rows, vectors, validation data, scikit-learn helpers."""

from __future__ import annotations

import json
import os
import pickle
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import PYTHON_ROOT, Launcher, Result

from mlsql_runtime import rows, vectors

DENSE = {"type": 1, "values": [1.0, 2.0]}
SPARSE = {"type": 0, "size": 4, "indices": [1, 3], "values": [5.0, 7.0]}


def run(launcher: Launcher, script: str, files: dict[str, Any] | None = None, **spec: Any) -> Result:
    result = launcher.run(textwrap.dedent(script), files, **spec)
    assert result.exit["exitCode"] == 0, result.output
    return result


def printed(launcher: Launcher, script: str, files: dict[str, Any] | None = None, **spec: Any) -> str:
    return run(launcher, script, files, **spec).output


@contextmanager
def streaming(path: Path, lines: bytes) -> Iterator[None]:
    """The executor's side of a stream: all rows from the start for each connection."""
    server = socket.socket(socket.AF_UNIX)
    folder = os.open(path.parent, os.O_PATH)
    server.bind(f"/proc/self/fd/{folder}/{path.name}")
    os.close(folder)
    server.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(lines)

    thread = threading.Thread(target=serve)
    thread.start()
    yield
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


# ---- parameters ----


def test_parameters_are_there_in_every_form(launcher: Launcher) -> None:
    script = """
        import mlsql
        from mlsql import *
        from mlsql import fit_param, kafka_param, internal_system_param, systemParam
        assert mlsql.params()["fitParam"] == fit_param == {"a": "1"}
        assert kafka_param == {"topic": "t"} and systemParam == {"pythonVer": "2.7"}
        assert sorted(internal_system_param) == [
            "checkpointPath", "resource", "stopFlagNum", "tempDataLocalPath", "tempModelLocalPath"]
        assert internal_system_param["resource"] == {"dict": "/r/dict"}
        assert internal_system_param["stopFlagNum"] == 8
        print(mlsql.get_param(fit_param, "a", "2"), mlsql.get_param(fit_param, "b", "2"))
        assert mlsql.validate_data == [] and mlsql.get_validate_data() == ([], [])
    """
    given = {"fitParam": {"a": "1"}, "kafkaParam": {"topic": "t"}, "systemParam": {"pythonVer": "2.7"}}
    assert printed(launcher, script, **given, resources={"dict": "/r/dict"}) == "1 2\n"


def test_the_pickles_of_the_original_lie_in_the_working_folder(launcher: Launcher) -> None:
    script = """
        import pickle, os
        params = pickle.load(open("python_temp.pickle", "rb"))
        print(sorted(params), params["internalSystemParam"]["tempModelLocalPath"] == os.path.abspath("../model"))
        rows = [pickle.loads(row) for row in pickle.load(open("validate_table.pickle", "rb"))]
        print(rows, [type(value).__module__ for value in rows[0].values()])
    """
    folder = launcher.prepare({})
    validate = folder / "validate" / "part-00000.json"
    validate.parent.mkdir()
    validate.write_text(json.dumps({"features": DENSE, "s": SPARSE, "nested": [SPARSE], "label": 1, "词": "模"}) + "\n")
    output = printed(launcher, script, validateFiles=[str(validate)])
    assert output == (
        "['fitParam', 'internalSystemParam', 'kafkaParam', 'systemParam'] True\n"
        "[{'features': DenseVector([1.0, 2.0]), 's': SparseVector(4, {1: 5.0, 3: 7.0}), "
        "'nested': [SparseVector(4, {1: 5.0, 3: 7.0})], 'label': 1, '词': '模'}] "
        "['pyspark.ml.linalg', 'pyspark.ml.linalg', 'builtins', 'builtins', 'builtins']\n"
    )


def test_the_pickles_are_protocol_2(launcher: Launcher, tmp_path: Path) -> None:
    validate = tmp_path / "v.json"
    validate.write_text(json.dumps({"features": DENSE}) + "\n")
    result = run(launcher, "", validateFiles=[str(validate)])
    for name in ("python_temp.pickle", "validate_table.pickle"):
        assert (result.folder / "work" / name).read_bytes().startswith(b"\x80\x02")
    [row] = pickle.loads((result.folder / "work/validate_table.pickle").read_bytes())
    assert row.startswith(b"\x80\x02")


def test_without_pyspark_vectors_are_lists(launcher: Launcher, tmp_path: Path) -> None:
    validate = tmp_path / "v.json"
    validate.write_text(json.dumps({"f": SPARSE}) + "\n")
    script = """
        import pickle, mlsql
        print(pickle.loads(pickle.load(open("validate_table.pickle", "rb"))[0]), mlsql.validate_data)
        print(list(mlsql.read_data()()))
    """
    files = {"data/part-00000.json": [{"f": DENSE}]}
    # -S hides the environment's packages.
    output = printed(launcher, script, files, validateFiles=[str(validate)], pythonParams=["-S"])
    assert output == "{'f': [0.0, 5.0, 0.0, 7.0]} [{'f': [0.0, 5.0, 0.0, 7.0]}]\n[[{'f': [1.0, 2.0]}]]\n"


def test_a_validate_row_that_is_no_json_is_named_with_its_line(launcher: Launcher, tmp_path: Path) -> None:
    validate = tmp_path / "v.json"
    validate.write_text('{"a": 1}\n{"a": \n')
    result = launcher.run("", validateFiles=[str(validate)])
    assert result.exit["cause"] == "environment"
    assert f"{validate}, line 2" in result.exit["message"]


# ---- rows ----

ROWS = [{"id": i, "features": DENSE if i % 2 else SPARSE, "plain": [1, 2], "none": None} for i in range(5)]
READ = """
    import mlsql
    rd = mlsql.read_data()
    for _ in range(2):
        print([[row["id"] for row in items] for items in rd(max_records=2)])
    first, second = [row for items in rd() for row in items][:2]
    print(first["features"], second["features"].toArray().tolist(), first["plain"], first["none"])
    print(type(second["features"]).__module__)
"""
READ_OUTPUT = (
    "[[0, 1], [2, 3], [4]]\n[[0, 1], [2, 3], [4]]\n(4,[1,3],[5.0,7.0]) [1.0, 2.0] [1, 2] None\npyspark.ml.linalg\n"
)


def test_local_rows_come_in_lists_from_the_start_at_each_call(launcher: Launcher) -> None:
    files = {"data/part-00001.json": ROWS[3:], "data/part-00000.json": ROWS[:3], "data/_SUCCESS": ""}
    assert printed(launcher, READ, files) == READ_OUTPUT


def test_streamed_rows_are_the_same(launcher: Launcher, tmp_path: Path) -> None:
    path = tmp_path / "data.sock"
    with streaming(path, "".join(json.dumps(row) + "\n" for row in ROWS).encode()):
        assert printed(launcher, READ, dataStream=str(path)) == READ_OUTPUT


def test_a_stream_below_a_very_long_path_works(launcher: Launcher, tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with streaming(folder / "data.sock", b'{"a": 1}\n'):
        script = "import mlsql; print(list(mlsql.read_data()()))"
        assert printed(launcher, script, dataStream=str(folder / "data.sock")) == "[[{'a': 1}]]\n"


def test_an_empty_stream_has_no_rows(launcher: Launcher, tmp_path: Path) -> None:
    with streaming(tmp_path / "data.sock", b""):
        script = "import mlsql; print(list(mlsql.read_data()()), mlsql.sklearn_all_data())"
        assert printed(launcher, script, dataStream=str(tmp_path / "data.sock")) == "[] ([], [])\n"


def test_a_stream_that_is_gone_is_told(launcher: Launcher, tmp_path: Path) -> None:
    result = launcher.run("import mlsql; list(mlsql.read_data()())", dataStream=str(tmp_path / "gone.sock"))
    assert "gone.sock cannot be reached: No such file" in result.error["message"]


def test_a_row_that_is_no_json_is_named_with_file_and_line(launcher: Launcher) -> None:
    result = launcher.run("import mlsql; list(mlsql.read_data()())", {"data/part-00000.json": '{"a": 1}\n[1]\n'})
    assert "part-00000.json, line 2: expected a JSON object, got list" in result.error["message"]
    assert result.error["type"].endswith("DataError")


def test_max_records_below_one_is_refused(launcher: Launcher) -> None:
    result = launcher.run("import mlsql; list(mlsql.read_data()(max_records=0))")
    assert result.error["message"] == "max_records must be at least 1, got 0"


def test_csv_cells_are_what_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.csv"
    path.write_text('1,"q, ""w""",1.5e3,true,"{""type"":1,""values"":[1.0,2.0]}",007,\n')
    names = ["id", "name", "x", "ok", "f", "code", 'a "b" 词']
    [row] = rows.file_rows([str(path)], "csv", vectors.to_list, names)
    assert list(next(rows.file_rows([str(path)], "csv", None))) == [f"_c{i}" for i in range(7)]
    with pytest.raises(rows.DataError, match="a line has 7 cells, the table has 2 columns"):
        list(rows.file_rows([str(path)], "csv", None, names[:2]))
    expected = {"id": 1, "name": 'q, "w"', "x": 1500.0, "ok": True, "f": [1.0, 2.0], "code": "007", 'a "b" 词': None}
    assert row == expected


def test_parquet_rows_have_vectors_too(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "part-00000.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([{"id": 1, "f": DENSE}, {"id": 2, "f": SPARSE}]), path)
    assert list(rows.file_rows([str(path)], "parquet", vectors.to_list)) == [
        {"id": 1, "f": [1.0, 2.0]},
        {"id": 2, "f": [0.0, 5.0, 0.0, 7.0]},
    ]


def test_parquet_without_pyarrow_says_what_to_do(launcher: Launcher) -> None:
    files = {"data/part-00000.parquet": "PAR1"}
    result = launcher.run("import mlsql; list(mlsql.read_data()())", files, dataFormat="parquet", pythonParams=["-S"])
    assert "part-00000.parquet: mlsql reads parquet with pyarrow, which this interpreter lacks" in result.output


def test_a_struct_that_only_resembles_a_vector_stays_a_struct() -> None:
    for value in ({"type": 1}, {"type": 2, "values": []}, {"type": 1, "values": [1], "unit": "m"}, {"values": [1]}):
        assert vectors.convert_row({"s": value}, vectors.to_list) == {"s": value}


def test_a_script_may_change_its_data(launcher: Launcher) -> None:
    script = """
        import mlsql, os
        path = os.path.join(mlsql.internal_system_param["tempDataLocalPath"], "part-00000.json")
        open(path, "a").write('{"id": 9}\\n')
        print([row["id"] for items in mlsql.read_data()() for row in items])
    """
    assert printed(launcher, script, {"data/part-00000.json": [{"id": 1}]}) == "[1, 9]\n"


# ---- scikit-learn helpers ----


@pytest.mark.long
def test_helpers_gather_the_columns_that_fitparam_names(launcher: Launcher, tmp_path: Path) -> None:
    validate = tmp_path / "v.json"
    validate.write_text(json.dumps({"x": DENSE, "y": 3}) + "\n")
    script = """
        import mlsql
        X, y = mlsql.sklearn_all_data()
        print(len(X), X[0].tolist(), X[1], y)
        mlsql.sklearn_batch_data(lambda X, y, size: print(len(X), y, size))
        X, y = mlsql.get_validate_data()
        print(X[0].tolist(), y)
    """
    files = {"data/part-00000.json": [{"x": DENSE, "y": 1}, {"x": [1, 2], "y": 2}, {"x": DENSE, "y": 3}]}
    fit_param = {"inputCol": "x", "label": "y", "batchSize": "2", "labelSize": "4"}
    output = printed(launcher, script, files, fitParam=fit_param, validateFiles=[str(validate)])
    assert output == "3 [1.0, 2.0] [1, 2] [1, 2, 3]\n2 [1, 2] 4\n1 [3] 4\n[1.0, 2.0] [3]\n"


@pytest.mark.long
def test_estimator_parameters_are_cast_to_the_type_of_their_defaults(launcher: Launcher) -> None:
    script = """
        import mlsql
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.svm import SVC
        clf = SVC()
        mlsql.sklearn_configure_params(clf)
        print(clf.C, clf.shrinking, clf.degree, clf.kernel, clf.gamma, clf.class_weight, clf.verbose, clf.max_iter)
        forest = RandomForestClassifier()
        mlsql.sklearn_configure_params(forest)
        print(forest.n_estimators, forest.max_depth, forest.max_features, forest.min_samples_split)
    """
    fit_param = {
        "C": "2", "shrinking": "false", "degree": "4", "kernel": "poly", "gamma": "0.5", "max_iter": "-1",
        "class_weight": '{"1": 2}', "verbose": "true", "n_estimators": "7", "max_depth": "3", "max_features": "None",
        "min_samples_split": "0.5", "unknown": "x",
    }  # fmt: skip
    output = printed(launcher, script, fitParam=fit_param)
    assert output == "2.0 False 4 poly 0.5 {1: 2} True -1\n7 3 None 0.5\n"


@pytest.mark.long
def test_a_parameter_that_cannot_be_cast_is_named(launcher: Launcher) -> None:
    script = "import mlsql\nfrom sklearn.svm import SVC\nmlsql.sklearn_configure_params(SVC())\n"
    result = launcher.run(script, fitParam={"shrinking": "maybe"})
    assert result.error["message"] == "fitParam shrinking='maybe': expected true or false"


def test_sk_save_model_leaves_one_file(launcher: Launcher) -> None:
    script = """
        import mlsql, mlsql_model, os
        os.makedirs(mlsql.internal_system_param["tempModelLocalPath"])
        open(os.path.join(mlsql.internal_system_param["tempModelLocalPath"], "old"), "w")
        mlsql_model.sk_save_model({"a": 1})
        mlsql_model.sk_save_model("other", [2])
    """
    result = run(launcher, script)
    assert os.listdir(result.folder / "model") == ["model.pickle"]
    assert pickle.loads((result.folder / "model/model.pickle").read_bytes()) == {"a": 1}
    assert pickle.loads((result.folder / "work/other/model.pickle").read_bytes()) == [2]


def test_queues_of_the_original_still_work(launcher: Launcher) -> None:
    script = """
        import msg_queue, multiprocessing, uuid

        def feed(address, key):
            manager = msg_queue.connect(address, key)
            manager.get_queue("input").put([1, 2])
            manager.set("state", "done")

        if __name__ == "__main__":
            key = uuid.uuid4().bytes
            manager = msg_queue.start(authkey=key, queue_max_size=10, queues=["input"])
            process = multiprocessing.Process(target=feed, args=(manager.address, key))
            process.start()
            queue = manager.get_queue("input")
            print(queue.get(block=True), queue.empty())
            process.join()
            print(manager.get("state"), manager.get("other"))
            queue.task_done()
            manager.shutdown()
    """
    assert printed(launcher, script) == "[1, 2] True\ndone None\n"


# ---- outside a cluster ----


def outside(tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "train.py").write_text(textwrap.dedent(script))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PYTHON_ROOT)}
    command = [sys.executable, "train.py"]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_outside_a_cluster_the_guides_test_data_serves(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/part.json").write_text('{"features": [1.0], "label": 2}\n')
    script = """
        import pickle
        system = {"tempDataLocalPath": "d", "tempModelLocalPath": "m"}
        pickle.dump({"fitParam": {"a": "1"}, "internalSystemParam": system, "systemParam": {}, "kafkaParam": {}},
                    open("python_temp.pickle", "wb"))
        pickle.dump([pickle.dumps({"features": [1], "label": [0, 1]})], open("validate_table.pickle", "wb"))
        import mlsql, mlsql_model, python_fun
        import mlsql.python_fun
        print(mlsql.fit_param, mlsql.validate_data, mlsql.sklearn_all_data())
        mlsql_model.sk_save_model(1)
        python_fun.udf(print)
    """
    done = outside(tmp_path, script)
    assert done.stdout == "{'a': '1'} [{'features': [1], 'label': [0, 1]}] ([[1.0]], [2])\n", done.stderr
    assert (tmp_path / "m/model.pickle").exists()


def test_outside_a_cluster_missing_parameters_are_explained(tmp_path: Path) -> None:
    done = outside(tmp_path, "import mlsql\nprint('imported')\nmlsql.fit_param\n")
    assert done.stdout == "imported\n"
    assert "outside an MLSQL cluster" in done.stderr
    assert "python_temp.pickle" in done.stderr


def test_an_unknown_name_is_an_attribute_error(tmp_path: Path) -> None:
    done = outside(tmp_path, "import mlsql\nmlsql.no_such_thing\n")
    assert "module 'mlsql' has no attribute 'no_such_thing'" in done.stderr
