"""Probing says what a file is, also when it is not what it should be."""

from __future__ import annotations

from fractions import Fraction
from time import process_time
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from keyreel.media.mux import remux
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frame
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path


def make_video(path: Path, count: int) -> Path:
    with open_video_writer(path, Size(64, 64)) as sink:
        for index in range(count):
            sink.write(np.full((64, 64, 3), index, np.uint8))
    return path


MAX_SHARE_OF_A_FRAME = 0.5
"""Of the CPU time of decoding the first frame, what probing takes; it is 0.15 at 720p."""


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [
        ("libx264", "yuv420p"),
        ("libx264", "yuv422p"),
        ("libx264", "yuv444p"),
        ("libx264", "yuv420p10le"),
        ("mpeg4", "yuv420p"),
    ],
)
def test_the_format_of_the_pixels_is_told(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    with av.open(tmp_path / "video.mp4", "w") as container:
        stream = container.add_stream(codec, rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, pix_fmt
        for time in range(3):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 80 * time, np.uint8))
            frame.pts, frame.time_base = time, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert probe_video(tmp_path / "video.mp4").pix_fmt == pix_fmt


def _read_first_frame(path: Path) -> object:
    return read_frame(path, 0)


def test_no_frame_of_ours_is_decoded(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (720, 1280, 3), np.uint8)
    with open_video_writer(tmp_path / "video.mp4", Size(1280, 720)) as sink:
        sink.write(noise)
    seconds: list[list[float]] = [[], []]
    for _ in range(3):
        for found, look in zip(seconds, (probe_video, _read_first_frame), strict=True):
            began = process_time()
            look(tmp_path / "video.mp4")
            found.append(process_time() - began)
    assert min(seconds[0]) < MAX_SHARE_OF_A_FRAME * min(seconds[1]), seconds


def test_a_file_that_is_no_video_cannot_be_probed(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").write_bytes(b"not a video" * 100)
    with pytest.raises(ValueError, match=r"video\.mp4 is not a readable video"):
        probe_video(tmp_path / "video.mp4")


def test_a_file_of_sound_alone_cannot_be_probed(tmp_path: Path) -> None:
    with av.open(tmp_path / "sound.mp4", "w") as container:
        stream = container.add_stream("aac", rate=44_100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(ValueError, match="no video track"):
        probe_video(tmp_path / "sound.mp4")


def test_a_dropped_frame_is_seen(tmp_path: Path) -> None:
    with av.open(tmp_path / "gap.mp4", "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width = stream.height = 64
        for time in (0, 1, 2, 4, 5):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), time, np.uint8))
            frame.pts, frame.time_base = time, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    facts = probe_video(tmp_path / "gap.mp4")
    assert (facts.frames, facts.has_constant_frame_rate) == (5, False)


def test_a_file_cut_off_behind_its_index_lacks_frames(tmp_path: Path) -> None:
    remux(make_video(tmp_path / "video.mp4", 48), tmp_path / "front.mp4", {})
    whole = (tmp_path / "front.mp4").read_bytes()
    (tmp_path / "front.mp4").write_bytes(whole[: len(whole) - 300])
    assert probe_video(tmp_path / "front.mp4").frames < 48
