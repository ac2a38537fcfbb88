"""Keeps a script's output in a file: long lines cut, everything beyond a limit dropped and counted."""

import os

#: Longest line kept; the rest of a longer one is cut off and counted.
LINE_MAX_BYTES = 64 * 1024


class OutputSpool:
    """Appends bytes to a file as they come, whatever they hold, and never raises: a full disk only drops output."""

    def __init__(self, path: str, bytes_max: int = 0) -> None:
        """Opens the file for appending. bytes_max: bytes kept in all, 0 for no limit."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._bytes_max = bytes_max
        self._written = 0
        self._dropped = 0
        self._limited = False
        self._ends_line = True
        #: Bytes of the current line so far, kept ones and cut ones apart.
        self._column = 0
        self._cut = 0

    def note(self, text: str) -> None:
        """Adds a line of the runtime's own, also in the middle of one of the script's."""
        start = "\n" if self._column else ""
        self.feed(f"{start}{text}\n".encode(errors="backslashreplace"))

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of output."""
        pieces: list[bytes] = []
        position = 0
        end = len(chunk)
        while position < end:
            if self._column >= LINE_MAX_BYTES:
                position = self._skip_rest_of_line(chunk, position, pieces)
                continue
            room = position + LINE_MAX_BYTES - self._column
            # The last newline that a line starting here may reach: every line up to it is short enough.
            newline = chunk.rfind(b"\n", position, room + 1)
            if newline >= 0:
                pieces.append(chunk[position : newline + 1])
                position = newline + 1
                self._column = 0
            elif end <= room:
                pieces.append(chunk[position:])
                self._column += end - position
                position = end
            else:
                kept = _without_half_character(chunk[position:room])
                pieces.append(kept)
                self._cut = room - position - len(kept)
                self._column = LINE_MAX_BYTES
                position = room
        self._write(b"".join(pieces))

    def close(self) -> None:
        """Ends the last line and says how much was dropped."""
        if self._cut:
            self._write(_cut_note(self._cut))
        if self._dropped:
            where = f"beyond {self._bytes_max:,} bytes " if self._limited else ""
            note = f"[mlsql] output {where}was dropped: {self._dropped:,} bytes\n"
            self._put((b"" if self._ends_line else b"\n") + note.encode())
        os.close(self._descriptor)

    def _skip_rest_of_line(self, chunk: bytes, position: int, pieces: list[bytes]) -> int:
        newline = chunk.find(b"\n", position)
        stop = len(chunk) if newline < 0 else newline
        self._cut += stop - position
        if newline < 0:
            return stop
        pieces.append(_cut_note(self._cut) if self._cut else b"\n")
        self._column = 0
        self._cut = 0
        return newline + 1

    def _write(self, data: bytes) -> None:
        if self._bytes_max and self._written + len(data) > self._bytes_max:
            room = max(0, self._bytes_max - self._written)
            # Whole lines only, and after the first loss nothing more: what is kept stays free of gaps.
            kept = data[: data.rfind(b"\n", 0, room) + 1] if self._dropped == 0 else b""
            self._put(kept)
            self._dropped += len(data) - len(kept)
            self._limited = True
            self._written = self._bytes_max
        else:
            self._put(data)

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                count = os.write(self._descriptor, view)
                self._written += count
                self._ends_line = view[count - 1] == 10
                view = view[count:]
        except OSError:
            self._dropped += len(view)


def _cut_note(cut: int) -> bytes:
    return f" … [{cut} bytes cut]\n".encode()


def _without_half_character(data: bytes) -> bytes:
    """The bytes without the beginning of a UTF-8 character whose end is missing."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        length = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return data[:-back] if length > back else data
    return data
