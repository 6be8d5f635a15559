"""The time by which things are deleted for good: a clock that was set forward by mistake deletes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.clock import Clock, ClockJumpDetector


class JumpSafeClock:
    """A clock less its jumps forward since this process began; deadlines of tasks follow the same jumps."""

    def __init__(self, clock: Clock, watch: ClockJumpDetector) -> None:
        self._clock = clock
        self._watch = watch
        self._total_jump = timedelta(0)
        self._pending_jump = timedelta(0)

    def now(self) -> datetime:
        """Return the time without the jumps forward, so that none of them makes anything expire."""
        self._update()
        return self._clock.now() - max(self._total_jump, timedelta(0))

    def get_deadline_time(self) -> datetime:
        """Return the time to compare deadlines with: without the jump that they have not followed yet."""
        now = self._clock.now()
        return now - self.get_pending_jump()

    def get_pending_jump(self) -> timedelta:
        """Return how far the clock jumped since `acknowledge_jump` was called last."""
        self._update()
        return self._pending_jump

    def acknowledge_jump(self, jump: timedelta) -> None:
        """Note that all deadlines have followed this jump."""
        self._pending_jump -= jump

    def _update(self) -> None:
        jump = self._watch.measure_jump()
        self._total_jump += jump
        self._pending_jump += jump
