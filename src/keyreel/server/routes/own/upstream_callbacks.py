"""The route that hosted services call when a video that they make for a task is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from keyreel.errors import UnknownTask
from keyreel.tasks.database.retry import SUBMIT_RETRY_SECONDS, write_when_available

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services


@dataclass(frozen=True, slots=True)
class UpstreamCallbackRoute:
    """The route that hosted services call when a video of ours is done."""

    services: Services

    async def receive(self, request: Request) -> Response:
        """Note that the service called: what it says is not looked at, and what is true it is asked.

        Raises:
            UnknownTask: no callback with this token is expected.
        """
        services, token = self.services, request.path_params["token"]
        callbacks = services.store.upstream_callbacks
        if not callbacks.is_expected(token):
            raise UnknownTask
        await write_when_available(
            services.store.writer, lambda: callbacks.record(token), SUBMIT_RETRY_SECONDS, services.random
        )
        return Response(status_code=204)
