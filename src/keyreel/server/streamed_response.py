"""Responses that are sent in pieces, for as long as their client is there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class StreamedResponse(StreamingResponse):
    """A response in pieces. A client that goes away meanwhile is nobody's fault: nothing is raised."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all pieces, or those until the client went away."""
        with suppress(ClientDisconnect):
            await super().__call__(scope, receive, send)
