"""Columns of arguments and answers as they travel: see docs/function-wire.md."""

import pickle
import sys
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Optional, Union

import mlsql_runtime.vendored.msgpack as msgpack

#: What VectorUDT().serialize gives: (1, None, None, values) or (0, size, indices, values).
Datum = tuple[int, Optional[int], Optional[list[int]], list[Any]]

#: More than what stands before the values of a dense batch.
_DENSE_HEAD_MAX = 64
#: MessagePack's mark of bytes with a length of 32 bits.
_BIN_32 = 0xC6

assert sys.byteorder == "little", "function workers need a little-endian machine"


@dataclass
class Arguments:
    """One batch of arguments. Offsets, sparse, sizes and indices are None where the kind has none."""

    count: int
    kind: str
    dim: int
    values: Union[bytearray, memoryview]
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

    def pickled(self) -> Iterator[bytes]:
        """Row by row the pickle of what data() gives."""
        numpy = sys.modules.get("numpy")
        if self.offsets is not None or numpy is None:
            return map(pickle.dumps, self.data())
        # All pickles of the batch at once, as one block of bytes with a row each: opcodes around the numbers, and G
        # before each number, which is big-endian. Pickling row by row would take a tenth of a typical call's time.
        head, tail = b"\x80\x02(K\x01NN](", b"et."
        width = len(head) + 9 * self.dim + len(tail)
        block = numpy.empty((self.count, width), dtype=numpy.uint8)
        block[:, : len(head)] = numpy.frombuffer(head, dtype=numpy.uint8)
        block[:, width - len(tail) :] = numpy.frombuffer(tail, dtype=numpy.uint8)
        numbers = block[:, len(head) : width - len(tail)].reshape(self.count, self.dim, 9)
        numbers[:, :, 0] = ord("G")
        big_endian = numpy.frombuffer(self.values, dtype="<f8").astype(">f8").view(numpy.uint8)
        numbers[:, :, 1:] = big_endian.reshape(self.count, self.dim, 8)
        block[:, len(head) : width - len(tail)] = numbers.reshape(self.count, 9 * self.dim)
        data = block.tobytes()
        return (data[start : start + width] for start in range(0, self.count * width, width))

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


def decode(payload: memoryview) -> Arguments:
    """Reads a batch of arguments. Raises ValueError for one that is not as documented.

    A dense batch's values are a view of the payload where they end with it; else they are copied.
    """
    raw = _dense_fields(payload)
    if raw is None:
        raw = msgpack.unpackb(payload)
        raw["values"] = bytearray(raw["values"])
    values = raw["values"]
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


def _dense_fields(payload: memoryview) -> Optional[dict[str, Any]]:
    """The fields of a dense batch whose values stand last, without a copy of them; None for any other batch."""
    unpacker = msgpack.Unpacker()
    unpacker.feed(payload[:_DENSE_HEAD_MAX])
    fields: dict[str, Any] = {}
    try:
        for _ in range(unpacker.read_map_header() - 1):
            key = unpacker.unpack()
            fields[key] = unpacker.unpack()
        if unpacker.unpack() != "values" or fields.get("kind") != "dense":
            return None
    except (msgpack.OutOfData, ValueError):
        return None
    start = unpacker.tell()
    mark, length = payload[start], payload[start + 1 : start + 5]
    values = payload[start + 5 :]
    if mark != _BIN_32 or int.from_bytes(length, "big") != len(values):
        return None
    return {**fields, "values": values}


def encode_matrix(matrix: Any, nulls: Optional[bytes] = None) -> bytes:
    """A batch of answers, all of one length: a C-contiguous numpy array of float64 with a row each."""
    answers = {"n": matrix.shape[0], "values": matrix.tobytes(), "dim": matrix.shape[1]}
    if nulls is not None:
        answers["nulls"] = nulls
    return bytes(msgpack.packb(answers))


class Answers:
    """Answers gathered one by one.

    The three lists may be filled directly, which the per-row loop does for dense answers: numbers to values, their
    count to lengths.
    """

    def __init__(self) -> None:
        self.values = array("d")
        self.lengths = array("i")
        self._sparse: dict[int, tuple[int, array[int]]] = {}
        self._nulls: list[int] = []

    def add_dense(self, numbers: Any) -> None:
        """An answer with these numbers. Raises TypeError where they are not numbers."""
        self.values.extend(numbers)
        self.lengths.append(len(numbers))

    def add_sparse(self, size: int, indices: Any, numbers: Any) -> None:
        """A sparse vector. Raises TypeError or ValueError where it is none."""
        indices, numbers = array("i", indices), array("d", numbers)
        if len(indices) != len(numbers) or (len(indices) and not 0 <= min(indices) <= max(indices) < size):
            raise ValueError(f"a sparse vector of size {size} with {len(indices)} indices, {len(numbers)} values")
        self._sparse[len(self.lengths)] = (size, indices)
        self.add_dense(numbers)

    def add_null(self) -> None:
        """A null."""
        self._nulls.append(len(self.lengths))
        self.lengths.append(0)

    def encode(self) -> bytes:
        """The batch of answers."""
        count = len(self.lengths)
        answers: dict[str, Any] = {"n": count, "values": self.values.tobytes()}
        dim = self.lengths[0] if count else 0
        if not self._sparse and self.lengths.count(dim) == count:
            answers["dim"] = dim
        else:
            answers["offsets"] = array("i", accumulate(self.lengths, initial=0)).tobytes()
        if self._sparse:
            answers.update(self._encode_sparse(count))
        if self._nulls:
            answers["nulls"] = _flags(count, self._nulls)
        return bytes(msgpack.packb(answers))

    def _encode_sparse(self, count: int) -> dict[str, bytes]:
        sizes = array("i", bytes(4 * count))
        indices = array("i")
        for row, length in enumerate(self.lengths):
            if row in self._sparse:
                sizes[row], places = self._sparse[row]
                indices.extend(places)
            else:
                indices.frombytes(bytes(4 * length))
        flags = _flags(count, self._sparse)
        return {"sparse": flags, "sizes": sizes.tobytes(), "indices": indices.tobytes()}


def _flags(count: int, rows: Iterable[int]) -> bytes:
    flags = bytearray(count)
    for row in rows:
        flags[row] = 1
    return bytes(flags)


def _integers(raw: dict[str, Any], key: str) -> Optional[memoryview]:
    return memoryview(raw[key]).cast("i") if key in raw else None
