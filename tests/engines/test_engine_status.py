from __future__ import annotations

from keyreel.engine import EngineHealth
from keyreel.engines.engine_status import EngineStatuses
from keyreel.testing import ManualClock


def test_a_problem_keeps_its_beginning_until_the_engine_works_again() -> None:
    clock = ManualClock()
    began = clock.now()
    statuses = EngineStatuses(clock)
    statuses.record_problem("novita", "The key is refused.")
    clock.advance(300)
    statuses.record_problem("novita", "The credits are used up.")
    told = statuses.read()["novita"].describe()
    assert told == f"The credits are used up. (Reported by the worker since {began:%Y-%m-%d %H:%M:%S} UTC.)"
    statuses.record_health("novita", EngineHealth(ok=True))
    assert statuses.read() == {}
    statuses.record_health("novita", EngineHealth(ok=False, detail="It is left alone."))
    assert statuses.read()["novita"].since == clock.now()
