"""A few frames of a video have their true times; strangers' files are opened as videos alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from av.error import FFmpegError

from keyreel.media.color import ColorConverter
from keyreel.media.sampled_frames import open_untrusted, read_duration, sample_at_interval, sample_frames
from keyreel.media.video_reader import read_frames
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size
from support.videos import scene

if TYPE_CHECKING:
    from pathlib import Path


def counting(path: Path, count: int) -> Path:
    """Write a video whose frames' light tells their number."""
    with open_video_writer(path, Size(64, 64)) as writer:
        for number in range(count):
            writer.write(np.full((64, 64, 3), number % 250, np.uint8))
    return path


@pytest.mark.parametrize(
    ("seconds", "times"),
    [
        (1, [0.0, 0.5, 1.0]),
        (3, [0.0, 2.0, 2.5, 3.0]),
        (5, [0.0, 2.0, 4.0]),
        (40, [0.0, 4.0, 10.0, 14.0, 20.0, 24.0, 30.0, 34.0]),
    ],
    ids=["1 s", "3 s", "5 s", "40 s"],
)
def test_stills_are_few_and_spread_over_the_video(tmp_path: Path, seconds: int, times: list[float]) -> None:
    path = scene(tmp_path / "video.mp4", seed=1, move=0.5, seconds=seconds)
    found = [frame.seconds for frame in sample_frames(path)]
    assert found == pytest.approx(times, abs=0.2)


def test_each_still_is_the_frame_of_its_time(tmp_path: Path) -> None:
    path = counting(tmp_path / "video.mp4", 60)
    every = list(read_frames(path))
    for frame in sample_frames(path):
        seen = ColorConverter().to_rgb(frame.image)
        assert (seen == every[round(frame.seconds * 24)]).all()


def test_samples_come_at_equal_times_until_the_longest(tmp_path: Path) -> None:
    with open_untrusted(counting(tmp_path / "video.mp4", 96)) as container:
        assert read_duration(container) == 4.0
        found = [frame.seconds for frame in sample_at_interval(container, 0.5, 2.25)]
    assert found == [0.0, 0.5, 1.0, 1.5, 2.0]


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{}'\n",
    ],
    ids=["a playlist", "a list of parts"],
)
def test_a_file_that_names_others_is_not_followed(tmp_path: Path, text: str) -> None:
    video = counting(tmp_path / "video.mp4", 24)
    (tmp_path / "list").write_text(text.format(video))
    with pytest.raises(FFmpegError):
        open_untrusted(tmp_path / "list")
