"""Lines that run into the depth tell where they vanish, and a level one where the horizon is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.layers.perspective import find_perspective

if TYPE_CHECKING:
    from keyreel.engine import Frame


def corridor(across: float = 0.6, down: float = 0.45) -> Frame:
    """Draw the stripes of a floor and of two walls that run to one point, under an open sky."""
    image = np.full((360, 640, 3), 150, np.uint8)
    end = round(across * 640), round(down * 360)
    for x in range(-500, 1200, 90):
        cv2.line(image, (x, 360), end, (60, 60, 60), 2, cv2.LINE_AA)
    for y in range(90, 360, 45):
        for x in (0, 639):
            cv2.line(image, (x, y), end, (220, 200, 170), 2, cv2.LINE_AA)
    cv2.circle(image, end, 40, (150, 150, 150), -1)
    return image


@pytest.mark.parametrize(("across", "down"), [(0.6, 0.45), (0.35, 0.6)])
def test_lines_vanish_where_they_meet(across: float, down: float) -> None:
    found = find_perspective(corridor(across, down))
    assert found is not None
    assert found.vanishing_x == pytest.approx(across, abs=0.02)
    assert found.horizon == pytest.approx(down, abs=0.02)
    assert found.walls == (True, True, False)


def test_a_level_line_is_the_horizon() -> None:
    sea = np.full((360, 640, 3), 200, np.uint8)
    sea[240:] = (30, 60, 90)
    found = find_perspective(sea)
    assert found is not None
    assert (found.vanishing_x, found.horizon) == (None, pytest.approx(2 / 3, abs=0.01))


def test_scattered_lines_tell_of_no_perspective() -> None:
    image = np.full((360, 640, 3), 150, np.uint8)
    for x, y, angle in np.random.default_rng(4).uniform((0, 0, 0), (640, 360, np.pi), (60, 3)):
        way = np.array((np.cos(angle), np.sin(angle))) * 40
        start, end = np.array((x, y)) - way, np.array((x, y)) + way
        cv2.line(image, start.astype(int).tolist(), end.astype(int).tolist(), (30, 30, 30), 2, cv2.LINE_AA)
    assert find_perspective(image) is None
