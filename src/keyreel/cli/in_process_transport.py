"""HTTP requests of this process to an ASGI application in it; nothing is sent over a network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Scope


class InProcessTransport(httpx.BaseTransport):
    """Has an application answer a synchronous client's requests, each in an event loop of its own.

    A response's body is handed on piece by piece, as the client reads it: the application is at most one
    piece ahead. What the application raises and does not answer is raised here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have the application answer one request."""
        exchange = _Exchange(self._app, request)
        try:
            start = exchange.receive()
        except BaseException:
            exchange.close()
            raise
        return httpx.Response(start["status"], headers=start["headers"], stream=exchange, request=request)


class _Exchange(httpx.SyncByteStream):
    """One request and the messages of its response; the application runs while the client waits for one."""

    def __init__(self, app: ASGIApp, request: httpx.Request) -> None:
        self._request_body = request.read()
        self._runner = asyncio.Runner()
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._running = self._runner.get_loop().create_task(self._run(app, _build_scope(request)))

    def receive(self) -> Message:
        """Return the next message of the application.

        Raises:
            ConnectionError: the application has ended without one.
        """
        message = self._runner.run(self._take_message())
        if message is None:
            self._runner.run(self._wait_for_end())
            raise ConnectionError("the application ended in the middle of a response")
        return message

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body; what the application raises at last is raised when it is complete."""
        more = True
        while more:
            message = self.receive()
            yield message.get("body", b"")
            more = message.get("more_body", False)
        self._runner.run(self._wait_for_end())

    def close(self) -> None:
        """End the application, which may have more to say."""
        self._runner.close()

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        requests = iter(({"type": "http.request", "body": self._request_body, "more_body": False},))

        async def receive() -> Message:
            for message in requests:
                return message
            # The client stays until it closes the response, which cancels this.
            await asyncio.get_running_loop().create_future()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            await self._messages.put(message)
            await self._messages.join()

        try:
            await app(scope, receive, send)
        finally:
            self._messages.put_nowait(None)

    async def _take_message(self) -> Message | None:
        message = await self._messages.get()
        self._messages.task_done()
        return message

    async def _wait_for_end(self) -> None:
        await self._running


def _build_scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": None,
        "root_path": "",
    }
