"""Calls a user's function for a batch of arguments, by either contract."""

import pickle
from typing import Any, Callable, Optional

from mlsql_runtime.function_batches import Answers, Arguments, encode_matrix
from mlsql_runtime.script_errors import format_error


class CallError(Exception):
    """A call that failed: what to tell about it."""

    def __init__(self, code: str, message: str, traceback: str = "", row: int = -1, arguments: str = "") -> None:
        super().__init__(message)
        self.details: dict[str, Any] = {
            "code": code,
            "message": message,
            "traceback": traceback,
            "row": row,
            "arguments": arguments,
        }


class ResultError(Exception):
    """The function returned what cannot be an answer."""


Call = Callable[[Arguments], bytes]


def row_caller(function: Callable[..., Any], model_dir: str, train_params: Optional[dict[str, str]]) -> Call:
    """Calls by the per-row contract: function(0, items). train_params None: no third item."""
    constants = [pickle.dumps([model_dir])]
    if train_params is not None:
        constants.append(pickle.dumps([train_params]))

    def call(arguments: Arguments) -> bytes:
        answers = Answers()
        # This loop is what a row costs on top of the user's function, so it does without calls of its own.
        add_numbers, add_length, row_done = answers.values.extend, answers.lengths.append, answers.lengths.__len__
        try:
            for item in arguments.pickled():
                result = function(0, iter((item, *constants)))
                try:
                    ((kind, size, indices, numbers),) = result
                except (TypeError, ValueError):
                    if result is None or (type(result) is list and result == [None]):
                        answers.add_null()
                        continue
                    raise ResultError(_no_answer(result)) from None
                if kind == 1:
                    add_numbers(numbers)
                    add_length(len(numbers))
                elif kind == 0:
                    answers.add_sparse(size, indices, numbers)
                else:
                    raise ResultError(_no_answer(result))
        except (Exception, SystemExit) as error:
            raise _row_error(error, arguments, row_done()) from error
        return answers.encode()

    return call


def batch_caller(function: Callable[..., Any], model_dir: str) -> Call:
    """Calls by the batch contract: function(X, model_path)."""

    def call(arguments: Arguments) -> bytes:
        try:
            matrix = arguments.matrix()
        except ValueError as error:
            raise CallError("MLSQL_FUNCTION_ARGUMENT", str(error)) from error
        # The function may change its matrix; the search for the failing row needs the arguments as they were.
        try:
            return _encode_answers(function(matrix, model_dir), arguments.count)
        except (Exception, SystemExit) as error:
            row = -1 if isinstance(error, ResultError) else _failing_row(function, model_dir, arguments)
            raise _row_error(error, arguments, row) from error

    return call


def _failing_row(function: Callable[..., Any], model_dir: str, arguments: Arguments) -> int:
    """The first row that the function fails on by itself, found by halving the batch; -1 where it fails on none."""
    matrix = arguments.matrix()
    low, high = 0, arguments.count
    while high - low > 1:
        middle = (low + high) // 2
        if _fails(function, model_dir, matrix[low:middle].copy()):
            high = middle
        else:
            low = middle
    return low if _fails(function, model_dir, matrix[low:high].copy()) else -1


def _fails(function: Callable[..., Any], model_dir: str, matrix: Any) -> bool:
    try:
        function(matrix, model_dir)
    except (Exception, SystemExit):
        return True
    return False


def _encode_answers(answer: Any, count: int) -> bytes:
    import numpy as np

    if hasattr(answer, "toarray"):
        answer = answer.toarray()
    try:
        rows = np.asarray(answer)
    except ValueError:
        # Rows of different lengths.
        rows = np.empty(0, dtype=object)
    if rows.dtype.kind in "biuf" and rows.ndim in (1, 2):
        _check_count(len(rows), count)
        return encode_matrix(np.ascontiguousarray(rows.reshape(count, -1 if rows.size else 0), dtype=np.float64))
    if rows.dtype.kind in "US":
        raise ResultError(
            f"the function returned text ({str(rows.flat[0])!r}): an answer is a number or a row of numbers"
        )
    if isinstance(answer, (str, bytes, dict)) or not hasattr(answer, "__len__") or rows.ndim > 2:
        raise ResultError(f"the function returned {_short(answer)}: expected a number or a row of numbers for each row")
    _check_count(len(answer), count)
    answers = Answers()
    for row, item in enumerate(answer):
        if item is None:
            answers.add_null()
            continue
        try:
            numbers = np.asarray(item.toArray() if hasattr(item, "toArray") else item, dtype=np.float64)
        except (TypeError, ValueError):
            raise ResultError(f"the function returned {_short(item)} for row {row}: expected numbers") from None
        answers.add_dense(numbers.ravel().tolist())
    return answers.encode()


def _check_count(answers: int, count: int) -> None:
    if answers != count:
        raise ResultError(f"the function returned {answers} answers for {count} rows: expected one for each")


def _row_error(error: BaseException, arguments: Arguments, row: int) -> CallError:
    if isinstance(error, ResultError):
        message, traceback = str(error), ""
    elif isinstance(error, SystemExit):
        message, traceback = f"the function called sys.exit({error.code!r})", format_error(error)
    else:
        traceback = format_error(error)
        message = traceback.rstrip().rpartition("\n")[2] or type(error).__name__
    text = arguments.text(row) if row >= 0 else ""
    return CallError("MLSQL_FUNCTION_ROW", message, traceback, row, text)


def _no_answer(result: Any) -> str:
    return f"the function returned {_short(result)}: expected [VectorUDT().serialize(vector)]"


def _short(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text[:200]}{'…' if len(text) > 200 else ''}"
