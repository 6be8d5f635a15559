from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyreel.engine import Clip
from keyreel.errors import RenderCrashed, RenderFailed
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.worker.children.pool import ChildPool

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


class Notes:
    """A desk that keeps what it is told."""

    def __init__(self) -> None:
        self.reached_: list[float] = []
        self.steps: dict[str, str] = {}

    def report_progress(self, fraction: float) -> None:
        self.reached_.append(fraction)

    async def load_step(self, step: str) -> str | None:
        return self.steps.get(step)

    async def save_step(self, step: str, result: str) -> None:
        self.steps[step] = result


def rendered(engine: str, asked: Order, folder: Path, notes: Notes) -> Clip:
    async def story() -> Clip:
        async with ChildPool.for_engine(f"keyreel.testing:{engine}", 1, 60) as executor:
            return await executor.render(asked, folder, notes)

    return asyncio.run(story())


def test_brings_clip_progress_and_finished_steps(tmp_path: Path) -> None:
    notes = Notes()
    clip = rendered("CardEngine", order(shots=2), tmp_path, notes)
    assert clip == Clip(tmp_path / "clip.mp4", frozenset({"watermark"}))
    assert clip.path.stat().st_size > 0
    assert notes.reached_ == [0.5, 1.0]
    assert notes.steps == {f"shot-{n}": str(tmp_path / f"shot-{n}.mp4") for n in (0, 1)}


def test_does_no_finished_step_again(tmp_path: Path) -> None:
    notes = Notes()
    notes.steps["shot-0"] = "elsewhere.mp4"
    assert str(rendered("CardEngine", order(), tmp_path, notes).path) == "elsewhere.mp4"
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(RenderFailed, match=r"could not be started"):
        rendered("NoEngine", order(), tmp_path, Notes())


def test_want_of_memory_is_a_crash(tmp_path: Path) -> None:
    with pytest.raises(RenderCrashed):
        rendered("FailingEngine", order("memory"), tmp_path, Notes())


def test_renders_in_as_many_children_as_it_has_slots(tmp_path: Path) -> None:
    async def story() -> None:
        executor = ChildPool.for_engine("keyreel.testing:CardEngine", 2, 60)
        async with executor, asyncio.TaskGroup() as group:
            for name in ("a", "b", "c"):
                folder = tmp_path / name
                folder.mkdir()
                group.create_task(executor.render(order(), folder, Notes()))
        assert all((tmp_path / name / "shot-0.mp4").exists() for name in ("a", "b", "c"))

    asyncio.run(story())
