"""The open connections: which wait for their client, and which one makes room when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from keyreel.server.connections.limits import ConnectionLimits

_MAX_REFUSED: Final = 32
"""Connections beyond the limit that are open at a time, for as long as it takes to tell them so."""


class ClientConnection(Protocol):
    """What the registry asks of a connection."""

    def make_room(self) -> None:
        """Close at once, whatever is still to be sent."""
        ...


class ConnectionRegistry:
    """All connections of a server.

    A connection waits until its client has sent the headers of a request, and again once that is answered.
    Only a waiting one is closed to make room for another, first the one that has waited longest: whoever
    holds connections without asking anything, or with half a header, keeps nobody out.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        # In the order in which they began to wait.
        self._waiting: dict[ClientConnection, None] = {}
        self._busy: set[ClientConnection] = set()
        self._refused: set[ClientConnection] = set()

    def admit(self, connection: ClientConnection) -> bool:
        """Take a new connection in, if need be instead of one that waits; False where all are busy."""
        if len(self._waiting) + len(self._busy) >= self.limits.connections:
            oldest = next(iter(self._waiting), None)
            if oldest is None:
                return False
            del self._waiting[oldest]
            oldest.make_room()
        self._waiting[connection] = None
        return True

    def refuse(self, connection: ClientConnection) -> bool:
        """Let a connection that was not admitted be told so; False where too many are being told."""
        if len(self._refused) >= _MAX_REFUSED:
            return False
        self._refused.add(connection)
        return True

    def mark_busy(self, connection: ClientConnection) -> None:
        """Note that a request of this connection is being answered."""
        if connection in self._waiting:
            del self._waiting[connection]
            self._busy.add(connection)

    def mark_waiting(self, connection: ClientConnection) -> None:
        """Note that every request of this connection is answered."""
        if connection in self._busy:
            self._busy.remove(connection)
            self._waiting[connection] = None

    def forget(self, connection: ClientConnection) -> None:
        """Note that a connection is closed."""
        self._waiting.pop(connection, None)
        self._busy.discard(connection)
        self._refused.discard(connection)
