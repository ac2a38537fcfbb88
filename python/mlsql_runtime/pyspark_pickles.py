"""Pickles of pyspark vectors, made without importing pyspark."""

import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from mlsql_runtime import vectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mlsql_runtime.vectors import Convert

_LINALG = "pyspark.ml.linalg"


@contextmanager
def pickled_as_pyspark() -> "Iterator[Convert]":
    """A converter whose values pickle as pyspark vectors, without the third of a second that importing pyspark takes.

    Only where pyspark can be imported; else vectors become lists. Pickles are to be made within the block, and before
    the script's first line: the module's name is borrowed meanwhile.
    """
    from importlib.util import find_spec

    if "pyspark" in sys.modules or find_spec("pyspark") is None or find_spec("numpy") is None:
        yield vectors.pyspark_converter()
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
