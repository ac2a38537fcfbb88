"""Named queues between processes, as scripts of the original started for themselves. The cluster needs them no more."""

from multiprocessing.managers import BaseManager as _BaseManager
from queue import Queue as _Queue
from typing import Any as _Any
from typing import Optional as _Optional

_queues: dict[str, _Any] = {}
_values: dict[str, _Any] = {}


class _Value:
    def __init__(self, value: _Any) -> None:
        self._value = value

    def get(self) -> _Any:
        return self._value


class MsgQueueManager(_BaseManager):
    """Serves queues by name (get_queue) and values by name (get, set) to this process and others."""

    def get_queue(self, name: str) -> _Any:
        """The queue of that name; raises RemoteError for one that was not asked for at the start."""
        return self._queue(name)  # type: ignore[attr-defined]

    def get(self, key: str) -> _Any:
        """The value of that key, None where none was set."""
        return self._value(key).get()  # type: ignore[attr-defined]

    def set(self, key: str, value: _Any) -> None:
        """Sets the value of a key."""
        self._set(key, value)  # type: ignore[attr-defined]


def _queue(name: str) -> _Any:
    return _queues[name]


def _value(key: str) -> _Value:
    return _Value(_values.get(key))


def _set(key: str, value: _Any) -> None:
    _values[key] = value


def _prepare(queue_max_size: int, queues: list[str]) -> None:
    _queues.update({name: _Queue(queue_max_size) for name in queues})


MsgQueueManager.register("_queue", callable=_queue)
MsgQueueManager.register("_value", callable=_value)
MsgQueueManager.register("_set", callable=_set)


def start(
    authkey: bytes, queue_max_size: int = 0, queues: _Optional[list[str]] = None, mode: str = "local"
) -> MsgQueueManager:
    """Starts a process that holds queues of at most queue_max_size items (0: any number) and returns its manager.

    mode "remote" listens on a port of the loopback interface instead of a Unix socket.
    """
    manager = MsgQueueManager(address=("127.0.0.1", 0) if mode == "remote" else None, authkey=authkey)
    manager.start(_prepare, (queue_max_size, list(queues or ["input", "output", "error"])))
    return manager


def connect(address: _Any, authkey: bytes) -> MsgQueueManager:
    """The manager of a process that another process has started at that address."""
    manager = MsgQueueManager(address=address, authkey=authkey)
    manager.connect()
    return manager
