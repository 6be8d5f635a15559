"""Colours are followed from RGB into the file and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from keyreel.media.film import open_film
from keyreel.media.reader import frame_at
from keyreel.order import Size

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def write(path: Path, pictures: list[NDArray[np.uint8]]) -> Path:
    with open_film(path, Size(64, 64)) as film:
        for picture in pictures:
            film.write(picture)
    return path


@pytest.mark.parametrize(
    "color",
    [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 120, 40)],
)
def test_colors_come_back_right_through_a_bt709_decoder(tmp_path: Path, color: tuple[int, int, int]) -> None:
    patch = np.empty((64, 64, 3), np.uint8)
    patch[:] = color
    found = frame_at(write(tmp_path / "film.mp4", [patch] * 3), 1)
    assert np.abs(found.astype(int) - color).max() <= 3


def test_stored_luma_follows_the_bt709_equation(tmp_path: Path) -> None:
    # A BT.601 conversion would store pure red as 81, green as 145: a round trip alone would not show it.
    patch = np.zeros((64, 64, 3), np.uint8)
    patch[:, :32, 0] = patch[:, 32:, 1] = 255
    with av.open(write(tmp_path / "film.mp4", [patch])) as container:
        luma = next(container.decode(video=0)).to_ndarray()[:64]
    assert abs(int(luma[32, 16]) - 63) <= 2
    assert abs(int(luma[32, 48]) - 173) <= 2
