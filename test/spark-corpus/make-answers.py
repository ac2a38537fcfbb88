"""Runs every case of the corpus on a real Spark and writes what it answered to answers.jsonl."""

import base64
import decimal
import json
import math
import os
import pathlib
import re
import struct
import sys
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# Python's values of timestamps stand in the process's own time zone.
os.environ["TZ"] = "UTC"

from py4j.protocol import Py4JJavaError  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.sql import DataFrame, SparkSession  # noqa: E402
from pyspark.sql import types as T  # noqa: E402

HERE = pathlib.Path(__file__).parent
ANSWERS = HERE / "answers.jsonl"
HEADER = re.compile(r"^--- (.+)$", re.MULTILINE)
ZONE = re.compile(r", in ((?:[A-Z]\w*|[+-]\d)[\w/:+-]*)")


class Digits(str):
    """A number as tables.json writes it."""


def main() -> None:
    only = sys.argv[1:]
    spark = start_spark()
    load_tables(spark)
    answers = {} if not only else read_answers()
    for area in sorted((HERE / "cases").glob("*.sql")):
        for name, sql in read_cases(area):
            if not only or any(word in name for word in only):
                answers[name] = answer(spark, sql, zone_of(name))
    write_answers(spark.version, answers)
    refused = [name for name, it in answers.items() if "error" in it]
    print(f"{len(answers)} cases, {len(refused)} refused by Spark {spark.version}:")
    for name in refused:
        print(f"  {name}: {answers[name]['error']}")


def start_spark() -> SparkSession:
    return (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.catalogImplementation", "in-memory")
        .getOrCreate()
    )


def load_tables(spark: SparkSession) -> None:
    tables = json.loads((HERE / "tables.json").read_text("utf-8"), parse_float=Digits, parse_int=Digits)
    for name, table in tables.items():
        schema = ", ".join(f"`{column['name']}` {column['type']}" for column in table["columns"])
        lines = [json_line(row) for row in table["rows"]]
        frame = spark.read.schema(schema).json(
            spark.sparkContext.parallelize(lines, 1), timestampFormat="yyyy-MM-dd HH:mm:ss[.SSSSSS][.SSS][.S]"
        )
        frame.cache().createOrReplaceTempView(name)


def json_line(value: object) -> str:
    """JSON in which numbers keep the digits of the file."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{json_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(json_line(item) for item in value) + "]"
    return value if isinstance(value, Digits) else json.dumps(value)


def read_cases(area: pathlib.Path) -> list[tuple[str, str]]:
    pieces = HEADER.split(area.read_text("utf-8"))
    cases = [(f"{area.stem}: {name}", sql.strip()) for name, sql in zip(pieces[1::2], pieces[2::2])]
    if len({name for name, _ in cases}) < len(cases):
        raise SystemExit(f"{area}: a name is used twice")
    return cases


def zone_of(name: str) -> str:
    """The session time zone that a case's name tells."""
    found = ZONE.search(name)
    return found[1] if found else "UTC"


def clock_of(zone: str) -> tzinfo:
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d+)(?::(\d+))?", zone)
    if offset is None:
        return ZoneInfo(zone)
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))


def answer(spark: SparkSession, sql: str, zone: str) -> dict:
    clock = clock_of(zone)
    try:
        spark.conf.set("spark.sql.session.timeZone", zone)
        frame = spark.sql(sql)
        fields = frame.schema.fields
        rows = [
            [plain(value, field.dataType, clock) for value, field in zip(row, fields)]
            for row in with_intervals_as_text(frame).collect()
        ]
    except (PySparkException, Py4JJavaError) as error:
        condition = re.search(r"\[([A-Z0-9_.]+)\]", str(error))
        return {"error": condition[1] if condition else type(error).__name__}
    columns = [{"name": field.name, "type": type_text(field.dataType)} for field in fields]
    return {"columns": columns, "rows": rows}


def with_intervals_as_text(frame: DataFrame) -> DataFrame:
    """Python has no value for an interval of months."""
    if not any("interval" in field.dataType.simpleString() for field in frame.schema.fields):
        return frame
    names = [f"c{index}" for index in range(len(frame.schema.fields))]
    pieces = [
        f"cast({name} as string)" if field.dataType.simpleString().startswith("interval") else name
        for name, field in zip(names, frame.schema.fields)
    ]
    return frame.toDF(*names).selectExpr(*pieces)


def type_text(of: T.DataType) -> str:
    """simpleString without its shortening of wide structs."""
    if isinstance(of, T.StructType):
        return "struct<" + ",".join(f"{field.name}:{type_text(field.dataType)}" for field in of.fields) + ">"
    if isinstance(of, T.ArrayType):
        return f"array<{type_text(of.elementType)}>"
    if isinstance(of, T.MapType):
        return f"map<{type_text(of.keyType)},{type_text(of.valueType)}>"
    return of.simpleString()


def plain(value: object, of: T.DataType, clock: tzinfo) -> object:
    """The canonical form that README.md describes."""
    if value is None:
        return None
    if isinstance(of, T.ArrayType):
        return [plain(item, of.elementType, clock) for item in value]
    if isinstance(of, T.MapType):
        return [[plain(key, of.keyType, clock), plain(item, of.valueType, clock)] for key, item in value.items()]
    if isinstance(of, T.StructType):
        return [plain(item, field.dataType, clock) for item, field in zip(value, of.fields)]
    if isinstance(of, (T.DoubleType, T.FloatType)):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return value if isinstance(of, T.DoubleType) else shortest_float(value)
    if isinstance(of, T.LongType):
        return str(value)
    if isinstance(of, T.DecimalType):
        return format(decimal.Decimal(value), "f")
    if isinstance(of, T.DateType):
        return value.isoformat()
    if isinstance(of, (T.TimestampType, T.TimestampNTZType)):
        if isinstance(of, T.TimestampType):
            value = value.replace(tzinfo=timezone.utc).astimezone(clock).replace(tzinfo=None)
        text = value.isoformat(sep=" ")
        return text.rstrip("0") if "." in text else text
    if isinstance(of, T.BinaryType):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (bool, int, str)):
        return value
    return str(value)


def shortest_float(value: float) -> float:
    """The number of fewest digits that names the same 32-bit float."""
    bits = struct.pack("f", value)
    for digits in range(1, 18):
        number = float(f"{value:.{digits}g}")
        try:
            if struct.pack("f", number) == bits:
                return number
        except OverflowError:
            continue
    return value


def read_answers() -> dict:
    lines = [json.loads(line) for line in ANSWERS.read_text("utf-8").splitlines()]
    return {line.pop("case"): line for line in lines[1:]}


def write_answers(version: str, answers: dict) -> None:
    """One line a case, so that a change of one answer is a change of one line."""
    lines = [{"sparkVersion": version}, *({"case": name, **it} for name, it in sorted(answers.items()))]
    ANSWERS.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
