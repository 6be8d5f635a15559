"""What is wrong with engines: what workers met at them, and what each says when it is asked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.engine_status import StatusReader
    from keyreel.server.health_checks import HealthChecks


class EngineProblems:
    """Joins the checks of a server's own engines with what workers know, which goes first.

    A service that answers this server's question may still refuse the worker's orders: its credits are used
    up, say. Workers' statuses are read at each call, the checks' results answer for a while.
    """

    def __init__(self, checks: HealthChecks, read_statuses: StatusReader) -> None:
        self._checks = checks
        self._read_statuses = read_statuses

    async def run(self) -> Mapping[str, str]:
        """Return engines by name with what is wrong with each, empty where nothing is."""
        met = {name: status.describe() for name, status in self._read_statuses().items()}
        return {**await self._checks.run(), **met}
