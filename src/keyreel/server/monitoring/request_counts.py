"""Requests that this process answered, counted by route and status, with how long they took."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

RequestKind: TypeAlias = tuple[str, str, int]
"""Method, path with its parameters in braces, HTTP status."""
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the classes that requests are counted in, in seconds; above the last is one more."""


@dataclass(slots=True)
class RequestClasses:
    """The requests of one kind: how many took how long, and the sum of their seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


class RequestCounts:
    """Counts of one process; every request passes here, so that counting is two look-ups and two sums."""

    def __init__(self) -> None:
        self._kinds: dict[RequestKind, RequestClasses] = defaultdict(RequestClasses)

    def count(self, kind: RequestKind, seconds: float) -> None:
        """Count a request that took so long."""
        classes = self._kinds[kind]
        classes.counts[bisect_left(BOUNDS, seconds)] += 1
        classes.seconds += seconds

    def __iter__(self) -> Iterator[tuple[RequestKind, RequestClasses]]:
        """Iterate over the kinds that there were, as they are now."""
        yield from tuple(self._kinds.items())
