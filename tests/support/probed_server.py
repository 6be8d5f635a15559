"""A server in a thread of this process, with a heartbeat in its event loop that tells how late it was."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import uvicorn

from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.types import ASGIApp

BEAT_SECONDS = 0.002


class ProbedServer:
    """Serves an application on a free port; `measure` says by how much a request holds up all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        self._thread = threading.Thread(target=asyncio.run, args=(self._run(),))
        self._beats = 0
        self._latest = 0.0
        self.port: int = self._listener.getsockname()[1]

    @contextmanager
    def running(self) -> Iterator[ProbedServer]:
        """Serve until the block ends."""
        self._thread.start()
        try:
            wait_until(lambda: self._server.started, 20)
            yield self
        finally:
            self._server.should_exit = True
            self._thread.join(20)
            self._listener.close()

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> int:
        """Send a request, read the whole response and return its status."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, dict(headers))
            response = connection.getresponse()
            while response.read(1 << 16):
                pass
            return response.status
        finally:
            connection.close()

    def measure(self, call: Callable[[], object]) -> float:
        """Return the most seconds by which the heartbeat was late during a call."""
        self._await_beat()
        self._latest = 0.0
        call()
        self._await_beat()
        return self._latest

    def _await_beat(self) -> None:
        """Wait for a beat that began after now: so what is running in the loop is over."""
        seen = self._beats
        wait_until(lambda: self._beats > seen + 1, 20)

    async def _run(self) -> None:
        beating = asyncio.ensure_future(self._beat())
        await self._server.serve([self._listener])
        beating.cancel()

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            self._latest = max(self._latest, loop.time() - due)
            self._beats += 1
