"""An attempt from spec.json to exit.json: how it ends, and what it leaves."""

from __future__ import annotations

import ast
import os
import signal
import stat
import sys
import textwrap
import time
from pathlib import Path

import pytest
from conftest import RUNTIME, Launcher, launcher_command, read_result


def source(text: str) -> str:
    return textwrap.dedent(text)


def wait_for_output(folder: Path, text: str) -> None:
    """Blocks until the attempt's output holds the text; pytest's own time limit is the caller's patience."""
    path = folder / "output.log"
    while not path.exists() or text not in path.read_text():
        assert not (folder / "exit.json").exists(), read_result(folder)
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    """False for a process that has ended, also where nobody has waited for it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_script_that_ends_well_leaves_exit_code_0_its_output_and_its_model(launcher: Launcher) -> None:
    result = launcher.run("print('hello')\nimport os; os.makedirs('../model'); open('../model/m', 'w').write('x')\n")
    assert result.exit["cause"] == "exit"
    assert result.exit["exitCode"] == 0
    assert result.exit["signal"] == ""
    assert result.output == "hello\n"
    assert result.error == {}
    assert (result.folder / "model/m").read_text() == "x"
    assert result.exit["endTimeMs"] >= result.exit["startTimeMs"] > 1_600_000_000_000
    assert result.exit["peakMemoryBytes"] > 1 << 20


def test_a_script_that_prints_nothing_leaves_an_empty_log(launcher: Launcher) -> None:
    result = launcher.run("")
    assert (result.exit["cause"], result.exit["exitCode"], result.output) == ("exit", 0, "")


def test_info_json_tells_the_interpreter_and_its_packages(launcher: Launcher) -> None:
    result = launcher.run("", pythonVersion=".".join(map(str, sys.version_info[:2])))
    assert result.info["executable"] == sys.executable
    assert result.info["version"] == ".".join(map(str, sys.version_info[:3]))
    assert result.info["platform"].startswith("linux-")
    assert result.info["packages"]["scikit-learn"]
    assert result.info["warnings"] == []


def test_another_version_than_pythonver_is_a_warning_and_a_line(launcher: Launcher) -> None:
    result = launcher.run("print('runs')", pythonVersion="2.7")
    [warning] = result.info["warnings"]
    assert warning["code"] == "MLSQL_TASK_PYTHON_VERSION"
    assert "2.7" in warning["message"]
    assert sys.executable in warning["message"]
    assert result.output == f"[mlsql] {warning['message']}\nruns\n"


def test_packages_that_the_interpreter_lacks_are_named(launcher: Launcher) -> None:
    result = launcher.run("", expectedPackages=["python", "NumPy", "scikit_learn", "no-such-thing", "other"])
    [warning] = result.info["warnings"]
    assert warning["code"] == "MLSQL_TASK_PACKAGE"
    assert "names no-such-thing, other, which" in warning["message"]
    assert result.output == f"[mlsql] {warning['message']}\n"


def test_an_uncaught_error_leaves_its_own_traceback(launcher: Launcher) -> None:
    result = launcher.run("def f():\n    raise KeyError('lost')\n\nf()\n")
    assert (result.exit["cause"], result.exit["exitCode"]) == ("exit", 1)
    assert result.error["type"] == "KeyError"
    assert result.error["message"] == "'lost'"
    assert result.error["retryable"] is True
    assert result.error["traceback"] == result.output
    assert "mlsql_runtime" not in result.output
    assert 'train.py", line 2, in f' in result.output


def test_frames_of_the_runtime_between_the_scripts_own_are_left_out(launcher: Launcher) -> None:
    script = "import mlsql\ndef fit(X, y, n):\n    1 / 0\nmlsql.sklearn_batch_data(fit)\n"
    result = launcher.run(script, {"data/part-00000.json": [{"features": [1.0], "label": 1}]})
    assert result.error["type"] == "ZeroDivisionError"
    assert result.error["traceback"].count("File ") == 2
    assert "mlsql.py" not in result.error["traceback"]


def test_a_syntax_error_is_told_with_its_place_and_is_not_worth_another_try(launcher: Launcher) -> None:
    result = launcher.run("x = 1\ny = = 2\n")
    assert result.exit["exitCode"] == 1
    assert result.error["type"] == "SyntaxError"
    assert "train.py, line 2" in result.error["message"]
    assert result.error["retryable"] is False


def test_a_missing_package_is_not_worth_another_try(launcher: Launcher) -> None:
    result = launcher.run("import no_such_package_anywhere")
    assert result.error["type"] == "ModuleNotFoundError"
    assert "no_such_package_anywhere" in result.error["message"]
    assert result.error["retryable"] is False


def test_an_error_that_cannot_be_printed_still_has_a_name(launcher: Launcher) -> None:
    script = """
        class Odd(Exception):
            def __str__(self):
                raise ValueError("no text")
        raise Odd()
    """
    result = launcher.run(source(script))
    assert result.error["type"] == "Odd"
    assert result.error["message"] == ""


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('enough')", 1),
        ("raise SystemExit", 0),
        ("import os; os._exit(7)", 7),
    ],
)
def test_exit_codes_are_the_scripts(launcher: Launcher, script: str, code: int) -> None:
    result = launcher.run(script)
    assert (result.exit["cause"], result.exit["exitCode"], result.error) == ("exit", code, {})
    assert result.output == ("enough\n" if "enough" in script else "")


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_a_signal_is_told_by_its_name(launcher: Launcher, name: str) -> None:
    result = launcher.run(f"import os, signal; os.kill(os.getpid(), signal.{name})")
    assert (result.exit["cause"], result.exit["signal"], result.exit["exitCode"]) == ("signal", name, None)
    assert result.exit["message"] == f"ended by {name}"


def test_a_folder_that_is_cleared_away_as_soon_as_exit_json_is_there_is_left_alone(launcher: Launcher) -> None:
    folder = launcher.prepare({"work/train.py": "pass"})
    launcher.start(folder)
    launcher.process.send_signal(signal.SIGSTOP)
    while not (folder / "exit.json").exists():
        time.sleep(0.005)
    (folder / "exit.json").unlink()
    launcher.process.send_signal(signal.SIGCONT)
    launcher.event("exited", folder)
    assert not (folder / "exit.json").exists()


def test_a_shim_that_is_killed_when_its_folder_is_gone_does_not_take_the_launcher_along(launcher: Launcher) -> None:
    folder = launcher.prepare({"work/train.py": "import time; print('up', flush=True); time.sleep(600)"})
    pid = launcher.start(folder)["shimPid"]
    wait_for_output(folder, "up\n")
    folder.rename(folder.with_name("moved"))
    os.kill(pid, signal.SIGKILL)
    launcher.event("exited", folder)
    assert launcher.run("print('next')").output == "next\n"


def test_a_shim_whose_folder_is_gone_ends_with_its_script(launcher: Launcher) -> None:
    script = "import os, time\nprint(f'<{os.getpid()}>', flush=True)\ntime.sleep(600)\n"
    folder = launcher.prepare({"work/train.py": script})
    launcher.start(folder)
    wait_for_output(folder, ">")
    pid = int((folder / "output.log").read_text().strip("<>\n"))
    folder.rename(folder.with_name("moved"))
    launcher.event("exited", folder)
    assert not is_alive(pid)
    assert launcher.run("print('next')").output == "next\n"


def test_ctrl_c_inside_the_script_ends_it_as_python_does(launcher: Launcher) -> None:
    result = launcher.run("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    assert (result.exit["cause"], result.exit["signal"]) == ("signal", "SIGINT")
    assert result.output.endswith("KeyboardInterrupt\n")


# ---- interpreters ----


def test_an_interpreter_that_does_not_exist_is_named(launcher: Launcher) -> None:
    result = launcher.run("", pythonPath="/opt/nowhere/bin/python", pythonVersion="3.6")
    assert result.exit["cause"] == "environment"
    assert "/opt/nowhere/bin/python (expected: Python 3.6)" in result.exit["message"]
    assert "No such file" in result.exit["message"]


@pytest.mark.parametrize("path", ["/bin/true", "/bin/false"])
def test_a_program_that_is_no_interpreter_is_named(launcher: Launcher, path: str) -> None:
    result = launcher.run("", pythonPath=path)
    assert result.exit["cause"] == "environment"
    assert f"{path} is no Python interpreter" in result.exit["message"]


def test_a_file_that_cannot_be_executed_is_named(launcher: Launcher) -> None:
    result = launcher.run("", pythonPath="/etc/passwd")
    assert (result.exit["cause"], "Permission denied" in result.exit["message"]) == ("environment", True)


def test_an_interpreter_that_is_too_old_is_named_with_its_version(launcher: Launcher, tmp_path: Path) -> None:
    """Goes through the real start-up file, by a Python that says it is 3.6."""
    startup = RUNTIME / "startup"
    pretend = "import sys; sys.version_info = (3, 6, 15, 'final', 0)"
    code = f"{pretend}; sys.path.insert(0, {str(startup)!r}); import sitecustomize"
    old = tmp_path / "python3.6"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -S -c "{code}"\n')
    old.chmod(old.stat().st_mode | stat.S_IXUSR)
    result = launcher.run("print('never')", pythonPath=str(old), pythonVersion="3.6")
    assert result.exit["cause"] == "environment"
    assert "is Python 3.6.15, which is too old: 3.9 or newer is needed (expected: Python 3.6)" in result.exit["message"]
    assert "never" not in result.output


@pytest.mark.parametrize(
    "name", ["startup/sitecustomize.py", "startup/mlsql_startup.py", "bootstrap.py", "function_worker.py"]
)
def test_what_old_interpreters_read_is_old_python(name: str) -> None:
    tree = ast.parse((RUNTIME / name).read_text(), feature_version=(3, 4))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.AsyncFunctionDef))
    ]


@pytest.mark.parametrize("flags", [["-u"], ["-I"], ["-E"], ["-S"], ["-u", "-O", "-W", "ignore"], ["-X", "dev"]])
def test_any_flags_of_the_interpreter_work(launcher: Launcher, flags: list[str]) -> None:
    script = """
        import sys, mlsql
        print(mlsql.fit_param["a"], sys.argv, __name__)
        assert sys.modules["__main__"].defined_below
        defined_below = True
    """
    result = launcher.run(source(script), pythonParams=flags, fitParam={"a": "1"})
    if "-O" in flags:
        assert result.exit["exitCode"] == 0
    else:
        assert result.error["type"] == "AttributeError"
        assert "mlsql_runtime" not in result.error["traceback"]
    assert result.output.startswith("1 ['train.py'] __main__\n")


# ---- limits ----


def test_more_memory_than_the_limit_ends_the_whole_tree(launcher: Launcher) -> None:
    script = """
        import os, sys, time
        if os.fork() == 0:
            held = bytearray(150 << 20)
            time.sleep(600)
        held = bytearray(150 << 20)
        time.sleep(600)
    """
    result = launcher.run(source(script), memoryBytes=200 << 20)
    assert result.exit["cause"] == "memory"
    assert "the limit is 200.0 MiB" in result.exit["message"]
    assert result.exit["peakMemoryBytes"] > 200 << 20
    assert result.exit["signal"] == "SIGKILL"


def test_memory_shared_by_forked_processes_counts_once(launcher: Launcher) -> None:
    script = """
        import os, time
        held = bytearray(100 << 20)
        children = []
        for _ in range(4):
            pid = os.fork()
            if pid == 0:
                time.sleep(0.5)
                os._exit(0)
            children.append(pid)
        for pid in children:
            os.waitpid(pid, 0)
    """
    result = launcher.run(source(script), memoryBytes=250 << 20)
    assert (result.exit["cause"], result.exit["exitCode"]) == ("exit", 0)


def test_a_full_disk_quota_ends_the_script(launcher: Launcher) -> None:
    script = """
        import os, time
        os.makedirs("../model")
        with open("../model/big", "wb") as file:
            file.write(b"x" * (30 << 20))
        time.sleep(600)
    """
    result = launcher.run(source(script), diskBytes=20 << 20)
    assert result.exit["cause"] == "disk"
    assert "the quota is 20.0 MiB" in result.exit["message"]


def test_a_script_that_ends_before_the_disk_was_measured_does_not_get_away(launcher: Launcher) -> None:
    result = launcher.run("open('big', 'wb').write(b'x' * (30 << 20))", diskBytes=20 << 20)
    assert (result.exit["cause"], result.exit["exitCode"]) == ("disk", 0)


def test_a_timeout_ends_the_script(launcher: Launcher) -> None:
    result = launcher.run("import time; time.sleep(600)", timeoutMs=300)
    assert (result.exit["cause"], result.exit["signal"]) == ("timeout", "SIGTERM")
    assert result.exit["message"] == "ran longer than its timeout of 0.3 s"


def test_a_script_that_ignores_sigterm_is_killed_after_the_grace(launcher: Launcher) -> None:
    script = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("deaf", flush=True)
        time.sleep(600)
    """
    folder = launcher.prepare({"work/train.py": source(script)})
    pid = launcher.start(folder)["shimPid"]
    wait_for_output(folder, "deaf\n")
    launcher.stop(folder, pid, grace_ms=200)
    result = launcher.finish(folder)
    assert (result.exit["cause"], result.exit["signal"]) == ("cancelled", "SIGKILL")


def test_a_script_may_use_its_grace_to_end_well(launcher: Launcher) -> None:
    script = """
        import signal, sys, time
        def stop(*_):
            print("saved", flush=True)
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        print("ready", flush=True)
        time.sleep(600)
    """
    folder = launcher.prepare({"work/train.py": source(script)})
    pid = launcher.start(folder)["shimPid"]
    wait_for_output(folder, "ready\n")
    launcher.stop(folder, pid, cause="drain")
    result = launcher.finish(folder)
    note = "[mlsql] the script was stopped (drain): it is ended"
    assert (result.exit["cause"], result.exit["exitCode"]) == ("drain", 0)
    assert result.output == f"ready\n{note}\nsaved\n"


def test_a_stop_right_after_the_start_counts(launcher: Launcher) -> None:
    folder = launcher.prepare({"work/train.py": "import time; time.sleep(600)"})
    launcher.stop(folder, launcher.start(folder)["shimPid"])
    assert launcher.finish(folder).exit["cause"] == "cancelled"


# ---- the process tree ----

DAEMON = """
    import os, signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            {output}
            open("daemon", "w").write(str(os.getpid()))
            os.rename("daemon", "daemon.pid")
            time.sleep(600)
        os._exit(0)
    os.wait()
    while not os.path.exists("daemon.pid"):
        time.sleep(0.01)
    {end}
"""


@pytest.mark.parametrize("output", ["pass", "os.closerange(0, 100)"])
def test_a_daemon_that_the_script_leaves_behind_is_ended(launcher: Launcher, output: str) -> None:
    result = launcher.run(source(DAEMON.format(output=output, end="sys.exit(0)")), graceMs=200)
    assert (result.exit["cause"], result.exit["exitCode"]) == ("exit", 0)
    daemon = int((result.folder / "work/daemon.pid").read_text())
    assert not is_alive(daemon)
    assert f"(pid {daemon}) did not end 0.2 s after SIGTERM" in (result.folder / "output.log").read_text()


def test_a_stop_reaches_daemons_too(launcher: Launcher) -> None:
    end = 'print("up", flush=True); time.sleep(600)'
    folder = launcher.prepare({"work/train.py": source(DAEMON.format(output="pass", end=end))})
    pid = launcher.start(folder)["shimPid"]
    wait_for_output(folder, "up\n")
    launcher.stop(folder, pid, grace_ms=100)
    assert launcher.finish(folder).exit["cause"] == "cancelled"
    assert not is_alive(int((folder / "work/daemon.pid").read_text()))


def test_a_script_that_signals_its_own_group_does_not_reach_the_shim(launcher: Launcher) -> None:
    result = launcher.run("import os, signal; os.killpg(0, signal.SIGKILL)")
    assert (result.exit["cause"], result.exit["signal"]) == ("signal", "SIGKILL")


def test_attempts_run_at_once_and_each_gets_its_own_end(launcher: Launcher) -> None:
    first = launcher.prepare({"work/train.py": "import time; time.sleep(600)"})
    second = launcher.prepare({"work/train.py": "print('quick')"})
    pid = launcher.start(first)["shimPid"]
    launcher.start(second)
    assert launcher.finish(second).output == "quick\n"
    launcher.stop(first, pid)
    assert launcher.finish(first).exit["cause"] == "cancelled"


# ---- launcher ----


def test_shims_go_on_when_the_launcher_is_gone(launcher: Launcher) -> None:
    script = (
        "import os, time\nprint('up', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('done')\n"
    )
    folder = launcher.prepare({"work/train.py": script})
    event = launcher.start(folder)
    wait_for_output(folder, "up\n")
    assert launcher.process.stdout is not None
    launcher.process.kill()
    launcher.process.wait()
    launcher.process.stdout.close()
    assert launcher.process.stdin is not None
    launcher.process.stdin.close()
    assert is_alive(event["shimPid"])
    (folder / "work/go").touch()
    while not (folder / "exit.json").exists():
        time.sleep(0.005)
    assert read_result(folder).output == "up\ndone\n"
    while is_alive(event["shimPid"]):
        time.sleep(0.005)


def test_the_launcher_ends_with_its_input_and_leaves_the_shim_alone(launcher: Launcher) -> None:
    folder = launcher.prepare({"work/train.py": "import time; print('up', flush=True); time.sleep(600)"})
    event = launcher.start(folder)
    wait_for_output(folder, "up\n")
    assert launcher.close() == 0
    assert int(Path(f"/proc/{event['shimPid']}/stat").read_text().rpartition(")")[2].split()[19]) == event["shimStart"]
    launcher.stop(folder, event["shimPid"])
    while not (folder / "exit.json").exists():
        time.sleep(0.005)
    assert read_result(folder).exit["cause"] == "cancelled"


def test_a_shim_that_is_killed_takes_its_script_along(launcher: Launcher) -> None:
    script = "import os, time\nprint(f'<{os.getpid()}>', flush=True)\ntime.sleep(600)\n"
    folder = launcher.prepare({"work/train.py": script})
    event = launcher.start(folder)
    wait_for_output(folder, ">")
    os.kill(event["shimPid"], signal.SIGKILL)
    result = launcher.finish(folder)
    assert result.exit["cause"] == "internal"
    assert "signal 9" in result.exit["message"]
    while is_alive(int(result.output.strip("<>\n"))):
        time.sleep(0.005)


def test_a_spec_that_cannot_be_read_is_told(launcher: Launcher) -> None:
    folder = launcher.prepare({})
    (folder / "spec.json").write_text("{")
    launcher.start(folder)
    launcher.event("exited", folder)
    assert '"internal"' in (folder / "exit.json").read_text()


def test_the_launcher_needs_nothing_from_its_environment() -> None:
    assert launcher_command()[1:3] == ["-I", "-S"]


def test_a_script_that_prints_nothing_for_too_long_is_ended_and_the_log_says_why(launcher: Launcher) -> None:
    script = """
        import time
        for i in range(3):
            print(i, flush=True)
            time.sleep(0.3)
        print("half", end="", flush=True)
        time.sleep(600)
    """
    result = launcher.run(source(script), idleTimeoutMs=1200)
    assert (result.exit["cause"], result.exit["signal"]) == ("idle", "SIGTERM")
    assert result.exit["message"] == "printed nothing for longer than its idleTimeout of 1.2 s"
    assert result.output == (
        "0\n1\n2\nhalf\n[mlsql] the script printed nothing for longer than its idleTimeout of 1.2 s: it is ended\n"
    )
