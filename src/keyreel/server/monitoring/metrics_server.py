"""A port of its own for the metrics, without a token: for the loopback or a private network."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.routing import Route

from keyreel.errors import InvalidSetting
from keyreel.server.connections.http_server import BoundedServer
from keyreel.server.connections.limits import ConnectionLimits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from keyreel.server.monitoring.metrics_page import MetricsPage

METRICS_PATH: Final = "/metrics"
_CONNECTIONS: Final = 16


@asynccontextmanager
async def serve_metrics(page: MetricsPage, host: str, port: int) -> AsyncGenerator[None]:
    """Serve the metrics while the block lasts; where the port is 0, serve none.

    Raises:
        InvalidSetting: it cannot be listened on.
    """
    if not port:
        yield
        return
    server = BoundedServer(
        Starlette(routes=[Route(METRICS_PATH, page.show)]), ConnectionLimits(_CONNECTIONS), lambda: None
    )
    with _open_listener(host, port) as listener:
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve_on(listener, group))
            try:
                yield
            finally:
                server.should_exit = True
                await asyncio.wait((serving,))


def _open_listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InvalidSetting(
            f"Cannot serve /metrics on {host}, port {port}: {error.strerror}. Choose another address "
            "with KEYREEL_METRICS_HOST and KEYREEL_METRICS_PORT."
        ) from None
