"""Real processes for the tests: a launcher with attempts below it, a function worker with its pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PYTHON_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PYTHON_ROOT))
RUNTIME = PYTHON_ROOT / "mlsql_runtime"


@dataclass
class Result:
    """What an attempt's folder holds at its end."""

    folder: Path
    exit: dict[str, Any]
    info: dict[str, Any]
    error: dict[str, Any]
    output: str


class Launcher:
    """A launcher process, spoken to as the executor does."""

    def __init__(self, root: Path, command: list[str]) -> None:
        self._root = root
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self._count = 0

    def prepare(self, files: dict[str, Any] | None = None, **spec: Any) -> Path:
        """An attempt's folder with its files (path in the folder → text, bytes, or rows) and spec.json."""
        self._count += 1
        folder = self._root / f"attempt-{self._count}"
        for name in ("work", "data", "tmp"):
            (folder / name).mkdir(parents=True)
        for name, content in (files or {}).items():
            write_file(folder / name, content)
        write_file(
            folder / "spec.json",
            json.dumps(
                {
                    "jobId": "job-1",
                    "algIndex": 0,
                    "attempt": 1,
                    "attemptDir": str(folder),
                    "pythonPath": sys.executable,
                    "pythonParams": [],
                    "pythonVersion": "",
                    "script": "train.py",
                    "command": "",
                    "builtinAlg": "",
                    "dataDir": str(folder / "data"),
                    "dataStream": None,
                    "dataFormat": "json",
                    "stopFlagNum": 8,
                    "modelDir": str(folder / "model"),
                    "checkpointDir": str(folder / "checkpoint"),
                    "workDir": str(folder / "work"),
                    "tmpDir": str(folder / "tmp"),
                    "validateFiles": [],
                    "resources": {},
                    "fitParam": {},
                    "kafkaParam": {},
                    "systemParam": {},
                    "trainParams": {},
                    "env": {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder / "tmp")},
                    "memoryBytes": 0,
                    "diskBytes": 0,
                    "timeoutMs": 0,
                    "graceMs": 10_000,
                    "logBytesMax": 0,
                    **spec,
                }
            ),
        )
        return folder

    def start(self, folder: Path) -> dict[str, Any]:
        """Starts the attempt of a folder; the launcher's event."""
        self.send({"op": "start", "attemptDir": str(folder)})
        return self.event("started", folder)

    def send(self, order: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    def event(self, kind: str, folder: Path) -> dict[str, Any]:
        """The launcher's next event, which must be this one."""
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert (event["event"], event["attemptDir"]) == (kind, str(folder))
        return event

    def finish(self, folder: Path) -> Result:
        """Waits for the attempt's end."""
        self.event("exited", folder)
        return read_result(folder)

    def stop(self, folder: Path, pid: int, cause: str = "cancelled", grace_ms: int = 10_000) -> None:
        """Stops an attempt as the executor does."""
        write_file(folder / "stop.json", json.dumps({"cause": cause, "graceMs": grace_ms}))
        os.kill(pid, signal.SIGTERM)

    def run(self, source: str | bytes, files: dict[str, Any] | None = None, **spec: Any) -> Result:
        """Runs train.py with this text from start to end."""
        folder = self.prepare({"work/train.py": source, **(files or {})}, **spec)
        self.start(folder)
        return self.finish(folder)

    def close(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        status = self.process.wait(30)
        self.process.stdout.close()
        return status


def read_result(folder: Path) -> Result:
    def read(name: str) -> dict[str, Any]:
        path = folder / name
        return json.loads(path.read_text()) if path.exists() else {}

    output = (folder / "output.log").read_bytes().decode(errors="replace")
    return Result(folder, read("exit.json"), read("info.json"), read("error.json"), output)


def write_file(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in content))


def launcher_command() -> list[str]:
    return [sys.executable, "-I", "-S", str(RUNTIME / "launcher.py")]


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path, launcher_command())
    yield launcher
    if launcher.process.poll() is None:
        assert launcher.close() == 0
