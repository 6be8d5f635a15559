"""Full-size texture for what was filled in at a small size, copied from similar parts of the image.

The search is by patches over a lattice; knows nothing of how the small fill was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask

    PixelIndices = NDArray[np.int32]
    """int32 [count, 2]: rows and columns."""

_PATCH_RADIUS: Final = 3
_LATTICE_STEP: Final = 5
_SEARCH_RADIUS: Final = 30
"""In pixels of the small image."""

_DETAIL_SIGMA: Final = 1.2
"""Pixels of the small image: coarser detail is taken from the fill, finer detail from the sources."""

_MAX_SOURCES: Final = 2500
"""About the most patches that are compared: known ones beyond it are thinned out."""

_FIXED_POINT_ONE: Final = 256
"""1.0 in the fixed-point numbers in which textures are blended."""


def add_texture(image: Frame, small: Frame, filled: Frame, *, wanted: Mask, known: Mask) -> Frame:
    """Return the fill at the image's size, with texture; it is valid only where it is `wanted`.

    `small` is the image at the fill's size; `wanted` and `known` [height, width] of that size mark what is
    filled in and what may be copied. Each patch takes its fine texture from the known patch that is most like
    it, and patches overlap.
    """
    height, width = image.shape[:2]
    targets, sources = _build_lattice(wanted), _find_sources(wanted, known)
    if not len(targets) or not len(sources):
        return resize(filled, width, height)
    matches = sources[_find_nearest_patches(filled, targets, small, sources)]
    fine = cv2.subtract(image, resize(blur_image(small, _DETAIL_SIGMA), width, height), dtype=cv2.CV_16S)
    scale = np.array((height / wanted.shape[0], width / wanted.shape[1]), np.float32)
    texture = _accumulate_texture(
        np.asarray(fine, np.int16), (targets + 0.5) * scale, (matches + 0.5) * scale, scale
    )
    coarse = resize(blur_image(filled, _DETAIL_SIGMA), width, height)
    return np.asarray(cv2.add(coarse, texture, dtype=cv2.CV_8U), np.uint8)


def _accumulate_texture(
    fine: NDArray[np.int16], wanted: FloatArray, matched: FloatArray, scale: FloatArray
) -> NDArray[np.int16]:
    """Return the texture [height, width, 3]: around each wanted position, fading, that of its match."""
    reach = np.ceil(scale * _LATTICE_STEP).astype(int)
    tents = (1 - np.abs(np.arange(-each, each) + 0.5) / each for each in reach)
    down, across = (smoothstep_array(tent, 0.0, 1.0) for tent in tents)
    window = np.repeat(
        np.rint(_FIXED_POINT_ONE * down[:, None, None] * across[None, :, None]), 3, axis=2
    ).astype(np.int16)
    total = np.zeros_like(fine)
    starts = (np.rint(each - reach).astype(int).tolist() for each in (wanted, matched))
    height, width = fine.shape[:2]
    for (y, x), (v, u) in zip(*starts, strict=True):
        # Both patches have to lie within the image: what reaches beyond it is cut.
        top, left = max(-y, -v, 0), max(-x, -u, 0)
        high = min(len(down), height - y, height - v) - top
        wide = min(len(across), width - x, width - u) - left
        onto = total[y + top : y + top + high, x + left : x + left + wide]
        patch = fine[v + top : v + top + high, u + left : u + left + wide]
        share = window[top : top + high, left : left + wide]
        cv2.add(onto, cv2.multiply(patch, share, scale=1 / _FIXED_POINT_ONE), dst=onto)
    return total


def _build_lattice(wanted: Mask) -> PixelIndices:
    """Return the points of a lattice in and next to what is wanted."""
    around = cv2.dilate(np.asarray(wanted, np.uint8), np.ones((_LATTICE_STEP * 2 + 1,) * 2, np.uint8))
    middle = _LATTICE_STEP // 2
    return np.asarray(
        np.argwhere(around[middle::_LATTICE_STEP, middle::_LATTICE_STEP]) * _LATTICE_STEP + middle, np.int32
    )


def _find_sources(wanted: Mask, known: Mask) -> PixelIndices:
    """Return the centres of known patches near what is wanted."""
    inner = cv2.erode(
        np.asarray(known, np.uint8), np.ones((2 * _PATCH_RADIUS + 1,) * 2, np.uint8), borderValue=0
    )
    near = cv2.dilate(np.asarray(wanted, np.uint8), np.ones((2 * _SEARCH_RADIUS + 1,) * 2, np.uint8))
    points = np.argwhere(np.minimum(inner, near)).astype(np.int32)
    return points[:: len(points) // _MAX_SOURCES + 1]


def _find_nearest_patches(
    filled: Frame, targets: PixelIndices, small: Frame, sources: PixelIndices
) -> NDArray[np.intp]:
    """Return, for each target patch of the fill, the index of the source patch that is most like it."""
    queries, candidates = _extract_patches(filled, targets), _extract_patches(small, sources)
    # A matrix product would use both cores, and cost three times as much.
    _, nearest = cv2.batchDistance(queries, candidates, cv2.CV_32S, normType=cv2.NORM_L1, K=1)
    return np.asarray(nearest[:, 0], np.intp)


def _extract_patches(image: Frame, points: PixelIndices) -> Frame:
    """Return the patches around points as vectors, uint8 [count, values]."""
    padded = cv2.copyMakeBorder(
        image, _PATCH_RADIUS, _PATCH_RADIUS, _PATCH_RADIUS, _PATCH_RADIUS, cv2.BORDER_REFLECT_101
    )
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (2 * _PATCH_RADIUS + 1, 2 * _PATCH_RADIUS + 1), axis=(0, 1)
    )
    return np.asarray(windows[points[:, 0], points[:, 1]].reshape(len(points), -1), np.uint8)
