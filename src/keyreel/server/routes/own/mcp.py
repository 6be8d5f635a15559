"""The tools for assistants over HTTP: each request is served alone, so that any node may answer it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import httpx
from starlette.responses import Response

from keyreel.client import AsyncClient
from keyreel.errors import UnknownEndpoint
from keyreel.server.requests.auth import extract_api_key
from keyreel.server.requests.base_url import get_base_url
from keyreel.server.requests.body import read_body

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.requests import Request
    from starlette.types import Message, Receive, Scope, Send

    from keyreel.server.requests.auth import Caller
    from keyreel.server.services import Services

_MISSING: Final = "There are no tools: the server was installed without the extra `mcp`."
_BODY_LIMIT: Final = 4 * 1024 * 1024
"""Bytes, as the package has it: it reads a message in the event loop. Larger images go to /v1/uploads."""
_TIMEOUT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class McpRoute:
    """The route /mcp."""

    services: Services

    async def call(self, request: Request, caller: Caller) -> Response:
        """Answer one message of the Model Context Protocol; tools act with the caller's own key.

        Raises:
            UnknownEndpoint: the package `mcp` is not installed.
        """
        del caller
        if find_spec("mcp") is None:
            raise UnknownEndpoint(_MISSING)
        settings = self.services.settings
        body = await read_body(
            request, limit=min(settings.body_limit or _BODY_LIMIT, _BODY_LIMIT), seconds=settings.body_seconds
        )
        return _ToolResponse(body, get_base_url(request, self.services), extract_api_key(request.headers))


def _build_manager(client: AsyncClient) -> StreamableHTTPSessionManager:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from keyreel.mcp.server import ToolServer

    server = ToolServer(client, takes_files=False).build()
    return StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=_BODY_LIMIT)


class _ToolResponse(Response):
    """What the `mcp` package answers to a message; its tools call this server, without a network between."""

    def __init__(self, message: bytes, base_url: str, api_key: str) -> None:
        super().__init__()
        self._message = message
        self._base_url = base_url
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with progress as server-sent events on the way."""
        transport = httpx.ASGITransport(scope["state"]["application"], raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, timeout=_TIMEOUT_SECONDS)
        async with AsyncClient(self._base_url, self._api_key, http_client=http) as client:
            # In a thread: the first time this imports the package, and it builds the schemas of all tools.
            manager = await asyncio.to_thread(_build_manager, client)
            async with manager.run():
                await manager.handle_request(scope, self._replay(receive), send)

    def _replay(self, receive: Receive) -> Receive:
        """Return what gives the body, which has been read, and then what really comes."""
        messages: list[Message] = [{"type": "http.request", "body": self._message, "more_body": False}]

        async def receive_again() -> Message:
            return messages.pop() if messages else await receive()

        return receive_again
