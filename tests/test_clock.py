from __future__ import annotations

from datetime import timedelta

from keyreel.clock import ClockJumpDetector, SystemClock, read_uptime
from keyreel.testing import ManualClock


def test_tells_a_clock_that_was_set_from_one_that_ran() -> None:
    clock, ran = ManualClock(), [timedelta(0)]
    watch = ClockJumpDetector(clock, lambda: ran[0])
    clock.advance(600)
    ran[0] += timedelta(seconds=600)
    assert watch.measure_jump() == timedelta(0)
    clock.advance(3600 + 10)
    ran[0] += timedelta(seconds=10)
    assert watch.measure_jump() == timedelta(hours=1)
    assert watch.measure_jump() == timedelta(0)


def test_a_small_correction_is_no_jump() -> None:
    clock = ManualClock()
    watch = ClockJumpDetector(clock, lambda: timedelta(0))
    clock.advance(-20)
    assert watch.measure_jump() == timedelta(0)


def test_the_machines_clock_does_not_jump() -> None:
    watch = ClockJumpDetector(SystemClock())
    assert read_uptime() > timedelta(0)
    assert watch.measure_jump() == timedelta(0)
