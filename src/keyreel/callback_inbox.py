"""Where a remote engine hears that another server has something to tell. It opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    import asyncio

UPSTREAM_CALLBACKS_PATH: Final = "/v1/upstream-callbacks/"
"""Of this server; the token of an expected callback follows."""


class CallbackInbox(Protocol):
    """One task's callbacks from another server.

    That one came is all that is known of it: whoever knows the address may have sent anything. So it is a
    reason to ask the server, and never an answer.
    """

    async def expect(self, token: str) -> None:
        """Take callbacks from now on, in later attempts too; the same token again changes nothing.

        Args:
            token: at least 128 random bits, for this task alone.
        """
        ...

    def watch(self, token: str) -> asyncio.Event:
        """Return an event that is set whenever one came; whoever waits for it clears it."""
        ...

    def forget(self, token: str) -> None:
        """Watch for one no more."""
        ...
