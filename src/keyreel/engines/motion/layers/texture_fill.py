"""Grain: the full-size texture of what was filled in at a small size, taken from where the image has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask

    Points = NDArray[np.int32]
    """[count, 2]: rows and columns."""

_PATCH_RADIUS: Final = 3
_LATTICE_STEP: Final = 5
_SEARCH_RADIUS: Final = 30
_DETAIL_SIGMA: Final = 1.2
"""What is coarser than this, in pixels of the small image, the fill knows better than its sources do."""
_MAX_SOURCES: Final = 2500
_FIXED_POINT_ONE: Final = 256
"""A whole in the fixed-point numbers in which grain is mixed."""


def add_texture(image: Frame, small: Frame, filled: Frame, *, wanted: Mask, known: Mask) -> Frame:
    """Return the fill at the image's size; only what is wanted of it is of use.

    Each patch takes its fine texture from the known patch that is most like it, and patches overlap. `small`
    is the image at the fill's size.
    """
    height, width = image.shape[:2]
    targets, sources = _build_lattice(wanted), _find_sources(wanted, known)
    if not len(targets) or not len(sources):
        return resize(filled, width, height)
    found = sources[_find_nearest_patches(filled, targets, small, sources)]
    fine = cv2.subtract(image, resize(blur_image(small, _DETAIL_SIGMA), width, height), dtype=cv2.CV_16S)
    scale = np.array((height / wanted.shape[0], width / wanted.shape[1]), np.float32)
    grain = _accumulate_texture(
        np.asarray(fine, np.int16), (targets + 0.5) * scale, (found + 0.5) * scale, scale
    )
    coarse = resize(blur_image(filled, _DETAIL_SIGMA), width, height)
    return np.asarray(cv2.add(coarse, grain, dtype=cv2.CV_8U), np.uint8)


def _accumulate_texture(
    fine: NDArray[np.int16], wanted: FloatArray, found: FloatArray, scale: FloatArray
) -> NDArray[np.int16]:
    """Return the grain: around each wanted place what lies around the found one, fading outwards."""
    reach = np.ceil(scale * _LATTICE_STEP).astype(int)
    tents = (1 - np.abs(np.arange(-each, each) + 0.5) / each for each in reach)
    down, across = (smoothstep_array(tent, 0.0, 1.0) for tent in tents)
    window = np.repeat(
        np.rint(_FIXED_POINT_ONE * down[:, None, None] * across[None, :, None]), 3, axis=2
    ).astype(np.int16)
    total = np.zeros_like(fine)
    starts = (np.rint(each - reach).astype(int).tolist() for each in (wanted, found))
    height, width = fine.shape[:2]
    for (y, x), (v, u) in zip(*starts, strict=True):
        # Both patches have to lie on the image: what reaches beyond it is cut.
        top, left = max(-y, -v, 0), max(-x, -u, 0)
        high = min(len(down), height - y, height - v) - top
        wide = min(len(across), width - x, width - u) - left
        onto = total[y + top : y + top + high, x + left : x + left + wide]
        patch = fine[v + top : v + top + high, u + left : u + left + wide]
        share = window[top : top + high, left : left + wide]
        cv2.add(onto, cv2.multiply(patch, share, scale=1 / _FIXED_POINT_ONE), dst=onto)
    return total


def _build_lattice(wanted: Mask) -> Points:
    """Return the lattice's points in and next to what is wanted."""
    around = cv2.dilate(np.asarray(wanted, np.uint8), np.ones((_LATTICE_STEP * 2 + 1,) * 2, np.uint8))
    middle = _LATTICE_STEP // 2
    return np.asarray(
        np.argwhere(around[middle::_LATTICE_STEP, middle::_LATTICE_STEP]) * _LATTICE_STEP + middle, np.int32
    )


def _find_sources(wanted: Mask, known: Mask) -> Points:
    """Return the middles of known patches near to what is wanted."""
    inner = cv2.erode(
        np.asarray(known, np.uint8), np.ones((2 * _PATCH_RADIUS + 1,) * 2, np.uint8), borderValue=0
    )
    near = cv2.dilate(np.asarray(wanted, np.uint8), np.ones((2 * _SEARCH_RADIUS + 1,) * 2, np.uint8))
    points = np.argwhere(np.minimum(inner, near)).astype(np.int32)
    return points[:: len(points) // _MAX_SOURCES + 1]


def _find_nearest_patches(filled: Frame, targets: Points, small: Frame, sources: Points) -> NDArray[np.intp]:
    """Return for each wanted patch of the fill which known patch of the image is the nearest to it."""
    ours, theirs = _extract_patches(filled, targets), _extract_patches(small, sources)
    # A matrix product would wake both cores up for this, and cost three times as much.
    _, nearest = cv2.batchDistance(ours, theirs, cv2.CV_32S, normType=cv2.NORM_L1, K=1)
    return np.asarray(nearest[:, 0], np.intp)


def _extract_patches(image: Frame, points: Points) -> Frame:
    """Return the patches around points as vectors [count, values]."""
    padded = cv2.copyMakeBorder(
        image, _PATCH_RADIUS, _PATCH_RADIUS, _PATCH_RADIUS, _PATCH_RADIUS, cv2.BORDER_REFLECT_101
    )
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (2 * _PATCH_RADIUS + 1, 2 * _PATCH_RADIUS + 1), axis=(0, 1)
    )
    return np.asarray(windows[points[:, 0], points[:, 1]].reshape(len(points), -1), np.uint8)
