"""Whether a version became slower: ratios measured now against ratios that were committed.

Ratios alone are compared, since each is of two things that were measured on the same machine within seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.bench import orders, platform, served
from keyreel.errors import InvalidSetting
from keyreel.order import Resolution

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

ALLOWED_LOSS: Final = 0.25
"""The share by which a ratio may be worse than the committed one."""
_TRIES: Final = 2
"""The better of two counts: a neighbour on the machine may have taken one."""
_RUNS_TO_COMMIT: Final = 3
_RESOLUTION: Final = Resolution.P540
"""The smallest size weighs what does not depend on the size the most, and takes the least time."""


@dataclass(frozen=True, slots=True)
class RatioMeasurement:
    """A way to measure one ratio."""

    name: str
    measure: Callable[[], Awaitable[float]]
    is_rate: bool
    """Whether more is better, as of requests a second; else less is, as of CPU seconds."""


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """One ratio beside the committed one."""

    name: str
    ratio: float
    committed: float
    loss: float
    """The share by which it is worse; negative where it is better."""

    @property
    def is_regression(self) -> bool:
        """Whether it is worse by more than is allowed."""
        return self.loss > ALLOWED_LOSS


def list_measurements(images: Path) -> tuple[RatioMeasurement, ...]:
    """Return what is measured: polls and submits over a bare route, operations over encoding alone."""

    async def measure_polls() -> float:
        return (await platform.compare_polls()).ratio

    async def measure_submits() -> float:
        return (await platform.compare_submits_with_bare_route()).ratio

    def make_operation(name: str) -> RatioMeasurement:
        async def measure() -> float:
            (found,) = [each async for each in served.measure_served((_RESOLUTION,), images, (name,))]
            return found.cpu_ratio

        return RatioMeasurement(f"{name} / encoding alone", measure, is_rate=False)

    return (
        RatioMeasurement("poll / bare route", measure_polls, is_rate=True),
        RatioMeasurement("submit / bare route", measure_submits, is_rate=True),
        *(make_operation(name) for name in orders.CASE_NAMES),
    )


async def check_ratios(
    measurements: Iterable[RatioMeasurement], committed: Mapping[str, float]
) -> AsyncIterator[RatioCheck]:
    """Measure each ratio, once more where it seems to have become worse, and compare it.

    Raises:
        InvalidSetting: a ratio has no committed one.
    """
    for measurement in measurements:
        if measurement.name not in committed:
            raise InvalidSetting(f"No ratio of {measurement.name!r} was committed.")
        checks: list[RatioCheck] = []
        while len(checks) < _TRIES and all(check.is_regression for check in checks):
            checks.append(_compare(measurement, await measurement.measure(), committed[measurement.name]))
        yield min(checks, key=lambda check: check.loss)


def _compare(measurement: RatioMeasurement, ratio: float, committed: float) -> RatioCheck:
    gain = ratio / committed - 1.0
    return RatioCheck(measurement.name, ratio, committed, -gain if measurement.is_rate else gain)


async def measure_ratios(measurements: Iterable[RatioMeasurement]) -> dict[str, float]:
    """Return each ratio by its name: the worst of several, which a later version must come close to."""
    worst: dict[str, float] = {}
    for each in measurements:
        found = [await each.measure() for _ in range(_RUNS_TO_COMMIT)]
        worst[each.name] = min(found) if each.is_rate else max(found)
    return worst


def read_ratios(path: Path) -> dict[str, float]:
    """Read committed ratios.

    Raises:
        InvalidSetting: the file cannot be read, or holds something else.
    """
    try:
        found = json.loads(path.read_bytes())
        return {name: float(ratio) for name, ratio in found.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise InvalidSetting(f"{path}: committed ratios cannot be read from it ({error}).") from None
