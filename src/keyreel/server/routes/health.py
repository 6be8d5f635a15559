"""Liveness and readiness, for whoever supervises the process."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

import keyreel
from keyreel.errors import Unavailable
from keyreel.server.health_checks import HealthChecks
from keyreel.wire.reference.responses.own_responses import Liveness, PartHealth, Readiness

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services

_RETRY_HEADERS: Final = {"Retry-After": "5"}


async def check_liveness(request: Request) -> JSONResponse:
    """Answer while the process runs."""
    del request
    return JSONResponse(Liveness(status="ok", version=keyreel.__version__).to_json())


class ReadinessRoute:
    """The route /health/ready."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._checks = HealthChecks(
            {
                "database": services.store.database.probe,
                "storage": services.storage.probe,
                "disk_room": services.storage.require_room,
            }
        )

    async def check(self, request: Request) -> JSONResponse:
        """Say whether tasks and files can be stored, and which part cannot; 503 while one fails."""
        del request
        problems = dict(await self._checks.run())
        queued = None
        try:
            queued = self._services.store.count_queued()
        except Unavailable as error:
            problems["database"] = problems["database"] or error.message
        ready = not any(problems.values())
        body = Readiness(
            status="ok" if ready else "unavailable",
            worker=self._services.settings.worker,
            queued=queued,
            checks={name: PartHealth(ok=not problem, detail=problem) for name, problem in problems.items()},
        )
        if ready:
            return JSONResponse(body.to_json())
        return JSONResponse(body.to_json(), HTTPStatus.SERVICE_UNAVAILABLE, _RETRY_HEADERS)
