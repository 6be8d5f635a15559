"""The operator's view of the engines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.wire.reference.responses.operator_responses import EngineEntry, EngineListing

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


class EngineRoute:
    """The route /v1/admin/engines."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def list_engines(self, request: Request) -> JSONResponse:
        """List the engines in use: what each makes, and how it is."""
        del request
        router, problems = self._services.engines, await self._services.engine_health.run()
        operations = await asyncio.to_thread(router.list_operations)
        entries = tuple(
            EngineEntry(
                name=each.name,
                type=each.type,
                slots=each.slots,
                operations=operations[each.name],
                healthy=not problems.get(each.name),
                detail=problems.get(each.name, ""),
            )
            for each in router.engines
        )
        return JSONResponse(EngineListing(engines=entries).to_json())
