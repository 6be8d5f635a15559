"""Requests that this process answered, counted by route and status, with how long they took."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from keyreel.server.monitoring.distributions import Distribution
from keyreel.server.monitoring.metric_names import REQUEST_BOUNDS

if TYPE_CHECKING:
    from collections.abc import Iterator

RequestKind: TypeAlias = tuple[str, str, int]
"""Method, path with its parameters in braces, HTTP status."""


class RequestCounts:
    """Counts of one process; every request passes here, so that counting takes a microsecond."""

    def __init__(self) -> None:
        self._kinds: dict[RequestKind, Distribution] = defaultdict(partial(Distribution, REQUEST_BOUNDS))

    def count(self, kind: RequestKind, seconds: float) -> None:
        """Count a request that took so long."""
        self._kinds[kind].add(seconds)

    def __iter__(self) -> Iterator[tuple[RequestKind, Distribution]]:
        """Iterate over the kinds that there were, as they are now."""
        yield from tuple(self._kinds.items())
