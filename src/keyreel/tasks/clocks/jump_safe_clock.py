"""The time by which things are deleted for good: a clock that was set forward by mistake deletes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.clock import Clock, JumpWatch


class TrustedTime:
    """A clock less its jumps forward since this process began; deadlines of tasks follow the same jumps."""

    def __init__(self, clock: Clock, watch: JumpWatch) -> None:
        self._clock = clock
        self._watch = watch
        self._jumped = timedelta(0)
        self._untold = timedelta(0)

    def now(self) -> datetime:
        """Return the time, which a jump of the clock does not bring nearer to the end of anything."""
        self._look()
        return self._clock.now() - max(self._jumped, timedelta(0))

    def untold_jump(self) -> timedelta:
        """Return how far the clock jumped since `told` was called last."""
        self._look()
        return self._untold

    def told(self, jump: timedelta) -> None:
        """Take note that everything has followed this jump."""
        self._untold -= jump

    def _look(self) -> None:
        jump = self._watch.jump()
        self._jumped += jump
        self._untold += jump
