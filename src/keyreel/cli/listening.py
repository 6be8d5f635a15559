"""A node's listening socket, and the signals that end it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Generator

    from keyreel.server.connections.http_server import BoundedServer

_BACKLOG: Final = 2048
"""Connections that may wait to be accepted; uvicorn's own number."""


@contextlib.contextmanager
def open_listener(host: str, port: int, advice: str) -> Generator[socket.socket]:
    """Lend a socket that listens; `advice` says which options or settings name another port.

    Raises:
        InvalidSetting: the port cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise InvalidSetting(
                f"Cannot listen on {host}, port {port}: {error.strerror}. {advice}"
            ) from None
        listener.listen(_BACKLOG)
        yield listener


def format_local_url(host: str, listener: socket.socket) -> str:
    """Return the URL of a listening socket for clients on this machine."""
    port = listener.getsockname()[1]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound: such a server is here too
        return f"http://127.0.0.1:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def end_on_signals(server: BoundedServer) -> None:
    """Have SIGINT and SIGTERM end a server, in the running event loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)  # noqa: FBT003 - a value to set
