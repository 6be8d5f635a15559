"""Whether parts of the server work: each is tried for real, and a result answers for a while."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from keyreel.errors import Unavailable
from keyreel.storage.passing_faults import find_passing_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TIMEOUT_SECONDS: Final = 3.0
"""A part that takes longer fails the check."""


class HealthCheck:
    """Tries one part in a thread of its own; a hanging try is waited for and never joined by a second one."""

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._executor = ThreadPoolExecutor(1, "health-check")
        self._running: asyncio.Future[str] | None = None

    async def run(self) -> str:
        """Return what is wrong with the part, in a sentence; empty if it works."""
        if self._running is None or self._running.done():
            try:
                self._running = asyncio.get_running_loop().run_in_executor(self._executor, self._try)
            except RuntimeError as error:
                fault = find_passing_fault(error)
                if fault is None:
                    raise
                return fault.message
        done, _ = await asyncio.wait((self._running,), timeout=_TIMEOUT_SECONDS)
        return self._running.result() if done else f"No response within {_TIMEOUT_SECONDS:g} s."

    def _try(self) -> str:
        try:
            self._probe()
        except Unavailable as error:
            return error.message
        except Exception as error:  # noqa: BLE001 - whatever it is, the part does not work
            return f"The check failed: {type(error).__name__}."
        return ""


class HealthChecks:
    """The checks of parts, by name. Whoever asks within `result_seconds` of another gets the same result."""

    def __init__(self, probes: Mapping[str, Callable[[], None]], result_seconds: float = 1.0) -> None:
        self._result_seconds = result_seconds
        self._checks = {name: HealthCheck(probe) for name, probe in probes.items()}
        self._lock = asyncio.Lock()
        self._result: dict[str, str] = {}
        self._checked = float("-inf")

    async def run(self) -> Mapping[str, str]:
        """Return each part with what is wrong with it, empty if it works."""
        async with self._lock:
            if time.monotonic() - self._checked >= self._result_seconds:
                found = await asyncio.gather(*(check.run() for check in self._checks.values()))
                self._result = dict(zip(self._checks, found, strict=True))
                self._checked = time.monotonic()
            return self._result
