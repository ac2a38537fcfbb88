"""What the executor wrote into spec.json for an attempt or for a function."""

import json
import os
from dataclasses import dataclass, field
from typing import Any, Optional


@dataclass(frozen=True)
class AttemptSpec:
    """One attempt of a training group; fields as docs/python-boundary.md lists them."""

    attempt_dir: str
    python_path: str
    #: Flags for the interpreter, before the script's name.
    python_params: tuple[str, ...] = ()
    #: The version that the user expects, for example ``3.6``; empty: any.
    python_version: str = ""
    #: Packages that the project's conda environment names; one that the interpreter lacks is a warning.
    expected_packages: tuple[str, ...] = ()
    #: Path of the script relative to work_dir; empty where command or builtin_alg is set.
    script: str = ""
    #: Shell command of an MLproject entry point; ``python`` in it means the interpreter.
    command: str = ""
    #: Name of a built-in trainer.
    builtin_alg: str = ""
    data_dir: str = ""
    #: Path of the Unix socket that streams the data; None: the data lies in data_dir.
    data_stream: Optional[str] = None
    #: json, csv or parquet.
    data_format: str = "json"
    #: Names of the table's columns, for csv, whose files have none; empty: ``_c0``, ``_c1``, …
    data_columns: tuple[str, ...] = ()
    stop_flag_num: int = 0
    model_dir: str = ""
    checkpoint_dir: str = ""
    work_dir: str = ""
    tmp_dir: str = ""
    validate_files: tuple[str, ...] = ()
    resources: dict[str, str] = field(default_factory=dict)
    fit_param: dict[str, str] = field(default_factory=dict)
    kafka_param: dict[str, str] = field(default_factory=dict)
    system_param: dict[str, str] = field(default_factory=dict)
    train_params: dict[str, str] = field(default_factory=dict)
    #: The child's whole environment.
    env: dict[str, str] = field(default_factory=dict)
    #: Limits in bytes and milliseconds; 0: none.
    memory_bytes: int = 0
    disk_bytes: int = 0
    timeout_ms: int = 0
    log_bytes_max: int = 0
    #: Between SIGTERM and SIGKILL.
    grace_ms: int = 10_000


@dataclass(frozen=True)
class FunctionSpec:
    """One SQL function's worker; fields as docs/python-boundary.md lists them."""

    function_id: str
    name: str
    work_dir: str
    model_dir: str
    script: str = ""
    command: str = ""
    builtin_alg: str = ""
    resources: dict[str, str] = field(default_factory=dict)
    fit_param: dict[str, str] = field(default_factory=dict)
    system_param: dict[str, str] = field(default_factory=dict)
    #: True: each call gets a third item, the pickled train_params.
    copy_train_params: bool = False
    train_params: dict[str, str] = field(default_factory=dict)
    python_version: str = ""


def load_json(path: str) -> dict[str, Any]:
    """Reads a JSON object; raises OSError or ValueError, naming the file."""
    with open(path, encoding="utf-8") as file:
        value = json.load(file)
    if not isinstance(value, dict):
        raise ValueError(f"{path}: expected a JSON object, got {type(value).__name__}")
    return value


def write_json(path: str, value: dict[str, Any]) -> None:
    """Writes a JSON object by rename, so that a reader sees all of it or none."""
    beside = f"{path}.{os.getpid()}"
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=True)
    os.replace(beside, path)


def read_attempt_spec(path: str) -> AttemptSpec:
    """Reads an attempt's spec.json; raises OSError, or ValueError for one that is not usable."""
    raw = load_json(path)
    return AttemptSpec(
        attempt_dir=_text(raw, "attemptDir") or os.path.dirname(os.path.abspath(path)),
        python_path=_text(raw, "pythonPath"),
        python_params=tuple(raw.get("pythonParams") or ()),
        python_version=_text(raw, "pythonVersion"),
        expected_packages=tuple(raw.get("expectedPackages") or ()),
        script=_text(raw, "script"),
        command=_text(raw, "command"),
        builtin_alg=_text(raw, "builtinAlg"),
        data_dir=_text(raw, "dataDir"),
        data_stream=raw.get("dataStream") or None,
        data_format=_text(raw, "dataFormat") or "json",
        data_columns=tuple(raw.get("dataColumns") or ()),
        stop_flag_num=int(raw.get("stopFlagNum") or 0),
        model_dir=_text(raw, "modelDir"),
        checkpoint_dir=_text(raw, "checkpointDir"),
        work_dir=_text(raw, "workDir"),
        tmp_dir=_text(raw, "tmpDir"),
        validate_files=tuple(raw.get("validateFiles") or ()),
        resources=_map(raw, "resources"),
        fit_param=_map(raw, "fitParam"),
        kafka_param=_map(raw, "kafkaParam"),
        system_param=_map(raw, "systemParam"),
        train_params=_map(raw, "trainParams"),
        env=_map(raw, "env"),
        memory_bytes=int(raw.get("memoryBytes") or 0),
        disk_bytes=int(raw.get("diskBytes") or 0),
        timeout_ms=int(raw.get("timeoutMs") or 0),
        log_bytes_max=int(raw.get("logBytesMax") or 0),
        grace_ms=int(raw.get("graceMs", 10_000)),
    )


def read_function_spec(path: str) -> FunctionSpec:
    """Reads a function's spec.json; raises OSError, or ValueError for one that is not usable."""
    raw = load_json(path)
    return FunctionSpec(
        function_id=_text(raw, "functionId"),
        name=_text(raw, "name"),
        work_dir=_text(raw, "workDir"),
        model_dir=_text(raw, "modelDir"),
        script=_text(raw, "script"),
        command=_text(raw, "command"),
        builtin_alg=_text(raw, "builtinAlg"),
        resources=_map(raw, "resources"),
        fit_param=_map(raw, "fitParam"),
        system_param=_map(raw, "systemParam"),
        copy_train_params=bool(raw.get("copyTrainParams")),
        train_params=_map(raw, "trainParams"),
        python_version=_text(raw, "pythonVersion"),
    )


def _text(raw: dict[str, Any], key: str) -> str:
    return str(raw.get(key) or "")


def _map(raw: dict[str, Any], key: str) -> dict[str, str]:
    return dict(raw.get(key) or {})
