"""The host of an engine, without a cluster: as Ray calls it, by its methods."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyreel.order import Operation, Order, Resolution, Shot, Size
from keyreel.settings.engines import EngineSpec
from keyreel.worker.children.protocol import (
    LoadStep,
    ProgressReport,
    RenderWork,
    SaveStep,
    StepResult,
    WorkDone,
)
from keyreel.worker.ray.engine_host import EngineHost
from keyreel.worker.ray.messages import HostedWork, HostSetup, Shipment, WorkRaised

if TYPE_CHECKING:
    from pathlib import Path

ORDER = Order(Operation.TEXT2VIDEO, "q2", (Shot("on", 1),), Resolution.P360, 7, size=Size(64, 48))


def host(engine: str) -> tuple[HostSetup, EngineHost]:
    setup = HostSetup("1", EngineSpec(f"keyreel.testing:{engine}"), {}, 60, kernel_guards=True)
    return setup, EngineHost(setup)


async def listen(hosting: EngineHost, number: str) -> list[Shipment]:
    """Collect the news up to the end; no step is known, and what is saved is kept."""
    heard: list[Shipment] = []
    while not heard or not isinstance(heard[-1].message, WorkDone | WorkRaised):
        heard += await hosting.poll(number)
        if isinstance(heard[-1].message, LoadStep):
            await hosting.answer(number, Shipment(StepResult(None)))
        elif isinstance(heard[-1].message, SaveStep):
            await hosting.answer(number, Shipment(StepResult(heard[-1].message.result)))
    return heard


def test_a_render_tells_its_steps_progress_and_clip_with_their_files(tmp_path: Path) -> None:
    async def story() -> list[Shipment]:
        setup, hosting = host("CardEngine")
        hosted = HostedWork("a/0", setup, tmp_path, RenderWork(ORDER, tmp_path / "1" / "render"), {})
        async with asyncio.TaskGroup() as group:
            await hosting.accept("first", hosted)
            group.create_task(hosting.run("first"))
            heard = await listen(hosting, "first")
        await hosting.close()
        return heard

    heard = asyncio.run(story())
    saved = next(each for each in heard if isinstance(each.message, SaveStep))
    done = heard[-1]
    assert isinstance(saved.message, SaveStep)
    assert saved.message.result == str(tmp_path / "1" / "render" / "shot-0.mp4")
    assert ProgressReport(1.0) in [each.message for each in heard]
    assert isinstance(done.message, WorkDone)
    assert saved.files == done.files
    assert [*done.files] == ["1/render/shot-0.mp4"]
    assert list(tmp_path.iterdir()) == []


def test_a_newer_render_ends_an_older_one(tmp_path: Path) -> None:
    async def story() -> tuple[Shipment, Shipment]:
        setup, hosting = host("HangingEngine")
        hosted = HostedWork("a/0", setup, tmp_path, RenderWork(ORDER, tmp_path / "1"), {})
        async with asyncio.TaskGroup() as group:
            await hosting.accept("older", hosted)
            group.create_task(hosting.run("older"))
            while ProgressReport(0.1) not in [each.message for each in await hosting.poll("older")]:
                pass
            ending = group.create_task(listen(hosting, "older"))
            await hosting.accept("newer", hosted)
            group.create_task(hosting.run("newer"))
            older = (await ending)[-1]
            while ProgressReport(0.1) not in [each.message for each in await hosting.poll("newer")]:
                pass
            await hosting.stop("newer")
            newer = (await listen(hosting, "newer"))[-1]
        await hosting.close()
        return older, newer

    for ended in asyncio.run(story()):
        assert isinstance(ended.message, WorkRaised)
