"""Watches over one attempt: starts the script, keeps its output and its limits, ends its whole process tree.

Runs in a session of its own, forked from the launcher, and outlives launcher and executor. Everything it learns lies in
files of the attempt's folder; exit.json comes last.
"""

import os
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Optional

from mlsql_runtime import params, prepare, process_tree
from mlsql_runtime.command_line import child_command, child_environment
from mlsql_runtime.output_spool import OutputSpool
from mlsql_runtime.spec import AttemptSpec, load_json, read_attempt_spec, write_json

_MEMORY_SAMPLE_SECONDS = 0.1
_MEMORY_SAMPLE_UNLIMITED_SECONDS = 1.0
_DISK_SAMPLE_SECONDS = 0.5
#: Share of its time that the shim may spend on measuring the disk.
_DISK_SAMPLE_SHARE = 0.05
#: How long processes that SIGKILL does not end (stuck in the kernel) are waited for.
_KILL_WAIT_SECONDS = 60.0
_READ_BYTES = 1 << 18
#: The kernel shall rather end a script than an executor or the shim.
_OOM_SCORE = b"500"


@dataclass
class _Ending:
    """Why the attempt ends, decided once: the first reason counts."""

    cause: str
    message: str
    exit_code: Optional[int] = None
    signal_name: str = ""


def run_attempt(attempt_dir: str) -> None:
    """Runs one attempt from spec.json to exit.json. Never raises: a defect of the runtime ends up in exit.json too."""
    start_time_ms = _now_ms()
    shim: Optional[_Shim] = None
    try:
        spec = read_attempt_spec(os.path.join(attempt_dir, "spec.json"))
        shim = _Shim(spec, attempt_dir)
        ending = shim.run()
    except Exception as error:
        ending = _Ending("internal", f"the attempt's shim failed: {type(error).__name__}: {error}")
        if shim is not None:
            shim.kill_everything()
    write_exit(
        attempt_dir,
        cause=ending.cause,
        exit_code=ending.exit_code,
        signal_name=ending.signal_name,
        peak_memory_bytes=shim.peak_memory_bytes if shim is not None else 0,
        start_time_ms=start_time_ms,
        message=ending.message,
    )


def write_exit(
    attempt_dir: str,
    *,
    cause: str,
    message: str,
    exit_code: Optional[int] = None,
    signal_name: str = "",
    peak_memory_bytes: int = 0,
    start_time_ms: Optional[int] = None,
) -> None:
    """Writes exit.json, the attempt's last file. Times in milliseconds since 1970."""
    end_time_ms = _now_ms()
    write_json(
        os.path.join(attempt_dir, "exit.json"),
        {
            "cause": cause,
            "exitCode": exit_code,
            "signal": signal_name,
            "peakMemoryBytes": peak_memory_bytes,
            "startTimeMs": end_time_ms if start_time_ms is None else start_time_ms,
            "endTimeMs": end_time_ms,
            "message": message,
        },
    )


class _Shim:
    """The state of one attempt while it runs."""

    def __init__(self, spec: AttemptSpec, attempt_dir: str) -> None:
        self._spec = spec
        self._attempt_dir = attempt_dir
        self._spool = OutputSpool(os.path.join(attempt_dir, "output.log"), spec.log_bytes_max)
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._stop_asked = False
        self._ending: Optional[_Ending] = None
        self._child_pid = 0
        self._child_status: Optional[int] = None
        self._output: Optional[int] = None
        self._kill_at: Optional[float] = None
        #: When the script last printed something; before that, when it started.
        self._output_at = 0.0
        #: Most memory seen: of the whole tree at a sample, or of one process at its end.
        self.peak_memory_bytes = 0

    def run(self) -> _Ending:
        """Runs the script to its end and returns why it ended, when no process of it is left."""
        process_tree.become_subreaper()
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        # A handler of Python's must exist for the wake-up to be written; what happened is looked up in the loop.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        kernel_kills = process_tree.kernel_memory_kills()
        started = time.monotonic()
        self._tell_who_watches()
        self._prepare()
        failure = self._start()
        if failure is not None:
            self._spool.close()
            return failure
        self._watch(started)
        self._drain()
        self._spool.close()
        self._check_disk()
        return self._explain(kernel_kills)

    def kill_everything(self) -> None:
        """Sends SIGKILL until no process is left."""
        deadline = time.monotonic() + _KILL_WAIT_SECONDS
        while self._reap() and time.monotonic() < deadline:
            process_tree.send_signal(process_tree.descendants(os.getpid()), signal.SIGKILL)
            self._wait(0.02)

    # ---- start ----

    def _tell_who_watches(self) -> None:
        """Before the script's first line: from then on an executor that is started anew can find it by this file."""
        pid = os.getpid()
        write_json(
            os.path.join(self._attempt_dir, "shim.json"), {"pid": pid, "startTicks": process_tree.start_ticks(pid)}
        )

    def _prepare(self) -> None:
        """What need not wait for the script's own interpreter to start: here every module is loaded already."""
        spec = self._spec
        prepare.write_params(spec.work_dir, params.attempt_params(spec))
        note = prepare.old_copies_note(spec.work_dir, spec.script)
        if note:
            self._spool.feed(f"[mlsql] {note}\n".encode(errors="backslashreplace"))

    def _start(self) -> Optional[_Ending]:
        spec = self._spec
        try:
            process = subprocess.Popen(
                child_command(spec, self._attempt_dir),
                cwd=spec.work_dir,
                env=child_environment(spec, self._attempt_dir),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            if error.filename == spec.work_dir:
                raise
            expected = f" (expected: Python {spec.python_version})" if spec.python_version else ""
            return _Ending(
                "environment",
                f"the interpreter {spec.python_path}{expected} cannot be started: {os.strerror(error.errno or 0)}",
            )
        assert process.stdout is not None
        self._child_pid = process.pid
        # This class waits for the child itself, together with everything the child leaves behind.
        process.returncode = 0
        self._output = os.dup(process.stdout.fileno())
        process.stdout.close()
        os.set_blocking(self._output, False)
        self._selector.register(self._output, selectors.EVENT_READ)
        try:
            with open(f"/proc/{process.pid}/oom_score_adj", "wb", buffering=0) as file:
                file.write(_OOM_SCORE)
        except OSError:
            pass
        return None

    # ---- the loop ----

    def _watch(self, started: float) -> None:
        """Until no process is left: output, limits, stop. The kernel wakes it up; only limits are sampled."""
        spec = self._spec
        memory_every = _MEMORY_SAMPLE_SECONDS if spec.memory_bytes else _MEMORY_SAMPLE_UNLIMITED_SECONDS
        memory_at = started + memory_every
        disk_at = started + _DISK_SAMPLE_SECONDS if spec.disk_bytes else None
        timeout_at = started + spec.timeout_ms / 1000 if spec.timeout_ms else None
        self._output_at = started
        while self._reap():
            now = time.monotonic()
            if self._stop_asked:
                self._stop_asked = False
                self._stop_as_asked(now)
            if self._child_status is not None and self._kill_at is None:
                # The script has ended; what it leaves running goes as at a stop.
                self._terminate(now, spec.grace_ms)
            if timeout_at is not None and now >= timeout_at:
                timeout_at = None
                self._end(_Ending("timeout", f"ran longer than its timeout of {spec.timeout_ms / 1000:g} s"))
                self._terminate(now, spec.grace_ms)
            idle_at = self._output_at + spec.idle_timeout_ms / 1000 if spec.idle_timeout_ms else None
            if idle_at is not None and now >= idle_at and self._kill_at is None:
                message = f"printed nothing for longer than its idleTimeout of {spec.idle_timeout_ms / 1000:g} s"
                self._end(_Ending("idle", message))
                self._terminate(now, spec.grace_ms)
            if now >= memory_at:
                self._check_memory()
                self._check_folder()
                memory_at = now + memory_every
            if disk_at is not None and now >= disk_at:
                self._check_disk()
                disk_at = now + max(_DISK_SAMPLE_SECONDS, (time.monotonic() - now) / _DISK_SAMPLE_SHARE)
            if self._kill_at is not None and now >= self._kill_at:
                if self._child_status is not None and self._ending is None:
                    self._note_stubborn(spec.grace_ms)
                self.kill_everything()
                return
            times = [memory_at, disk_at, timeout_at, self._kill_at, idle_at if self._kill_at is None else None]
            self._wait(max(0.0, min(time for time in times if time is not None) - now))

    def _wait(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.fd == self._wake_reader:
                try:
                    os.read(self._wake_reader, 4096)
                except BlockingIOError:
                    pass
            else:
                self._read_output()

    def _read_output(self) -> bool:
        """Takes what the pipe holds; False where it is empty or ended."""
        if self._output is None:
            return False
        try:
            chunk = os.read(self._output, _READ_BYTES)
        except BlockingIOError:
            return False
        if chunk:
            self._output_at = time.monotonic()
            self._spool.feed(chunk)
            return True
        self._selector.unregister(self._output)
        os.close(self._output)
        self._output = None
        return False

    def _drain(self) -> None:
        """What the processes wrote before they ended. Whoever else still holds the pipe is not waited for."""
        while self._read_output():
            pass

    def _reap(self) -> bool:
        """Takes the status of every process that has ended; False where none is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            # ru_maxrss counts files' pages too, so it only serves where no sample saw the process.
            if self.peak_memory_bytes == 0:
                self.peak_memory_bytes = usage.ru_maxrss * 1024
            if pid == self._child_pid:
                self._child_status = status

    # ---- reasons to end ----

    def _on_stop(self, *_: object) -> None:
        self._stop_asked = True

    def _stop_as_asked(self, now: float) -> None:
        cause, reason, grace_ms = "cancelled", "", self._spec.grace_ms
        try:
            stop = load_json(os.path.join(self._attempt_dir, "stop.json"))
            cause = str(stop.get("cause") or cause)
            reason = str(stop.get("reason") or "")
            grace_ms = int(stop.get("graceMs", grace_ms))
        except (OSError, ValueError):
            pass
        self._end(_Ending(cause, f"was stopped ({reason or cause})"))
        self._terminate(now, grace_ms)

    def _end(self, ending: _Ending) -> None:
        if self._ending is None and self._child_status is None:
            self._ending = ending
            self._spool.note(f"[mlsql] the script {ending.message}: it is ended")

    def _terminate(self, now: float, grace_ms: int) -> None:
        processes = process_tree.descendants(os.getpid())
        process_tree.send_signal(processes, signal.SIGTERM)
        process_tree.send_signal(processes, signal.SIGCONT)
        kill_at = now + grace_ms / 1000
        self._kill_at = kill_at if self._kill_at is None else min(kill_at, self._kill_at)

    def _note_stubborn(self, grace_ms: int) -> None:
        """Why a script that has ended well took so much longer."""
        pids = ", ".join(str(pid) for pid in process_tree.descendants(os.getpid())[:10])
        self._spool.note(
            f"[mlsql] the script has ended, but processes that it started (pid {pids}) did not end "
            f"{grace_ms / 1000:g} s after SIGTERM: they are killed"
        )

    def _check_memory(self) -> None:
        processes = process_tree.descendants(os.getpid())
        used = process_tree.resident_bytes(processes)
        limit = self._spec.memory_bytes
        if limit and used > limit:
            # Forked processes share pages, which the quick sum counts once for each.
            used = process_tree.proportional_bytes(processes)
        self.peak_memory_bytes = max(self.peak_memory_bytes, used)
        if limit and used > limit:
            self._end(_Ending("memory", f"used {_megabytes(used)} of memory; the limit is {_megabytes(limit)}"))
            self._kill_at = 0.0

    def _check_folder(self) -> None:
        """Without it nobody can learn of the attempt, or take it over: it would run on for nobody."""
        if not os.path.isdir(self._attempt_dir):
            self._end(_Ending("cancelled", "has lost its folder, which was removed"))
            self._kill_at = 0.0

    def _check_disk(self) -> None:
        limit = self._spec.disk_bytes
        if not limit or self._ending is not None:
            return
        used = process_tree.disk_bytes(self._attempt_dir)
        if used > limit:
            # Also where the script has just ended by itself.
            self._ending = _Ending("disk", f"used {_megabytes(used)} of disk; the quota is {_megabytes(limit)}")
            self._kill_at = 0.0

    # ---- the end ----

    def _explain(self, kernel_kills: int) -> _Ending:
        status = self._child_status if self._child_status is not None else signal.SIGKILL.value
        exit_code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        signal_name = _signal_name(number) if number else ""
        if self._ending is not None:
            ending = self._ending
        elif number == signal.SIGKILL and process_tree.kernel_memory_kills() > kernel_kills:
            ending = _Ending("memory", "ended by the kernel: the machine or container has no memory left")
        elif number:
            ending = _Ending("signal", f"ended by {signal_name}")
        else:
            ending = _Ending("exit", f"exit code {exit_code}")
        if ending.cause in ("exit", "signal"):
            ending = self._environment_failure(ending.message) or ending
        ending.exit_code = exit_code
        ending.signal_name = signal_name
        return ending

    def _environment_failure(self, how: str) -> Optional[_Ending]:
        """Where the interpreter never got as far as the script."""
        spec = self._spec
        expected = f" (expected: Python {spec.python_version})" if spec.python_version else ""
        try:
            info = load_json(os.path.join(self._attempt_dir, "info.json"))
        except (OSError, ValueError):
            return _Ending(
                "environment",
                f"{spec.python_path}{expected} is no Python interpreter, or one that ignores PYTHONPATH: {how}",
            )
        error = info.get("error")
        return _Ending("environment", f"{error}{expected}") if error else None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _megabytes(count: int) -> str:
    return f"{count / (1 << 20):,.1f} MiB"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def fork_shim(attempt_dir: str) -> int:
    """Forks a shim for the attempt and returns its pid. Raises OSError where no process can be made."""
    # A stop that comes before the shim can take it waits until it can.
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
    try:
        pid = os.fork()
    except OSError:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
        raise
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
        return pid
    status = 1
    try:
        # Nothing of the launcher's may reach in here: its pipes break when the executor dies.
        os.setsid()
        signal.set_wakeup_fd(-1)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.closerange(3, 1024)
        run_attempt(attempt_dir)
        status = 0
    finally:
        os._exit(status)
