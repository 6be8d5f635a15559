"""uvicorn's server, with connections that are accepted and bounded here."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from keyreel.server.connections.acceptor import Acceptor
from keyreel.server.connections.protocol import BoundedHttpProtocol
from keyreel.server.connections.registry import ConnectionRegistry

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable, Generator

    from starlette.types import ASGIApp

    from keyreel.server.connections.limits import ConnectionLimits

_SHUTDOWN_SECONDS = 10
"""How long open requests may take to end."""


class BoundedServer(uvicorn.Server):
    """Serves an application on one socket, and calls `ready` once it takes connections.

    At its end it calls `closing`, for responses that would go on for as long as their client is there. It
    handles no signals: the worker has to hand its tasks back before the process ends, so signals end the
    server and the worker.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: ConnectionLimits,
        ready: Callable[[], None],
        closing: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        super().__init__(config)
        self._registry = ConnectionRegistry(limits)
        self._ready = ready
        self._closing = closing

    async def serve_on(self, listener: socket.socket, tasks: asyncio.TaskGroup) -> None:
        """Serve until `should_exit` is set; connections begin as tasks of this group."""
        self._acceptor = Acceptor(listener, self._build_protocol, tasks)
        await self.serve([listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then accept connections."""
        del sockets
        await super().startup([])
        self._acceptor.start()
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more connections, and let open requests end."""
        self._acceptor.stop()
        self._closing()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture no signals."""
        yield

    def _build_protocol(self) -> BoundedHttpProtocol:
        return BoundedHttpProtocol(self.config, self.server_state, self.lifespan.state, self._registry)
