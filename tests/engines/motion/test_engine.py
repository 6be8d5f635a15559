from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from keyreel.engines.motion.engine import MotionEngine
from keyreel.errors import Cancelled, RenderFailed
from keyreel.order import ImageRef, Operation, Shot, Subject
from keyreel.testing import FolderJob
from support.keyframe_scenes import error, multiframe, rendered, saved, seen, terrain, view

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from keyreel.engine import VideoWriter
    from keyreel.order import Order, Size


class WatchedJob(FolderJob):
    """A job that records which videos are opened, and is cancelled at a report of its choice."""

    def __init__(self, folder: Path, cancelled_at: float = 2.0) -> None:
        super().__init__(folder)
        self.opened: list[str] = []
        self._cancelled_at = cancelled_at

    async def progress(self, fraction: float) -> None:
        await super().progress(fraction)
        if fraction >= self._cancelled_at:
            raise Cancelled

    def film(self, name: str, size: Size) -> AbstractContextManager[VideoWriter]:
        self.opened.append(name)
        return super().film(name, size)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    place = terrain(1)
    images = saved(tmp_path, view(place, 60, 60), view(place, 80, 64), view(place, 110, 70))
    return multiframe(images, 1, 1)


def test_takes_every_operation_that_brings_images_or_words(order: Order) -> None:
    engine = MotionEngine()
    alone = order.shots[:1]
    subject = Subject("fox", (ImageRef("fox.png"),))
    assert engine.accepts(order)
    assert engine.accepts(replace(order, operation=Operation.START_END2VIDEO, shots=alone))
    assert engine.accepts(replace(order, operation=Operation.IMG2VIDEO, shots=alone))
    assert engine.accepts(replace(order, operation=Operation.TEXT2VIDEO, shots=(Shot("a lake", 1),)))
    assert engine.accepts(
        replace(order, operation=Operation.REFERENCE2VIDEO, shots=alone, subjects=(subject,))
    )


def test_leaves_orders_without_images_to_others(order: Order) -> None:
    engine = MotionEngine()
    bare = tuple(replace(shot, first=None, last=None) for shot in order.shots)
    assert not engine.accepts(replace(order, operation=Operation.TEMPLATE2VIDEO, shots=bare))
    assert not engine.accepts(replace(order, shots=bare))
    assert not engine.accepts(replace(order, operation=Operation.REFERENCE2VIDEO, shots=bare))


def test_importing_the_engine_loads_nothing_heavy() -> None:
    script = (
        "import sys, keyreel.engines.motion.engine;"
        "print([name for name in ('numpy', 'cv2', 'openvino', 'av') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_progress_rises_with_the_frames_and_ends_at_one(order: Order, tmp_path: Path) -> None:
    job = FolderJob(tmp_path)
    rendered(order, job)
    assert all(before <= after for before, after in pairwise(job.reports))
    assert job.reports[-1] == 1.0
    assert max(after - before for before, after in pairwise([0.0, *job.reports])) <= 0.1


def test_a_cancelled_render_stops_at_the_next_report(order: Order, tmp_path: Path) -> None:
    job = WatchedJob(tmp_path, cancelled_at=0.25)
    with pytest.raises(Cancelled):
        rendered(order, job)
    assert job.opened == ["shot-0"]
    assert job.reports[-1] < 0.4
    assert not list(tmp_path.glob("*.mp4"))


def test_a_finished_shot_is_never_drawn_again(order: Order, tmp_path: Path) -> None:
    whole = seen(rendered(order, FolderJob(tmp_path)))
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    broken = WatchedJob(tmp_path / "first", cancelled_at=0.7)
    with pytest.raises(Cancelled):
        rendered(order, broken)
    resumed = WatchedJob(tmp_path / "second")
    resumed.steps = broken.steps
    again = seen(rendered(order, resumed))
    assert resumed.opened == ["shot-1"]
    assert len(again) == order.frames
    assert max(error(one, other) for one, other in zip(whole, again, strict=True)) == 0


def test_a_image_that_cannot_be_read_is_a_reason_for_people(order: Order, tmp_path: Path) -> None:
    (tmp_path / "keyframe-1.png").write_bytes(b"no image")
    with pytest.raises(RenderFailed, match="cannot be read"):
        rendered(order, FolderJob(tmp_path))
