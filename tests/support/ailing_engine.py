"""An engine that says that it is not well."""

from __future__ import annotations

from keyreel.engine import EngineHealth
from keyreel.testing import CardEngine

PROBLEM = "The service is left alone for 30 s."


class AilingEngine(CardEngine):
    async def check(self) -> EngineHealth:
        return EngineHealth(ok=False, detail=PROBLEM)
