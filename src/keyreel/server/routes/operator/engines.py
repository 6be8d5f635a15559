"""The operator's view of the engines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.tasks.installation.workers import WorkerRegistry
from keyreel.wire.reference.responses.operator_responses import EngineEntry, EngineListing, EngineOfWorker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.server.services import Services
    from keyreel.tasks.installation.workers import AnnouncedWorker


class EngineRoute:
    """The route /v1/admin/engines."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def list_engines(self, request: Request) -> JSONResponse:
        """List the engines in use: what each makes, how it is, and which workers have it."""
        del request
        router, problems = self._services.engines, await self._services.engine_health.run()
        operations = await asyncio.to_thread(router.list_operations)
        workers = await asyncio.to_thread(WorkerRegistry(self._services.store.database).list_live)
        entries = tuple(
            _build_entry(each, operations[each.name], problems.get(each.name, ""), workers)
            for each in router.engines
        )
        return JSONResponse(EngineListing(engines=entries).to_json())


def _build_entry(
    engine: ConfiguredEngine,
    operations: Mapping[str, tuple[str, ...]],
    problem: str,
    workers: tuple[AnnouncedWorker, ...],
) -> EngineEntry:
    """Describe an engine; it works where this server finds so, and one of its workers does too."""
    found = [(each.node, each.engines[engine.name]) for each in workers if engine.name in each.engines]
    told = tuple(
        EngineOfWorker(node=node, slots=own.slots, healthy=not own.problem, detail=own.problem)
        for node, own in found
    )
    if not problem and told and not any(each.healthy for each in told):
        problem = f"{told[0].node}: {told[0].detail}"
    return EngineEntry(
        name=engine.name,
        type=engine.type,
        slots=sum(each.slots for each in told) if told else engine.slots,
        operations=operations,
        healthy=not problem,
        detail=problem,
        workers=told,
    )
