"""A resolver: names under `hang.test` get no answer until a test says so, all others are the loopback."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.system.name_lookups import AddressInfo


class HangingNames:
    """Resolves names, and counts those that wait for an answer."""

    def __init__(self) -> None:
        self._answered = threading.Event()
        self._lock = threading.Lock()
        self._waiting = 0

    @classmethod
    @contextmanager
    def answered_at_the_end(cls) -> Iterator[HangingNames]:
        names = cls()
        try:
            yield names
        finally:
            names.answer()

    def resolve(self, host: str, port: int, *_: int) -> list[AddressInfo]:
        if host.endswith("hang.test"):
            self._count(1)
            self._answered.wait()
            self._count(-1)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def answer(self) -> None:
        self._answered.set()

    def wait_for(self, waiting: int) -> None:
        """Wait until so many names hang."""
        wait_until(lambda: self._waiting == waiting, 10)

    def _count(self, change: int) -> None:
        with self._lock:
            self._waiting += change
