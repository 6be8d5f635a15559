"""Waiting out a database that is locked, full or gone for a moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

T = TypeVar("T")

SUBMIT_SECONDS: Final = 4.0
"""A client hears "try again" within 5 s."""
WORKER_SECONDS: Final = 60.0
ENDLESS: Final = float("inf")
"""For what must not be given up while the process lives: the end of a task."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 5.0


async def patiently(call: Callable[[], T], seconds: float, random: Random) -> T:
    """Return what `call` returns, asking again with growing pauses while it raises Unavailable.

    Raises:
        Unavailable: it still did after `seconds`.
    """

    async def called() -> T:
        return call()

    return await patiently_awaited(called, seconds, random)


async def patiently_awaited(call: Callable[[], Awaitable[T]], seconds: float, random: Random) -> T:
    """Do the same with a call that is awaited.

    Raises:
        Unavailable: it still did after `seconds`.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    pause = _FIRST_PAUSE
    while True:
        try:
            return await call()
        except Unavailable:
            left = end - loop.time()
            if left <= 0:
                raise
        await asyncio.sleep(min(left, pause * random.uniform(0.5, 1.0)))
        pause = min(2 * pause, _LONGEST_PAUSE)
