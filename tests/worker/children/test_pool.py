from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keyreel.engine import Clip
from keyreel.errors import EngineUnavailable, RenderCrashed
from keyreel.order import Corner, ImageRef, Operation, Order, Resolution, Shot, Size, Watermark
from keyreel.settings.engines import EngineSpec
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.children.protocol import RecommendWork, RenderWork

if TYPE_CHECKING:
    from pathlib import Path


def order(prompt: str = "on", shots: int = 1) -> Order:
    return Order(
        Operation.MULTIFRAME,
        "q2-pro",
        (Shot(prompt, 1, ImageRef("a.png")),) * shots,
        Resolution.P360,
        7,
        size=Size(64, 48),
    )


class MemoryAttempt:
    """An attempt that keeps progress and steps in memory."""

    def __init__(self) -> None:
        self.reported: list[float] = []
        self.previews: list[bytes] = []
        self.steps: dict[str, str] = {}

    def report_progress(self, fraction: float) -> None:
        self.reported.append(fraction)

    def show_preview(self, jpeg: bytes) -> None:
        self.previews.append(jpeg)

    async def load_step(self, step: str) -> str | None:
        return self.steps.get(step)

    async def save_step(self, step: str, result: str) -> None:
        self.steps[step] = result


def rendered(engine: str, asked: Order, folder: Path, attempt: MemoryAttempt) -> Clip:
    async def story() -> Clip:
        async with ChildPool.for_engine(EngineSpec(f"keyreel.testing:{engine}"), 1, 60) as pool:
            return await pool.run(RenderWork(asked, folder), attempt)

    return asyncio.run(story())


def test_brings_clip_progress_and_finished_steps(tmp_path: Path) -> None:
    attempt = MemoryAttempt()
    clip = rendered("CardEngine", order(shots=2), tmp_path, attempt)
    assert clip == Clip(tmp_path / "clip.mp4")
    assert clip.path.stat().st_size > 0
    assert attempt.reported == [0.5, 1.0]
    assert attempt.previews
    assert all(jpeg.startswith(b"\xff\xd8\xff") for jpeg in attempt.previews)
    assert attempt.steps == {f"shot-{n}": str(tmp_path / f"shot-{n}.mp4") for n in (0, 1)}


def test_does_no_finished_step_again(tmp_path: Path) -> None:
    attempt = MemoryAttempt()
    attempt.steps["shot-0"] = "elsewhere.mp4"
    assert str(rendered("CardEngine", order(), tmp_path, attempt).path) == "elsewhere.mp4"
    assert list(tmp_path.iterdir()) == []


def test_a_clip_is_watermarked_if_its_job_wrote_the_watermark(tmp_path: Path) -> None:
    marked = replace(order(), size=Size(160, 96), watermark=Watermark(Corner.TOP_LEFT))
    attempt = MemoryAttempt()
    assert rendered("CardEngine", marked, tmp_path, attempt).completed_steps == {"watermark"}
    # The next attempt writes no video, and uses the one that bears the watermark.
    assert rendered("CardEngine", marked, tmp_path, attempt).completed_steps == {"watermark"}


def test_a_clip_that_its_job_did_not_write_is_not_watermarked(tmp_path: Path) -> None:
    attempt = MemoryAttempt()
    attempt.steps["shot-0"] = "elsewhere.mp4"
    marked = replace(order(), watermark=Watermark(Corner.TOP_LEFT))
    assert rendered("CardEngine", marked, tmp_path, attempt).completed_steps == frozenset()


def test_an_engine_recommends_a_prompt_in_its_child() -> None:
    async def story() -> str:
        async with ChildPool.for_engine(EngineSpec("keyreel.testing:DescribingEngine"), 1, 60) as pool:
            return await pool.run(RecommendWork(order()), MemoryAttempt())

    assert asyncio.run(story()) == "A card made from 1 image(s)."


def test_an_engine_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"could not be started"):
        rendered("NoEngine", order(), tmp_path, MemoryAttempt())


def test_want_of_memory_is_a_crash(tmp_path: Path) -> None:
    with pytest.raises(RenderCrashed):
        rendered("FailingEngine", order("memory"), tmp_path, MemoryAttempt())


def test_renders_in_as_many_children_as_it_has_slots(tmp_path: Path) -> None:
    async def story() -> None:
        pool = ChildPool.for_engine(EngineSpec("keyreel.testing:CardEngine"), 2, 60)
        async with pool, asyncio.TaskGroup() as group:
            for name in ("a", "b", "c"):
                folder = tmp_path / name
                folder.mkdir()
                group.create_task(pool.run(RenderWork(order(), folder), MemoryAttempt()))
        assert all((tmp_path / name / "shot-0.mp4").exists() for name in ("a", "b", "c"))

    asyncio.run(story())
