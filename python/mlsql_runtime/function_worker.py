# The program of a SQL function's worker: `function_worker.py spec.json`, frames on file descriptors 3 and 4.
# Any version of Python may read this file, to answer that it is too old.
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup"))
import mlsql_startup

if sys.version_info[:2] < mlsql_startup.OLDEST:
    import json
    import struct

    _failure = {"type": "", "message": mlsql_startup.TOO_OLD, "traceback": "", "retryable": False}
    _failure["code"] = "MLSQL_TASK_INTERPRETER"
    _payload = json.dumps(_failure).encode("ascii")
    os.write(4, struct.pack("<IQB", 9 + len(_payload), 0, 3) + _payload)
    sys.exit(78)

from mlsql_runtime.function_loop import serve

if __name__ == "__main__":
    serve(sys.argv[1])
