"""Keeps background loops going: whatever one round raises, the next one follows after a pause."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from keyreel.errors import Unavailable
from keyreel.storage.passing_faults import find_passing_fault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

_FIRST_PAUSE: Final = 0.25
"""Seconds, doubled with each failure in a row up to the longest pause."""
_LONGEST_PAUSE: Final = 5.0
"""Seconds."""

_log = structlog.stdlib.get_logger(__name__)


class LoopGuard:
    """Runs the rounds of one background loop. An error is logged and followed by a growing pause.

    Errors of the classes in `ends_with` end the loop: they are how it is told to.
    """

    def __init__(self, loop: str, ends_with: tuple[type[Exception], ...] = ()) -> None:
        self._loop = loop
        self._ends_with = ends_with
        self._pause = _FIRST_PAUSE

    async def run(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Return what a round returns; None, after a pause, where it raised."""
        try:
            result = await work()
        except self._ends_with:
            raise
        except Exception as error:  # noqa: BLE001 - a loop that ended would take the server along
            self._report(error)
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            return None
        self._pause = _FIRST_PAUSE
        return result

    def _report(self, error: Exception) -> None:
        fault = error if isinstance(error, Unavailable) else find_passing_fault(error)
        if fault is not None:
            _log.warning("a background loop waits", loop=self._loop, reason=fault.message)
        else:
            _log.error("internal error in a background loop", loop=self._loop, exc_info=error)
