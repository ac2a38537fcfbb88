"""A function worker behind its two pipes: both contracts, every kind of argument, every way to fail."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import textwrap
from array import array
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from conftest import RUNTIME, write_file

from mlsql_runtime.vendored import msgpack

HEADER = struct.Struct("<IQB")


@dataclass
class Answers:
    """An answer batch, decoded by the documentation alone."""

    rows: list[Any]
    raw: dict[str, Any]


class Worker:
    """A worker process, spoken to as the executor does."""

    def __init__(
        self, root: Path, source: str, files: dict[str, Any] | None = None, python: list[str] | None = None, **spec: Any
    ) -> None:
        self.folder = root / f"function-{len(list(root.iterdir()))}"
        for name, content in {"project/predict.py": source, **(files or {})}.items():
            write_file(self.folder / name, content)
        defaults = {
            "functionId": "f-1",
            "name": "predict",
            "workDir": str(self.folder / "project"),
            "script": "predict.py",
            "command": "",
            "builtinAlg": "",
            "modelDir": "/models/m",
            "resources": {},
            "fitParam": {},
            "systemParam": {},
            "copyTrainParams": False,
            "trainParams": {},
            "pythonVersion": "",
        }
        write_file(self.folder / "spec.json", json.dumps({**defaults, **spec}))
        to_worker, self._to_worker = os.pipe()
        self._from_worker, from_worker = os.pipe()

        def arrange() -> None:
            os.dup2(to_worker, 103)
            os.dup2(from_worker, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)
            os.closerange(5, 200)

        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(
                [*(python or [sys.executable]), str(RUNTIME / "function_worker.py"), str(self.folder / "spec.json")],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=arrange,
                close_fds=False,
            )
        os.close(to_worker)
        os.close(from_worker)
        self._reader = os.fdopen(self._from_worker, "rb")
        self._call_id = 0

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self.process.wait(30)
        self._reader.close()

    def close(self) -> None:
        if self._to_worker >= 0:
            os.close(self._to_worker)
            self._to_worker = -1

    def frame(self) -> tuple[int, int, bytes]:
        length, call_id, kind = HEADER.unpack(self._reader.read(HEADER.size))
        return call_id, kind, self._reader.read(length - 9)

    def ready(self) -> dict[str, Any]:
        call_id, kind, payload = self.frame()
        assert (call_id, kind) == (0, 2), (payload, self.output())
        return json.loads(payload)

    def failed(self) -> dict[str, Any]:
        call_id, kind, payload = self.frame()
        assert (call_id, kind) == (0, 3), (payload, self.output())
        return json.loads(payload)

    def send(self, arguments: dict[str, Any]) -> int:
        self._call_id += 1
        payload = msgpack.packb(arguments)
        data = memoryview(HEADER.pack(9 + len(payload), self._call_id, 0) + payload)
        while data:
            data = data[os.write(self._to_worker, data) :]
        return self._call_id

    def call(self, arguments: dict[str, Any]) -> Answers:
        sent = self.send(arguments)
        call_id, kind, payload = self.frame()
        assert (call_id, kind) == (sent, 0), payload
        return decode(msgpack.unpackb(payload))

    def error(self, arguments: dict[str, Any]) -> dict[str, Any]:
        sent = self.send(arguments)
        call_id, kind, payload = self.frame()
        assert (call_id, kind) == (sent, 1), payload
        return json.loads(payload)

    def output(self) -> str:
        return (self.folder / "output").read_text()


def doubles(numbers: list[float]) -> bytes:
    return array("d", numbers).tobytes()


def integers(numbers: list[int]) -> bytes:
    return array("i", numbers).tobytes()


def dense_arguments(rows: list[list[float]]) -> dict[str, Any]:
    flat = [number for row in rows for number in row]
    return {"n": len(rows), "kind": "dense", "dim": len(rows[0]), "values": doubles(flat)}


def ragged_arguments(rows: list[list[float]]) -> dict[str, Any]:
    ends = [sum(map(len, rows[:i])) for i in range(len(rows) + 1)]
    flat = [number for row in rows for number in row]
    return {"n": len(rows), "kind": "ragged", "values": doubles(flat), "offsets": integers(ends)}


#: [1, 2, 3] dense, (3, {0: 9, 2: 7}) sparse, (3, {}) sparse.
MIXED = {
    "n": 3,
    "kind": "mixed",
    "values": doubles([1, 2, 3, 9, 7]),
    "offsets": integers([0, 3, 5, 5]),
    "sparse": bytes([0, 1, 1]),
    "sizes": integers([0, 3, 3]),
    "indices": integers([0, 0, 0, 0, 2]),
}


def decode(raw: dict[str, Any]) -> Answers:
    values = array("d", raw["values"]).tolist()
    count = raw["n"]
    offsets = [i * raw.get("dim", 0) for i in range(count + 1)]
    if "offsets" in raw:
        offsets = array("i", raw["offsets"]).tolist()
    assert len(values) == offsets[-1]
    rows: list[Any] = []
    for row in range(count):
        numbers = values[offsets[row] : offsets[row + 1]]
        if raw.get("nulls", bytes(count))[row]:
            rows.append(None)
        elif raw.get("sparse", bytes(count))[row]:
            indices = array("i", raw["indices"]).tolist()[offsets[row] : offsets[row + 1]]
            rows.append((array("i", raw["sizes"])[row], dict(zip(indices, numbers))))
        else:
            rows.append(numbers)
    return Answers(rows, raw)


ECHO = """
    import pickle
    import python_fun

    def predict(index, items):
        vector, model = [pickle.loads(item) for item in items]
        assert model == ["/models/m"]
        return [vector]

    python_fun.udf(predict)
"""


def script(text: str) -> str:
    return textwrap.dedent(text)


# ---- the per-row contract ----


def test_dense_rows_go_through_the_per_row_contract(tmp_path: Path) -> None:
    with Worker(tmp_path, script(ECHO)) as worker:
        ready = worker.ready()
        assert ready["kind"] == "row"
        assert ready["info"]["executable"] == sys.executable
        answers = worker.call(dense_arguments([[1, 2], [3, float("inf")], [-0.5, 1e300]]))
        assert answers.rows == [[1.0, 2.0], [3.0, float("inf")], [-0.5, 1e300]]
        assert answers.raw["dim"] == 2
        assert set(answers.raw) == {"n", "values", "dim"}


def test_rows_of_other_kinds_keep_their_form(tmp_path: Path) -> None:
    with Worker(tmp_path, script(ECHO)) as worker:
        worker.ready()
        ragged = worker.call(ragged_arguments([[1], [], [2, 3]]))
        assert ragged.rows == [[1.0], [], [2.0, 3.0]]
        mixed = worker.call(MIXED)
        assert mixed.rows == [[1.0, 2.0, 3.0], (3, {0: 9.0, 2: 7.0}), (3, {})]
        assert worker.call(dense_arguments([[], []])).rows == [[], []]


def test_nan_goes_through(tmp_path: Path) -> None:
    with Worker(tmp_path, script(ECHO)) as worker:
        worker.ready()
        [[number]] = worker.call(dense_arguments([[float("nan")]])).rows
        assert number != number


def test_train_params_are_the_third_item_where_asked(tmp_path: Path) -> None:
    source = """
        import pickle, python_fun
        def predict(index, items):
            items = [pickle.loads(item) for item in items]
            return [(1, None, None, [len(items), float(items[2][0]["width"])])]
        python_fun.udf(predict)
    """
    with Worker(tmp_path, script(source), copyTrainParams=True, trainParams={"width": "100"}) as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1]])).rows == [[3.0, 100.0]]


def test_none_is_null_and_forms_may_change_within_a_batch(tmp_path: Path) -> None:
    source = """
        import pickle, python_fun
        answers = [
            [(1, None, None, [1.0])],
            None,
            [None],
            [(0, 5, [1, 4], [2.0, 3.0])],
            [(1, None, None, [4, 5])],
            [(0, 5, [], [])],
        ]
        def predict(index, items):
            return answers[int(pickle.loads(next(items))[3][0])]
        python_fun.udf(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        expected = [[1.0], None, None, (5, {1: 2.0, 4: 3.0}), [4.0, 5.0], (5, {})]
        assert worker.call(dense_arguments([[i] for i in range(6)])).rows == expected
        assert worker.call(dense_arguments([[0], [0]])).raw["dim"] == 1
        assert worker.call(dense_arguments([[1]])).rows == [None]


def test_pyspark_vectors_go_both_ways(tmp_path: Path) -> None:
    source = """
        import pickle, python_fun
        from pyspark.ml.linalg import VectorUDT, Vectors
        @python_fun.udf
        def predict(index, items):
            vector = VectorUDT().deserialize(pickle.loads(next(items)))
            return [VectorUDT().serialize(Vectors.sparse(4, {0: float(vector.toArray().sum())}))]
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        assert worker.call(MIXED).rows == [(4, {0: 6.0}), (4, {0: 16.0}), (4, {0: 0.0})]


def test_a_row_that_raises_is_told_with_its_number_arguments_and_own_traceback(tmp_path: Path) -> None:
    source = """
        import pickle, python_fun
        def check(x):
            if x == 3:
                raise ValueError("three is too many")
        def predict(index, items):
            check(pickle.loads(next(items))[3][0])
            return [(1, None, None, [0.0])]
        python_fun.udf(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        error = worker.error(dense_arguments([[float(i), 0.5] for i in range(1000)]))
        assert error["code"] == "MLSQL_FUNCTION_ROW"
        assert error["row"] == 3
        assert error["arguments"] == "[3.0,0.5]"
        assert error["message"] == "ValueError: three is too many"
        assert error["traceback"].count("File ") == 2
        assert "mlsql_runtime" not in error["traceback"]
        assert 'predict.py", line 5, in check' in error["traceback"]
        sparse = {**MIXED, "values": doubles([1, 2, 3, 3, 7])}
        assert worker.error(sparse)["arguments"] == "(3,[0,2],[3.0,7.0])"
        assert worker.call(dense_arguments([[1, 1]])).rows == [[0.0]]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("1.0", "the function returned float 1.0: expected [VectorUDT().serialize(vector)]"),
        ("__import__('numpy').ones(3)", "the function returned ndarray array([1., 1., 1.]): expected"),
        ("[(1, None, None)]", "the function returned list [(1, None, None)]: expected"),
        ("[(7, None, None, [])]", "the function returned list [(7, None, None, [])]: expected"),
        ("[(1, None, None, ['a'])]", "TypeError: must be real number, not str"),
        ("[(0, 2, [5], [1.0])]", "ValueError: a sparse vector of size 2"),
        ("sys.exit(4)", "the function called sys.exit(4)"),
    ],
)
def test_an_answer_that_is_none_is_told(tmp_path: Path, answer: str, message: str) -> None:
    source = f"import python_fun, sys\npython_fun.udf(lambda index, items: {answer})\n"
    with Worker(tmp_path, source) as worker:
        worker.ready()
        error = worker.error(dense_arguments([[1]]))
        assert error["message"].startswith(message)
        assert error["row"] == 0


# ---- the batch contract ----


def test_a_batch_function_gets_one_writable_matrix(tmp_path: Path) -> None:
    source = """
        import numpy, python_fun
        def predict(X, model_path):
            assert X.dtype == numpy.float64 and X.ndim == 2 and X.flags.c_contiguous and model_path == "/models/m"
            X *= 2
            return X.sum(axis=1)
        python_fun.udf_batch(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        assert worker.ready()["kind"] == "batch"
        assert worker.call(dense_arguments([[1, 2], [3, 4]])).rows == [[6.0], [14.0]]
        assert worker.call(MIXED).rows == [[12.0], [32.0], [0.0]]
        assert worker.call(ragged_arguments([[1, 2], [3, 4]])).rows == [[6.0], [14.0]]


def test_a_matrix_that_a_function_keeps_stays_as_it_is(tmp_path: Path) -> None:
    source = """
        import python_fun
        kept = []
        def predict(X, model_path):
            kept.append(X)
            return [sum(each[-1, 0] for each in kept)] * len(X)
        python_fun.udf_batch(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        for call in range(1, 5):
            # So many that their values are not copied.
            answers = worker.call(dense_arguments([[10.0**call]] * 10_000)).rows
            assert answers == [[sum(10.0**each for each in range(1, call + 1))]] * 10_000


def test_matrices_of_any_batch_are_aligned_and_hold_their_own_rows(tmp_path: Path) -> None:
    source = """
        import python_fun
        def predict(X, model_path):
            assert X.flags.aligned and X.flags.writeable and X.flags.c_contiguous
            return X
        python_fun.udf_batch(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        # Heads of different lengths, shorter and longer batches in turn.
        for count in (1, 300, 2, 70_000, 129, 5):
            rows = [[float(count + row)] for row in range(count)]
            arguments = dense_arguments(rows)
            assert worker.call(arguments).rows == rows
            # The values need not stand last.
            assert worker.call(dict(reversed(arguments.items()))).rows == rows


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ("X", [[1.0, 2.0], [3.0, 4.0]]),
        ("X[:, ::-1].astype('float32')", [[2.0, 1.0], [4.0, 3.0]]),
        ("(X[:, 0] > 1)", [[0.0], [1.0]]),
        ("[1, 2]", [[1.0], [2.0]]),
        ("[[1], [2, 3]]", [[1.0], [2.0, 3.0]]),
        ("[None, 5]", [None, [5.0]]),
        ("[Vectors.dense([1, 2]), Vectors.sparse(2, {1: 4.0})]", [[1.0, 2.0], [0.0, 4.0]]),
        ("scipy.sparse.csr_matrix(X)", [[1.0, 2.0], [3.0, 4.0]]),
    ],
)
def test_batch_answers_come_in_many_forms(tmp_path: Path, answer: str, rows: list[Any]) -> None:
    source = "import python_fun, scipy.sparse\nfrom pyspark.ml.linalg import Vectors\n"
    with Worker(tmp_path, f"{source}python_fun.udf_batch(lambda X, path: {answer})\n") as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1, 2], [3, 4]])).rows == rows


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("[1]", "the function returned 1 answers for 2 rows: expected one for each"),
        ("['cat', 'dog']", "the function returned text ('cat'): an answer is a number or a row of numbers"),
        ("7", "the function returned int 7: expected a number or a row of numbers for each row"),
        ("None", "the function returned NoneType None: expected"),
        ("[1, object]", "the function returned type <class 'object'> for row 1: expected numbers"),
    ],
)
def test_a_batch_answer_that_is_none_is_told(tmp_path: Path, answer: str, message: str) -> None:
    with Worker(tmp_path, f"import python_fun\npython_fun.udf_batch(lambda X, path: {answer})\n") as worker:
        worker.ready()
        error = worker.error(dense_arguments([[1, 2], [3, 4]]))
        assert error["message"].startswith(message)
        assert (error["code"], error["row"]) == ("MLSQL_FUNCTION_ROW", -1)


def test_the_row_that_a_batch_function_fails_on_is_found(tmp_path: Path) -> None:
    source = """
        import python_fun
        def predict(X, model_path):
            if (X[:, 0] == 777).any():
                raise ValueError("bad row")
            X[:] = 777  # what a function does to its matrix must not mislead the search
            return X[:, 1]
        python_fun.udf_batch(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        error = worker.error(dense_arguments([[float(i), 2.0] for i in range(2048)]))
        assert (error["row"], error["arguments"]) == (777, "[777.0,2.0]")
        assert error["traceback"].count("File ") == 1


def test_rows_of_different_lengths_are_refused_by_name(tmp_path: Path) -> None:
    with Worker(tmp_path, "import python_fun\npython_fun.udf_batch(lambda X, path: X)\n") as worker:
        worker.ready()
        error = worker.error(ragged_arguments([[1, 2], [3]]))
        assert error["code"] == "MLSQL_FUNCTION_ARGUMENT"
        assert "row 0 has 2 numbers, row 1 has 1" in error["message"]


# ---- the script around the function ----


def test_prints_go_to_the_log_and_never_break_frames(tmp_path: Path) -> None:
    source = """
        import os, python_fun, subprocess, sys
        print("loading")
        os.closerange(3, 50)
        subprocess.run(["sh", "-c", "echo from a child; ls /proc/self/fd | tr '\\\\n' ' '"])
        def predict(X, model_path):
            print("called")
            os.write(1, b"raw\\n")
            return X
        python_fun.udf_batch(predict)
    """
    with Worker(tmp_path, script(source)) as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1]])).rows == [[1.0]]
        assert worker.output().startswith("loading\nfrom a child\n0 1 2 3 ")
        assert worker.output().endswith("called\nraw\n")


def test_the_script_sees_itself_as_main_with_its_parameters(tmp_path: Path) -> None:
    source = """
        import os, sys
        import mlsql, python_fun, helper
        assert __name__ == "__main__" and sys.modules["__main__"].__dict__ is globals()
        assert sys.argv == ["predict.py"] and __file__ == os.path.abspath("predict.py")
        assert sys.path[0] == os.getcwd() and not [path for path in sys.path if "mlsql_runtime" in path]
        assert mlsql.fit_param == {"a": "1"} and mlsql.internal_system_param["resource"] == {"d": "/r/d"}
        assert mlsql.internal_system_param["tempModelLocalPath"] == "/models/m"
        assert os.path.dirname(mlsql.systemParam["funcPath"]) == os.getcwd()
        assert os.path.exists("python_temp.pickle")
        class Model:
            pass
        import pickle
        assert type(pickle.loads(pickle.dumps(Model()))) is Model
        if __name__ == "__main__":
            python_fun.udf_batch(lambda X, path: X + helper.one)
            sys.exit(0)
    """
    files = {"project/helper.py": "one = 1\n"}
    with Worker(tmp_path, script(source), files, fitParam={"a": "1"}, resources={"d": "/r/d"}) as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1]])).rows == [[2.0]]


def test_an_old_copy_beside_the_script_is_passed_over(tmp_path: Path) -> None:
    files = {"project/python_fun.py": "raise Exception('old')"}
    with Worker(tmp_path, "import python_fun\npython_fun.udf_batch(lambda X, path: X)\n", files) as worker:
        worker.ready()
        assert worker.output().startswith("[mlsql] python_fun.py beside predict.py: not used")


def test_a_script_that_raises_is_told_with_its_own_traceback(tmp_path: Path) -> None:
    with Worker(tmp_path, "def load():\n    raise OSError('no model')\nload()\n") as worker:
        failed = worker.failed()
        assert failed["code"] == "MLSQL_FUNCTION_SCRIPT"
        assert (failed["type"], failed["message"]) == ("OSError", "no model")
        assert failed["traceback"].count("File ") == 2
        assert worker.output() == failed["traceback"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("print('nothing')", "predict.py ended without python_fun.udf(…) or python_fun.udf_batch(…)"),
        ("import sys; sys.exit(3)", "predict.py called sys.exit(3)"),
        ("x = = 1", "invalid syntax (predict.py, line 1)"),
        ("import python_fun; python_fun.udf('predict')", "python_fun takes a function, got str"),
    ],
)
def test_a_script_without_a_function_is_told(tmp_path: Path, source: str, message: str) -> None:
    with Worker(tmp_path, source) as worker:
        failed = worker.failed()
        assert failed["code"] == "MLSQL_FUNCTION_SCRIPT"
        assert failed["message"] == message


def test_the_worker_ends_when_its_pipe_ends(tmp_path: Path) -> None:
    source = "import atexit, python_fun\natexit.register(print, 'bye')\npython_fun.udf_batch(lambda X, path: X)\n"
    with Worker(tmp_path, source) as worker:
        worker.ready()
        worker.close()
        assert worker.process.wait(30) == 0
        assert worker.output() == "bye\n"


def test_a_command_of_a_project_hands_its_function_over(tmp_path: Path) -> None:
    source = """
        import sys
        import helper
        import python_fun
        factor = float(sys.argv[1])
        def predict(X, model_path):
            return helper.scale(X, factor)
        python_fun.udf_batch(predict)
    """
    files = {"project/src/predict.py": script(source), "project/src/helper.py": "def scale(X, f):\n    return X * f\n"}
    with Worker(tmp_path, "", files, script="", command="python src/predict.py 2.5") as worker:
        assert worker.ready()["kind"] == "batch"
        assert worker.call(dense_arguments([[2.0]])).rows == [[5.0]]


def test_a_command_that_fails_is_told_with_the_scripts_error(tmp_path: Path) -> None:
    with Worker(tmp_path, "raise ValueError('inside')\n", script="", command="python predict.py; exit 9") as worker:
        failed = worker.failed()
        assert (failed["type"], failed["code"]) == ("ValueError", "MLSQL_FUNCTION_SCRIPT")
        assert failed["message"] == "inside"


@pytest.mark.parametrize("flags", [["-I"], ["-S"], ["-u", "-O"]])
def test_any_flags_of_the_interpreter_work(tmp_path: Path, flags: list[str]) -> None:
    source = "import python_fun, pickle\npython_fun.udf(lambda index, items: [pickle.loads(next(items))])\n"
    with Worker(tmp_path, source, python=[sys.executable, *flags]) as worker:
        worker.ready()
        assert worker.call(dense_arguments([[1, 2]])).rows == [[1.0, 2.0]]


def test_an_interpreter_that_is_too_old_is_told(tmp_path: Path) -> None:
    old = tmp_path / "python3.6"
    code = "import sys; sys.version_info = (3, 6, 15, 'final', 0); import runpy; sys.argv = sys.argv[1:]; "
    old.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c \"{code}runpy.run_path(sys.argv[0], run_name='__main__')\" $@\n"
    )
    old.chmod(0o700)
    with Worker(tmp_path, "", python=[str(old)]) as worker:
        failed = worker.failed()
        assert failed["code"] == "MLSQL_TASK_INTERPRETER"
        assert "is Python 3.6.15, which is too old" in failed["message"]


@pytest.mark.long
def test_a_built_in_trainers_model_needs_no_script(tmp_path: Path) -> None:
    import pickle

    from sklearn.naive_bayes import MultinomialNB

    model = MultinomialNB().fit([[1, 0], [0, 1]], [4, 6])
    write_file(tmp_path / "model/model.pickle", pickle.dumps(model))
    worker = Worker(tmp_path, "", script="", builtinAlg="MultinomialNB", modelDir=str(tmp_path / "model"))
    with worker:
        assert worker.ready()["kind"] == "batch"
        assert worker.call(dense_arguments([[5, 0], [0, 5]])).rows == [[4.0], [6.0]]
