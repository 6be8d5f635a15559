from __future__ import annotations

from datetime import timedelta

from keyreel.clock import ClockJumpDetector
from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
from keyreel.testing import ManualClock


def test_a_clock_set_forward_brings_nothing_nearer_to_its_end() -> None:
    clock = ManualClock()
    time, before = JumpSafeClock(clock, ClockJumpDetector(clock, lambda: timedelta(0))), clock.now()
    clock.advance(3600 * 24 * 365)
    assert time.now() == before
    clock.advance(-3600 * 24 * 365)
    assert time.now() == before


def test_a_clock_set_back_is_believed() -> None:
    clock = ManualClock()
    time = JumpSafeClock(clock, ClockJumpDetector(clock, lambda: timedelta(0)))
    clock.advance(-3600)
    assert time.now() == clock.now()


def test_a_jump_is_told_until_everything_has_followed() -> None:
    clock = ManualClock()
    time, hour = JumpSafeClock(clock, ClockJumpDetector(clock, lambda: timedelta(0))), timedelta(hours=1)
    clock.advance(3600)
    assert time.get_pending_jump() == hour
    assert time.get_pending_jump() == hour
    time.acknowledge_jump(hour)
    assert time.get_pending_jump() == timedelta(0)
