"""The runtime's own copies of packages (``python/_vendor``), under names that never meet the user's copies.

``from mlsql_runtime.vendored import msgpack`` loads ``python/_vendor/msgpack`` as ``mlsql_runtime.vendored.msgpack``.
"""

import os

__path__ = [os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "_vendor")]
