"""The rows of an attempt: streamed by the executor, or read from the partitions on local disk."""

from __future__ import annotations

import os

from mlsql_runtime import vectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from mlsql_runtime.spec import AttemptSpec

    Row = dict[str, Any]
#: Longest path that a Unix socket's address takes, with the byte that ends it.
_SOCKET_PATH_MAX = 107
_READ_BYTES = 1 << 20


class DataError(Exception):
    """Rows cannot be read: the message names the file, the line and what was wrong."""


def attempt_rows(spec: AttemptSpec, convert: vectors.Convert | None) -> Iterator[Row]:
    """All rows of the attempt's table, from the start at each call. convert None: vectors stay JSON objects."""
    if spec.data_stream:
        return stream_rows(spec.data_stream, convert)
    return file_rows(data_files(spec), spec.data_format, convert, spec.data_columns)


def data_files(spec: AttemptSpec) -> list[str]:
    """The partitions on local disk, in order. Raises DataError where there is no such folder."""
    try:
        names = sorted(os.listdir(spec.data_dir))
    except OSError as error:
        raise DataError(f"the data folder {spec.data_dir} cannot be read: {error.strerror}") from error
    return [os.path.join(spec.data_dir, name) for name in names if name.endswith(f".{spec.data_format}")]


def stream_rows(path: str, convert: vectors.Convert | None) -> Iterator[Row]:
    """Rows from the executor's socket; each call is a connection of its own and starts at the first row."""
    with _connect(path) as connection, connection.makefile("rb", _READ_BYTES) as lines:
        yield from _json_rows(lines, "the data stream", convert)


def file_rows(
    paths: Iterable[str], data_format: str, convert: vectors.Convert | None, columns: Sequence[str] = ()
) -> Iterator[Row]:
    """Rows of files of one format (json, csv, parquet), one file behind the other. Raises DataError.

    columns: names for csv, which has none of its own; where absent they are ``_c0``, ``_c1``, … as in Spark.
    """
    for path in paths:
        if data_format == "json":
            yield from _json_file(path, convert)
        elif data_format == "csv":
            yield from _csv_file(path, convert, columns)
        elif data_format == "parquet":
            yield from _parquet_file(path, convert)
        else:
            raise DataError(f"{path}: rows of the format {data_format!r} cannot be read: known are csv, json, parquet")


def batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    """The rows in lists of size each, the last one shorter; none for no rows."""
    if size < 1:
        raise ValueError(f"max_records must be at least 1, got {size}")
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _connect(path: str) -> socket.socket:
    import socket

    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = -1
    try:
        address = path
        if len(os.fsencode(path)) > _SOCKET_PATH_MAX:
            folder = os.open(os.path.dirname(path), os.O_PATH | os.O_CLOEXEC)
            address = f"/proc/self/fd/{folder}/{os.path.basename(path)}"
        connection.connect(address)
    except OSError as error:
        connection.close()
        raise DataError(f"the executor's data stream {path} cannot be reached: {error.strerror}") from error
    finally:
        if folder >= 0:
            os.close(folder)
    return connection


def _json_file(path: str, convert: vectors.Convert | None) -> Iterator[Row]:
    with open(path, "rb", _READ_BYTES) as lines:
        yield from _json_rows(lines, path, convert)


def _json_rows(lines: Iterable[bytes], source: str, convert: vectors.Convert | None) -> Iterator[Row]:
    import json

    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(f"{source}, line {number}: not a JSON object: {error}") from error
        if type(row) is not dict:
            raise DataError(f"{source}, line {number}: expected a JSON object, got {type(row).__name__}")
        yield vectors.convert_row(row, convert)


def _csv_file(path: str, convert: vectors.Convert | None, columns: Sequence[str]) -> Iterator[Row]:
    import csv
    import sys

    csv.field_size_limit(sys.maxsize)
    with open(path, encoding="utf-8", newline="") as file:
        for cells in csv.reader(file):
            names = columns or [f"_c{index}" for index in range(len(cells))]
            if len(names) != len(cells):
                raise DataError(f"{path}: a line has {len(cells)} cells, the table has {len(names)} columns")
            yield vectors.convert_row({name: _csv_value(cell) for name, cell in zip(names, cells)}, convert)


def _csv_value(cell: str | None) -> Any:
    """A cell as what it looks like: number, true or false, JSON array or object, null where empty, else text."""
    if not cell:
        return None
    if cell[0] in "[{":
        import json

        try:
            return json.loads(cell)
        except ValueError:
            return cell
    if cell in ("true", "false"):
        return cell == "true"
    # "007" and "1_000" are text, not numbers.
    if "_" in cell or (len(cell) > 1 and cell[0] == "0" and cell[1].isdigit()):
        return cell
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _parquet_file(path: str, convert: vectors.Convert | None) -> Iterator[Row]:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise DataError(
            f"{path}: mlsql reads parquet with pyarrow, which this interpreter lacks; install it there, "
            'or train with dataLocalFormat="json"'
        ) from error
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches():
            for row in batch.to_pylist():
                yield vectors.convert_row(row, convert)
