# Runs an attempt's script or command where the interpreter cannot be given the script itself: below an MLproject
# command, and with flags that switch sitecustomize off. Any version of Python may read this file.
import os
import sys

if "mlsql_startup" not in sys.modules:
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup"))
    import mlsql_startup as mlsql_startup
sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]

from mlsql_runtime.main_program import run_attempt_program

if __name__ == "__main__":
    run_attempt_program(sys.argv[1])
