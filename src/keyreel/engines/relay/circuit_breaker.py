"""The circuit breaker: a service that fails again and again is left alone for a growing while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from keyreel.errors import EngineUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_FAULTS: Final = 5
"""In a row; the last one opens the circuit."""
FIRST_PAUSE_SECONDS: Final = 5.0
MAX_PAUSE_SECONDS: Final = 300.0


class CircuitBreaker:
    """Counts faults in a row. After each pause one further fault is enough for one twice as long.

    Args:
        name: the service's, for messages.
        now: seconds of a clock that nobody sets.
    """

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._now = now
        self._faults = 0
        self._reason = ""
        self._open_until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether the service is left alone for now."""
        return self._faults >= MAX_FAULTS and self._now() < self._open_until

    def record_success(self) -> None:
        """Note that the service answered as it should."""
        self._faults = 0

    def record_fault(self, reason: str) -> None:
        """Note that the service could not be reached, or failed to do what it is for."""
        if self.is_open:
            return  # Of calls that had begun before.
        self._faults += 1
        self._reason = reason
        if self._faults >= MAX_FAULTS:
            pause = FIRST_PAUSE_SECONDS * 2 ** min(self._faults - MAX_FAULTS, 10)
            self._open_until = self._now() + min(pause, MAX_PAUSE_SECONDS)

    def check(self) -> None:
        """Return if the service may be called.

        Raises:
            EngineUnavailable: it is left alone for now.
        """
        if self.is_open:
            left = self._open_until - self._now()
            raise EngineUnavailable(
                f"{self._name} failed {self._faults} times in a row and is left alone for {left:.0f} s: "
                f"{self._reason}"
            )
