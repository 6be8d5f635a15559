from __future__ import annotations

import asyncio

import pytest

from keyreel.engine import EngineHealth
from keyreel.engines.health import CHECK_SECONDS, check_engine, probe_engine
from keyreel.errors import EngineUnavailable, Unavailable
from keyreel.testing import CardEngine


class Telling(CardEngine):
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def check(self) -> EngineHealth:
        if self.error:
            raise self.error
        return EngineHealth(ok=True, detail="one GPU")


class Silent(CardEngine):
    async def check(self) -> EngineHealth:
        await asyncio.Event().wait()
        return EngineHealth(ok=True)


def test_an_engine_tells_how_it_is() -> None:
    assert check_engine(Telling()) == EngineHealth(ok=True, detail="one GPU")
    assert check_engine(CardEngine()).ok


def test_what_a_check_raises_counts_as_not_well() -> None:
    told = check_engine(Telling(EngineUnavailable("The service refuses the key.")))
    assert told == EngineHealth(ok=False, detail="The service refuses the key.")
    assert check_engine(Telling(ValueError("http://10.0.0.7"))).detail == "The check failed: ValueError."
    with pytest.raises(Unavailable, match="ValueError"):
        probe_engine(Telling(ValueError()))


def test_a_silent_engine_is_not_well_after_five_seconds() -> None:
    assert CHECK_SECONDS == 5
    assert check_engine(Silent()) == EngineHealth(ok=False, detail="No response within 5 s.")
