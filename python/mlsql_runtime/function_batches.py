"""Columns of arguments and answers as they travel: see docs/function-wire.md."""

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

import mlsql_runtime.vendored.msgpack as msgpack

#: What VectorUDT().serialize gives: (1, None, None, values) or (0, size, indices, values).
Datum = tuple[int, Optional[int], Optional[list[int]], list[Any]]

assert sys.byteorder == "little", "function workers need a little-endian machine"


@dataclass
class Arguments:
    """One batch of arguments. Offsets, sparse, sizes and indices are None where the kind has none."""

    count: int
    kind: str
    dim: int
    values: bytearray
    offsets: Optional[memoryview]
    sparse: Optional[bytes]
    sizes: Optional[memoryview]
    indices: Optional[memoryview]

    def data(self) -> Iterator[Datum]:
        """Row by row what VectorUDT().serialize would give."""
        values = memoryview(self.values).cast("d")
        if self.offsets is None:
            dim = self.dim
            for start in range(0, self.count * dim, dim) if dim else [0] * self.count:
                yield (1, None, None, values[start : start + dim].tolist())
            return
        for row in range(self.count):
            yield self.datum(row)

    def datum(self, row: int) -> Datum:
        """One row of data()."""
        start, end = self._range(row)
        numbers = memoryview(self.values).cast("d")[start:end].tolist()
        if self.sparse is None or not self.sparse[row]:
            return (1, None, None, numbers)
        assert self.sizes is not None and self.indices is not None
        return (0, self.sizes[row], self.indices[start:end].tolist(), numbers)

    def matrix(self) -> Any:
        """All rows as a writable numpy array of float64 with a row each.

        Raises ValueError where rows have different lengths.
        """
        import numpy as np

        flat = np.frombuffer(self.values, dtype=np.float64)
        if self.offsets is None:
            return flat.reshape(self.count, self.dim)
        lengths = np.diff(np.frombuffer(self.offsets, dtype=np.int32))
        sizes: Any = lengths
        if self.sparse is not None:
            sizes = np.where(np.frombuffer(self.sparse, np.uint8), np.frombuffer(self.sizes or b"", np.int32), lengths)
        width = int(sizes[0])
        if (sizes != width).any():
            row = int((sizes != width).argmax())
            raise ValueError(
                f"a batch function takes rows of one length: row 0 has {width} numbers, row {row} has {int(sizes[row])}"
            )
        if self.sparse is None:
            return flat.reshape(self.count, width)
        rows: Any = np.repeat(np.arange(self.count), lengths)
        sparse = np.frombuffer(self.sparse, np.uint8)[rows] != 0
        within = np.arange(len(flat)) - np.repeat(np.frombuffer(self.offsets, np.int32)[:-1], lengths)
        columns = np.where(sparse, np.frombuffer(self.indices or b"", np.int32), within)
        matrix = np.zeros((self.count, width))
        matrix[rows, columns] = flat
        return matrix

    def text(self, row: int) -> str:
        """A row's argument as pyspark prints a vector, cut where it is long."""
        kind, size, indices, numbers = self.datum(row)
        shown = ",".join(map(str, numbers[:200])) + (",…" if len(numbers) > 200 else "")
        if kind == 1:
            return f"[{shown}]"
        places = ",".join(map(str, (indices or [])[:200])) + (",…" if len(numbers) > 200 else "")
        return f"({size},[{places}],[{shown}])"

    def _range(self, row: int) -> tuple[int, int]:
        if self.offsets is None:
            return row * self.dim, (row + 1) * self.dim
        return self.offsets[row], self.offsets[row + 1]


def decode(payload: bytes) -> Arguments:
    """Reads a batch of arguments. Raises ValueError for one that is not as documented."""
    raw = msgpack.unpackb(payload)
    values = bytearray(raw["values"])
    arguments = Arguments(
        count=raw["n"],
        kind=raw["kind"],
        dim=raw.get("dim", 0),
        values=values,
        offsets=_integers(raw, "offsets"),
        sparse=raw.get("sparse"),
        sizes=_integers(raw, "sizes"),
        indices=_integers(raw, "indices"),
    )
    expected = arguments.count * arguments.dim if arguments.offsets is None else arguments.offsets[-1]
    if len(values) != 8 * expected:
        raise ValueError(
            f"a batch of {arguments.count} rows has {len(values)} bytes of values, expected {8 * expected}"
        )
    return arguments


def encode_matrix(matrix: Any, nulls: Optional[bytes] = None) -> bytes:
    """A batch of answers, all of one length: a C-contiguous numpy array of float64 with a row each."""
    answers = {"n": matrix.shape[0], "values": matrix.tobytes(), "dim": matrix.shape[1]}
    if nulls is not None:
        answers["nulls"] = nulls
    return bytes(msgpack.packb(answers))


class Answers:
    """Answers gathered one by one."""

    def __init__(self) -> None:
        self._values = array("d")
        self._ends = array("i")
        self._sparse: Optional[bytearray] = None
        self._sizes = array("i")
        self._indices = array("i")
        self._nulls: Optional[bytearray] = None

    def add_dense(self, numbers: Any) -> None:
        """An answer with these numbers. Raises TypeError where they are not numbers."""
        self._values.extend(numbers)
        self._ends.append(len(self._values))
        if self._sparse is not None:
            self._sparse.append(0)
            self._sizes.append(0)
            self._indices.extend([0] * (len(self._values) - len(self._indices)))

    def add_sparse(self, size: int, indices: Any, numbers: Any) -> None:
        """A sparse vector. Raises TypeError or ValueError where it is none."""
        indices, numbers = array("i", indices), array("d", numbers)
        if len(indices) != len(numbers) or (len(indices) and not 0 <= min(indices) <= max(indices) < size):
            raise ValueError(f"a sparse vector of size {size} with {len(indices)} indices, {len(numbers)} values")
        if self._sparse is None:
            self._sparse = bytearray(len(self._ends))
            self._sizes.extend([0] * len(self._ends))
            self._indices.extend([0] * len(self._values))
        self._values.extend(numbers)
        self._ends.append(len(self._values))
        self._sparse.append(1)
        self._sizes.append(size)
        self._indices.extend(indices)

    def add_null(self) -> None:
        """A null."""
        if self._nulls is None:
            self._nulls = bytearray()
        self._nulls.extend(bytes(len(self._ends) - len(self._nulls)) + b"\1")
        self.add_dense(())

    def encode(self) -> bytes:
        """The batch of answers."""
        count = len(self._ends)
        answers: dict[str, Any] = {"n": count, "values": self._values.tobytes()}
        dim = self._ends[0] if count else 0
        if self._sparse is None and self._ends == array(
            "i", range(dim, dim * (count + 1), dim) if dim else [0] * count
        ):
            answers["dim"] = dim
        else:
            answers["offsets"] = array("i", [0]).tobytes() + self._ends.tobytes()
        if self._sparse is not None:
            answers.update(sparse=bytes(self._sparse), sizes=self._sizes.tobytes(), indices=self._indices.tobytes())
        if self._nulls is not None:
            answers["nulls"] = bytes(self._nulls) + bytes(count - len(self._nulls))
        return bytes(msgpack.packb(answers))


def _integers(raw: dict[str, Any], key: str) -> Optional[memoryview]:
    return memoryview(raw[key]).cast("i") if key in raw else None
