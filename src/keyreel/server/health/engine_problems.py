"""What is wrong with engines: what workers met at them, and what each says when it is asked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.tasks.installation.workers import WorkerRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.engines.engine_status import StatusReader
    from keyreel.server.health.checks import HealthChecks
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.installation.workers import AnnouncedWorker


class EngineProblems:
    """Joins the checks of a server's own engines with what workers know, which goes first.

    A service that answers this server's question may still refuse the worker's orders: its credits are used
    up, say. The statuses of a worker in this process are read at each call, and what workers of other nodes
    have announced; the checks' results answer for a while.
    """

    def __init__(self, checks: HealthChecks, database: Database, read_statuses: StatusReader | None) -> None:
        """Take how to read the statuses of this process's worker, if it has one."""
        self._checks = checks
        self._database = database
        self._registry = WorkerRegistry(database)
        self._read_statuses = read_statuses

    async def run(self) -> Mapping[str, str]:
        """Return engines by name with what is wrong with each, empty where nothing is."""
        found = await self._checks.run()
        if self._read_statuses is not None:
            return {**found, **{name: each.describe() for name, each in self._read_statuses().items()}}
        return {**found, **_find_common_problems(await self._database.ask(self._registry.list_live))}


def _find_common_problems(workers: tuple[AnnouncedWorker, ...]) -> dict[str, str]:
    """Return the engines that work at none of the workers which have them."""
    problems: dict[str, str] = {}
    for name in {name for worker in workers for name in worker.engines}:
        told = [(each.node, each.engines[name].problem) for each in workers if name in each.engines]
        if all(problem for _, problem in told):
            problems[name] = "; ".join(f"{node}: {problem}" for node, problem in told)
    return problems
