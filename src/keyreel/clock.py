"""The one source of time, so that time can be driven in tests and development."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING: Final = timedelta(0)
_ADJUSTED: Final = timedelta(seconds=30)
"""Less than this is a clock that runs a little wrong, or was adjusted a little."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time, aware, in UTC."""
        return datetime.fromtimestamp(time.time(), tz=UTC)  # noqa: TID251 - this is the clock


def elapsed() -> timedelta:
    """Return the time since the machine was started, asleep or awake, whatever its clock says."""
    return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


class JumpWatch:
    """Tells when a clock was set: by how much it moved beyond the time that went by."""

    def __init__(self, clock: Clock, went_by: Callable[[], timedelta] = elapsed) -> None:
        self._clock = clock
        self._went_by = went_by
        self._last = (clock.now(), went_by())

    def jump(self) -> timedelta:
        """Return how far the clock was moved since the last call, 0 where it only ran."""
        (now, by), (then, went) = (self._clock.now(), self._went_by()), self._last
        self._last = (now, by)
        moved = (now - then) - (by - went)
        return moved if abs(moved) >= _ADJUSTED else _NOTHING
