"""Finds the modules that scripts import from the runtime, wherever old copies of them may lie.

Every Python of an attempt imports this at its start, so it takes what the interpreter has loaded anyway.
"""

import os
import sys
from _frozen_importlib_external import spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Optional

PYTHON_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: The modules that users know. Scripts were told to copy them beside their own files.
USER_MODULES = ("mlsql", "mlsql_model", "python_fun", "msg_queue")


class RuntimeFinder:
    """Stands first in ``sys.meta_path`` and knows the four names only."""

    @staticmethod
    def find_spec(
        name: str, path: "Optional[Sequence[str]]" = None, target: "Optional[ModuleType]" = None
    ) -> "Optional[ModuleSpec]":
        """The module's spec where it is one of ours, else None."""
        if name in USER_MODULES:
            return spec_from_file_location(name, os.path.join(PYTHON_ROOT, f"{name}.py"))
        return None


def install() -> None:
    """Makes the runtime's modules win over any others of their names."""
    if RuntimeFinder not in sys.meta_path:
        sys.meta_path.insert(0, RuntimeFinder)
