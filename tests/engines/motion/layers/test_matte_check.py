"""A matte is in doubt where things of the image go on over its outline."""

from __future__ import annotations

import cv2
import numpy as np

from keyreel.engines.motion.layers.matte_check import is_doubtful


def test_spokes_beyond_a_matte_make_it_doubtful() -> None:
    image = np.full((300, 400, 3), 200, np.uint8)
    alpha = np.zeros((300, 400), np.float32)
    cv2.circle(alpha, (200, 150), 80, (1,), -1)
    cv2.circle(image, (200, 150), 80, (160, 150, 140), -1)
    assert not is_doubtful(image, alpha)
    for angle in np.arange(0, 2 * np.pi, np.pi / 20):
        way = np.array((np.cos(angle), np.sin(angle)))
        start, end = (np.array((200, 150)) + way * each for each in (40, 120))
        cv2.line(image, start.astype(int).tolist(), end.astype(int).tolist(), (10, 10, 10), 3, cv2.LINE_AA)
    assert is_doubtful(image, alpha)


def test_a_subject_that_fills_the_image_has_no_outline_to_doubt() -> None:
    assert not is_doubtful(np.full((60, 80, 3), 90, np.uint8), np.ones((60, 80), np.float32))
