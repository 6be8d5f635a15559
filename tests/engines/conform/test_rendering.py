from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.errors import Cancelled, RenderFailed
from keyreel.order import ImageRef, Operation, Shot
from keyreel.testing import FolderJob
from support.keyframe_scenes import SIZE, error, multiframe, saved, speeds, terrain, view
from support.native_models import NativeModelEngine, conformed, text_order

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from keyreel.engine import Frame, VideoWriter
    from keyreel.engines.conform.rendering import ModelCall
    from keyreel.order import Size

SHORT = FrameRule(fps=24, max_frames=33, frame_multiple=8, frame_offset=1)
"""A model whose clips are no longer than a second and a third."""
PLACE = terrain(6)


class CountingJob(FolderJob):
    """A job that counts the frames written, and is cancelled at a report of its choice."""

    def __init__(self, folder: Path, cancelled_at: float = 2.0) -> None:
        super().__init__(folder)
        folder.mkdir(exist_ok=True)
        self.written = 0
        self._cancelled_at = cancelled_at

    async def progress(self, fraction: float) -> None:
        await super().progress(fraction)
        if fraction >= self._cancelled_at:
            raise Cancelled

    @contextmanager
    def film(self, name: str, size: Size) -> Generator[VideoWriter]:
        with super().film(name, size) as video:
            self._video = video
            yield self

    def write(self, frame: Frame) -> None:
        self.written += 1
        self._video.write(frame)


def pan_on(call: ModelCall) -> Iterator[Frame]:
    """Move on from the first image, two pixels a frame, as far as it shows the place."""
    start = 100.0
    if call.first is not None:
        start = find_left(call.first)
    return (view(PLACE, start + 2 * number, 100) for number in range(call.plan.frames))


def find_left(frame: Frame) -> float:
    """Find where a view of the place begins, in whole pixels."""
    return min(range(100, 520), key=lambda left: error(view(PLACE, left, 100)[::4, ::4], frame[::4, ::4]))


def test_a_long_shot_is_chained_without_a_seam(tmp_path: Path) -> None:
    engine = NativeModelEngine(SHORT, pan_on)
    made = conformed(engine, text_order(SIZE, 3), CountingJob(tmp_path / "job"))
    assert len(engine.calls) == 3
    assert len(made) == 72
    moved = speeds(made)
    assert moved.min() > 1.5
    assert moved.max() < 2.5
    truth = [view(PLACE, 100 + 2 * number, 100) for number in range(72)]
    assert max(error(one, other) for one, other in zip(made, truth, strict=True)) < 0.02


def test_another_attempt_goes_on_in_a_folder_of_its_own(tmp_path: Path) -> None:
    engine = NativeModelEngine(SHORT, pan_on)
    first = CountingJob(tmp_path / "first", cancelled_at=0.4)
    with pytest.raises(Cancelled):
        conformed(engine, text_order(SIZE, 3), first)
    assert list(first.steps) == ["segment-0"]
    second = CountingJob(tmp_path / "second")
    second.steps = first.steps
    made = conformed(engine, text_order(SIZE, 3), second)
    assert len(made) == 72
    assert [call.index for call in engine.calls] == [0, 1, 1, 2]
    assert speeds(made).max() < 2.5


def test_shots_have_prompts_seeds_and_seconds_of_their_own(tmp_path: Path) -> None:
    images = saved(tmp_path, *(view(PLACE, left, 100) for left in (100, 148, 244)))
    order = multiframe(images, 1, 2, seed=7)
    order = replace(
        order, shots=(replace(order.shots[0], prompt="east"), replace(order.shots[1], prompt="further"))
    )
    engine = NativeModelEngine(FrameRule(fps=24, max_frames=97, frame_multiple=8, frame_offset=1), pan_on)
    made = conformed(engine, order, CountingJob(tmp_path / "job"))
    assert [(call.prompt, call.seed, call.plan.frames) for call in engine.calls] == [
        ("east", 7, 25),
        ("further", 8, 49),
    ]
    assert len(made) == 72
    moved = speeds(made)
    # Nothing stands still at the seam; the last steps are quickened by a tenth to end on the last keyframe.
    assert moved.min() > 1.5
    assert moved.max() < 2.5
    keyframes = [view(PLACE, left, 100) for left in (100, 148, 244)]
    for index, keyframe in zip((0, 24, 71), keyframes, strict=True):
        assert error(made[index], keyframe) <= 0.02


def test_an_extension_begins_after_the_frame_that_it_continues(tmp_path: Path) -> None:
    (first,) = saved(tmp_path, view(PLACE, 100, 100))
    shot = Shot("on", 1, first=first, lead=ImageRef("unused.png"))
    order = replace(text_order(SIZE), operation=Operation.EXTEND, shots=(shot,))
    made = conformed(NativeModelEngine(SHORT, pan_on), order, CountingJob(tmp_path / "job"))
    assert len(made) == 24
    assert error(made[0], view(PLACE, 102, 100)) < 0.02


def test_another_attempt_goes_on_after_the_last_finished_segment(tmp_path: Path) -> None:
    order = text_order(SIZE, 3)
    broken = CountingJob(tmp_path / "job", cancelled_at=0.5)
    engine = NativeModelEngine(SHORT, pan_on)
    with pytest.raises(Cancelled):
        conformed(engine, order, broken)
    assert [call.seed for call in engine.calls] == [1, 2]
    resumed = CountingJob(tmp_path / "job")
    resumed.steps = broken.steps
    again = NativeModelEngine(SHORT, pan_on)
    made = conformed(again, order, resumed)
    assert [call.seed for call in again.calls] == [2, 3]
    whole = conformed(NativeModelEngine(SHORT, pan_on), order, CountingJob(tmp_path / "whole"))
    assert len(made) == 72
    assert max(error(one, other) for one, other in zip(made, whole, strict=True)) == 0


def test_progress_rises_over_all_segments_with_conforming_as_the_last_tenth(tmp_path: Path) -> None:
    job = CountingJob(tmp_path / "job")
    conformed(NativeModelEngine(SHORT, pan_on), text_order(SIZE, 2), job)
    assert all(before <= after for before, after in pairwise(job.reports))
    assert job.reports[-1] == 1.0
    # Two segments of 24 and 23 steps; the model reports thirds.
    assert job.reports[:3] == pytest.approx([24 / 47 * 0.9 * third / 3 for third in (1, 2, 3)])
    assert job.reports[3] == pytest.approx(24 / 47 * 0.9)
    assert any(report == pytest.approx(24 / 47) for report in job.reports)


@pytest.mark.parametrize(("keyframes", "held"), [(1, 5), (2, 16)])
def test_frames_are_taken_one_by_one_and_few_are_held(keyframes: int, held: int, tmp_path: Path) -> None:
    job = CountingJob(tmp_path / "job")
    most = 0

    def make(call: ModelCall) -> Iterator[Frame]:
        nonlocal most
        for number in range(1, call.plan.frames + 1):
            yield view(PLACE, 100 + number, 100)
            most = max(most, number - job.written)

    images = saved(tmp_path, view(PLACE, 100, 100), view(PLACE, 172, 100))
    order = multiframe(images, 3)
    if keyframes == 1:
        order = replace(order, shots=(replace(order.shots[0], last=None),))
    conformed(NativeModelEngine(FrameRule(fps=24, max_frames=121), make), order, job)
    assert job.written == 72
    assert most <= held


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([np.zeros((144, 256, 3), np.uint8)] * 9, r"made 9 frames instead of 24"),
        ([np.zeros((144, 256), np.uint8)] * 25, r"shape \(144, 256\)"),
        ([np.full((144, 256, 3), np.nan, np.float32)] * 25, r"not finite"),
    ],
)
def test_what_is_no_video_fails_with_a_reason(frames: list[Frame], reason: str, tmp_path: Path) -> None:
    job = CountingJob(tmp_path / "job")
    with pytest.raises(RenderFailed, match=reason):
        conformed(NativeModelEngine(SHORT, lambda _: frames), text_order(SIZE), job)
    assert not list(job.folder.glob("*.mp4"))


def test_looking_up_an_engine_that_conforms_loads_nothing_heavy() -> None:
    script = (
        "import sys, keyreel.engines.conform.rendering, keyreel.engines.conform.frame_rule;"
        "print([name for name in ('numpy', 'cv2', 'openvino', 'av', 'PIL') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
