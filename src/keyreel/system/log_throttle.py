"""Throttling of log lines: what is said over and over is said so many times a minute, then counted."""

from __future__ import annotations

from dataclasses import dataclass
from logging import WARNING
from time import monotonic
from typing import TYPE_CHECKING, Final

from structlog import DropEvent

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import LogRecord

    from structlog.typing import EventDict, WrappedLogger

LINES_A_MINUTE: Final = 30
"""Lines with the same event in a minute."""
_WINDOW_SECONDS: Final = 60.0
_MAX_EVENTS: Final = 1000
"""Events that are counted at a time; the one that began first is forgotten."""
_THROTTLED_METHODS: Final = {"warning", "error", "critical", "exception"}


@dataclass(slots=True)
class _Window:
    began: float
    lines: int = 0
    suppressed: int = 0


class LogThrottle:
    """Throttles warnings and errors: strangers cause them, at any rate they like.

    The last line that is let through in a minute has `more="counted"`; the first of the event's next minute
    has the number that were `suppressed`. Of an event of several lines the first tells which it is.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._windows: dict[str, _Window] = {}

    def process(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Return a line with what is to be told beside it, or drop it: a processor of structlog."""
        del logger
        if method not in _THROTTLED_METHODS:
            return event
        told = self._count_line(str(event.get("event", "")))
        if told is None:
            raise DropEvent
        return {**event, **told}

    def filter(self, record: LogRecord) -> bool:
        """Say whether a record is let through, and add to it what is to be told: a filter of logging."""
        told = self._count_line(str(record.msg)) if record.levelno >= WARNING else {}
        if told is None:
            return False
        record.__dict__.update(told)
        return True

    def _count_line(self, text: str) -> dict[str, int | str] | None:
        """Return what is to be told beside this line; None where it is one too many."""
        window, suppressed = self._get_window(text.partition("\n")[0])
        window.lines += 1
        if window.lines > LINES_A_MINUTE:
            window.suppressed += 1
            return None
        told: dict[str, int | str] = {"more": "counted"} if window.lines == LINES_A_MINUTE else {}
        return told | {"suppressed": suppressed} if suppressed else told

    def _get_window(self, name: str) -> tuple[_Window, int]:
        """Return the event's window, and how many lines were suppressed in the one that ended before it."""
        now, window = self._now(), self._windows.pop(name, None)
        suppressed = 0
        if window is None or now - window.began >= _WINDOW_SECONDS:
            suppressed = window.suppressed if window else 0
            window = _Window(now)
        self._windows[name] = window
        if len(self._windows) > _MAX_EVENTS:
            del self._windows[next(iter(self._windows))]
        return window, suppressed
