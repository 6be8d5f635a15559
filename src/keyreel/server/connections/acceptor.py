"""Accepting connections at a listening socket, also while the process can open no more files."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger()
_BATCH: Final = 16
"""Connections that are accepted in a row, before the event loop sees to its other work."""
_PAUSE_SECONDS: Final = 1.0


class Acceptor:
    """Hands each accepted connection to a new protocol.

    asyncio's own way logs a traceback for every place in the backlog when files run out (410 MB in 75 s were
    seen), and uvloop's closes the listener. Here accepting pauses, and new clients wait in the backlog.
    """

    def __init__(
        self,
        listener: socket.socket,
        build_protocol: Callable[[], asyncio.Protocol],
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._listener = listener
        self._build_protocol = build_protocol
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._resumption: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Accept from now on."""
        self._resumption = None
        self._listener.setblocking(False)  # noqa: FBT003 - the socket's own word
        self._loop.add_reader(self._listener, self._accept_waiting)

    def stop(self) -> None:
        """Accept no more; the listener stays open."""
        if self._resumption is not None:
            self._resumption.cancel()
        self._loop.remove_reader(self._listener)

    def _accept_waiting(self) -> None:
        for _ in range(_BATCH):
            try:
                accepted, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._pause(error)
                return
            accepted.setblocking(False)  # noqa: FBT003 - the socket's own word
            self._tasks.create_task(self._connect(accepted))

    async def _connect(self, accepted: socket.socket) -> None:
        try:
            # Small responses would wait 40 ms for the client's acknowledgement.
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._build_protocol, accepted)
        except OSError as error:
            accepted.close()
            _log.warning("a connection failed at once", reason=error.strerror)

    def _pause(self, error: OSError) -> None:
        _log.warning("no connection can be accepted", reason=error.strerror)
        self._loop.remove_reader(self._listener)
        self._resumption = self._loop.call_later(_PAUSE_SECONDS, self.start)
