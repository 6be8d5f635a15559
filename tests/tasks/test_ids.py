from __future__ import annotations

from datetime import UTC, datetime
from random import SystemRandom

from keyreel.tasks.ids import SnowflakeGenerator
from keyreel.testing import ManualClock


def test_ids_rise_whatever_the_clock_does() -> None:
    clock = ManualClock()
    ids = SnowflakeGenerator(clock, SystemRandom(), last=0)
    given: list[int] = []
    for seconds in (0, 0, 1, -3600, 0, 7200, -1):
        clock.advance(seconds)
        given += [ids.next_id() for _ in range(50)]
    assert sorted(set(given)) == given


def test_ids_fit_63_bits_until_2084() -> None:
    clock = ManualClock(datetime(2084, 1, 1, tzinfo=UTC))
    last = SnowflakeGenerator(clock, SystemRandom(), last=0).next_id()
    assert last < 2**63
    assert len(str(last)) <= 19


def test_goes_on_after_the_last_one() -> None:
    assert SnowflakeGenerator(ManualClock(), SystemRandom(), last=2**62).next_id() > 2**62
