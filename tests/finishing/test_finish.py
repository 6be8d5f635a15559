"""Clips go in, videos come out: probed, decoded and compared pixel by pixel."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from keyreel.engine import Clip
from keyreel.errors import RenderFailed
from keyreel.finishing.pipeline import finish
from keyreel.media.film import open_film
from keyreel.media.probe import probe
from keyreel.media.reader import frame_at, frames
from keyreel.order import Corner, Operation, Order, Resolution, Shot, Size, Watermark
from keyreel.task import TaskId

if TYPE_CHECKING:
    from pathlib import Path

SIZE = Size(640, 352)
TASK = TaskId("7301444403220774912")
ORDER = Order(Operation.IMG2VIDEO, "q2-pro", (Shot("a wave", 1),), Resolution.P360, seed=1, size=SIZE)


def clip_of(path: Path, count: int = 24, size: Size = SIZE, light: tuple[int, int] = (60, 200)) -> Clip:
    """Write a clip of diagonal waves whose contrast lies within `light`."""
    down, across = np.mgrid[0 : size.height, 0 : size.width]
    with open_film(path, size) as film:
        for index in range(count):
            wave = (1 + np.sin((across + 2 * down + 9 * index) / 50)) / 2
            grey = (light[0] + (light[1] - light[0]) * wave).astype(np.uint8)
            film.write(np.repeat(grey[..., None], 3, axis=2))
    return Clip(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def test_a_finished_video_keeps_the_clips_frames_and_plays_at_once(tmp_path: Path, folder: Path) -> None:
    clip = clip_of(tmp_path / "clip.mp4")
    before = list(frames(clip.path))
    done = finish(clip, ORDER, TASK, folder)
    assert done.video == folder / "video.mp4"
    assert done.probe == probe(done.video)
    assert done.probe.faststart
    assert (done.probe.frames, done.probe.seconds, done.probe.has_audio) == (24, 1.0, False)
    assert done.sha256 == hashlib.sha256(done.video.read_bytes()).hexdigest()
    assert all((a == b).all() for a, b in zip(frames(done.video), before, strict=True))


def test_nothing_but_the_video_and_its_cover_stays_in_the_folder(tmp_path: Path, folder: Path) -> None:
    order = replace(ORDER, watermark=Watermark(Corner.TOP_LEFT))
    finish(clip_of(tmp_path / "clip.mp4"), order, TASK, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["cover.jpg", "video.mp4"]


def test_finishing_twice_gives_the_same_bytes(tmp_path: Path, folder: Path) -> None:
    clip = clip_of(tmp_path / "clip.mp4")
    assert finish(clip, ORDER, TASK, folder).sha256 == finish(clip, ORDER, TASK, folder).sha256


def test_our_own_label_names_the_task_and_the_producer(tmp_path: Path, folder: Path) -> None:
    done = finish(clip_of(tmp_path / "clip.mp4"), ORDER, TASK, folder, producer="studio-1")
    assert json.loads(done.probe.tags["AIGC"]) == {
        "Label": "1",
        "ContentProducer": "studio-1",
        "ProduceID": TASK,
        "ReservedCode1": "",
        "ContentPropagator": "studio-1",
        "PropagateID": TASK,
        "ReservedCode2": "",
    }


@pytest.mark.parametrize(
    "label",
    ['{"Label":"2"}', '{"name": "画面 \\"x\\" \\\\"} \n', "free text", json.dumps({"note": "x" * 100_000})],
    ids=["json", "unicode", "text", "100 kB"],
)
def test_a_given_label_is_embedded_verbatim(tmp_path: Path, folder: Path, label: str) -> None:
    done = finish(clip_of(tmp_path / "clip.mp4"), replace(ORDER, label=label), TASK, folder)
    assert done.probe.tags["AIGC"] == label


def test_a_label_that_an_mp4_cannot_store_is_refused(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(RenderFailed, match=r"U\+0000"):
        finish(clip_of(tmp_path / "clip.mp4"), replace(ORDER, label='"a\0b"'), TASK, folder)


def test_a_clip_without_the_ordered_watermark_gets_it(tmp_path: Path, folder: Path) -> None:
    order = replace(ORDER, watermark=Watermark(Corner.BOTTOM_RIGHT))
    clip = clip_of(tmp_path / "clip.mp4")
    marked = frame_at(finish(clip, order, TASK, folder).video, 12)
    change = np.abs(marked.astype(int) - frame_at(clip.path, 12)).max(axis=2)
    assert change[-60:, -160:].max() > 60
    assert change[:-70, :-180].max() < 12


def test_a_clip_that_has_its_watermark_is_not_encoded_again(tmp_path: Path, folder: Path) -> None:
    order = replace(ORDER, watermark=Watermark(Corner.BOTTOM_RIGHT))
    clip = replace(clip_of(tmp_path / "clip.mp4"), fulfilled=frozenset({"watermark"}))
    done = finish(clip, order, TASK, folder)
    assert (frame_at(done.video, 5) == frame_at(clip.path, 5)).all()


@pytest.mark.parametrize(
    ("clip", "sentence"),
    [
        ((23, SIZE), "its frame count is 23, not 24"),
        ((25, SIZE), "its frame count is 25, not 24"),
        ((24, Size(352, 640)), "its size is 352x640, not 640x352"),
    ],
)
def test_a_clip_that_was_not_ordered_is_refused(
    tmp_path: Path, folder: Path, clip: tuple[int, Size], sentence: str
) -> None:
    with pytest.raises(RenderFailed, match=sentence):
        finish(clip_of(tmp_path / "clip.mp4", *clip), ORDER, TASK, folder)
    assert not list(folder.iterdir())


def test_a_clip_at_another_speed_is_refused(tmp_path: Path, folder: Path) -> None:
    with open_film(tmp_path / "clip.mp4", SIZE, fps=30) as film:
        for light in range(24):
            film.write(np.full((352, 640, 3), light, np.uint8))
    with pytest.raises(RenderFailed, match="its frame rate is 30, not 24"):
        finish(Clip(tmp_path / "clip.mp4"), ORDER, TASK, folder)


def test_a_clip_that_cannot_be_read_is_refused(tmp_path: Path, folder: Path) -> None:
    whole = clip_of(tmp_path / "clip.mp4").path
    # A writer that was killed leaves a file without its index.
    whole.write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(RenderFailed, match="cannot be read"):
        finish(Clip(whole), ORDER, TASK, folder)
    with pytest.raises(RenderFailed, match="cannot be read"):
        finish(Clip(tmp_path / "nowhere.mp4"), ORDER, TASK, folder)


def test_the_cover_is_a_jpeg_of_the_videos_size_that_shows_its_picture(tmp_path: Path, folder: Path) -> None:
    down, across = np.mgrid[0:352, 0:640]
    checks = np.repeat((60 + 130 * ((down // 16 + across // 16) % 2))[..., None], 3, axis=2).astype(np.uint8)
    with open_film(tmp_path / "clip.mp4", SIZE) as film:
        for index in range(96):
            # Fades in from black and out to white: only the middle shows the picture well.
            shown = min(1.0, index / 40) if index < 60 else 1.0
            film.write((checks * shown).astype(np.uint8))
    order = replace(ORDER, shots=(Shot("", 4),))
    with Image.open(finish(Clip(tmp_path / "clip.mp4"), order, TASK, folder).cover) as cover:
        assert (cover.format, cover.size) == ("JPEG", (640, 352))
        assert np.abs(np.asarray(cover).astype(int) - checks).mean() < 6
