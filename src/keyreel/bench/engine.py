"""`keyreel bench engine`: one order of each operation that a configured engine accepts, and what it took."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyreel.bench import orders
from keyreel.bench.timing import measure_own_peak
from keyreel.engine import RemoteEngine
from keyreel.engines.diffusion.engine import DiffusersEngine
from keyreel.engines.diffusion.model_usage import ModelUsage
from keyreel.engines.router import load_engines
from keyreel.errors import InvalidSetting
from keyreel.testing import FolderJob

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from keyreel.bench.orders import BenchCase
    from keyreel.engine import Engine
    from keyreel.order import Resolution
    from keyreel.settings.engines import EngineSettings


@dataclass(frozen=True, slots=True)
class EngineRender:
    """One order as an engine made it; steps and the model's seconds are 0 where it does not count them."""

    name: str
    video_seconds: int
    wall_seconds: float
    steps: int
    model_seconds: float
    """Seconds within the model; the rest goes into conforming and encoding its frames."""
    peak_bytes: int
    """Of the accelerator's memory if there is one, else of this process's."""

    @property
    def seconds_a_step(self) -> float:
        """Seconds of the model for each step, decoding included."""
        return self.model_seconds / self.steps if self.steps else 0.0

    @property
    def share_outside(self) -> float:
        """The share of the time that was not spent within the model."""
        return 1 - self.model_seconds / self.wall_seconds if self.steps else 0.0


async def measure_engine(
    settings: EngineSettings, name: str, size: Resolution, images: Path
) -> AsyncIterator[EngineRender]:
    """Load an engine in this process and render each operation that it accepts, once.

    Raises:
        InvalidSetting: there is no such engine, another server renders for it, or the images are not there.
    """
    engine = _find_engine(settings, name)
    with tempfile.TemporaryDirectory() as scratch:
        cases = await orders.make_cases(orders.ExampleImages(images, Path(scratch)), size)
        async with engine:
            for case in cases:
                if engine.accepts(case.order):
                    folder = Path(scratch) / case.name
                    folder.mkdir()
                    yield await _measure(engine, case, folder)


def _find_engine(settings: EngineSettings, name: str) -> Engine:
    engines = load_engines(settings)
    if name not in engines:
        raise InvalidSetting(f"NAME: got {name[:64]!r}; must be one of {', '.join(engines)}.")
    engine = engines[name].engine
    if isinstance(engine, RemoteEngine):
        raise InvalidSetting(f"NAME: got {name!r}; must be an engine that renders on this machine.")
    return engine


async def _measure(engine: Engine, case: BenchCase, folder: Path) -> EngineRender:
    usage = engine.usage if isinstance(engine, DiffusersEngine) else ModelUsage()
    steps, seconds = usage.steps, usage.seconds
    began = time.perf_counter()
    await engine.render(case.order, FolderJob(folder))
    return EngineRender(
        case.name,
        case.order.seconds,
        wall_seconds=time.perf_counter() - began,
        steps=usage.steps - steps,
        model_seconds=usage.seconds - seconds,
        peak_bytes=usage.peak_device_bytes or measure_own_peak(),
    )
