"""A server with limits of its own choice, on a real socket, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from uvicorn.loops.auto import auto_loop_factory

from keyreel.server.connections.http_server import BoundedServer
from support.servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from starlette.types import ASGIApp

    from keyreel.server.connections.limits import ConnectionLimits


class RunningServer:
    """A server that listens at `address`."""

    def __init__(
        self, app: ASGIApp, limits: ConnectionLimits, closing: Callable[[], None] = lambda: None
    ) -> None:
        self._app, self._limits, self._closing = app, limits, closing
        self._ready = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.address = self.listener.getsockname()

    async def run(self) -> None:
        self.server = BoundedServer(self._app, self._limits, self._ready.set, self._closing)
        async with asyncio.TaskGroup() as group:
            await self.server.serve_on(self.listener, group)

    @property
    def open_connections(self) -> int:
        return len(self.server.server_state.connections)

    def connect(self, *sent: bytes) -> socket.socket:
        """Open a connection, and send these bytes."""
        client = socket.create_connection(self.address, timeout=10)
        client.sendall(b"".join(sent))
        return client

    def ask(self, *sent: bytes) -> bytes:
        """Send these bytes, and return all that comes until the server closes."""
        with self.connect(*sent) as client:
            return read_all(client)

    @classmethod
    @contextmanager
    def start(
        cls, app: ASGIApp, limits: ConnectionLimits, closing: Callable[[], None] = lambda: None
    ) -> Generator[RunningServer]:
        running = cls(app, limits, closing)

        def run() -> None:
            with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
                runner.run(running.run())

        thread = threading.Thread(target=run)
        thread.start()
        try:
            assert running._ready.wait(10)
            yield running
        finally:
            running.server.should_exit = True
            wait_until(lambda: not thread.is_alive(), 20)


def read_all(client: socket.socket) -> bytes:
    received = bytearray()
    try:
        while chunk := client.recv(1 << 16):
            received += chunk
    except ConnectionResetError:
        pass
    return bytes(received)
