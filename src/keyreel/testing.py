"""Doubles that ship to users: a clock that is driven by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = _NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self._now

    def move(self, seconds: float) -> None:
        """Go forward, or back."""
        self._now += timedelta(seconds=seconds)
