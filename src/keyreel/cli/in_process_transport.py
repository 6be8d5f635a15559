"""HTTP requests of this process to an ASGI application in it; nothing is sent over a network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class InProcessTransport(httpx.BaseTransport):
    """Lends `httpx.ASGITransport`, which is asynchronous, to a synchronous client.

    A response is complete before the client sees it: it takes as much memory as its body. What the
    application raises and does not answer is raised here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have the application answer one request, in an event loop of its own."""
        return asyncio.run(self._send(request))

    async def _send(self, request: httpx.Request) -> httpx.Response:
        response = await self._transport.handle_async_request(request)
        return httpx.Response(
            response.status_code, headers=response.headers, content=await response.aread(), request=request
        )
