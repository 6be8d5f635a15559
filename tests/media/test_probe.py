"""Probing says what a file is, also when it is not what it should be."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from keyreel.media.mux import remux
from keyreel.media.probe import probe_video
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path


def make_video(path: Path, count: int) -> Path:
    with open_video_writer(path, Size(64, 64)) as sink:
        for index in range(count):
            sink.write(np.full((64, 64, 3), index, np.uint8))
    return path


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
