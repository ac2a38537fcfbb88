"""Spark's types, their text, and the rules by which Spark brings two of them together (TypeCoercion, ANSI mode off)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Type:
    """A type without parameters."""

    kind: str

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True)
class DecimalType(Type):
    kind: str = "decimal"
    precision: int = 10
    scale: int = 0

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})"


@dataclass(frozen=True)
class ArrayType(Type):
    kind: str = "array"
    element: Type = Type("void")

    def __str__(self) -> str:
        return f"array<{self.element}>"


@dataclass(frozen=True)
class MapType(Type):
    kind: str = "map"
    key: Type = Type("void")
    value: Type = Type("void")

    def __str__(self) -> str:
        return f"map<{self.key},{self.value}>"


@dataclass(frozen=True)
class StructType(Type):
    kind: str = "struct"
    fields: tuple[tuple[str, Type], ...] = ()

    def __str__(self) -> str:
        return "struct<" + ",".join(f"{_field(name)}:{kind}" for name, kind in self.fields) + ">"

    def find(self, name: str) -> tuple[str, Type] | None:
        """The field of that name, in any case."""
        for field in self.fields:
            if field[0].lower() == name.lower():
                return field
        return None


VOID = Type("void")
BOOLEAN = Type("boolean")
TINYINT = Type("tinyint")
SMALLINT = Type("smallint")
INT = Type("int")
BIGINT = Type("bigint")
FLOAT = Type("float")
DOUBLE = Type("double")
STRING = Type("string")
BINARY = Type("binary")
DATE = Type("date")
TIMESTAMP = Type("timestamp")
VECTOR = StructType(
    fields=(
        ("type", TINYINT),
        ("size", INT),
        ("indices", ArrayType(element=INT)),
        ("values", ArrayType(element=DOUBLE)),
    )
)

INTEGRAL = ("tinyint", "smallint", "int", "bigint")
#: Precedence of Spark's numeric types.
NUMERIC_ORDER = ("tinyint", "smallint", "int", "bigint", "float", "double")
#: The decimal type that holds every value of an integral type.
INTEGRAL_DECIMALS: dict[str, DecimalType] = {
    "tinyint": DecimalType(precision=3, scale=0),
    "smallint": DecimalType(precision=5, scale=0),
    "int": DecimalType(precision=10, scale=0),
    "bigint": DecimalType(precision=20, scale=0),
}
DUCK: dict[str, str] = {
    "void": "INTEGER",
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_SYNONYMS = {
    "byte": "tinyint",
    "short": "smallint",
    "integer": "int",
    "long": "bigint",
    "real": "float",
    "bool": "boolean",
    "null": "void",
    "timestamp_ltz": "timestamp",
    "varchar": "string",
    "char": "string",
    "text": "string",
}
MAX_PRECISION = 38
#: Digits behind the point that Spark keeps when precision runs out.
MIN_ADJUSTED_SCALE = 6


def duck(kind: Type) -> str:
    """The DuckDB type that holds a type's values."""
    if isinstance(kind, DecimalType):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if isinstance(kind, ArrayType):
        return f"{duck(kind.element)}[]"
    if isinstance(kind, MapType):
        return f"MAP({duck(kind.key)}, {duck(kind.value)})"
    if isinstance(kind, StructType):
        inner = ", ".join('"' + name.replace('"', '""') + '" ' + duck(field) for name, field in kind.fields)
        return f"STRUCT({inner})"
    return "INTERVAL" if kind.kind.startswith("interval") else DUCK[kind.kind]


def parse_type(text: str) -> Type:
    """Reads a type's text, as in schemas and `cast(x as …)`. Raises ValueError where it is none."""
    reader = _Reader(text)
    kind = reader.type()
    reader.skip()
    if reader.at != len(text):
        raise ValueError(f"not a type: {text}")
    return kind


def is_numeric(kind: Type) -> bool:
    return kind.kind in NUMERIC_ORDER or kind.kind == "decimal"


def is_integral(kind: Type) -> bool:
    return kind.kind in INTEGRAL


def is_fractional(kind: Type) -> bool:
    return kind.kind in ("float", "double", "decimal")


def is_atomic(kind: Type) -> bool:
    return kind.kind not in ("array", "map", "struct", "void") and not kind.kind.startswith("interval")


def is_orderable(kind: Type) -> bool:
    """Spark cannot compare maps."""
    if isinstance(kind, ArrayType):
        return is_orderable(kind.element)
    if isinstance(kind, StructType):
        return all(is_orderable(field) for _, field in kind.fields)
    return kind.kind != "map"


def bounded(precision: int, scale: int) -> DecimalType:
    return DecimalType(precision=min(precision, MAX_PRECISION), scale=min(scale, MAX_PRECISION))


def adjusted(precision: int, scale: int) -> DecimalType:
    """Spark's way to give up digits behind the point before digits in front of it."""
    if precision <= MAX_PRECISION:
        return DecimalType(precision=precision, scale=scale)
    whole = precision - scale
    return DecimalType(precision=MAX_PRECISION, scale=max(MAX_PRECISION - whole, min(scale, MIN_ADJUSTED_SCALE)))


def as_decimal(kind: Type) -> DecimalType | None:
    """The decimal type of a number that is no float."""
    if isinstance(kind, DecimalType):
        return kind
    return INTEGRAL_DECIMALS.get(kind.kind)


def wider_decimal(left: DecimalType, right: DecimalType) -> DecimalType:
    scale = max(left.scale, right.scale)
    whole = max(left.precision - left.scale, right.precision - right.scale)
    return bounded(whole + scale, scale)


def tightest(left: Type, right: Type) -> Type | None:
    """findTightestCommonType: no loss, no strings."""
    if left == right:
        return left
    if left == VOID:
        return right
    if right == VOID:
        return left
    if left.kind in NUMERIC_ORDER and right.kind in NUMERIC_ORDER:
        return max(left, right, key=lambda kind: NUMERIC_ORDER.index(kind.kind))
    if {left.kind, right.kind} == {"date", "timestamp"}:
        return TIMESTAMP
    return _tightest_nested(left, right)


def wider(left: Type, right: Type, strings: bool = True) -> Type | None:
    """findWiderTypeForTwo: what case, coalesce, arrays, in and union use. `strings`: anything can become a string."""
    common = tightest(left, right)
    if common is not None:
        return common
    if left.kind == "decimal" or right.kind == "decimal":
        if left.kind in ("float", "double") or right.kind in ("float", "double"):
            return DOUBLE
        first, second = as_decimal(left), as_decimal(right)
        if first is not None and second is not None:
            return wider_decimal(first, second)
    if strings:
        for one, other in ((left, right), (right, left)):
            if one == STRING and is_atomic(other) and other.kind not in ("binary", "boolean"):
                return STRING
    return _wider_nested(left, right, strings)


def wider_of(kinds: Sequence[Type], strings: bool = True) -> Type | None:
    """The common type of several; strings are looked at first, as Spark does, since the rule is not associative."""
    common: Type | None = VOID
    ordered = sorted(kinds, key=lambda kind: 0 if kind == STRING else 1) if strings else list(kinds)
    for kind in ordered:
        common = None if common is None else wider(common, kind, strings)
    return common


def comparison_type(left: Type, right: Type) -> Type | None:
    """The type in which `left = right` is decided."""
    if left == right:
        return left
    for one, other in ((left, right), (right, left)):
        if one == STRING:
            if other.kind == "decimal":
                return DOUBLE
            if is_atomic(other) and other != STRING:
                return other
        if one == BOOLEAN and is_numeric(other):
            return other
    common = tightest(left, right)
    if common is not None:
        return common
    if {left.kind, right.kind} == {"interval day", "interval second"}:
        return Type("interval second")
    # Decimals meet other numbers only by themselves, not inside of arrays or structs.
    return wider(left, right, strings=False) if is_numeric(left) and is_numeric(right) else None


def _tightest_nested(left: Type, right: Type) -> Type | None:
    if isinstance(left, ArrayType) and isinstance(right, ArrayType):
        element = tightest(left.element, right.element)
        return None if element is None else ArrayType(element=element)
    if isinstance(left, MapType) and isinstance(right, MapType):
        key, value = tightest(left.key, right.key), tightest(left.value, right.value)
        return None if key is None or value is None else MapType(key=key, value=value)
    if isinstance(left, StructType) and isinstance(right, StructType):
        return _struct(left, right, lambda a, b: tightest(a, b))
    return None


def _wider_nested(left: Type, right: Type, strings: bool) -> Type | None:
    if isinstance(left, ArrayType) and isinstance(right, ArrayType):
        element = wider(left.element, right.element, strings)
        return None if element is None else ArrayType(element=element)
    if isinstance(left, MapType) and isinstance(right, MapType):
        key, value = wider(left.key, right.key, strings), wider(left.value, right.value, strings)
        return None if key is None or value is None else MapType(key=key, value=value)
    if isinstance(left, StructType) and isinstance(right, StructType):
        return _struct(left, right, lambda a, b: wider(a, b, strings))
    return None


def _struct(left: StructType, right: StructType, common: object) -> Type | None:
    if len(left.fields) != len(right.fields):
        return None
    fields: list[tuple[str, Type]] = []
    for (name, first), (other_name, second) in zip(left.fields, right.fields):
        kind: Type | None = common(first, second)  # type: ignore[operator]
        if kind is None or name.lower() != other_name.lower():
            return None
        fields.append((name, kind))
    return StructType(fields=tuple(fields))


def _field(name: str) -> str:
    return name if re.fullmatch(r"\w+", name) else "`" + name.replace("`", "``") + "`"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, pattern: str) -> str:
        self.skip()
        match = re.compile(pattern).match(self.text, self.at)
        if match is None:
            raise ValueError(f"not a type: {self.text}")
        self.at = match.end()
        return match.group(0)

    def peek(self, character: str) -> bool:
        self.skip()
        return self.text[self.at : self.at + 1] == character

    def type(self) -> Type:
        word = self.take(r"[A-Za-z_]+").lower()
        if word == "array":
            self.take("<")
            element = self.type()
            self.take(">")
            return ArrayType(element=element)
        if word == "map":
            self.take("<")
            key = self.type()
            self.take(",")
            value = self.type()
            self.take(">")
            return MapType(key=key, value=value)
        if word == "struct":
            return self.struct()
        if word in ("decimal", "dec", "numeric"):
            if not self.peek("("):
                return DecimalType()
            match = re.match(r"\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", self.take(r"\([^)]*\)"))
            if match is None:
                raise ValueError(f"not a type: {self.text}")
            return DecimalType(precision=int(match.group(1)), scale=int(match.group(2) or 0))
        if word in ("varchar", "char") and self.peek("("):
            self.take(r"\([^)]*\)")
        word = _SYNONYMS.get(word, word)
        if word not in DUCK:
            raise ValueError(f"not a type: {self.text}")
        return Type(word)

    def struct(self) -> Type:
        fields: list[tuple[str, Type]] = []
        self.take("<")
        while not self.peek(">"):
            if fields:
                self.take(",")
            name = self.take(r"`(?:[^`]|``)*`|[^:,<>\s]+")
            if name.startswith("`"):
                name = name[1:-1].replace("``", "`")
            if self.peek(":"):
                self.take(":")
            fields.append((name, self.type()))
        self.take(">")
        return StructType(fields=tuple(fields))
