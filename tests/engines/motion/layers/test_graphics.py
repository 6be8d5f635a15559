"""Before a plain ground everything is cut out, however thin; and a page of text stays a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.layers.graphics import is_page, key_plain_ground

if TYPE_CHECKING:
    from keyreel.engine import Frame


def balloon(slope: float = 0.0) -> Frame:
    """Draw a balloon with thin ropes, before a sky that grows brighter downwards."""
    image = np.zeros((300, 400, 3), np.float32) + np.array((150, 180, 230), np.float32)
    image += np.linspace(0, slope, 300, dtype=np.float32)[:, None, None]
    drawn = np.asarray(np.clip(image, 0, 255), np.uint8)
    cv2.circle(drawn, (200, 110), 70, (200, 40, 40), -1, cv2.LINE_AA)
    cv2.circle(drawn, (200, 110), 20, (152, 182, 232), -1, cv2.LINE_AA)
    for x in (170, 230):
        cv2.line(drawn, (x, 170), (200, 250), (90, 60, 30), 1, cv2.LINE_AA)
    cv2.rectangle(drawn, (190, 250), (210, 265), (90, 60, 30), -1)
    return drawn


@pytest.mark.parametrize("slope", [0.0, 20.0])
def test_ropes_and_what_an_object_encloses_are_part_of_it(slope: float) -> None:
    alpha = key_plain_ground(balloon(slope))
    assert alpha is not None
    assert alpha[110, 200] == alpha[60, 200] == alpha[258, 200] == 1
    assert alpha[190:240].max(axis=1).min() > 0.9
    assert alpha[:, :120].max() == alpha[280:].max() == 0


def test_a_wall_and_a_floor_are_no_plain_ground() -> None:
    image = balloon()
    image[220:] = (120, 90, 60)
    assert key_plain_ground(image) is None


def test_what_the_border_cuts_off_before_one_colour_is_cut_out() -> None:
    image = np.full((300, 400, 3), 255, np.uint8)
    cv2.ellipse(image, (160, 330), (150, 180), 0, 0, 360, (60, 70, 40), -1, cv2.LINE_AA)
    cv2.line(image, (200, 280), (380, 30), (90, 90, 100), 6, cv2.LINE_AA)
    alpha = key_plain_ground(image)
    assert alpha is not None
    assert alpha[280, 160] == 1
    assert alpha[20:260].max(axis=1)[15:].min() > 0.9
    assert alpha[:, 390:].max() == 0


def test_a_page_is_known_by_its_lines_of_text() -> None:
    rng = np.random.default_rng(1)
    page = np.full((480, 640, 3), 240, np.uint8)
    for y in range(40, 460, 30):
        text = "".join(rng.choice(list("abcdefghiklmnopqrstuvwxyz  "), 38))
        cv2.putText(page, text, (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (30, 30, 30), 1, cv2.LINE_AA)
    assert is_page(page)
    assert is_page(255 - page)
    assert not is_page(balloon())
    assert not is_page(rng.integers(0, 255, (480, 640, 3)).astype(np.uint8))
