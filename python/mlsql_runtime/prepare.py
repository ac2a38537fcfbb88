"""What lies in the attempt's folder before the script starts: info.json and the two pickles that scripts know."""

import os
import pickle
import sys
from typing import Any

from mlsql_runtime import finder, params
from mlsql_runtime.spec import AttemptSpec, write_json

WARNING_PYTHON_VERSION = "MLSQL_TASK_PYTHON_VERSION"


def prepare_attempt(spec: AttemptSpec) -> None:
    """Writes info.json, python_temp.pickle and validate_table.pickle, and tells the log what is worth a line."""
    script_folder = os.path.dirname(os.path.join(spec.work_dir, spec.script))
    tell_old_copies(script_folder, spec.script)
    write_pickles(spec.work_dir, params.attempt_params(spec), spec.validate_files)
    write_json(os.path.join(spec.attempt_dir, "info.json"), interpreter_info(spec.python_version))


def interpreter_info(expected_version: str) -> dict[str, Any]:
    """The interpreter as it is: executable, version, platform, installed packages, warnings (also told to the log)."""
    version = ".".join(map(str, sys.version_info[:3]))
    warnings = []
    if not version_matches(expected_version, version):
        message = f"systemParam.pythonVer is {expected_version}, but {sys.executable} is Python {version}"
        warnings.append({"code": WARNING_PYTHON_VERSION, "message": message})
        tell(message)
    return {
        "executable": sys.executable,
        "version": version,
        "platform": f"{sys.platform}-{os.uname().machine}",
        "packages": installed_packages(),
        "warnings": warnings,
    }


def version_matches(expected: str, real: str) -> bool:
    """True where every part of the expected version that is given is the real one's: 3.11 is met by 3.11.7."""
    parts = expected.strip().split(".") if expected.strip() else []
    return real.split(".")[: len(parts)] == parts


def installed_packages() -> dict[str, str]:
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


def write_pickles(folder: str, all_params: dict[str, Any], validate_files: tuple[str, ...]) -> None:
    """Writes python_temp.pickle and validate_table.pickle as the original did, readable by Python 2 too."""
    from mlsql_runtime import vectors
    from mlsql_runtime.rows import file_rows

    _write(os.path.join(folder, "python_temp.pickle"), pickle.dumps(all_params, 2))
    validate = b"\x80\x02]."
    if validate_files:
        with vectors.pickled_as_pyspark() as convert:
            rows = [pickle.dumps(row, 2) for row in file_rows(validate_files, "json", convert)]
        validate = pickle.dumps(rows, 2)
    _write(os.path.join(folder, "validate_table.pickle"), validate)


def tell_old_copies(folder: str, script: str) -> None:
    """One line of log where old copies of the runtime's modules lie beside the script."""
    copies = finder.old_copies(folder)
    if copies:
        beside = f"beside {os.path.basename(script)}" if script else "in the project's folder"
        tell(f"{', '.join(copies)} {beside}: not used, the cluster's own modules of these names are")


def tell(message: str) -> None:
    """A line of the runtime's own in the script's output."""
    os.write(2, f"[mlsql] {message}\n".encode(errors="backslashreplace"))


def _write(path: str, data: bytes) -> None:
    beside = f"{path}.{os.getpid()}"
    with open(beside, "wb") as file:
        file.write(data)
    os.replace(beside, path)
