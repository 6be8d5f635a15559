"""Clips go in, videos come out, probed and decoded; clips that were not ordered stay outside."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.engine import Clip
from keyreel.errors import RenderFailed
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Corner, Size, Watermark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.finishing.finished_video import FinishedVideo

SIZE = Size(640, 352)


def test_a_finished_video_keeps_the_clips_frames_and_plays_at_once(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], folder: Path
) -> None:
    clip = make_clip()
    done = finish_clip(clip)
    assert done.video == folder / "video.mp4"
    assert done.size == SIZE
    info = probe_video(done.video)
    assert info.faststart
    assert (info.frames, info.seconds, info.has_audio) == (24, 1.0, False)
    assert done.sha256 == hashlib.sha256(done.video.read_bytes()).hexdigest()
    assert all((a == b).all() for a, b in zip(read_frames(done.video), read_frames(clip.path), strict=True))


def test_nothing_but_the_video_and_its_cover_stays_in_the_folder(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], folder: Path
) -> None:
    finish_clip(make_clip(), watermark=Watermark(Corner.TOP_LEFT))
    assert sorted(path.name for path in folder.iterdir()) == ["cover.jpg", "video.mp4"]


def test_a_clean_copy_is_finished_beside_the_marked_video(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], folder: Path
) -> None:
    clip = make_clip()
    done = finish_clip(clip, watermark=Watermark(Corner.TOP_LEFT), label='{"Label": "1"}', clean_copy=True)
    assert done.clean == folder / "clean.mp4"
    assert sorted(path.name for path in folder.iterdir()) == ["clean.mp4", "cover.jpg", "video.mp4"]
    assert probe_video(done.clean).tags["AIGC"] == probe_video(done.video).tags["AIGC"] == '{"Label": "1"}'
    assert all((a == b).all() for a, b in zip(read_frames(done.clean), read_frames(clip.path), strict=True))
    marked = next(iter(read_frames(done.video))).astype(int)
    assert abs(marked - next(iter(read_frames(clip.path))))[:80, :300].max() > 60


def test_without_a_mark_there_is_no_clean_copy(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    assert finish_clip(make_clip(), clean_copy=True).clean is None


def test_finishing_twice_gives_the_same_bytes(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo]
) -> None:
    clip = make_clip()
    assert finish_clip(clip).sha256 == finish_clip(clip).sha256


@pytest.mark.parametrize(
    ("count", "size", "sentence"),
    [
        (23, SIZE, "its frame count is 23, not 24"),
        (25, SIZE, "its frame count is 25, not 24"),
        (24, Size(352, 640), "its size is 352x640, not 640x352"),
    ],
)
def test_a_clip_that_was_not_ordered_is_refused(
    request: pytest.FixtureRequest, count: int, size: Size, sentence: str
) -> None:
    clip = request.getfixturevalue("make_clip")(count, size)
    with pytest.raises(RenderFailed, match=sentence):
        request.getfixturevalue("finish_clip")(clip)
    assert not list(request.getfixturevalue("folder").iterdir())


def test_a_clip_at_another_speed_is_refused(
    tmp_path: Path, finish_clip: Callable[..., FinishedVideo]
) -> None:
    with open_video_writer(tmp_path / "clip.mp4", SIZE, fps=30) as writer:
        for light in range(24):
            writer.write(np.full((352, 640, 3), light, np.uint8))
    with pytest.raises(RenderFailed, match="its frame rate is 30, not 24"):
        finish_clip(Clip(tmp_path / "clip.mp4"))


@pytest.mark.parametrize("size", [0, 3000, 1_000_000], ids=["empty", "cut off", "not a video"])
def test_a_clip_that_cannot_be_read_is_refused(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], size: int
) -> None:
    clip = make_clip()
    # A writer that was killed leaves a file without its index.
    clip.path.write_bytes(clip.path.read_bytes()[:size] if size < 1_000_000 else bytes(size))
    with pytest.raises(RenderFailed, match="cannot be read"):
        finish_clip(clip)


def test_a_clip_whose_images_are_damaged_is_refused(
    make_clip: Callable[..., Clip], finish_clip: Callable[..., FinishedVideo], folder: Path
) -> None:
    clip = make_clip()
    data = clip.path.read_bytes()
    start = data.index(b"mdat") + 4
    clip.path.write_bytes(data[:start] + b"\xff" * 20_000 + data[start + 20_000 :])
    with pytest.raises(RenderFailed, match=r"cannot be (finished|decoded)"):
        finish_clip(clip)
    assert not list(folder.iterdir())


def test_a_clip_that_is_not_there_is_refused(
    tmp_path: Path, finish_clip: Callable[..., FinishedVideo]
) -> None:
    with pytest.raises(RenderFailed, match="cannot be read"):
        finish_clip(Clip(tmp_path / "nowhere.mp4"))
