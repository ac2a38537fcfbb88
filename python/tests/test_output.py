"""What becomes of a script's output."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Launcher

from mlsql_runtime.output_spool import LINE_MAX_BYTES, OutputSpool


def spool(tmp_path: Path, chunks: list[bytes], bytes_max: int = 0) -> bytes:
    path = tmp_path / "output.log"
    spool = OutputSpool(str(path), bytes_max)
    for chunk in chunks:
        spool.feed(chunk)
    spool.close()
    return path.read_bytes()


def test_output_is_kept_byte_by_byte(tmp_path: Path) -> None:
    chunks = [b"one\ntwo", b"\r50%\r\n", b"", b"\xff\xfe\x00\n", b"no end"]
    assert spool(tmp_path, chunks) == b"".join(chunks)


@pytest.mark.parametrize("step", [1, 1000, LINE_MAX_BYTES - 1, LINE_MAX_BYTES, LINE_MAX_BYTES + 1, 1 << 20])
@pytest.mark.parametrize("length", [LINE_MAX_BYTES - 1, LINE_MAX_BYTES, LINE_MAX_BYTES + 1, 3 * LINE_MAX_BYTES + 5])
def test_a_long_line_is_cut_wherever_the_chunks_end(tmp_path: Path, step: int, length: int) -> None:
    data = b"before\n" + b"x" * length + b"\nafter\n"
    kept = spool(tmp_path, [data[start : start + step] for start in range(0, len(data), step)])
    cut = max(0, length - LINE_MAX_BYTES)
    note = f" … [{cut} bytes cut]".encode() if cut else b""
    assert kept == b"before\n" + b"x" * (length - cut) + note + b"\nafter\n"


def test_a_long_last_line_without_newline_is_cut_too(tmp_path: Path) -> None:
    assert spool(tmp_path, [b"x" * (LINE_MAX_BYTES + 9)]).endswith("x … [9 bytes cut]\n".encode())


def test_a_character_is_never_cut_in_half(tmp_path: Path) -> None:
    data = b"x" + "模型".encode() * LINE_MAX_BYTES
    text = spool(tmp_path, [data + b"\n"]).decode()
    assert text.startswith("x模型")
    head, _, note = text.partition(" … ")
    assert len(head.encode()) + int(note.split()[0].strip("[")) == len(data)


def test_output_beyond_the_limit_is_dropped_and_counted(tmp_path: Path) -> None:
    kept = spool(tmp_path, [b"line 1\n", b"line 2\nline 3\n", b"line 4\n"], bytes_max=16)
    assert kept == b"line 1\nline 2\n[mlsql] output beyond 16 bytes was dropped: 14 bytes\n"


@pytest.mark.long
def test_a_gigabyte_without_newline_leaves_one_short_line(launcher: Launcher) -> None:
    script = (
        "import os\nblock = b'x' * (1 << 20)\nfor _ in range(1024):\n    os.write(1, block)\nprint()\nprint('end')\n"
    )
    result = launcher.run(script)
    assert (result.exit["cause"], result.exit["exitCode"]) == ("exit", 0)
    line, last, _ = result.output.split("\n")
    assert line == "x" * LINE_MAX_BYTES + f" … [{(1 << 30) - LINE_MAX_BYTES} bytes cut]"
    assert last == "end"


def test_output_and_errors_are_one_stream_in_their_order(launcher: Launcher) -> None:
    script = "import sys\nfor i in range(100):\n    print(i, file=sys.stderr if i % 2 else sys.stdout)\n"
    assert launcher.run(script).output == "".join(f"{i}\n" for i in range(100))


def test_bytes_that_are_no_utf8_pass(launcher: Launcher) -> None:
    result = launcher.run("import os; os.write(1, b'\\xff\\xfe broken \\xe4\\n')")
    assert (result.folder / "output.log").read_bytes() == b"\xff\xfe broken \xe4\n"


def test_the_logs_limit_does_not_stop_the_script(launcher: Launcher) -> None:
    result = launcher.run("for i in range(100000): print('line', i)\nopen('done', 'w')\n", logBytesMax=1000)
    assert result.exit["exitCode"] == 0
    assert (result.folder / "work/done").exists()
    *lines, note, _ = result.output.split("\n")
    assert lines == [f"line {i}" for i in range(len(lines))]
    assert note.startswith("[mlsql] output beyond 1,000 bytes was dropped:")


def test_what_is_printed_last_before_a_crash_is_there(launcher: Launcher) -> None:
    result = launcher.run("import os\nprint('last words')\nos.abort()\n")
    assert (result.exit["signal"], result.output) == ("SIGABRT", "last words\n")
