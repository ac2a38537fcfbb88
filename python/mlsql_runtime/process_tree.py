"""The processes below this one: found, measured and ended through /proc. Linux only."""

import os
import signal
from collections.abc import Iterator

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Makes orphaned descendants children of this process. False where the system cannot."""
    try:
        import ctypes

        return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (ImportError, OSError, AttributeError):
        return False


def start_ticks(pid: int) -> int:
    """When a process started, in clock ticks since boot (field 22 of its stat); with the pid it names a process."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        # The command's name, field 2, may hold blanks and parentheses of its own.
        return int(file.read().rpartition(b")")[2].split()[19])


def descendants(pid: int, deep: bool = True) -> list[int]:
    """Every process below pid, or only its children. One that forks meanwhile may be missed: look again."""
    found: list[int] = []
    todo = [pid]
    while todo:
        children = list(_children(todo.pop()))
        found += children
        if deep:
            todo += children
    return found


def _children(pid: int) -> Iterator[int]:
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                yield from map(int, file.read().split())
    except (FileNotFoundError, ProcessLookupError):
        return


def resident_bytes(pids: list[int]) -> int:
    """Memory of the processes together: private and shared pages, without pages of files."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/statm", "rb") as file:
                _, resident, shared, *_ = file.read().split()
            total += (int(resident) - int(shared)) * _PAGE_BYTES
            total += _shared_memory_bytes(pid) if int(shared) * _PAGE_BYTES > 1 << 26 else 0
        except (OSError, ValueError):
            continue
    return total


def _shared_memory_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/status", "rb") as file:
        for line in file:
            if line.startswith(b"RssShmem:"):
                return int(line.split()[1]) * 1024
    return 0


def proportional_bytes(pids: list[int]) -> int:
    """The same, with each page that processes share counted once in all. Exact, and dearer to ask."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
                fields = dict(line.split(None, 1) for line in file.read().splitlines()[1:])
            total += sum(int(fields[name].split()[0]) for name in (b"Pss_Anon:", b"Pss_Shmem:")) * 1024
        except KeyError:
            # Kernels before 5.4 do not tell the kinds apart.
            total += resident_bytes([pid])
        except (OSError, ValueError):
            continue
    return total


def send_signal(pids: list[int], number: signal.Signals) -> None:
    """Signals each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def kernel_memory_kills() -> int:
    """How often the kernel ended a process of this process's control group for lack of memory; 0 where unknown."""
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            groups = dict(line.rstrip("\n").split(":", 2)[1:] for line in file)
    except (OSError, ValueError):
        return 0
    paths = []
    if "memory" in groups:
        paths += [f"/sys/fs/cgroup/memory{group}/memory.oom_control" for group in (groups["memory"], "")]
    if "" in groups:
        paths += [f"/sys/fs/cgroup{group}/memory.events" for group in (groups[""], "")]
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        except (OSError, ValueError):
            continue
    return 0


def disk_bytes(folder: str) -> int:
    """Bytes on disk below a folder; a file with several names counts once. What vanishes meanwhile does not count."""
    total = 0
    seen: set[tuple[int, int]] = set()
    todo = [folder]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            todo.append(entry.path)
                        stat = entry.stat(follow_symlinks=False)
                    except OSError:
                        continue
                    if stat.st_nlink > 1:
                        if (stat.st_dev, stat.st_ino) in seen:
                            continue
                        seen.add((stat.st_dev, stat.st_ino))
                    total += stat.st_blocks * 512
        except OSError:
            continue
    return total
