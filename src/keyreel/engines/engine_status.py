"""How a worker found its engines: what the operator is told beside what engines say about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from keyreel.clock import Clock
    from keyreel.engine import EngineHealth

    StatusReader = Callable[[], Mapping[str, "EngineStatus"]]
    """Returns what workers met at engines, by configured name; one without an entry has worked."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What a worker met when it last had work for an engine: why that could not be begun, and since when."""

    problem: str
    since: datetime

    def describe(self) -> str:
        """Return it as a sentence for operators."""
        return f"{self.problem} (Reported by the worker since {self.since:%Y-%m-%d %H:%M:%S} UTC.)"


@runtime_checkable
class StatusSource(Protocol):
    """What a remote engine has besides if it finds out by itself that it works, or does so no more."""

    def on_status(self, tell: Callable[[EngineHealth], None]) -> None:
        """Have `tell` called in the worker's event loop when that changes. Called before it is entered."""
        ...


class EngineStatuses:
    """The engines that could not begin with their last work; all others are taken to be well.

    A worker writes them in its event loop; whoever shows them reads them in any thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._statuses: dict[str, EngineStatus] = {}

    def record_problem(self, engine: str, problem: str) -> None:
        """Note why an engine cannot begin; since when stays what it was while it had a problem before."""
        known = self._statuses.get(engine)
        self._statuses[engine] = EngineStatus(problem, known.since if known else self._clock.now())

    def record_success(self, engine: str) -> None:
        """Note that an engine took up work."""
        self._statuses.pop(engine, None)

    def record_health(self, engine: str, health: EngineHealth) -> None:
        """Note what an engine found out by itself."""
        if health.ok:
            self.record_success(engine)
        else:
            self.record_problem(engine, health.detail)

    def read(self) -> Mapping[str, EngineStatus]:
        """Return the statuses as they are now."""
        return dict(self._statuses)
