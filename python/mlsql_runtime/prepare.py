"""What lies in the work folder before the script starts: the two pickles that scripts of the original knew."""

import os
import pickle
from typing import Any

from mlsql_runtime import pyspark_pickles
from mlsql_runtime.finder import USER_MODULES
from mlsql_runtime.rows import file_rows
from mlsql_runtime.spec import read_attempt_spec

_NO_ROWS = pickle.dumps([], 2)


def write_params(folder: str, all_params: dict[str, Any]) -> None:
    """Writes python_temp.pickle, and a validate_table.pickle without rows. Python 2 can read them too."""
    _write(os.path.join(folder, "python_temp.pickle"), pickle.dumps(all_params, 2))
    _write(os.path.join(folder, "validate_table.pickle"), _NO_ROWS)


def write_validate_table(spec_path: str) -> None:
    """Writes validate_table.pickle: a list of pickled rows. Only the script's interpreter knows if it has pyspark."""
    spec = read_attempt_spec(spec_path)
    with pyspark_pickles.pickled_as_pyspark() as convert:
        rows = [pickle.dumps(row, 2) for row in file_rows(spec.validate_files, "json", convert)]
    _write(os.path.join(spec.work_dir, "validate_table.pickle"), pickle.dumps(rows, 2))


def old_copies_note(work_dir: str, script: str) -> str:
    """What the log says where old copies of the runtime's modules lie beside the script; else empty."""
    folder = os.path.dirname(os.path.join(work_dir, script))
    copies = [f"{name}.py" for name in USER_MODULES if os.path.exists(os.path.join(folder, f"{name}.py"))]
    if not copies:
        return ""
    beside = f"beside {os.path.basename(script)}" if script else "in the project's folder"
    return f"{', '.join(copies)} {beside}: not used, the cluster's own modules of these names are"


def _write(path: str, data: bytes) -> None:
    beside = f"{path}.{os.getpid()}"
    with open(beside, "wb") as file:
        file.write(data)
    os.replace(beside, path)
