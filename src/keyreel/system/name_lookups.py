"""Name lookups in bounded time and number: the system's own can neither time out nor be cancelled."""

from __future__ import annotations

import socket
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final

from keyreel.system.tenant_turns import TenantTurns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]
"""One answer of `socket.getaddrinfo`."""

MAX_LOOKUP_SECONDS: Final = 5.0
"""Nobody waits longer for an answer."""
_PER_TENANT: Final = 16
"""Twice what one tenant has in flight: a tenant that uses more has as many that hang."""
_TOTAL: Final = 256


class NameLookups:
    """Looks names up for tenants, each lookup in a thread of its own, which ends when the system answers.

    A lookup that is given up keeps its turn until then. So a tenant whose names hang runs out of turns, and
    nobody else does.
    """

    def __init__(self, resolver: Callable[..., Iterable[AddressInfo]] = socket.getaddrinfo) -> None:
        self._resolver = resolver
        self._turns = TenantTurns(_TOTAL, per_tenant=_PER_TENANT)
        self._lock = Lock()

    def look_up(
        self, tenant: str, host: str, port: int, *hints: int, seconds: float = MAX_LOOKUP_SECONDS
    ) -> list[AddressInfo]:
        """Return what the resolver answers. Call it from any thread but the event loop's.

        Raises:
            socket.gaierror: there is no such name, no answer came in time, or too many lookups of this tenant
                wait for theirs.
        """
        with self._lock:
            free = self._turns.take_free_turn(tenant)
        if not free:
            raise socket.gaierror(socket.EAI_AGAIN, "too many lookups are waiting for an answer")
        lookup = Future[list[AddressInfo]]()

        def run() -> None:
            try:
                lookup.set_result(list(self._resolver(host, port, *hints)))
            except Exception as error:  # noqa: BLE001 - it is raised where the result is awaited
                lookup.set_exception(error)
            finally:
                self._end_turn(tenant)

        # A daemon, unlike the threads of an executor: no hanging name holds up the end of the process.
        self._start(Thread(target=run, name="lookup", daemon=True), tenant)
        try:
            return lookup.result(min(seconds, MAX_LOOKUP_SECONDS))
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "the lookup took too long") from None

    def _start(self, thread: Thread, tenant: str) -> None:
        try:
            thread.start()
        except RuntimeError:  # the system grants no further thread
            self._end_turn(tenant)
            raise

    def _end_turn(self, tenant: str) -> None:
        with self._lock:
            self._turns.give_back(tenant)
