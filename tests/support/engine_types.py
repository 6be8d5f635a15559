"""An engine type for tests: its tables say how an engine is to misbehave."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from keyreel.engine import Clip, DigitalSourceType, EngineHealth
from keyreel.engines.engine_table import EngineTable, EnvironmentSecret
from keyreel.errors import EngineUnavailable
from keyreel.testing import CardEngine

if TYPE_CHECKING:
    from keyreel.engine import Job
    from keyreel.order import Order

TYPE = "support.engine_types:ProbeTable"
PYTHONPATH = str(Path(__file__).parents[1])
"""What a process needs to find it."""


class ProbeTable(EngineTable):
    """An engine of cards, or one that cannot be loaded, is unavailable before or after a step, or waits.

    A refused one says that it is well, until it is to render.
    """

    mode: Literal["well", "unloadable", "unavailable", "begun", "gated", "refused"] = "well"
    gate: Path = Field(default=Path("gate"), description="A gated engine renders once this file is there.")
    source: DigitalSourceType = DigitalSourceType.TRAINED
    api_key: EnvironmentSecret | None = None
    base_url: str = ""
    colours: int = Field(default=1, ge=1, le=3)

    def make_engine(self, name: str) -> ProbeEngine:
        if self.base_url and self.api_key is None:
            raise ValueError(f"base_url: got {self.base_url!r}; must go with an api_key")
        return ProbeEngine(self, name)


class ProbeEngine(CardEngine):
    def __init__(self, table: ProbeTable, name: str) -> None:
        self.table = table
        self.name = name

    async def check(self) -> EngineHealth:
        if self.table.mode == "unavailable":
            return EngineHealth(ok=False, detail=f"{self.table.base_url} refuses the key.")
        return EngineHealth(ok=True)

    async def __aenter__(self) -> Self:
        if self.table.mode == "unloadable":
            raise RuntimeError("no such weights")
        return self

    async def render(self, order: Order, job: Job) -> Clip:
        if self.table.mode == "unavailable":
            raise EngineUnavailable("The upstream is full.")
        if self.table.mode == "refused":
            raise EngineUnavailable("The upstream's credits are used up.")
        if self.table.mode == "begun":
            await job.once("submit", self._submit)
            raise EngineUnavailable("The upstream's answer was lost.")
        if self.table.mode == "gated":
            await job.progress(0.1)
        while self.table.mode == "gated" and not self.table.gate.exists():  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)
        clip = await super().render(order, job)
        return Clip(clip.path, source=self.table.source)

    async def _submit(self) -> str:
        return "upstream-1"
