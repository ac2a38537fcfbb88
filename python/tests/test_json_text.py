from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import RUNTIME

TEXTS = ['{"a": [1, -2.5e3, "\\u4e2d\\n", null, true], "b": {}}', "[]", "NaN", '"x"', "-0", "1e400"]


@pytest.mark.parametrize("loaded", ["", "import json"])
def test_texts_are_what_json_says_whether_it_is_loaded_or_not(loaded: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(RUNTIME.parent)!r})\n{loaded}\n"
        "from mlsql_runtime.json_text import parse_json\n"
        f"for text in {TEXTS!r}: print(repr(parse_json(text)))"
    )
    printed = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == [repr(json.loads(text)) for text in TEXTS]


@pytest.mark.parametrize("text", ["", "{", '{"a": }', "[1] 2", "nul"])
def test_other_texts_are_value_errors(text: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(RUNTIME.parent)!r})\n"
        "from mlsql_runtime.json_text import parse_json\n"
        f"try: parse_json({text!r})\nexcept ValueError: print('refused')"
    )
    printed = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed == "refused\n"
