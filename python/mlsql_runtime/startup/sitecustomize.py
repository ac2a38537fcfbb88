# Brings the runtime into every interpreter of an attempt, before the script: Python imports this file at its start,
# since the folder stands first in PYTHONPATH. Any version of Python may read it.
import os
import sys

import mlsql_startup

if sys.version_info[:2] >= mlsql_startup.OLDEST:
    from mlsql_runtime import start

    start.start_interpreter(os.path.dirname(os.path.abspath(__file__)))
