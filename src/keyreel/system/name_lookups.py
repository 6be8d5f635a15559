"""Name lookups in bounded time: getaddrinfo can neither time out nor be cancelled."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]

_SECONDS: Final = 5.0
"""For a lookup, from when it starts; it waits for its turn as long at most."""
_TOTAL: Final = 64
_EACH: Final = 8
"""Lookups of one tenant: one that hangs counts until it ends, so it can fail only its tenant's."""


class NameLookups:
    """Looks names up for tenants, each in threads that the others cannot take."""

    def __init__(self, resolver: Callable[..., Any]) -> None:
        self._resolver = resolver
        self._threads = ThreadPoolExecutor(_TOTAL, thread_name_prefix="lookup")
        self._lock = Lock()
        self._by_tenant: WeakValueDictionary[str, BoundedSemaphore] = WeakValueDictionary()

    def look_up(self, tenant: str, host: str, port: int, *hints: int) -> list[AddressInfo]:
        """Return the addresses of a name; blocks.

        Raises:
            socket.gaierror: there are none, or the lookup took too long.
        """
        with self._lock:
            own = self._by_tenant.setdefault(tenant, BoundedSemaphore(_EACH))
        if not own.acquire(timeout=_SECONDS):
            raise _make_late_error()
        started = Event()

        def resolve() -> list[AddressInfo]:
            started.set()
            return list(self._resolver(host, port, *hints))

        lookup = self._threads.submit(resolve)
        lookup.add_done_callback(lambda _: own.release())
        if not started.wait(_SECONDS):
            lookup.cancel()
            raise _make_late_error()
        try:
            return lookup.result(_SECONDS)
        except TimeoutError:
            raise _make_late_error() from None


def _make_late_error() -> socket.gaierror:
    return socket.gaierror(socket.EAI_AGAIN, "the lookup took too long")
