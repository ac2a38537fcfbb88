"""A script must not be able to tell that the cluster runs it, and not ``python train.py`` in its folder."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from conftest import Launcher

PROBE = """
from __future__ import annotations
import json, os, sys, inspect, pickle, signal, threading, traceback

class Model:
    pass

def look():
    main = sys.modules["__main__"]
    return {
        "main": {key: repr(value).split(" at 0x")[0] for key, value in vars(main).items() if key.startswith("__")},
        "main_is_this": vars(main) is globals(),
        "argv": sys.argv, "orig_argv": sys.orig_argv[1:] if hasattr(sys, "orig_argv") else None,
        "path": sys.path, "cwd": os.getcwd(), "flags": str(sys.flags), "file": __file__,
        "executable": sys.executable, "prefix": sys.prefix,
        "frames": [frame.function for frame in inspect.stack()],
        "excepthook": sys.excepthook is sys.__excepthook__, "displayhook": sys.displayhook is sys.__displayhook__,
        "stdin": sys.stdin.read(), "stdout": type(sys.stdout).__name__, "encoding": sys.stdout.encoding,
        "signals": [repr(signal.getsignal(number)) for number in range(1, 32)],
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "threads": [thread.name for thread in threading.enumerate()],
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:3],
        "open": len(os.listdir("/proc/self/fd")),
        "group_leader": os.getpgrp() == os.getpid(), "limits": open("/proc/self/limits").read(),
        "umask": os.umask(0), "pickled": type(pickle.loads(pickle.dumps(Model()))) is Model,
        "annotations": look.__annotations__, "code": look.__code__.co_filename,
        "modules": sorted(name for name in sys.modules if not name.startswith(("mlsql_", "sitecustomize", "_mlsql"))),
        "environ": sorted(os.environ),
    }

print(json.dumps(look()))
sys.stdout.flush()
def fail():
    raise ValueError("the end")
fail()
"""


def test_nothing_that_a_script_can_look_at_differs(launcher: Launcher) -> None:
    result = launcher.run(PROBE)
    environment = json.loads((result.folder / "spec.json").read_text())["env"]
    plain = subprocess.run(
        [sys.executable, "train.py"],
        cwd=result.folder / "work",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=False,
    )
    ours, theirs = result.output.split("\n", 1), plain.stdout.decode().split("\n", 1)
    assert result.exit["exitCode"] == plain.returncode == 1
    assert ours[1] == theirs[1]
    seen, expected = json.loads(ours[0]), json.loads(theirs[0])
    assert set(seen.pop("environ")) - set(expected.pop("environ")) == {"MLSQL_SPEC", "PYTHONPATH"}
    assert set(expected.pop("modules")) - set(seen.pop("modules")) == set()
    assert seen == expected


def test_an_old_mlsql_beside_the_script_is_passed_over_and_mentioned_once(launcher: Launcher) -> None:
    script = "import mlsql, python_fun, subprocess, sys\nprint(mlsql.fit_param['a'])\n"
    script += "subprocess.run([sys.executable, '-c', 'import mlsql; print(mlsql.fit_param)'])\n"
    files = {"work/mlsql.py": "raise Exception('old')", "work/python_fun.py": "raise Exception('old')"}
    result = launcher.run(script, files, fitParam={"a": "new"})
    assert result.exit["exitCode"] == 0
    note, *rest = result.output.splitlines()
    assert note.startswith("[mlsql] mlsql.py, python_fun.py beside train.py: not used")
    assert rest == ["new", "{'a': 'new'}"]
    assert (result.folder / "work/mlsql.py").read_text() == "raise Exception('old')"


def test_processes_of_the_script_find_mlsql_and_its_parameters(launcher: Launcher) -> None:
    script = """
        import multiprocessing, sys
        import mlsql

        class Task:
            def __init__(self, value):
                self.value = value

        def work(task):
            import mlsql
            return type(task).__module__, task.value, mlsql.fit_param["a"], type(task) is Task

        if __name__ == "__main__":
            for method in ("spawn", "fork", "forkserver"):
                context = multiprocessing.get_context(method)
                with context.Pool(2) as pool:
                    print(method, pool.map(work, [Task(1), Task(2)]))
    """
    result = launcher.run(textwrap.dedent(script), fitParam={"a": "x"})
    assert result.exit["exitCode"] == 0, result.output
    assert result.output == (
        "spawn [('__mp_main__', 1, 'x', True), ('__mp_main__', 2, 'x', True)]\n"
        "fork [('__main__', 1, 'x', True), ('__main__', 2, 'x', True)]\n"
        "forkserver [('__mp_main__', 1, 'x', True), ('__mp_main__', 2, 'x', True)]\n"
    )


@pytest.mark.long
def test_joblib_with_its_own_processes_works(launcher: Launcher) -> None:
    script = """
        import os
        from joblib import Parallel, delayed

        class Point:
            def __init__(self, x):
                self.x = x

        def double(point):
            import mlsql
            return Point(2 * point.x + int(mlsql.fit_param["a"]))

        print([p.x for p in Parallel(n_jobs=2)(delayed(double)(Point(i)) for i in range(4))])
    """
    result = launcher.run(textwrap.dedent(script), fitParam={"a": "10"})
    assert (result.exit["exitCode"], result.output) == (0, "[10, 12, 14, 16]\n")


def test_atexit_threads_and_the_scripts_own_hooks_work(launcher: Launcher) -> None:
    script = """
        import atexit, sys, threading, time
        atexit.register(print, "atexit")
        sys.excepthook = lambda kind, error, trace: print("hook", kind.__name__)
        def late():
            time.sleep(0.05)
            print("thread")
        threading.Thread(target=late).start()
        raise ValueError("x")
    """
    result = launcher.run(textwrap.dedent(script))
    assert result.output == "hook ValueError\nthread\natexit\n"
    assert result.error["message"] == "x"
    assert result.exit["exitCode"] == 1


def test_a_child_that_fails_is_not_taken_for_the_script(launcher: Launcher) -> None:
    script = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', '1/0'])\nsys.exit(4)\n"
    result = launcher.run(script)
    assert (result.exit["exitCode"], result.error) == (4, {})


def test_the_runtimes_own_packages_are_not_the_scripts(launcher: Launcher) -> None:
    script = """
        import importlib.util, sys
        import mlsql, python_fun
        print([name for name in ("msgpack", "mlsql_sql") if importlib.util.find_spec(name)])
        print([entry for entry in sys.path if "mlsql" in entry])
    """
    bare = [path for path in [sys.executable] if path]
    result = launcher.run(textwrap.dedent(script), pythonPath=bare[0], pythonParams=["-s", "-S"])
    assert result.output.startswith("[]\n")


def test_the_interpreters_own_sitecustomize_runs_too(launcher: Launcher, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import builtins; builtins.customized = __name__\n")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(site), "PYTHONUNBUFFERED": "1"}
    result = launcher.run("import mlsql, sitecustomize\nprint(customized, sitecustomize.__file__)\n", env=environment)
    assert result.output == f"sitecustomize {site}/sitecustomize.py\n"


def test_a_script_in_a_subfolder_runs_in_the_projects_folder(launcher: Launcher) -> None:
    files = {"work/src/go.py": "import helper, os, sys\nprint(helper.x, os.listdir('.').__len__() > 1, sys.argv)\n"}
    files["work/src/helper.py"] = "x = 5\n"
    folder = launcher.prepare(files, script="src/go.py")
    launcher.start(folder)
    assert launcher.finish(folder).output == "5 True ['src/go.py']\n"


def test_an_mlproject_command_runs_with_the_interpreter_and_finds_mlsql(launcher: Launcher) -> None:
    files = {"work/train.py": "import mlsql, sys\nprint(mlsql.fit_param, sys.argv[1:])\nraise ValueError('inside')\n"}
    folder = launcher.prepare(
        {**files, "work/mlsql.py": "raise Exception('old')"},
        script="",
        command="echo start && python train.py --rate 0.5",
        fitParam={"a": "1"},
    )
    launcher.start(folder)
    result = launcher.finish(folder)
    lines = result.output.splitlines()
    assert "in the project's folder: not used" in lines[0]
    assert lines[1:3] == ["start", "{'a': '1'} ['--rate', '0.5']"]
    assert (result.exit["cause"], result.exit["exitCode"]) == ("exit", 1)
    assert (result.error["type"], result.error["message"]) == ("ValueError", "inside")
    assert result.info["executable"] == sys.executable


def test_a_commands_own_exit_code_counts(launcher: Launcher) -> None:
    folder = launcher.prepare({}, script="", command="python -c 'print(1)' && exit 5")
    launcher.start(folder)
    result = launcher.finish(folder)
    assert (result.exit["exitCode"], result.output) == (5, "1\n")


def test_import_mlsql_brings_next_to_nothing_of_the_standard_library_with_it(launcher: Launcher) -> None:
    result = launcher.run(
        "import sys\nbefore = set(sys.modules)\nimport mlsql\nmlsql.params()\n"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('mlsql')))"
    )
    assert result.output == "['__future__']\n"
