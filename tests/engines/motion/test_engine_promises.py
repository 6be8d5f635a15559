"""What the engine promises of every film: the same again, honest progress, no work twice, a quick end."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.order import ImageRef, Operation, Shot, Subject
from keyreel.settings.engines import EngineSpec
from keyreel.testing import FolderJob
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.children.protocol import RenderWork
from support.keyframe_scenes import SIZE, error, multiframe, rendered, saved, seen, terrain, view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.order import Order

ENGINE = "keyreel.engines.motion.engine:MotionEngine"


def lake() -> Frame:
    """Draw level waves under a rough green shore."""
    random = np.random.default_rng(3)
    image = np.zeros((SIZE.height, SIZE.width, 3), dtype=np.float32)
    middle = SIZE.height // 2
    shore = cv2.resize(random.random((36, 128), dtype=np.float32), (SIZE.width, middle))
    waves = cv2.resize(random.random((32, 8), dtype=np.float32), (SIZE.width, SIZE.height - middle))
    image[:middle] = np.array((60, 200, 50)) * shore[..., np.newaxis]
    image[middle:] = np.array((50, 95, 150)) * (0.6 + 0.6 * waves[..., np.newaxis])
    return np.asarray(image, dtype=np.uint8)


def marked(image: Frame, x: int, y: int) -> Frame:
    """Draw a ball on an image."""
    drawn = image.copy()
    cv2.circle(drawn, (x, y), 16, (230, 200, 40), -1, cv2.LINE_AA)
    cv2.circle(drawn, (x - 4, y - 5), 6, (250, 90, 60), -1, cv2.LINE_AA)
    return drawn


def one_shot(operation: Operation, prompt: str, order: Order) -> Order:
    return replace(order, operation=operation, shots=(replace(order.shots[0], prompt=prompt),))


def jump(folder: Path) -> Order:
    place = view(terrain(1), 60, 60)
    order = multiframe(saved(folder, marked(place, 40, 100), marked(place, 210, 50)), 1)
    return one_shot(Operation.START_END2VIDEO, "", order)


def tour(folder: Path) -> Order:
    place = terrain(1)
    return multiframe(saved(folder, view(place, 60, 60), view(place, 90, 66), view(place, 140, 80)), 1, 1)


def whip(folder: Path) -> Order:
    order = multiframe(saved(folder, marked(view(terrain(2), 100, 100), 120, 70), view(terrain(3), 9, 9)), 1)
    return one_shot(Operation.START_END2VIDEO, "rain", order)


def breeze(folder: Path) -> Order:
    order = multiframe(saved(folder, lake(), lake()), 1)
    prompt = "wind, leaves fly over the running water"
    return one_shot(Operation.IMG2VIDEO, prompt, replace(order, shots=(replace(order.shots[0], last=None),)))


def float_by(folder: Path) -> Order:
    images = saved(folder, marked(np.full((144, 256, 3), 214, np.uint8), 128, 72), lake())
    subjects = Subject("ball", (images[0],)), Subject("lake", (images[1],))
    order = multiframe([ImageRef(str(folder / "none.png"))] * 2, 1)
    shots = (Shot("@ball floats on the lake of @lake, snow", 1),)
    return replace(order, operation=Operation.REFERENCE2VIDEO, shots=shots, subjects=subjects)


ORDERS: dict[str, Callable[[Path], Order]] = {
    each.__name__: each for each in (jump, tour, whip, breeze, float_by)
}


def film(order: Order, folder: Path) -> tuple[list[Frame], str, list[float]]:
    folder.mkdir()
    job = FolderJob(folder)
    path = rendered(order, job)
    return seen(path), hashlib.sha256(path.read_bytes()).hexdigest(), job.reports


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_and_its_seed_are_one_film(name: str, tmp_path: Path) -> None:
    order = ORDERS[name](tmp_path)
    (frames, once, reports), (_, again, _) = (film(order, tmp_path / each) for each in ("once", "again"))
    assert once == again
    others, other, _ = film(replace(order, seed=order.seed + 1), tmp_path / "other")
    assert other != once
    assert any(not np.array_equal(*pair) for pair in zip(frames, others, strict=True))
    # Progress is told by frames drawn, not by guesses: never more than a few at once, never back.
    steps = [after - before for before, after in pairwise([0.0, *reports])]
    assert min(steps) >= 0
    assert max(steps) <= 4.5 / order.frames
    assert reports[-1] == 1


class Notes:
    """A desk that keeps what it is told, and tells when a step is done and when frames come."""

    def __init__(self) -> None:
        self.steps: dict[str, str] = {}
        self.remembered = asyncio.Event()
        self.drawing = asyncio.Event()

    def report_progress(self, fraction: float) -> None:
        del fraction
        self.drawing.set()

    def show_preview(self, jpeg: bytes) -> None:
        del jpeg

    async def load_step(self, step: str) -> str | None:
        return self.steps.get(step)

    async def save_step(self, step: str, result: str) -> None:
        self.steps[step] = result
        self.drawing.clear()
        self.remembered.set()


def test_a_killed_render_draws_only_what_it_had_not_finished(tmp_path: Path) -> None:
    order = tour(tmp_path)
    whole, _, _ = film(order, tmp_path / "whole")

    async def story() -> list[Frame]:
        notes = Notes()
        folders = tmp_path / "first", tmp_path / "second"
        for folder in folders:
            folder.mkdir()
        async with ChildPool.for_engine(EngineSpec(ENGINE), 1, 60) as executor:
            doomed = asyncio.ensure_future(executor.run(RenderWork(order, folders[0]), notes))
            await asyncio.wait_for(notes.remembered.wait(), 50)
            doomed.cancel()
            await asyncio.wait([doomed])
            assert list(notes.steps) == ["shot-0"]
            clip = await executor.run(RenderWork(order, folders[1]), notes)
        assert not (folders[1] / "shot-0.mp4").exists()
        assert (folders[1] / "shot-1.mp4").exists()
        return seen(clip.path)

    again = asyncio.run(story())
    assert len(again) == order.frames
    assert max(error(one, other) for one, other in zip(whole, again, strict=True)) == 0


def test_a_cancelled_render_ends_within_half_a_second(tmp_path: Path) -> None:
    order = tour(tmp_path)
    long = replace(order, shots=tuple(replace(shot, seconds=16) for shot in order.shots))

    async def story() -> float:
        notes = Notes()
        async with ChildPool.for_engine(EngineSpec(ENGINE), 1, 60) as executor:
            doomed = asyncio.ensure_future(executor.run(RenderWork(long, tmp_path / "film"), notes))
            await asyncio.wait_for(notes.drawing.wait(), 50)
            began = asyncio.get_running_loop().time()
            doomed.cancel()
            await asyncio.wait([doomed])
            return asyncio.get_running_loop().time() - began

    (tmp_path / "film").mkdir()
    assert asyncio.run(story()) < 0.5
    assert not list((tmp_path / "film").glob("*.mp4"))
