"""Lines of the log, counted by event: so no part of the program needs a counter of its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from keyreel.server.monitoring.metric_names import COUNTED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict, WrappedLogger

LABELS_BY_EVENT: Final = {event: metric.labels for metric, event in COUNTED_EVENTS.items()}
"""Events that have a metric of their own, and the fields that tell them apart: words of a closed set each."""
_COUNTED_LEVELS: Final = frozenset({"warning", "error", "critical", "exception"})
_MAX_EVENTS: Final = 500
"""Kinds of events; messages of the log are constants, of which there are fewer than a hundred."""


class LogCounts:
    """How often each event was logged in this process, also where its line was throttled or left out."""

    def __init__(self) -> None:
        self._lines: Counter[tuple[str, str]] = Counter()
        self._events: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def process(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Count a line and return it as it is: a processor of structlog, before those that drop lines."""
        del logger
        name = str(event.get("event", ""))
        if method in _COUNTED_LEVELS and len(self._lines) < _MAX_EVENTS:
            self._lines["error" if method == "exception" else method, name] += 1
        labels = LABELS_BY_EVENT.get(name)
        if labels is not None and len(self._events) < _MAX_EVENTS:
            self._events[name, tuple(str(event.get(each, "")) for each in labels)] += 1
        return event

    def iterate_lines(self) -> Iterator[tuple[tuple[str, str], int]]:
        """Iterate over warnings and errors: level and event, and how many."""
        yield from tuple(self._lines.items())

    def iterate_events(self, name: str) -> Iterator[tuple[tuple[str, ...], int]]:
        """Iterate over the events of a name in `LABELS_BY_EVENT`: the values of its labels, and how many."""
        for (event, labels), count in tuple(self._events.items()):
            if event == name:
                yield labels, count
