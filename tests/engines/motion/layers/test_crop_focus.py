"""A crop keeps the subject, and leaves room on the side to which the camera will look."""

from __future__ import annotations

import numpy as np
import pytest

from keyreel.engines.motion.layers.background import BorderReach
from keyreel.engines.motion.layers.crop_focus import choose_crop_focus
from keyreel.order import Size

SIZE = Size(160, 90)
RIGHT = BorderReach(0.0, 0.0, 2.0, 0.0)


@pytest.mark.parametrize(("left", "expected"), [(None, 0.2), (600, 0.475), (130, 0.2)])
def test_a_pan_to_the_right_starts_on_the_left_with_its_subject_in_sight(
    left: int | None, expected: float
) -> None:
    alpha = np.zeros((225, 1000), np.float32)
    if left is not None:
        alpha[60:200, left : left + 75] = 1
    x, _ = choose_crop_focus(alpha, SIZE, RIGHT)
    assert x == pytest.approx(expected, abs=0.01)
    assert choose_crop_focus(alpha, SIZE)[0] == pytest.approx(0.5 if left is None else (left + 37.5) / 1000)
