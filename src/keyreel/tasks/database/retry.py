"""Waiting out a database that is locked, full or gone for a moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

T = TypeVar("T")

SUBMIT_RETRY_SECONDS: Final = 4.0
"""A client hears "try again" within 5 s."""
WORKER_RETRY_SECONDS: Final = 60.0
NO_TIMEOUT: Final = float("inf")
"""For what must not be given up while the process lives: the end of a task."""
_INITIAL_BACKOFF: Final = 0.05
_MAX_BACKOFF: Final = 5.0


async def retry_while_unavailable(call: Callable[[], T], seconds: float, random: Random) -> T:
    """Return what `call` returns, asking again with growing pauses while it raises Unavailable.

    Raises:
        Unavailable: it still did after `seconds`.
    """

    async def call_async() -> T:
        return call()

    return await retry_async_while_unavailable(call_async, seconds, random)


async def retry_async_while_unavailable(
    call: Callable[[], Awaitable[T]], seconds: float, random: Random
) -> T:
    """Do the same with a call that is awaited.

    Raises:
        Unavailable: it still did after `seconds`.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    pause = _INITIAL_BACKOFF
    while True:
        try:
            return await call()
        except Unavailable:
            left = end - loop.time()
            if left <= 0:
                raise
        await asyncio.sleep(min(left, pause * random.uniform(0.5, 1.0)))
        pause = min(2 * pause, _MAX_BACKOFF)
