"""Runs work beside guards that end it by raising. It knows neither tasks nor children."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

T = TypeVar("T")


async def run_guarded(work: Awaitable[T], *guards: Coroutine[Any, Any, NoReturn]) -> T:
    """Return the result of the work; a guard that raises cancels the work, and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            watching = [group.create_task(guard) for guard in guards]
            result = await work
            for guard in watching:
                guard.cancel()
    except BaseExceptionGroup as errors:
        first = errors.exceptions[0]
        raise first from first.__cause__
    return result
