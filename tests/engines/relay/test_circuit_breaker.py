from __future__ import annotations

import pytest

from keyreel.engines.relay.circuit_breaker import CircuitBreaker
from keyreel.errors import EngineUnavailable


def test_a_service_is_left_alone_for_a_growing_while_after_five_faults_in_a_row() -> None:
    now = 0.0
    breaker = CircuitBreaker("novita", lambda: now)
    for _ in range(4):
        breaker.record_fault("502")
    breaker.record_success()
    for _ in range(5):
        breaker.check()
        breaker.record_fault("502")
    pauses = []
    for _ in range(8):
        with pytest.raises(EngineUnavailable, match=r"novita failed \d+ times in a row .* 502"):
            breaker.check()
        breaker.record_fault("of a call that had begun before")
        began = now
        while breaker.is_open:
            now += 1
        pauses.append(now - began)
        breaker.check()
        breaker.record_fault("502")
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    now += 300
    breaker.record_success()
    breaker.check()


def test_tells_when_a_service_is_left_alone_and_when_it_works_again() -> None:
    told: list[bool] = []
    breaker = CircuitBreaker("novita", lambda: 0.0, lambda: told.append(breaker.is_open))
    for _ in range(4):
        breaker.record_fault("502")
    breaker.record_success()
    assert told == []
    for _ in range(5):
        breaker.record_fault("502")
    breaker.record_success()
    breaker.record_success()
    assert told == [True, False]
