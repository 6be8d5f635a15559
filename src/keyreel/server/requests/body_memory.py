"""The bytes of request bodies that are held at a time, over all requests and for each tenant."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send


_SMALL_BYTES: Final = 64 * 1024
"""Bodies up to this are not held against their tenant's half."""


class BodyMemory:
    """Room for the bytes of bodies. A body that is alone always fits, however small the room is.

    The large bodies of one tenant together have half of the room, unless there is one alone: so there is
    always some for the others.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.held = 0
        self.held_by_tenant = Counter[str]()


class HeldBody:
    """One body's part of the room, from its first byte until `release`."""

    def __init__(self, memory: BodyMemory, tenant: str = "") -> None:
        self._memory = memory
        self._bytes = 0
        self.tenant = tenant
        """Whose body it is; empty where no caller is known. To be set before the first byte."""

    @property
    def size(self) -> int:
        """The bytes that are held."""
        return self._bytes

    def require_room(self, bytes_: int) -> None:
        """Return if so many bytes more have room now.

        Raises:
            Unavailable: other bodies take it.
        """
        others = self._memory.held - self._bytes
        if others and self._memory.held + bytes_ > self._memory.capacity:
            raise Unavailable("The server is busy with other large requests: try again soon.")
        own = self._memory.held_by_tenant[self.tenant]
        is_small = self._bytes + bytes_ <= _SMALL_BYTES
        if not is_small and own > self._bytes and own + bytes_ > self._memory.capacity // 2:
            raise Unavailable("The server is busy with other large requests from you: try again soon.")

    def take(self, bytes_: int) -> None:
        """Take room for so many bytes more.

        Raises:
            Unavailable: other bodies take it.
        """
        self.require_room(bytes_)
        self._bytes += bytes_
        self._memory.held += bytes_
        self._memory.held_by_tenant[self.tenant] += bytes_

    def release(self) -> None:
        """Give all of it back."""
        self._memory.held -= self._bytes
        self._memory.held_by_tenant[self.tenant] -= self._bytes
        if not self._memory.held_by_tenant[self.tenant]:
            del self._memory.held_by_tenant[self.tenant]
        self._bytes = 0


def get_held_body(request: Request) -> HeldBody:
    """Return the part of a request that `BodyMemoryMiddleware` let pass, for the tenant that it acts for."""
    held: HeldBody = request.scope["state"]["held_body"]
    held.tenant = request.scope["state"].get("tenant", "")
    return held


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
