"""The interpreter that a script runs in, as info.json tells it.

Every attempt imports this before its script, so it imports next to nothing itself: json alone would cost 5 ms.
"""

import os
import sys
from _json import encode_basestring_ascii

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

WARNING_PYTHON_VERSION = "MLSQL_TASK_PYTHON_VERSION"
WARNING_PACKAGE = "MLSQL_TASK_PACKAGE"
#: Packages that conda knows by another name than Python.
_CONDA_NAMES = {"pytorch": "torch", "opencv": "opencv-python", "tensorflow-gpu": "tensorflow"}


def interpreter_info(expected_version: str, expected_packages: "Sequence[str]" = ()) -> "dict[str, Any]":
    """Executable, version, platform, installed packages and warnings; a warning is told to the log too."""
    version = ".".join(map(str, sys.version_info[:3]))
    packages = installed_packages()
    warnings = []
    if not version_matches(expected_version, version):
        message = f"systemParam.pythonVer is {expected_version}, but {sys.executable} is Python {version}"
        warnings.append({"code": WARNING_PYTHON_VERSION, "message": message})
    missing = missing_packages(expected_packages, packages)
    if missing:
        message = f"the project's conda environment names {', '.join(missing)}, which {sys.executable} lacks"
        warnings.append({"code": WARNING_PACKAGE, "message": message})
    for warning in warnings:
        tell(warning["message"])
    return {
        "executable": sys.executable,
        "version": version,
        "platform": f"{sys.platform}-{os.uname().machine}",
        "packages": packages,
        "warnings": warnings,
    }


def write_info(folder: str, info: "dict[str, Any]") -> None:
    """Writes info.json by rename."""
    path = os.path.join(folder, "info.json")
    beside = f"{path}.{os.getpid()}"
    with open(beside, "wb") as file:
        file.write(_json(info).encode("ascii"))
    os.replace(beside, path)


def version_matches(expected: str, real: str) -> bool:
    """True where every part of the expected version that is given is the real one's: 3.11 is met by 3.11.7."""
    parts = expected.strip().split(".") if expected.strip() else []
    return real.split(".")[: len(parts)] == parts


def installed_packages() -> "dict[str, str]":
    """Versions by name of all packages that the interpreter can import, read from the names of their folders alone."""
    packages: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in names:
            stem, extension = os.path.splitext(entry)
            if extension in (".dist-info", ".egg-info"):
                name, _, version = stem.partition("-")
                packages.setdefault(name.replace("_", "-"), version.split("-")[0])
    return packages


def missing_packages(expected: "Sequence[str]", installed: "Iterable[str]") -> "list[str]":
    """The expected names that are not among the installed ones, whatever their case and hyphens."""
    have = {_plain_name(name) for name in installed} | {"python", "pip"}
    plain = [(name, _plain_name(name)) for name in expected]
    return [name for name, key in plain if key not in have and _CONDA_NAMES.get(key) not in have]


def _plain_name(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def tell(message: str) -> None:
    """A line of the runtime's own in the script's output."""
    os.write(2, f"[mlsql] {message}\n".encode(errors="backslashreplace"))


def _json(value: "Any") -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_basestring_ascii(key)}:{_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return encode_basestring_ascii(value)
