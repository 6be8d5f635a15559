"""An HTTP transport whose responses are bounded: what a service answers is not trusted to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_MAX_RESPONSE_BYTES: Final = 16 * 1024 * 1024
"""A hundred tasks with their longest texts; beyond it a list breaks off, and tasks are polled one by one."""
_MAX_CONNECTIONS: Final = 100


class BoundedTransport(httpx.AsyncHTTPTransport):
    """Opens connections to one service; a longer response counts as broken off."""

    def __init__(self) -> None:
        super().__init__(limits=httpx.Limits(max_connections=_MAX_CONNECTIONS), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and bound the response."""
        response = await super().handle_async_request(request)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(response),
            extensions=response.extensions,
        )


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._response.aiter_raw():
            size += len(chunk)
            if size > _MAX_RESPONSE_BYTES:
                raise httpx.ReadError(f"the response has more than {_MAX_RESPONSE_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
