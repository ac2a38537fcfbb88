"""Vectors as rows carry them (JSON objects), as pyspark knows them, and as plain numbers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    Convert = Callable[[Any], Any]


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


def convert_row(row: dict[str, Any], convert: Convert | None) -> dict[str, Any]:
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
