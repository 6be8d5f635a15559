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
        on_change: called when the circuit opens, and when it is closed again.
    """

    def __init__(
        self,
        name: str,
        now: Callable[[], float] = time.monotonic,
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._now = now
        self._on_change = on_change or _do_nothing
        self._faults = 0
        self._reason = ""
        self._open_until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether the service is left alone for now."""
        return self._faults >= MAX_FAULTS and self._now() < self._open_until

    def record_success(self) -> None:
        """Note that the service answered as it should."""
        was_broken, self._faults = self._faults >= MAX_FAULTS, 0
        if was_broken:
            self._on_change()

    def record_fault(self, reason: str) -> None:
        """Note that the service could not be reached, or failed to do what it is for."""
        if self.is_open:
            return  # Of calls that had begun before.
        self._faults += 1
        self._reason = reason
        if self._faults >= MAX_FAULTS:
            pause = FIRST_PAUSE_SECONDS * 2 ** min(self._faults - MAX_FAULTS, 10)
            self._open_until = self._now() + min(pause, MAX_PAUSE_SECONDS)
            self._on_change()

    def check(self) -> None:
        """Return if the service may be called.

        Raises:
            EngineUnavailable: it is left alone for now.
        """
        if self.is_open:
            left = self._open_until - self._now()
            raise EngineUnavailable(
                f"{self._name} failed {self._faults} times in a row and is not used for {left:.0f} s: "
                f"{self._reason}"
            )


def _do_nothing() -> None:
    """Stand in for whoever is told of changes: nobody is."""
