"""What the executor wrote into spec.json for an attempt or for a function.

Every script that imports mlsql imports this, so it takes little of the standard library: dataclasses alone would cost
as much as the interpreter's own start.
"""

from __future__ import annotations

import os

from mlsql_runtime.json_text import parse_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class AttemptSpec:
    """One attempt of a training group; fields as docs/python-boundary.md lists them."""

    def __init__(self, raw: dict[str, Any], path: str) -> None:
        self.attempt_dir: str = _text(raw, "attemptDir") or os.path.dirname(os.path.abspath(path))
        self.python_path: str = _text(raw, "pythonPath")
        #: Flags for the interpreter, before the script's name.
        self.python_params: tuple[str, ...] = tuple(raw.get("pythonParams") or ())
        #: The version that the user expects, for example ``3.6``; empty: any.
        self.python_version: str = _text(raw, "pythonVersion")
        #: Packages that the project's conda environment names; one that the interpreter lacks is a warning.
        self.expected_packages: tuple[str, ...] = tuple(raw.get("expectedPackages") or ())
        #: Path of the script relative to work_dir; empty where command or builtin_alg is set.
        self.script: str = _text(raw, "script")
        #: Shell command of an MLproject entry point; ``python`` in it means the interpreter.
        self.command: str = _text(raw, "command")
        #: Name of a built-in trainer.
        self.builtin_alg: str = _text(raw, "builtinAlg")
        self.data_dir: str = _text(raw, "dataDir")
        #: Path of the Unix socket that streams the data; None: the data lies in data_dir.
        self.data_stream: str | None = raw.get("dataStream") or None
        #: json, csv or parquet.
        self.data_format: str = _text(raw, "dataFormat") or "json"
        #: Names of the table's columns, for csv, whose files have none; empty: ``_c0``, ``_c1``, …
        self.data_columns: tuple[str, ...] = tuple(raw.get("dataColumns") or ())
        self.stop_flag_num: int = int(raw.get("stopFlagNum") or 0)
        self.model_dir: str = _text(raw, "modelDir")
        self.checkpoint_dir: str = _text(raw, "checkpointDir")
        self.work_dir: str = _text(raw, "workDir")
        self.tmp_dir: str = _text(raw, "tmpDir")
        self.validate_files: tuple[str, ...] = tuple(raw.get("validateFiles") or ())
        self.resources: dict[str, str] = _map(raw, "resources")
        self.fit_param: dict[str, str] = _map(raw, "fitParam")
        self.kafka_param: dict[str, str] = _map(raw, "kafkaParam")
        self.system_param: dict[str, str] = _map(raw, "systemParam")
        self.train_params: dict[str, str] = _map(raw, "trainParams")
        #: The child's whole environment.
        self.env: dict[str, str] = _map(raw, "env")
        #: Limits in bytes and milliseconds; 0: none.
        self.memory_bytes: int = int(raw.get("memoryBytes") or 0)
        self.disk_bytes: int = int(raw.get("diskBytes") or 0)
        self.timeout_ms: int = int(raw.get("timeoutMs") or 0)
        #: How long the script may print nothing.
        self.idle_timeout_ms: int = int(raw.get("idleTimeoutMs") or 0)
        self.log_bytes_max: int = int(raw.get("logBytesMax") or 0)
        #: Between SIGTERM and SIGKILL.
        self.grace_ms: int = int(raw.get("graceMs", 10_000))


class FunctionSpec:
    """One SQL function's worker; fields as docs/python-boundary.md lists them."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.function_id: str = _text(raw, "functionId")
        self.name: str = _text(raw, "name")
        self.work_dir: str = _text(raw, "workDir")
        self.model_dir: str = _text(raw, "modelDir")
        self.script: str = _text(raw, "script")
        self.command: str = _text(raw, "command")
        self.builtin_alg: str = _text(raw, "builtinAlg")
        self.resources: dict[str, str] = _map(raw, "resources")
        self.fit_param: dict[str, str] = _map(raw, "fitParam")
        self.system_param: dict[str, str] = _map(raw, "systemParam")
        #: True: each call gets a third item, the pickled train_params.
        self.copy_train_params: bool = bool(raw.get("copyTrainParams"))
        self.train_params: dict[str, str] = _map(raw, "trainParams")
        self.python_version: str = _text(raw, "pythonVersion")


def load_json(path: str) -> dict[str, Any]:
    """Reads a JSON object; raises OSError or ValueError, naming the file."""
    with open(path, encoding="utf-8") as file:
        value = parse_json(file.read())
    if not isinstance(value, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(value).__name__}")
    return value


def write_json(path: str, value: dict[str, Any]) -> None:
    """Writes a JSON object by rename, so that a reader sees all of it or none."""
    import json

    beside = f"{path}.{os.getpid()}"
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=True)
    os.replace(beside, path)


def read_attempt_spec(path: str) -> AttemptSpec:
    """Reads an attempt's spec.json; raises OSError, or ValueError for one that is not usable."""
    return AttemptSpec(load_json(path), path)


def read_function_spec(path: str) -> FunctionSpec:
    """Reads a function's spec.json; raises OSError, or ValueError for one that is not usable."""
    return FunctionSpec(load_json(path))


def read_spec(path: str) -> AttemptSpec | FunctionSpec:
    """Reads a spec.json of either kind; raises OSError, or ValueError for one that is not usable."""
    raw = load_json(path)
    return FunctionSpec(raw) if "functionId" in raw else AttemptSpec(raw, path)


def _text(raw: dict[str, Any], key: str) -> str:
    return str(raw.get(key) or "")


def _map(raw: dict[str, Any], key: str) -> dict[str, str]:
    return dict(raw.get(key) or {})
