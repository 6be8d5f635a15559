"""Contact sheets show a video's frames in order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from keyreel.media.contact_sheet import draw_contact_sheet
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path


def brightening(path: Path, count: int) -> Path:
    with open_video_writer(path, Size(320, 176)) as writer:
        for index in range(count):
            writer.write(np.full((176, 320, 3), 40 + 200 * index // count, np.uint8))
    return path


def test_shows_evenly_spaced_frames_from_the_first_to_the_last(tmp_path: Path) -> None:
    sheet = Image.open(io.BytesIO(draw_contact_sheet(brightening(tmp_path / "video.mp4", 48), width=960)))
    assert sheet.width == 960
    light = np.asarray(sheet.convert("L"), dtype=float)
    across, down = sheet.width / 4, sheet.height / 3
    centres = [
        light[int((row + 0.5) * down), int((column + 0.5) * across)]
        for row in range(3)
        for column in range(4)
    ]
    assert centres[0] == pytest.approx(40, abs=6)
    assert centres[-1] == pytest.approx(236, abs=6)
    assert min(np.diff(centres)) > 10


def test_each_frame_bears_its_time(tmp_path: Path) -> None:
    sheet = Image.open(
        io.BytesIO(draw_contact_sheet(brightening(tmp_path / "video.mp4", 48), columns=1, rows=1))
    )
    corner = np.asarray(sheet.convert("L"))[-90:, :120]
    assert corner.min() < 30
    assert corner.max() > 200


def test_a_short_video_gets_a_smaller_sheet(tmp_path: Path) -> None:
    video = brightening(tmp_path / "video.mp4", 3)
    long = Image.open(io.BytesIO(draw_contact_sheet(brightening(tmp_path / "long.mp4", 24))))
    assert Image.open(io.BytesIO(draw_contact_sheet(video))).height < long.height / 2
