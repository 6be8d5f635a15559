"""Task ids: 63 bits that rise with time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

    from keyreel.clock import Clock

_EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LOW_BITS: Final = 22
"""41 bits of milliseconds reach until 2084; every id until then has 19 digits or fewer."""


class Snowflakes:
    """Gives ids that no earlier one equals or passes, not even when the clock steps back."""

    def __init__(self, clock: Clock, random: Random, *, last: int) -> None:
        self._clock = clock
        self._random = random
        self._last = last

    def next(self) -> int:
        """Return a new id. Its low bits are random, so that two installations rarely meet."""
        time = (self._clock.now() - _EPOCH) // _MILLISECOND
        fresh = time << _LOW_BITS | self._random.getrandbits(_LOW_BITS)
        self._last = max(fresh, self._last + 1)
        return self._last
