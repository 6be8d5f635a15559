"""Frames are found by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.media.video_reader import read_frame, read_frames, read_frames_at
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Make a video of 30 frames whose light rises by 8 from frame to frame."""
    with open_video_writer(tmp_path / "video.mp4", Size(64, 64)) as sink:
        for index in range(30):
            sink.write(np.full((64, 64, 3), 8 * index, np.uint8))
    return tmp_path / "video.mp4"


def test_frames_come_in_order(video: Path) -> None:
    light = [float(frame.mean()) for frame in read_frames(video)]
    assert light == pytest.approx([8 * index for index in range(30)], abs=3)


def test_only_the_requested_frames_are_read(video: Path) -> None:
    whole = list(read_frames(video))
    picked = list(read_frames_at(video, [0, 7, 29]))
    assert all((a == whole[index]).all() for a, index in zip(picked, (0, 7, 29), strict=True))


def test_a_frame_past_the_end_is_an_error(video: Path) -> None:
    assert read_frame(video, 29).mean() == pytest.approx(232, abs=3)
    with pytest.raises(IndexError, match="frame 30"):
        read_frame(video, 30)
