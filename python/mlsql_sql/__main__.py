"""The resident translator: a request a line on standard input, its answer a line on standard output, both JSON."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

from .errors import SqlError
from .translate import translate


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The reply to one request; whatever goes wrong is an answer too."""
    try:
        return {
            "id": request["id"],
            "ok": translate(request["sql"], request["tables"], request["functions"], request.get("zone")),
        }
    except SqlError as error:
        details: dict[str, Any] = {"code": error.code, "message": error.message}
        if error.hint is not None:
            details["hint"] = error.hint
        if error.offset is not None:
            before = request["sql"][: error.offset]
            details["position"] = {"line": before.count("\n") + 1, "column": len(before) - (before.rfind("\n") + 1) + 1}
        return {"id": request["id"], "error": details}
    except Exception as error:
        details = {
            "code": "MLSQL_INTERNAL",
            "message": f"the translator failed: {error!r}\n{traceback.format_exc(limit=-6)}",
        }
        return {"id": request["id"], "error": details}


def main() -> None:
    """Answers until standard input ends."""
    sys.setrecursionlimit(10_000)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line)), ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
