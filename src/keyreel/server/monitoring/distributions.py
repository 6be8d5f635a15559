"""A distribution: how many values there were between bounds, and their sum, as a histogram tells it."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate


class Distribution:
    """Values counted by classes; the last one has no upper bound."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def list_buckets(self) -> list[tuple[str, float]]:
        """Return each class's upper bound, as Prometheus writes it, and how many values are up to it."""
        ends = [*(f"{bound:g}" for bound in self._bounds), "+Inf"]
        return [(end, float(total)) for end, total in zip(ends, accumulate(self._counts), strict=True)]
