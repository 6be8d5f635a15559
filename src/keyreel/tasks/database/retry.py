"""Retries while the database or the storage is unavailable: locked, full or gone for a moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.database.writer import DatabaseWriter

T = TypeVar("T")

SUBMIT_RETRY_SECONDS: Final = 4.0
"""How long a request waits: its client is told to try again within 5 s."""
WORKER_RETRY_SECONDS: Final = 20.0
"""How long a worker retries before it puts a task back: its slot is for others then."""
NO_TIMEOUT: Final = float("inf")
"""Seconds. For what must not be given up while the process lives: the end of a task."""
_INITIAL_BACKOFF: Final = 0.05
"""Seconds, doubled after each try up to the next one; each pause is half to all of it."""
_MAX_BACKOFF: Final = 5.0
"""Seconds."""


async def retry_while_unavailable(call: Callable[[], T], seconds: float, random: Random) -> T:
    """Return what `call` returns, calling it again after growing pauses while it raises Unavailable.

    Raises:
        Unavailable: it still did after `seconds`.
    """

    async def call_async() -> T:
        return call()

    return await retry_async_while_unavailable(call_async, seconds, random)


async def retry_async_while_unavailable(
    call: Callable[[], Awaitable[T]], seconds: float, random: Random
) -> T:
    """Do as `retry_while_unavailable` with a call that is awaited.

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


async def read_when_available(database: Database, call: Callable[[], T], seconds: float, random: Random) -> T:
    """Do as `retry_while_unavailable` with a call that reads, without holding up the event loop."""
    return await retry_async_while_unavailable(lambda: database.ask(call), seconds, random)


async def write_when_available(
    writer: DatabaseWriter, call: Callable[[], T], seconds: float, random: Random
) -> T:
    """Do as `retry_while_unavailable` with a call that writes: in the writer's thread."""
    return await retry_async_while_unavailable(lambda: writer.run(call), seconds, random)
