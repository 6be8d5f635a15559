"""What a camera sees beyond the image's border is neither its mirror image nor torn off from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.layers.background import BorderReach, FrameCanvas, create_canvas
from keyreel.engines.motion.layers.outpainting import limit_reach, outpaint_margins
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

SIZE = Size(320, 176)
REACH = BorderReach(0.2, 0.0, 0.2, 0.0)


@pytest.fixture(scope="module")
def hills() -> Frame:
    """Rough grass under a sky that grows brighter to the left, with one red disc near the left border."""
    rng = np.random.default_rng(2)
    image = np.zeros((176, 320, 3), np.float32)
    image[:88] = (120, 150, 190) + np.linspace(50, 0, 320)[None, :, None]
    image[88:] = np.array((70, 110, 50)) * rng.uniform(0.6, 1.4, (88, 320, 1))
    cv2.circle(image, (50, 60), 22, (210, 40, 40), -1, cv2.LINE_AA)
    return np.asarray(image, np.uint8)


def _paint(image: Frame, alpha: NDArray[np.float32]) -> FrameCanvas:
    focus = (0.5, 0.5)
    reach = limit_reach(alpha, SIZE, focus, REACH)
    canvas = create_canvas(image, SIZE, focus, reach)
    opacity = create_canvas(np.asarray(alpha * 255, np.uint8), SIZE, focus, reach).image / np.float32(255)
    return outpaint_margins(canvas, opacity, REACH)


def test_a_subject_is_painted_nowhere_else(hills: Frame) -> None:
    alpha = np.zeros(hills.shape[:2], np.float32)
    cv2.circle(alpha, (50, 60), 24, (1,), -1)
    canvas = _paint(hills, alpha)
    assert np.array_equal(canvas.rest_frame, hills)
    left = canvas.image[:, : canvas.left].astype(int)
    # Mirrored, the disc would be there, 160 levels redder than the sky.
    assert (left[..., 0] - left[..., 2]).max() < 80
    assert min(canvas.margins[::2]) > 0.18 * SIZE.width


def test_light_goes_on_over_the_border(hills: Frame) -> None:
    canvas = _paint(hills, np.zeros(hills.shape[:2], np.float32))
    sky = canvas.image[canvas.top + 4 : canvas.top + 30].astype(np.float32).mean(axis=(0, 2))
    for border in (canvas.left, canvas.left + SIZE.width):
        assert abs(float(np.diff(sky[border - 6 : border + 7]).max())) < 4


def test_what_the_border_cuts_off_is_hardly_continued(hills: Frame) -> None:
    alpha = np.zeros(hills.shape[:2], np.float32)
    alpha[40:, :90] = 1
    reach = limit_reach(alpha, SIZE, (0.5, 0.5), REACH)
    assert reach.left <= 0.06
    assert reach.right >= 0.2
