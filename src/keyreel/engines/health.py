"""How an engine is: it is asked for a few seconds, in the calling thread. Knows no other engine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from keyreel.engine import EngineHealth, HealthReporter
from keyreel.errors import KeyreelError, Unavailable

if TYPE_CHECKING:
    from keyreel.engine import Engine, RemoteEngine

CHECK_SECONDS: Final = 5.0
"""An engine that takes longer to answer is not healthy."""


def check_engine(engine: Engine | RemoteEngine) -> EngineHealth:
    """Ask an engine how it is; one that cannot tell is taken to be well."""
    if not isinstance(engine, HealthReporter):
        return EngineHealth(ok=True)
    try:
        return asyncio.run(_check_in_time(engine))
    except TimeoutError:
        return EngineHealth(ok=False, detail=f"No response within {CHECK_SECONDS:g} s.")
    except KeyreelError as error:
        return EngineHealth(ok=False, detail=error.message)
    except Exception as error:  # noqa: BLE001 - engines are anybody's code: whatever it is, it does not work
        return EngineHealth(ok=False, detail=f"The check failed: {type(error).__name__}.")


async def _check_in_time(engine: HealthReporter) -> EngineHealth:
    async with asyncio.timeout(CHECK_SECONDS):
        return await engine.check()


def probe_engine(engine: Engine | RemoteEngine) -> None:
    """Return if an engine is well.

    Raises:
        Unavailable: it is not; with what it says about itself.
    """
    health = check_engine(engine)
    if not health.ok:
        raise Unavailable(health.detail)
