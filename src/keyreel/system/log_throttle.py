"""Which log lines are written when one fault would write thousands. It knows no log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_PERIOD_SECONDS: Final = 30.0


class LogThrottle:
    """Allows one line of each kind in a period; kinds are constants of a program, so they stay few."""

    def __init__(
        self, seconds: float = _PERIOD_SECONDS, read_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._read_seconds = read_seconds
        self._last: dict[str, float] = {}

    def allows(self, kind: str) -> bool:
        """Say whether a line of this kind may be written now; then none may for the period."""
        now = self._read_seconds()
        if now - self._last.get(kind, -self._seconds) < self._seconds:
            return False
        self._last[kind] = now
        return True
