from __future__ import annotations

from datetime import timedelta

from keyreel.clock import JumpWatch
from keyreel.tasks.clocks.jump_safe_clock import TrustedTime
from keyreel.testing import ManualClock


def test_a_clock_set_forward_brings_nothing_nearer_to_its_end() -> None:
    clock = ManualClock()
    time, before = TrustedTime(clock, JumpWatch(clock, lambda: timedelta(0))), clock.now()
    clock.move(3600 * 24 * 365)
    assert time.now() == before
    clock.move(-3600 * 24 * 365)
    assert time.now() == before


def test_a_clock_set_back_is_believed() -> None:
    clock = ManualClock()
    time = TrustedTime(clock, JumpWatch(clock, lambda: timedelta(0)))
    clock.move(-3600)
    assert time.now() == clock.now()


def test_a_jump_is_told_until_everything_has_followed() -> None:
    clock = ManualClock()
    time, hour = TrustedTime(clock, JumpWatch(clock, lambda: timedelta(0))), timedelta(hours=1)
    clock.move(3600)
    assert time.untold_jump() == hour
    assert time.untold_jump() == hour
    time.told(hour)
    assert time.untold_jump() == timedelta(0)
