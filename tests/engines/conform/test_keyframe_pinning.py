"""Keyframes through a model that shifts colours and moves what it was given, rendered through an engine."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.order import Size
from keyreel.testing import FolderJob
from support.keyframe_scenes import SIZE, error, multiframe, saved, speeds, terrain, view
from support.native_models import NativeModelEngine, conformed, shifted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.conform.rendering import ModelCall

WAN = FrameRule(fps=16, max_frames=81, frame_multiple=4, frame_offset=1)
PLACE = terrain(4)
STEP = 2.0
"""Pixels by which the scene moves from one of the model's frames to the next."""


def cast(frame: Frame, strength: float = 1.0) -> Frame:
    """Give a frame the cast of a model: warmer, and of less contrast."""
    levels = (frame - np.float32(128)) * np.float32(1 - 0.12 * strength) + 128
    levels += np.array([14, 3, -12], np.float32) * np.float32(strength)
    return np.clip(levels, 0, 255).astype(np.uint8)


def pan(number: float) -> Frame:
    return view(PLACE, 200 + STEP * number, 120)


def render(make: Callable[[int], Frame], tmp_path: Path, seconds: int = 1) -> tuple[list[Frame], list[Frame]]:
    """Render a pan between its first and its last view; return both, and the video's frames."""
    (tmp_path / "job").mkdir()

    def make_frames(call: ModelCall) -> Iterator[Frame]:
        return (make(number) for number in range(call.plan.frames))

    keyframes = [pan(0), pan(16)]
    order = multiframe(saved(tmp_path, *keyframes), seconds)
    engine = NativeModelEngine(WAN, make_frames)
    return keyframes, conformed(engine, order, FolderJob(tmp_path / "job"))


def repeat_first(call: ModelCall) -> Iterator[Frame]:
    assert call.first is not None
    assert call.first.shape == (call.plan.size.height, call.plan.size.width, 3)
    return repeat(call.first, call.plan.frames)


def mean_colours(frames: list[Frame]) -> NDArray[np.float64]:
    return np.array([frame.mean(axis=(0, 1)) for frame in frames])


@pytest.mark.parametrize("moved", [0.0, 5.0])
def test_keyframes_are_the_keyframes_after_encoding(moved: float, tmp_path: Path) -> None:
    keyframes, made = render(lambda number: cast(shifted(pan(number), moved, moved / 2)), tmp_path)
    assert len(made) == 24
    assert error(made[0], keyframes[0]) <= 0.02
    assert error(made[-1], keyframes[-1]) <= 0.02


def test_a_cast_of_the_model_is_taken_off_the_whole_video(tmp_path: Path) -> None:
    _, made = render(lambda number: cast(pan(number)), tmp_path)
    true = mean_colours([pan(16 * step / 23) for step in range(24)])
    assert np.abs(mean_colours(made) - true).max() < 3


def test_a_drift_of_colours_fades_before_the_last_keyframe(tmp_path: Path) -> None:
    _, made = render(lambda number: cast(pan(number), number / 16), tmp_path)
    true = mean_colours([pan(16 * step / 23) for step in range(24)])
    drift = mean_colours(made) - true
    assert np.abs(drift[-1]).max() < 2
    assert np.abs(np.diff(drift, axis=0)).max() < 2.5


def test_what_the_model_moved_is_led_from_the_keyframe_and_back_without_a_jump(tmp_path: Path) -> None:
    _, made = render(lambda number: shifted(pan(number), -6, 3), tmp_path)
    moved = speeds(made)
    # A bare replacement moves all 8 pixels from one frame to the next; over three, each moves a third.
    assert np.median(moved) == pytest.approx(4 / 3, abs=0.3)
    assert moved.max() < 4.5


def test_a_model_that_shows_something_else_is_not_mixed_with_the_keyframe(tmp_path: Path) -> None:
    other = terrain(9)
    _, made = render(lambda number: view(other, 200 + STEP * number, 100), tmp_path)
    truth = view(other, 200 + STEP * 2 / 3, 100)
    assert np.corrcoef(made[1].ravel(), truth.ravel())[0, 1] > 0.85


@pytest.mark.parametrize("native", [Size(256, 256), Size(192, 64), Size(320, 192)])
def test_keyframes_come_back_where_they_were_from_a_size_of_another_ratio(
    native: Size, tmp_path: Path
) -> None:
    (tmp_path / "job").mkdir()
    keyframe = pan(0)
    order = multiframe(saved(tmp_path, keyframe, keyframe), 1)
    engine = NativeModelEngine(FrameRule(24, 49, sizes=(native,)), repeat_first)
    made = conformed(engine, order, FolderJob(tmp_path / "job"))
    found, reference = (
        cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(np.float32) for each in (made[12], keyframe)
    )
    window = cv2.createHanningWindow((SIZE.width, SIZE.height), cv2.CV_32F)
    assert np.hypot(*cv2.phaseCorrelate(found, reference, window)[0]) < 0.6
    assert error(made[12], keyframe) < 0.02
