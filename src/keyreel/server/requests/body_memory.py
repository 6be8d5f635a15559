"""The bytes of request bodies that are held at a time, over all requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class BodyMemory:
    """Room for the bytes of bodies. A body that is alone always fits, however small the room is."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held = 0


class HeldBody:
    """One body's part of the room, from its first byte until `release`."""

    def __init__(self, memory: BodyMemory) -> None:
        self._memory = memory
        self._bytes = 0

    def require_room(self, bytes_: int) -> None:
        """Return if so many bytes more have room now.

        Raises:
            Unavailable: other bodies take it.
        """
        others = self._memory.held - self._bytes
        if others and self._memory.held + bytes_ > self._memory.capacity:
            raise Unavailable("The server is reading other large requests: try again soon.")

    def take(self, bytes_: int) -> None:
        """Take room for so many bytes more.

        Raises:
            Unavailable: other bodies take it.
        """
        self.require_room(bytes_)
        self._bytes += bytes_
        self._memory.held += bytes_

    def release(self) -> None:
        """Give all of it back."""
        self._memory.held -= self._bytes
        self._bytes = 0


class BodyMemoryMiddleware:
    """Gives every request its part, empty at first, and takes it back when the request is answered."""

    def __init__(self, app: ASGIApp, memory: BodyMemory) -> None:
        self._app = app
        self._memory = memory

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        held = scope.setdefault("state", {})["held_body"] = HeldBody(self._memory)
        try:
            await self._app(scope, receive, send)
        finally:
            held.release()
