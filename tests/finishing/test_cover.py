"""Covers are opened and compared with what the video shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from keyreel.engine import Clip
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Shot, Size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.finishing.finished_video import FinishedVideo


def test_the_cover_is_a_jpeg_of_the_videos_size_that_shows_its_image(
    tmp_path: Path, finish_clip: Callable[..., FinishedVideo]
) -> None:
    down, across = np.mgrid[0:352, 0:640]
    checks = np.repeat((60 + 130 * ((down // 16 + across // 16) % 2))[..., None], 3, axis=2)
    with open_video_writer(tmp_path / "clip.mp4", Size(640, 352)) as writer:
        for index in range(96):
            # The clip starts black: its first frame says nothing.
            writer.write((checks * min(1.0, index / 40)).astype(np.uint8))
    done = finish_clip(Clip(tmp_path / "clip.mp4"), shots=(Shot("", 4),))
    with Image.open(done.cover) as cover:
        assert (cover.format, cover.size) == ("JPEG", (640, 352))
        assert np.abs(np.asarray(cover).astype(int) - checks).mean() < 6


def test_a_video_of_one_shade_has_a_cover_too(
    tmp_path: Path, finish_clip: Callable[..., FinishedVideo]
) -> None:
    with open_video_writer(tmp_path / "clip.mp4", Size(640, 352)) as writer:
        for _ in range(24):
            writer.write(np.zeros((352, 640, 3), np.uint8))
    with Image.open(finish_clip(Clip(tmp_path / "clip.mp4")).cover) as cover:
        assert np.asarray(cover).max() < 4
