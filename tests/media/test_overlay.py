"""Overlays are checked on the planes themselves, before any encoder adds its noise."""

from __future__ import annotations

import numpy as np
import pytest

from keyreel.media.color import ColorConverter, get_planes
from keyreel.media.overlay import Overlay


def noise(
    height: int, width: int, channels: int, seed: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def test_samples_outside_the_mark_keep_their_bytes() -> None:
    image = ColorConverter().to_yuv(noise(96, 160, 3, 1))
    before = [plane.copy() for plane in get_planes(image)]
    mark = noise(20, 40, 4, 2)
    mark[..., 3] = 200
    Overlay.from_rgba(mark, left=12, top=30).blend(image)
    for plane, old, half in zip(get_planes(image), before, (1, 2, 2), strict=True):
        inside = np.zeros(plane.shape, dtype=bool)
        inside[30 // half : 50 // half, 12 // half : 52 // half] = True
        assert (plane[~inside] == old[~inside]).all()
        assert (plane[inside] != old[inside]).mean() > 0.8


@pytest.mark.parametrize("alpha", [0, 1, 64, 128, 254, 255])
def test_the_blend_is_the_one_of_rgb(alpha: int) -> None:
    ground, color = (40, 90, 200), (250, 30, 60)
    below, above = np.empty((32, 32, 3), np.uint8), np.empty((32, 32, 4), np.uint8)
    below[:], above[:] = ground, (*color, alpha)
    converter = ColorConverter()
    image = converter.to_yuv(below)
    Overlay.from_rgba(above, left=0, top=0).blend(image)
    expected = np.array(ground) + (np.array(color) - ground) * alpha / 255
    assert np.abs(converter.to_rgb(image) - expected).max() < 4


@pytest.mark.parametrize(
    ("height", "width", "left", "top"), [(9, 10, 0, 0), (10, 9, 0, 0), (8, 8, 3, 0), (8, 8, 0, 3)]
)
def test_refuses_odd_places(height: int, width: int, left: int, top: int) -> None:
    with pytest.raises(ValueError, match="even"):
        Overlay.from_rgba(noise(height, width, 4, 1), left, top)
