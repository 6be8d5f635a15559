"""Liveness and readiness, for whoever supervises the process."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

import keyreel
from keyreel.errors import Unavailable
from keyreel.server.health.checks import HealthChecks
from keyreel.wire.reference.responses.own_responses import Liveness, PartHealth, Readiness

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.storage.objects import ObjectStorage
    from keyreel.tasks.store import TaskStore

LIVENESS_PATHS: Final = ("/health/live", "/healthz")
READINESS_PATHS: Final = ("/health/ready", "/readyz")
"""Each under the name that it always had, and under the one that supervisors of containers know."""
_RETRY_HEADERS: Final = {"Retry-After": "5"}


async def check_liveness(request: Request) -> JSONResponse:
    """Answer while the process runs."""
    del request
    return JSONResponse(Liveness(status="ok", version=keyreel.__version__).to_json())


class ReadinessRoute:
    """The route /health/ready of a node; `has_worker` says whether it renders as well."""

    def __init__(self, store: TaskStore, storage: ObjectStorage, *, has_worker: bool) -> None:
        self._store = store
        self._has_worker = has_worker
        self._checks = HealthChecks(
            {
                "database": store.database.probe,
                "storage": storage.probe,
                "disk_room": storage.require_room,
            }
        )

    async def check(self, request: Request) -> JSONResponse:
        """Say whether tasks and files can be stored, and which part cannot; 503 while one fails."""
        del request
        problems = dict(await self._checks.run())
        queued = None
        try:
            queued = await self._store.database.ask(self._store.count_queued)
        except Unavailable as error:
            problems["database"] = problems["database"] or error.message
        ready = not any(problems.values())
        body = Readiness(
            status="ok" if ready else "unavailable",
            worker=self._has_worker,
            queued=queued,
            checks={name: PartHealth(ok=not problem, detail=problem) for name, problem in problems.items()},
        )
        if ready:
            return JSONResponse(body.to_json())
        return JSONResponse(body.to_json(), HTTPStatus.SERVICE_UNAVAILABLE, _RETRY_HEADERS)
