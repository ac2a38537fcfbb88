"""A function worker: runs the predict script once, then answers batches until the executor closes the pipe."""

import fcntl
import json
import os
import struct
import subprocess
import sys
from typing import Any, Optional

from mlsql_runtime import finder, function_calls, function_registry, params, prepare, script_errors
from mlsql_runtime.command_line import with_startup
from mlsql_runtime.interpreter import interpreter_info, tell
from mlsql_runtime.names import FUNCTION_FILE_VARIABLE, RECORD_VARIABLE, SPEC_VARIABLE
from mlsql_runtime.spec import FunctionSpec, load_json, read_function_spec

_HEADER = struct.Struct("<IQB")
_FRAME_BATCH, _FRAME_ERROR, _FRAME_READY, _FRAME_FAILED = range(4)
#: Descriptors that frames come on and go on, out of the reach of scripts that use low numbers.
_DESCRIPTOR_MIN = 100
#: Memory for payloads that is kept for the next one.
_KEPT_BYTES_MAX = 16 << 20


class LoadError(Exception):
    """The function cannot be had: what frame 3 tells."""

    def __init__(self, message: str, details: Optional[dict[str, Any]] = None) -> None:
        super().__init__(message)
        self.details = {"type": "", "message": message, "traceback": "", "retryable": False, **(details or {})}
        self.details["code"] = "MLSQL_FUNCTION_SCRIPT"


class _Frames:
    """Frames from and to the executor."""

    def __init__(self) -> None:
        self._reader = os.fdopen(_move(3), "rb", 0)
        self._writer = _move(4)
        self._header = bytearray(_HEADER.size)
        self._payload = bytearray()

    def read(self) -> Optional[tuple[int, int, memoryview]]:
        """Call id, type and payload of the next frame; None where there are no more.

        The payload's memory is used again for the next one, unless somebody still has a view of it then. It ends at a
        multiple of eight bytes, and so do the numbers of a dense batch, which stand last in it.
        """
        if not self._fill(memoryview(self._header)):
            return None
        length, call_id, kind = _HEADER.unpack(self._header)
        size = length - 9
        room = size + -size % 8
        payload = memoryview(self._memory(room))[room - size : room]
        return (call_id, kind, payload) if self._fill(payload) else None

    def _memory(self, size: int) -> bytearray:
        try:
            # Refused as long as there is a view, which a function may have kept.
            self._payload.append(0)
            self._payload.pop()
            usable = size <= len(self._payload) <= _KEPT_BYTES_MAX
        except BufferError:
            usable = False
        if not usable:
            self._payload = bytearray(size)
        return self._payload

    def _fill(self, view: memoryview) -> bool:
        while view:
            count = self._reader.readinto(view)
            if not count:
                return False
            view = view[count:]
        return True

    def write(self, call_id: int, kind: int, payload: bytes) -> None:
        """Sends a frame. Ends the process where the executor is gone."""
        data = memoryview(_HEADER.pack(9 + len(payload), call_id, kind) + payload)
        try:
            while data:
                data = data[os.write(self._writer, data) :]
        except BrokenPipeError:
            os._exit(0)

    def write_json(self, call_id: int, kind: int, value: dict[str, Any]) -> None:
        """Sends a frame that holds JSON."""
        self.write(call_id, kind, json.dumps(value).encode())


def serve(spec_path: str) -> None:
    """The worker's whole life."""
    frames = _Frames()
    spec_path = os.path.abspath(spec_path)
    try:
        spec = read_function_spec(spec_path)
        info = interpreter_info(spec.python_version)
        kind, call = _load(spec, spec_path)
    except LoadError as error:
        frames.write_json(0, _FRAME_FAILED, error.details)
        sys.exit(1)
    except (OSError, ValueError) as error:
        frames.write_json(0, _FRAME_FAILED, LoadError(f"the function cannot be prepared: {error}").details)
        sys.exit(1)
    _flush()
    frames.write_json(0, _FRAME_READY, {"kind": kind, "info": info})
    while True:
        frame = frames.read()
        if frame is None:
            return
        call_id, _, payload = frame
        del frame
        from mlsql_runtime.function_batches import decode

        try:
            answer = call(decode(payload))
        except function_calls.CallError as error:
            _flush()
            frames.write_json(call_id, _FRAME_ERROR, error.details)
        else:
            _flush()
            frames.write(call_id, _FRAME_BATCH, answer)
        del payload


def _load(spec: FunctionSpec, spec_path: str) -> tuple[str, function_calls.Call]:
    if spec.builtin_alg and not spec.script and not spec.command:
        from mlsql_runtime.trainers import load_predictor

        try:
            return "batch", function_calls.batch_caller(load_predictor(spec.model_dir), spec.model_dir)
        except Exception as error:
            raise _raised(error) from error
    finder.install()
    os.environ[SPEC_VARIABLE] = spec_path
    os.environ.update(with_startup(dict(os.environ)))
    os.chdir(spec.work_dir)
    note = prepare.old_copies_note(spec.work_dir, spec.script)
    if note:
        tell(note)
    prepare.write_params(spec.work_dir, params.function_params(spec))
    handed = _run_command(spec) if spec.command else _run_script(spec)
    if handed is None:
        raise LoadError(f"{spec.script or spec.command} ended without python_fun.udf(…) or python_fun.udf_batch(…)")
    kind, function = handed
    if kind == "batch":
        return kind, function_calls.batch_caller(function, spec.model_dir)
    train_params = spec.train_params if spec.copy_train_params else None
    return kind, function_calls.row_caller(function, spec.model_dir, train_params)


def _run_script(spec: FunctionSpec) -> Optional[tuple[str, Any]]:
    from mlsql_runtime.main_program import run_as_main

    function_registry.expect()
    try:
        run_as_main(spec.script, [spec.script])
    except SystemExit as error:
        if error.code not in (None, 0):
            raise LoadError(f"{spec.script} called sys.exit({error.code!r})") from error
    except BaseException as error:
        raise _raised(error) from error
    return function_registry.handed()


def _run_command(spec: FunctionSpec) -> Optional[tuple[str, Any]]:
    from mlsql_runtime import project_command

    function_file = params.function_path(spec)
    folder = f"{function_file}.d"
    os.makedirs(folder, exist_ok=True)
    environment = project_command.environment(folder, ())
    environment[FUNCTION_FILE_VARIABLE] = function_file
    environment[RECORD_VARIABLE] = folder
    status = subprocess.run(["/bin/sh", "-c", spec.command], env=environment, stdin=subprocess.DEVNULL).returncode
    if status != 0:
        message = f"the command {spec.command!r} ended with exit code {status}"
        try:
            raise LoadError(message, load_json(os.path.join(folder, "error.json")))
        except OSError:
            raise LoadError(message) from None
    try:
        return function_registry.load(function_file)
    except Exception as error:
        raise _raised(error) from error


def _raised(error: BaseException) -> LoadError:
    details = script_errors.describe(error)
    # A script prints its traceback where nobody catches it; so it stands in the log here too.
    os.write(2, details["traceback"].encode(errors="replace"))
    return LoadError(details["message"], details)


def _move(descriptor: int) -> int:
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _DESCRIPTOR_MIN)
    os.close(descriptor)
    return moved


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            # The script closed or replaced it.
            continue
