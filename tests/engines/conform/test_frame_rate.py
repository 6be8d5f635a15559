"""Footage and scenes at other rates than 24 frames a second, rendered through an engine.

The footage in `footage/` was taken at 30 frames a second. Played as if at 48, every third frame is what a
model at 16 frames a second makes, and every second one what the video ought to show: its motion is 1.6 times
as large between frames as in real life.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.bench.quality import compute_ssim
from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.media.video_reader import read_frames
from keyreel.order import Size
from keyreel.testing import FolderJob
from support.keyframe_scenes import SIZE, error, terrain, view
from support.native_models import NativeModelEngine, conformed, text_order

if TYPE_CHECKING:
    from keyreel.engine import Frame

FOOTAGE = Path(__file__).parent / "footage"
FOOTAGE_SIZE = Size(320, 240)
WAN = FrameRule(fps=16, max_frames=81, frame_multiple=4, frame_offset=1)


def footage(name: str) -> list[Frame]:
    return list(read_frames(FOOTAGE / f"{name}.mp4"))


def render_footage(native: list[Frame], folder: Path) -> list[Frame]:
    engine = NativeModelEngine(WAN, lambda _: iter(native))
    return conformed(engine, text_order(FOOTAGE_SIZE), FolderJob(folder))


@pytest.mark.parametrize(("name", "margin"), [("box", 0.03), ("cup", 0.03)])
def test_real_footage_at_16_is_nearer_to_the_truth_at_24_than_doubled_or_blended_frames(
    name: str, margin: float, tmp_path: Path
) -> None:
    taken = footage(name)
    native, truth = taken[::3], taken[:48:2]
    made = render_footage(native, tmp_path)
    assert len(made) == len(truth) == 24
    ours, doubled, blended = [], [], []
    for number in range(24):
        before, thirds = divmod(2 * number, 3)
        if thirds == 0:
            continue
        pair = native[before], native[before + 1]
        mixed = cv2.addWeighted(pair[0], 1 - thirds / 3, pair[1], thirds / 3, 0)
        ours.append(compute_ssim(made[number], truth[number]))
        doubled.append(compute_ssim(pair[thirds // 2], truth[number]))
        blended.append(compute_ssim(np.asarray(mixed, np.uint8), truth[number]))
    assert np.mean(ours) > max(np.mean(doubled), np.mean(blended)) + margin


def test_no_frame_mixes_what_a_cut_separates(tmp_path: Path) -> None:
    before, after = footage("box")[:27:3], footage("cup")[24::3]
    native = [*before, *after][:17]
    made = render_footage(native, tmp_path)
    sides = [[min(error(frame, each) for each in side) for side in (before, after)] for frame in made]
    assert max(min(distances) for distances in sides) < 0.03
    is_after = [distances[1] < distances[0] for distances in sides]
    assert is_after == sorted(is_after)
    # The cut lies between native frames 8 and 9: frame 13 of the video, at 8.67, is nearer to the later.
    assert is_after.index(True) == 13


def test_still_footage_stays_still(tmp_path: Path) -> None:
    still = footage("cup")[0]
    made = render_footage([still] * 17, tmp_path)
    assert max(error(frame, still) for frame in made) < 0.02
    assert max(error(frame, made[0]) for frame in made) < 0.005


@pytest.mark.parametrize("fps", [12, 15, 25, 30])
def test_a_steady_pan_stays_steady_at_every_rate(fps: int, tmp_path: Path) -> None:
    place = terrain(3)
    rule = FrameRule(fps=fps, max_frames=61)
    speed = 96
    """Pixels a second."""
    engine = NativeModelEngine(
        rule, lambda call: (view(place, 100 + speed * number / fps, 60) for number in range(call.plan.frames))
    )
    made = conformed(engine, text_order(SIZE), FolderJob(tmp_path))
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) for frame in made]
    window = cv2.createHanningWindow((SIZE.width, SIZE.height), cv2.CV_32F)
    moved = [-cv2.phaseCorrelate(greys[0], grey, window)[0][0] for grey in greys[:12]]
    assert len(made) == 24
    assert moved == pytest.approx(list(speed / 24 * np.arange(12)), abs=0.5)


def test_a_model_at_24_keeps_its_own_frames(tmp_path: Path) -> None:
    native = footage("box")[:25]
    engine = NativeModelEngine(
        FrameRule(fps=24, max_frames=121, frame_multiple=8, frame_offset=1), lambda _: native
    )
    made = conformed(engine, text_order(FOOTAGE_SIZE), FolderJob(tmp_path))
    assert engine.calls[0].plan.frames == 25
    assert max(error(one, other) for one, other in zip(made, native, strict=False)) < 0.02


def test_the_same_frames_give_the_same_video_whatever_their_type(tmp_path: Path) -> None:
    native = footage("box")[::3]
    videos = []
    for name, frames in (
        ("bytes", native),
        ("floats", [frame.astype(np.float32) / 255 for frame in native]),
    ):
        job = FolderJob(tmp_path / name)
        job.folder.mkdir()
        conformed(NativeModelEngine(WAN, lambda _, frames=frames: frames), text_order(FOOTAGE_SIZE), job)
        videos.append((job.folder / "segment-0.mp4").read_bytes())
    assert videos[0] == videos[1]
