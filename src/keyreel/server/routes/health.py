"""Whether the process lives, and whether it can do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

import keyreel

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


async def check_liveness(request: Request) -> JSONResponse:
    """Answer: the process runs."""
    del request
    return JSONResponse({"status": "ok", "version": keyreel.__version__})


class ReadinessRoute:
    """Answer 200 when tasks can be stored, else 503; says what is wrong."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, request: Request) -> JSONResponse:
        """Check the database and count what waits."""
        del request
        waiting = self._services.store.count_queued()
        return JSONResponse(
            {"status": "ok", "worker": self._services.settings.worker, "queued": waiting},
        )
