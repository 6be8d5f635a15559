"""A frame of two images samples only what it shows of them, and looks as if it had sampled everything."""

from __future__ import annotations

from itertools import product
from time import thread_time
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.interpolation.pair_drawing import SharpenedImage, WarpedImage, draw_pair
from support.keyframe_scenes import terrain

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray

WIDTH, HEIGHT = 960, 528
NEGLIGIBLE = np.full((256, 448), 0.01, np.float32)
MAX_COST_OF_ONE_IMAGE = 0.7
"""Of the CPU time of a frame that blends both images, what a frame of one alone may take (0.4 measured)."""


def unchanged(frame: Frame) -> Frame:
    return frame


def warped(seed: int, shift: tuple[float, float]) -> WarpedImage:
    image = np.asarray(cv2.resize(terrain(seed), (WIDTH, HEIGHT)), np.uint8)
    displacement = np.full((256, 448, 2), shift, np.float32)
    return WarpedImage(SharpenedImage(image).sharpen_for_warp(displacement, 0), displacement, unchanged)


PAIR = warped(1, (3.0, 5.0)), warped(2, (-7.5, 2.25))


def draw(share: FloatArray) -> Frame:
    return draw_pair(*PAIR, share, NEGLIGIBLE)


def moved(number: int) -> FloatArray:
    """Draw one image alone by other means: warped whole, by another function."""
    shift = PAIR[number].displacement[0, 0]
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    plain = np.ascontiguousarray(PAIR[number].image[..., :3])
    return np.asarray(cv2.warpAffine(plain, move, (WIDTH, HEIGHT), flags=flags, borderMode=4), np.float32)


@pytest.mark.parametrize("seed", range(3))
def test_a_frame_looks_as_if_both_images_had_been_drawn_whole(seed: int) -> None:
    coarse = np.random.default_rng(seed).random((5, 7), np.float32) * 3 - 1
    share = np.asarray(np.clip(cv2.resize(coarse, (448, 256)), 0, 1), np.float32)
    first = cv2.resize(share, (WIDTH, HEIGHT))[..., np.newaxis]
    expected = moved(0) * first + moved(1) * (1 - first)
    assert np.abs(draw(share) - expected).max() < 4.5


def test_each_image_can_be_seen_alone() -> None:
    for number, share in enumerate((1.0, 0.0)):
        frame = draw(np.full((256, 448), share, np.float32))
        assert np.abs(frame - moved(number)).max() < 2


def test_an_image_without_a_share_costs_nothing() -> None:
    def measure(share: float) -> float:
        began = thread_time()
        draw(np.full((256, 448), share, np.float32))
        return thread_time() - began

    # The least of several: whatever else runs here only ever adds.
    rounds = [[measure(share) for share in (0.5, 1.0, 0.0)] for _ in range(15)]
    both, first, last = (min(each) for each in zip(*rounds, strict=True))
    assert max(first, last) < MAX_COST_OF_ONE_IMAGE * both


def test_an_image_that_is_needed_in_one_corner_is_drawn_there() -> None:
    for top, left in product((0, 255), (0, 447)):
        share = np.ones((256, 448), np.float32)
        share[top, left] = 0
        row, column = min(top * 3, HEIGHT - 1), min(left * 3, WIDTH - 1)
        assert np.abs(draw(share)[row, column] - moved(1)[row, column]).max() < 4.5
