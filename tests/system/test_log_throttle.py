from __future__ import annotations

import io
import logging

import pytest
from structlog import DropEvent

from keyreel.system.log_throttle import LINES_A_MINUTE, LogThrottle


class Stopwatch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_event_is_told_so_many_times_a_minute_and_then_counted() -> None:
    now = Stopwatch()
    throttle = LogThrottle(now)
    lines = [throttle.process(None, "warning", {"event": "flood", "n": n}) for n in range(LINES_A_MINUTE)]
    assert lines[-1] == {"event": "flood", "n": LINES_A_MINUTE - 1, "more": "counted"}
    for _ in range(1000):
        with pytest.raises(DropEvent):
            throttle.process(None, "error", {"event": "flood"})
    assert throttle.process(None, "warning", {"event": "another"}) == {"event": "another"}
    now.seconds = 60
    assert throttle.process(None, "error", {"event": "flood"}) == {"event": "flood", "suppressed": 1000}
    assert throttle.process(None, "error", {"event": "flood"}) == {"event": "flood"}


def test_what_is_no_warning_is_told_always() -> None:
    throttle = LogThrottle()
    for _ in range(5 * LINES_A_MINUTE):
        assert throttle.process(None, "info", {"event": "task settled"})


def test_lines_of_libraries_are_throttled_by_their_first_line() -> None:
    stream, throttle = io.StringIO(), LogThrottle()
    logger = logging.getLogger("a library of a test")
    handler = logging.StreamHandler(stream)
    handler.addFilter(throttle.filter)
    logger.addHandler(handler)
    logger.propagate = False
    for number in range(1000):
        logger.error("accept failed\nsocket: %d", number)
    assert stream.getvalue().count("accept failed") == LINES_A_MINUTE


def test_as_many_events_as_strangers_invent_take_bounded_memory() -> None:
    throttle = LogThrottle()
    for _ in range(LINES_A_MINUTE):
        throttle.process(None, "error", {"event": "the first"})
    for number in range(1000):
        throttle.process(None, "error", {"event": f"event {number}"})
    assert throttle.process(None, "error", {"event": "the first"}) == {"event": "the first"}
