"""The executor's one resident Python: forks a shim for each attempt and says when it has ended.

Started as ``python -I -S launcher.py``. Orders and events are JSON lines on standard input and output; see
docs/python-boundary.md. It ends when its standard input ends; shims go on without it.
"""

import json
import os
import selectors
import signal
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from mlsql_runtime import process_tree, shim

#: Longest order; a longer one is a defect of the executor.
_ORDER_MAX_BYTES = 1 << 20


class Launcher:
    """The loop over orders and ended shims."""

    def __init__(self) -> None:
        self._attempts: dict[int, str] = {}
        self._buffer = b""
        self._wake_reader, self._wake_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def run(self) -> None:
        """Serves until standard input ends."""
        # A shim that dies leaves its script to this process, which then ends the script: see _after_shim.
        process_tree.become_subreaper()
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(0, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == self._wake_reader:
                        os.read(self._wake_reader, 4096)
                    elif not self._take_orders():
                        return
                self._reap()

    def _take_orders(self) -> bool:
        chunk = os.read(0, 1 << 16)
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                self._obey(json.loads(line))
        if len(self._buffer) > _ORDER_MAX_BYTES:
            raise ValueError(f"an order of more than {_ORDER_MAX_BYTES} bytes")
        return bool(chunk)

    def _obey(self, order: dict[str, Any]) -> None:
        if order.get("op") != "start":
            raise ValueError(f"unknown order: {order}")
        attempt_dir = str(order["attemptDir"])
        try:
            pid = shim.fork_shim(attempt_dir)
        except OSError as error:
            shim.write_exit(attempt_dir, cause="internal", message=f"no process could be made: {error}")
            self._tell({"event": "exited", "attemptDir": attempt_dir})
            return
        self._attempts[pid] = attempt_dir
        started = process_tree.start_ticks(pid)
        self._tell({"event": "started", "attemptDir": attempt_dir, "shimPid": pid, "shimStart": started})

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            attempt_dir = self._attempts.pop(pid, None)
            if attempt_dir is not None:
                self._after_shim(attempt_dir, status)
                self._tell({"event": "exited", "attemptDir": attempt_dir})

    def _after_shim(self, attempt_dir: str, status: int) -> None:
        # One that ended well has written exit.json, and its folder may be on its way out already.
        if status == 0 or os.path.exists(os.path.join(attempt_dir, "exit.json")):
            return
        # Only a shim that was killed comes here. Its script has become a child of this process.
        for pid in process_tree.descendants(os.getpid(), deep=False):
            if pid not in self._attempts:
                process_tree.send_signal([pid, *process_tree.descendants(pid)], signal.SIGKILL)
        how = f"by signal {status & 127}" if status & 127 else f"with status {status >> 8}"
        try:
            shim.write_exit(attempt_dir, cause="internal", message=f"the attempt's shim was ended {how}")
        except OSError:
            # A full disk, or nobody wants to know any more: the executor sees that the shim is gone.
            pass

    def _tell(self, event: dict[str, Any]) -> None:
        data = memoryview(json.dumps(event).encode() + b"\n")
        try:
            while data:
                data = data[os.write(1, data) :]
        except BrokenPipeError:
            # The executor is gone; its successor reads the attempts' folders.
            pass


if __name__ == "__main__":
    Launcher().run()
