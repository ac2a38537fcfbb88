"""Vectors as rows carry them (JSON objects), as pyspark knows them, and as plain numbers."""

import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Callable, Optional

Convert = Callable[[Any], Any]
_LINALG = "pyspark.ml.linalg"


def is_vector(value: Any) -> bool:
    """True for ``{"type": 1, "values": […]}`` and ``{"type": 0, "size": n, "indices": […], "values": […]}``."""
    if type(value) is not dict or "values" not in value:
        return False
    kind = value.get("type")
    if kind == 1:
        return value.get("size") is None and value.get("indices") is None and len(value) in (2, 4)
    return kind == 0 and len(value) == 4 and "size" in value and "indices" in value


def to_list(vector: dict[str, Any]) -> list[float]:
    """A vector's numbers, all of them."""
    if vector["type"] == 1:
        return list(vector["values"])
    numbers = [0.0] * vector["size"]
    for index, number in zip(vector["indices"], vector["values"]):
        numbers[index] = number
    return numbers


def pyspark_converter() -> Convert:
    """Turns a vector object into a pyspark vector, or into a list where pyspark cannot be imported."""
    try:
        from pyspark.ml.linalg import DenseVector, SparseVector
    except ImportError:
        return to_list

    def convert(vector: dict[str, Any]) -> Any:
        if vector["type"] == 1:
            return DenseVector(vector["values"])
        return SparseVector(vector["size"], vector["indices"], vector["values"])

    return convert


def convert_row(row: dict[str, Any], convert: Optional[Convert]) -> dict[str, Any]:
    """The row with each vector converted, also those in arrays. The row itself is changed."""
    if convert is not None:
        for name, value in row.items():
            kind = type(value)
            if kind is dict:
                row[name] = convert(value) if is_vector(value) else convert_row(value, convert)
            elif kind is list and value and type(value[0]) in (dict, list):
                row[name] = [_convert_item(item, convert) for item in value]
    return row


def _convert_item(item: Any, convert: Convert) -> Any:
    if type(item) is dict:
        return convert(item) if is_vector(item) else convert_row(item, convert)
    if type(item) is list:
        return [_convert_item(inner, convert) for inner in item]
    return item


@contextmanager
def pickled_as_pyspark() -> Iterator[Convert]:
    """A converter whose values pickle as pyspark vectors, without the third of a second that importing pyspark takes.

    Only where pyspark can be imported; else vectors become lists. Pickles are to be made within the block, and before
    the script's first line: the module's name is borrowed meanwhile.
    """
    from importlib.util import find_spec

    if "pyspark" in sys.modules or find_spec("pyspark") is None or find_spec("numpy") is None:
        yield pyspark_converter()
        return
    borrowed = ("pyspark", "pyspark.ml", _LINALG)
    for name in borrowed:
        sys.modules[name] = ModuleType(name)
    sys.modules[_LINALG].__dict__.update(DenseVector=_Dense, SparseVector=_Sparse)

    def convert(vector: dict[str, Any]) -> Any:
        if vector["type"] == 1:
            return _Pickled(_Dense, (_bytes("d", vector["values"]),))
        return _Pickled(_Sparse, (vector["size"], _bytes("i", vector["indices"]), _bytes("d", vector["values"])))

    try:
        yield convert
    finally:
        for name in borrowed:
            del sys.modules[name]


def _bytes(kind: str, numbers: list[Any]) -> bytes:
    return array(kind, numbers).tobytes()


class _Dense:
    __module__ = _LINALG
    __qualname__ = "DenseVector"


class _Sparse:
    __module__ = _LINALG
    __qualname__ = "SparseVector"


class _Pickled:
    """Pickles as a call of a class with arguments, as pyspark's vectors do."""

    def __init__(self, kind: type, arguments: tuple[Any, ...]) -> None:
        self._reduced = (kind, arguments)

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return self._reduced
