"""Colours are followed from RGB into the file and back."""

from __future__ import annotations

from collections import deque
from resource import RUSAGE_THREAD, getpagesize, getrusage
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from keyreel.media.color import ColorConverter, get_planes
from keyreel.media.video_reader import read_frame
from keyreel.media.video_writer import open_video_writer
from keyreel.order import Size
from support.yuv import coded, video_of

if TYPE_CHECKING:
    from pathlib import Path

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

MAX_FRESH_FRAMES = 1.5
"""Memory that a conversion asks the system for, in frames: 0.3 measured, and 4 with planes of full size."""


def write(path: Path, images: list[NDArray[np.uint8]]) -> Path:
    with open_video_writer(path, Size(64, 64)) as writer:
        for image in images:
            writer.write(image)
    return path


@pytest.mark.parametrize(
    "color",
    [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 120, 40)],
)
def test_colors_come_back_right_through_a_bt709_decoder(tmp_path: Path, color: tuple[int, int, int]) -> None:
    patch = np.empty((64, 64, 3), np.uint8)
    patch[:] = color
    found = read_frame(write(tmp_path / "video.mp4", [patch] * 3), 1)
    assert np.abs(found.astype(int) - color).max() <= 3


def test_stored_luma_follows_the_bt709_equation(tmp_path: Path) -> None:
    # A BT.601 conversion would store pure red as 81, green as 145: a round trip alone would not show it.
    patch = np.zeros((64, 64, 3), np.uint8)
    patch[:, :32, 0] = patch[:, 32:, 1] = 255
    with av.open(write(tmp_path / "video.mp4", [patch])) as container:
        luma = next(container.decode(video=0)).to_ndarray()[:64]
    assert abs(int(luma[32, 16]) - 63) <= 2
    assert abs(int(luma[32, 48]) - 173) <= 2


def test_every_sample_is_within_a_level_of_the_bt709_equations() -> None:
    image = np.random.default_rng(5).integers(0, 256, (96, 160, 3), np.uint8)
    luma = image @ (0.2126, 0.7152, 0.0722)
    mean = [
        np.asarray(each).reshape(48, 2, 80, 2).mean(axis=(1, 3))
        for each in ((image[..., 2] - luma) / 1.8556, (image[..., 0] - luma) / 1.5748)
    ]
    exact = 16 + luma * 219 / 255, *(128 + each * 224 / 255 for each in mean)
    for plane, expected in zip(get_planes(ColorConverter().to_yuv(image)), exact, strict=True):
        assert np.abs(plane - expected).max() <= 1


def test_a_conversion_fills_no_fresh_memory_but_the_frame() -> None:
    image = np.random.default_rng(5).integers(0, 256, (784, 1176, 3), np.uint8)
    converter = ColorConverter()
    waiting: deque[VideoFrame] = deque(maxlen=5)
    pages = image.size / 2 / getpagesize()

    def convert(count: int) -> int:
        before = getrusage(RUSAGE_THREAD).ru_minflt
        # As frames do that wait for the encoder, they keep their memory for a while.
        waiting.extend(converter.to_yuv(image) for _ in range(count))
        return getrusage(RUSAGE_THREAD).ru_minflt - before

    convert(10)
    assert convert(20) < 20 * MAX_FRESH_FRAMES * pages


SD, HD, UPRIGHT, WIDE = (720, 576), (1280, 720), (480, 640), (960, 540)
BT709, BT470, BT601, BT2020, NONE = 1, 5, 6, 9, 2
LIMITED, FULL = 1, 2


@pytest.mark.parametrize(
    ("size", "tags", "matrix"),
    [
        (SD, (NONE, 0), BT601),
        (UPRIGHT, (NONE, 0), BT601),
        (SD, (NONE, FULL), BT601),
        (HD, (NONE, 0), BT709),
        (WIDE, (NONE, 0), BT709),
        (SD, (BT709, LIMITED), BT709),
        (SD, (BT709, FULL), BT709),
        (HD, (BT601, LIMITED), BT601),
        (HD, (BT470, FULL), BT470),
        (HD, (BT2020, LIMITED), BT2020),
    ],
)
def test_a_video_is_read_by_its_tags_or_by_its_size(
    tmp_path: Path, size: tuple[int, int], tags: tuple[int, int], matrix: int
) -> None:
    color = (200, 60, 30)
    yuv = coded(color, matrix, full=tags[1] == FULL)
    found = read_frame(video_of(tmp_path / "v.mp4", yuv, size=size, tags=tags), 1)
    assert np.abs(found.astype(int) - color).max() <= 3
