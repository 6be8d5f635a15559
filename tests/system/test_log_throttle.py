from __future__ import annotations

from keyreel.system.log_throttle import LogThrottle


def test_one_line_of_a_kind_is_allowed_in_a_period() -> None:
    seconds = 100.0
    throttle = LogThrottle(30, lambda: seconds)
    assert [throttle.allows("disk"), throttle.allows("disk"), throttle.allows("lock")] == [True, False, True]
    seconds += 30
    assert throttle.allows("disk")
