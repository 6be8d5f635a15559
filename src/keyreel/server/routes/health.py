"""Liveness and readiness, for whoever supervises the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

import keyreel
from keyreel.wire.reference.own_responses import Liveness, Readiness

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


async def check_liveness(request: Request) -> JSONResponse:
    """Answer while the process runs."""
    del request
    return JSONResponse(Liveness(status="ok", version=keyreel.__version__).to_json())


class ReadinessRoute:
    """The route /health/ready."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def check(self, request: Request) -> JSONResponse:
        """Count the queued tasks.

        Raises:
            Unavailable: the database cannot be read.
        """
        del request
        waiting = self._services.store.count_queued()
        return JSONResponse(
            Readiness(status="ok", worker=self._services.settings.worker, queued=waiting).to_json()
        )
