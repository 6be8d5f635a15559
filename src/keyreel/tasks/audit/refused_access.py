"""Entries about who was refused as an operator: throttled, so that nobody can fill the disk with them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.errors import Unavailable
from keyreel.tasks.audit.log import Actor, AuditAction, AuditEntry, append_entry

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.clock import Clock
    from keyreel.tasks.database.writer import DatabaseWriter

_WINDOW: Final = timedelta(minutes=10)
MAX_ENTRIES: Final = 20
"""Entries of one window, from as many addresses: at most 2,880 a day."""

_log = structlog.get_logger()


class RefusedAccessLog:
    """Writes one entry for an address in ten minutes, and 20 for all; the others are counted."""

    def __init__(self, writer: DatabaseWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        self._window_start: datetime | None = None
        self._addresses: set[str] = set()
        self._suppressed = 0

    async def record(self, address: str, error: str) -> None:
        """Record a refusal, unless there are enough; a database that is busy stops nothing."""
        now = self._clock.now()
        # A clock that was set back begins a new window too.
        if self._window_start is None or not timedelta(0) <= now - self._window_start < _WINDOW:
            self._window_start = now
            self._addresses.clear()
        if address in self._addresses or len(self._addresses) >= MAX_ENTRIES:
            self._suppressed += 1
            return
        self._addresses.add(address)
        details = {"error": error, "suppressed_before": self._suppressed}
        entry = AuditEntry(AuditAction.ACCESS_REFUSED, "/v1/admin", details=details)
        try:
            await self._writer.commit(
                lambda connection: append_entry(connection, self._clock, Actor("unknown", address), entry)
            )
        except Unavailable:
            _log.warning("a refused access was not recorded", address=address)
            return
        self._suppressed = 0
