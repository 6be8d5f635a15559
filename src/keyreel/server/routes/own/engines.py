"""The engines as clients see them: what each makes, and whether it works."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.wire.reference.responses.own_responses import EngineState, EngineStates

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services

_UNWELL: Final = "It does not work right now. The operator can see why."


@dataclass(frozen=True, slots=True)
class EngineStateRoute:
    """The route /v1/engines."""

    services: Services

    async def list(self, request: Request, caller: Caller) -> JSONResponse:
        """List the engines in use. What is wrong with one may name hosts: operators alone see that."""
        del request, caller
        router, problems = self.services.engines, await self.services.engine_health.run()
        operations = await asyncio.to_thread(router.list_operations)
        states = tuple(
            EngineState(
                name=each.name,
                healthy=not problems[each.name] if each.name in problems else None,
                detail=_UNWELL if problems.get(each.name) else "",
                operations=tuple(operations[each.name]),
                models=tuple(
                    dict.fromkeys(model for models in operations[each.name].values() for model in models)
                ),
                slots=each.slots,
            )
            for each in router.engines
        )
        return JSONResponse(EngineStates(engines=states).to_json())
