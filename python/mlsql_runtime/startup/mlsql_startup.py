# The runtime's first step in any interpreter: refuses one that is too old, else makes mlsql_runtime importable without
# a place of its own in sys.path. Any version of Python may read this file.
import os
import sys

RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 9)
VERSION = ".".join([str(part) for part in sys.version_info[:3]])
TOO_OLD = "%s is Python %s, which is too old: 3.9 or newer is needed" % (sys.executable, VERSION)

sys.path[:] = [entry for entry in sys.path if entry not in (RUNTIME, os.path.join(RUNTIME, "startup"))]

if sys.version_info[:2] >= OLDEST:
    # importlib's own parts, loaded in any case; importlib.util would cost 4 ms.
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import spec_from_file_location

    if "mlsql_runtime" not in sys.modules:
        _spec = spec_from_file_location(
            "mlsql_runtime", os.path.join(RUNTIME, "__init__.py"), submodule_search_locations=[RUNTIME]
        )
        assert _spec is not None and _spec.loader is not None
        _module = module_from_spec(_spec)
        sys.modules["mlsql_runtime"] = _module
        _spec.loader.exec_module(_module)
elif os.environ.pop("MLSQL_START", ""):
    import json

    with open(os.path.join(os.path.dirname(os.environ["MLSQL_SPEC"]), "info.json"), "w") as _file:
        json.dump({"executable": sys.executable, "version": VERSION, "error": TOO_OLD}, _file)
    sys.stderr.write("[mlsql] %s\n" % TOO_OLD)
    sys.stderr.flush()
    os._exit(78)
