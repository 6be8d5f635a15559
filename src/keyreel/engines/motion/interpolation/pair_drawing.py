"""Frames drawn from two images that are warped, sharpened by what warping costs, relit and blended.

Knows shares and displacements, and not where they come from. An image is sampled only where it has a share of
the frame: for most of a shot, most of the frame shows one image alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import BORDER_MIRROR, resize, to_rgb, to_rgba

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask, UInt8Array

    FramePatch = tuple[slice, slice]
    """Rows and columns of the frame, in pixels."""

_SHARPENING: Final = 0.12
"""The kernel's side lobes.

Linear interpolation at random positions keeps 0.82 of what repeats every four pixels, 1 / (1 + 2 * 0.11).
"""

_SHARPNESS_LEVELS: Final = 16
"""Steps in which an image is sharpened: each is seen as a level or two of 255, and serves several frames."""

_LENGTH_SUBSAMPLING: Final = 8
"""Every eighth row and column of a displacement is enough for its mean length."""

_CELL_SIDE: Final = 16
"""Pixels of a share [h, w], a side, that are drawn or left out together; its sides are multiples of it."""


class SharpenedImage:
    """One image, uint8 [height, width, 3], RGB, and how it is sharpened for warps.

    Linear interpolation softens what it moves by a fraction of a pixel: a video would lose its focus right
    after each keyframe. Sharpening an image by what is lost on average costs a tenth of warping it by cubic
    interpolation.
    """

    def __init__(self, image: Frame) -> None:
        kernel = np.array([-_SHARPENING, 1 + 2 * _SHARPENING, -_SHARPENING], dtype=np.float32)
        # Four channels are sampled in half the time of three.
        self._plain: UInt8Array = to_rgba(image)
        self._sharp = cv2.sepFilter2D(self._plain, -1, kernel, kernel)
        self._level, self._sharpened = 0, self._plain

    def sharpen_for_warp(self, displacement: FloatArray, amount: float) -> UInt8Array:
        """Return the image as RGBA, sharpened for a warp by a displacement [h, w, 2] in pixels, of any size.

        What does not move is not sharpened. `amount`, 0 … 1, is the part of the loss that is made up for.
        """
        lengths = np.linalg.norm(displacement[::_LENGTH_SUBSAMPLING, ::_LENGTH_SUBSAMPLING], axis=2)
        level = round(amount * float(np.minimum(lengths, 1).mean()) * _SHARPNESS_LEVELS)
        if level != self._level:
            part = level / _SHARPNESS_LEVELS
            sharpened = cv2.addWeighted(self._sharp, part, self._plain, 1 - part, 0)
            self._level, self._sharpened = level, np.asarray(sharpened, np.uint8)
        return self._sharpened


@dataclass(frozen=True, slots=True)
class WarpedImage:
    """One of the two images as a frame shows it.

    `image` is RGBA, uint8 [height, width, 4]; `displacement` float32 [h, w, 2], of any smaller size: x and y,
    in pixels of the image, from each pixel to where the image shows it. `relight` is applied to RGB.
    """

    image: UInt8Array
    displacement: FloatArray
    relight: Callable[[Frame], Frame]

    def draw(self) -> Frame:
        """Draw the whole frame, uint8 [height, width, 3]; what lies outside the image is its mirror image."""
        return self._draw_patch(*self._enlarge_displacement())

    def draw_patches(self, patches: list[FramePatch]) -> Iterator[tuple[FramePatch, Frame]]:
        """Draw parts of the frame."""
        if not patches:
            return
        maps = self._enlarge_displacement()
        for rows, columns in patches:
            across, down = (
                each[rows, columns] + np.float32(start)
                for each, start in zip(maps, (columns.start, rows.start), strict=True)
            )
            yield (rows, columns), self._draw_patch(across, down)

    def _enlarge_displacement(self) -> tuple[FloatArray, FloatArray]:
        # Displacements are enlarged, not positions: where they are 0, nothing moves at all.
        height, width = self.image.shape[:2]
        across, down = (
            resize(np.asarray(each, np.float32), width, height) for each in cv2.split(self.displacement)
        )
        return across, down

    def _draw_patch(self, across: FloatArray, down: FloatArray) -> Frame:
        flags = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
        warped = cv2.remap(self.image, across, down, flags, borderMode=BORDER_MIRROR)
        return self.relight(to_rgb(np.asarray(warped, np.uint8)))


def draw_pair(first: WarpedImage, last: WarpedImage, share: FloatArray, negligible: FloatArray) -> Frame:
    """Draw the frame, uint8 [height, width, 3], in which the first image has a share [h, w], 0 … 1.

    One image is drawn whole, and the other over it where it has a share. Shares up to `negligible` [h, w]
    need not be drawn.
    """
    needs_first, needs_last = _find_cells(share > negligible), _find_cells(share < 1 - negligible)
    if np.count_nonzero(needs_first) < np.count_nonzero(needs_last):
        return _draw_over(first, last, share, needs_first)
    return _draw_over(last, first, 1 - share, needs_last)


def _draw_over(over: WarpedImage, under: WarpedImage, share: FloatArray, needed: Mask) -> Frame:
    """Draw one image whole, and in the needed cells the other one over it by its share [h, w]."""
    frame = under.draw()
    height, width = frame.shape[:2]
    patches = list(_find_patches(needed, width, height))
    weight = resize(share, width, height) if patches else share
    for patch, pixels in over.draw_patches(patches):
        frame[patch] = _blend(pixels, np.ascontiguousarray(frame[patch]), weight[patch])
    return frame


def _find_cells(needed: Mask) -> Mask:
    """Return the cells [rows, columns] with a needed pixel in or next to them."""
    around = np.ones((_CELL_SIDE + 2, _CELL_SIDE + 2), np.uint8)
    near = cv2.dilate(needed.astype(np.uint8), around, anchor=(1, 1))
    return np.asarray(near[::_CELL_SIDE, ::_CELL_SIDE], np.bool_)


def _find_patches(needed: Mask, width: int, height: int) -> Iterator[FramePatch]:
    """Yield the parts of a frame of this size that the needed cells [rows, columns] cover, none twice."""
    tall, wide = height / needed.shape[0], width / needed.shape[1]
    top = 0
    for row, same_rows in groupby(needed.tolist()):
        bottom, left = top + len(list(same_rows)), 0
        for is_needed, same_cells in groupby(row):
            right = left + len(list(same_cells))
            if is_needed:
                yield (
                    slice(round(top * tall), round(bottom * tall)),
                    slice(round(left * wide), round(right * wide)),
                )
            left = right
        top = bottom


def _blend(one: Frame, other: Frame, share: FloatArray) -> Frame:
    """Blend two images of one size by the first one's share, float32 [height, width], 0.0 … 1.0."""
    # Bytes are blended in a third of the time that cv2.blendLinear takes for float weights.
    weight = cv2.cvtColor(cv2.convertScaleAbs(share, alpha=255), cv2.COLOR_GRAY2RGB)
    near = cv2.multiply(one, weight, scale=1 / 255)
    far = cv2.multiply(other, cv2.bitwise_not(weight), scale=1 / 255)
    return np.asarray(cv2.add(near, far), dtype=np.uint8)
