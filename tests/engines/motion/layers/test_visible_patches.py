"""A layer is sampled only where it shows, and the frame is the same as if all of it had been sampled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.layers import visible_patches
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = Size(328, 184)
VIEW = parallax.create_camera_view(SIZE, (0, 0, 0, 0), 1.05)
MARGIN = 40
ORIGIN = (float(MARGIN), float(MARGIN))


def _canvas() -> NDArray[np.uint8]:
    rng = np.random.default_rng(4)
    coarse = rng.integers(0, 255, (12, 20, 4)).astype(np.uint8)
    wide, high = SIZE.width + 2 * MARGIN, SIZE.height + 2 * MARGIN
    return np.asarray(cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)


def _moved() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return where a frame that is moved and enlarged looks, and what it shows."""
    points = VIEW.build_grid() * np.float32(0.9) + np.array((0.05, -0.03), np.float32)
    middle = np.array(((SIZE.width - 1) / 2, (SIZE.height - 1) / 2))
    shift = middle * 0.1 + np.array((0.05, -0.03)) * VIEW.pixels_per_unit + MARGIN
    turn = np.array(((0.9, 0, shift[0]), (0, 0.9, shift[1])))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    expected = cv2.warpAffine(_canvas(), turn, (SIZE.width, SIZE.height), flags=flags)
    return np.asarray(points, np.float32), np.asarray(expected, np.uint8)


@pytest.mark.parametrize("share", [0.02, 0.3, 1.0])
def test_needed_cells_show_what_the_whole_layer_would(share: float) -> None:
    points, expected = _moved()
    needed = np.random.default_rng(5).random(visible_patches.create_full_mask(VIEW).shape) < share
    frame = np.zeros((SIZE.height, SIZE.width, 4), np.uint8)
    for patch, pixels in visible_patches.sample_patches(_canvas(), points, needed, view=VIEW, origin=ORIGIN):
        frame[patch] = pixels
    cells = needed.repeat(parallax.GRID_STEP, 0).repeat(parallax.GRID_STEP, 1)[: SIZE.height, : SIZE.width]
    assert np.abs(frame[cells].astype(int) - expected[cells]).max() <= 2


def test_nothing_is_sampled_for_no_cells() -> None:
    points, _ = _moved()
    none = ~visible_patches.create_full_mask(VIEW)
    assert not list(visible_patches.sample_patches(_canvas(), points, none, view=VIEW, origin=ORIGIN))


def test_a_layer_drawn_by_patches_hides_what_it_fills_and_blends_at_its_edges() -> None:
    points, _ = _moved()
    high, wide = _canvas().shape[:2]
    alpha = np.zeros((high, wide), np.uint8)
    cv2.circle(alpha, (wide // 2, high // 2), 80, 255, -1)
    alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 2), np.uint8)
    red = np.dstack((alpha, alpha * 0, alpha * 0, alpha))
    filled, shows = visible_patches.OpacityGrid(alpha).classify_cells(points, VIEW, ORIGIN)
    frame = np.full((SIZE.height, SIZE.width, 3), (0, 0, 200), np.uint8)
    for patch, pixels in visible_patches.sample_patches(red, points, shows, view=VIEW, origin=ORIGIN):
        visible_patches.draw_patch(pixels, frame, patch, filled)
    assert filled.any()
    assert not (filled & ~shows).any()
    middle = tuple(frame[SIZE.height // 2, SIZE.width // 2].tolist())
    corner = tuple(frame[2, 2].tolist())
    assert (middle, corner) == ((255, 0, 0), (0, 0, 200))
    # Nowhere does the edge of a patch show: red and blue always add up.
    blended = frame[..., 0] / 255 + frame[..., 2] / 200
    assert np.abs(blended - 1).max() < 0.02
