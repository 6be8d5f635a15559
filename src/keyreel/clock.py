"""The source of time, which tests and development mode replace."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_JUMP: Final = timedelta(0)
_MIN_JUMP: Final = timedelta(seconds=30)
"""A smaller difference is drift, or the adjustment of a time service."""


class Clock(Protocol):
    """A source of wall-clock time."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time, aware, in UTC."""
        return datetime.fromtimestamp(time.time(), tz=UTC)  # noqa: TID251 - this is the clock


def read_uptime() -> timedelta:
    """Return the time since the machine was started, suspended or not (CLOCK_BOOTTIME)."""
    return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


class ClockJumpDetector:
    """Detects that a clock was set: it then moved by more or less than the time that elapsed."""

    def __init__(self, clock: Clock, read_elapsed: Callable[[], timedelta] = read_uptime) -> None:
        self._clock = clock
        self._read_elapsed = read_elapsed
        self._last = (clock.now(), read_elapsed())

    def measure_jump(self) -> timedelta:
        """Return how far the clock was set forward since the last call; 0 if it only ran."""
        (now, uptime), (last_now, last_uptime) = (self._clock.now(), self._read_elapsed()), self._last
        self._last = (now, uptime)
        jump = (now - last_now) - (uptime - last_uptime)
        return jump if abs(jump) >= _MIN_JUMP else _NO_JUMP
