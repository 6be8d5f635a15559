"""Which objects moved far between two aligned images, and by which affine map.

An object meets three conditions: it covers what changed here and where it went, it looks the same in both
places, and its outline has edges in the image that shows it and none in the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import resize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import BinaryImage, Matrix


_CHANGE_LEVELS: Final = 26.0
"""Levels of 255 by which two images of one object never differ."""

_MIN_AREA: Final = 0.0008
"""The fraction of the image that a changed region must cover."""

_MAX_REGIONS: Final = 8
_MAX_CHANGED_AREA: Final = 0.3
"""Where more regions, or more of the image, changed, the background itself moves: left to the flow."""

_SMALL_KERNEL: Final = np.ones((3, 3), np.uint8)
_LARGE_KERNEL: Final = np.ones((9, 9), np.uint8)
"""Kernels of morphological filters, in pixels of the small images."""

_CANDIDATE_COUNT: Final = 4
_SCALES: Final = (1.0, 0.8, 1.25)
"""Changes of size that are tried first."""

_MIN_DISTANCE_PX: Final = 6.0
"""Pixels of the small images."""

_MIN_RELATIVE_DISTANCE: Final = 0.3
"""A shorter distance than this part of the object's own size is left to the flow."""

_MIN_COVERAGE: Final = 0.8
"""The part of the changed pixels that an object must cover, and of the object that must have changed."""

_MAX_COMPLETION: Final = 0.4
"""The part of an object's area by which the other image may complete it."""

_EDGE_RATIO: Final = 1.25
"""How much stronger an outline's edges must be in the image that shows the object."""

_MAX_REGIONS_FOR_APPEARING: Final = 7
"""Where more regions changed, if only a little, things moved that the flow follows: none just appears."""

_APPEARING_EDGE_RATIO: Final = 1.6
_MIN_SOLIDITY: Final = 0.7
"""The part of its convex hull that a region must fill to be one object."""

_ECC_ITERATIONS: Final = 40
_MAX_STRETCH: Final = 0.4
"""By how much an entry of a refined affine map may differ from the one that was found first."""


@dataclass(frozen=True, slots=True)
class MatchedObject:
    """An object's mask, uint8 [h, w], 0 or 1, in the small first image, and its affine map [2, 3].

    `visible_in` is whether the first and the last image show it: what only one shows appears or vanishes.
    """

    mask: BinaryImage
    affine: Matrix
    visible_in: tuple[bool, bool] = (True, True)


def match_objects(one: Frame, other: Frame, common: BinaryImage) -> Iterator[MatchedObject]:
    """Find what is in two aligned images, uint8 [h, w, 3], at different places.

    `common` [h, w], 0 or 1, marks what both images show.
    """
    changed = _detect_changes(one, other) & common
    count, labels, stats, _ = cv2.connectedComponentsWithStats(changed)
    shares = stats[:count, cv2.CC_STAT_AREA] / changed.size
    regions = [index for index in range(1, count) if shares[index] > _MIN_AREA]
    if len(regions) > _MAX_REGIONS or sum(shares[regions]) > _MAX_CHANGED_AREA:
        return
    left = np.asarray(np.isin(labels, regions), dtype=np.uint8)
    for index in sorted(regions, key=lambda each: -shares[each]):
        region = np.asarray(labels == index, dtype=np.uint8) & left
        match = _match_object(one, other, region, left) if region.any() else None
        if match is not None:
            # What one object explains, another cannot.
            taken = cv2.dilate(match.mask | _warp_mask(match.mask, match.affine), _LARGE_KERNEL)
            left &= np.asarray(1 - taken, np.uint8)
            yield match
    if count <= _MAX_REGIONS_FOR_APPEARING:
        yield from _find_appearing(one, other, left)


def _find_appearing(one: Frame, other: Frame, changed: BinaryImage) -> Iterator[MatchedObject]:
    """Find what only one of both images shows, each a compact object with an outline."""
    outlines, _ = cv2.findContours(changed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        hull = cv2.convexHull(outline)
        area = cv2.contourArea(outline)
        if area < _MIN_AREA * changed.size or area < _MIN_SOLIDITY * cv2.contourArea(hull):
            continue
        region = np.zeros_like(changed)
        cv2.drawContours(region, [hull], -1, (1,), -1)
        visible_in = (
            _has_edges(one, other, region, _APPEARING_EDGE_RATIO),
            _has_edges(other, one, region, _APPEARING_EDGE_RATIO),
        )
        if any(visible_in):
            yield MatchedObject(region, np.eye(2, 3), visible_in)


def _detect_changes(one: Frame, other: Frame) -> BinaryImage:
    """Mark, 0 or 1, what differs by more than a shift by one pixel could explain."""
    a, b = (cv2.GaussianBlur(each, (0, 0), 0.8) for each in (one, other))
    over = cv2.subtract(a, cv2.dilate(b, _SMALL_KERNEL))
    under = cv2.subtract(cv2.erode(b, _SMALL_KERNEL), a)
    difference = np.maximum(over, under).max(axis=2)
    marked = np.asarray(difference > _CHANGE_LEVELS, dtype=np.uint8)
    opened = cv2.morphologyEx(marked, cv2.MORPH_OPEN, _SMALL_KERNEL)
    return np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, _LARGE_KERNEL), dtype=np.uint8)


def _match_object(
    one: Frame, other: Frame, region: BinaryImage, changed: BinaryImage
) -> MatchedObject | None:
    """Find where the object went that the first image shows in a changed region."""
    best: tuple[float, MatchedObject] | None = None
    for affine in _find_candidate_affines(one, other, region, changed):
        outline = _find_unchanged_part(one, other, region, affine)
        landed = _warp_mask(outline, affine)
        whole = region | _find_touched_regions(changed, landed)
        covered = np.count_nonzero(whole & (outline | landed)) / np.count_nonzero(whole)
        there = np.count_nonzero(landed & changed) / (np.count_nonzero(landed) + 1)
        size = sqrt(np.count_nonzero(outline))
        distance = _measure_distance(outline, affine)
        sure = covered * there
        if (
            covered < _MIN_COVERAGE
            or there < _MIN_COVERAGE
            or distance < max(_MIN_DISTANCE_PX, _MIN_RELATIVE_DISTANCE * size)
        ):
            continue
        if not (_has_edges(one, other, outline) and _has_edges(other, one, landed)):
            continue
        if best is None or sure > best[0]:
            best = (
                sure,
                MatchedObject(
                    _complete_mask(outline, _find_touched_regions(changed & (1 - region), landed), affine),
                    affine,
                ),
            )
    if best is None:
        return None
    return MatchedObject(best[1].mask, _refine_affine(one, other, best[1]))


def _complete_mask(outline: BinaryImage, there: BinaryImage, affine: Matrix) -> BinaryImage:
    """Add to a mask what only the other image shows whole: at its border an object is cut off."""
    back = _warp_mask(there, np.asarray(cv2.invertAffineTransform(affine), np.float64))
    much = np.count_nonzero(back & (1 - outline)) > _MAX_COMPLETION * np.count_nonzero(outline)
    return outline if much else np.asarray(outline | back, dtype=np.uint8)


def _find_touched_regions(changed: BinaryImage, landed: BinaryImage) -> BinaryImage:
    """Return the changed regions that something lands in."""
    _, labels = cv2.connectedComponents(changed)
    return np.asarray(np.isin(labels, np.unique(labels[(landed & changed) > 0])) & (labels > 0), np.uint8)


def _find_candidate_affines(
    one: Frame, other: Frame, region: BinaryImage, changed: BinaryImage
) -> Iterator[Matrix]:
    """Return the affine maps under which the region looks most like something in the other image."""
    one, other = (np.asarray(cv2.pyrDown(each), np.uint8) for each in (one, other))
    region, changed = (each[::2, ::2] for each in (region, changed))
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(region))
    patch, mask = (each[top : top + height, left : left + width] for each in (one, region))
    candidates: list[tuple[float, Matrix]] = []
    for scale in _SCALES:
        size = round(width * scale), round(height * scale)
        if size[0] >= other.shape[1] or size[1] >= other.shape[0]:
            continue
        template, shape = resize(patch, *size).astype(np.float32), resize(mask * np.uint8(255), *size) > 127
        weight = shape.astype(np.float32)
        count = float(weight.sum()) + 1
        cost = cv2.matchTemplate(
            other.astype(np.float32), template, cv2.TM_SQDIFF, mask=cv2.merge([weight] * 3)
        )
        into = cv2.matchTemplate(changed.astype(np.float32), weight, cv2.TM_CCORR)
        cost = np.sqrt(np.maximum(cost / (3 * count), 0)) - _CHANGE_LEVELS * into / count
        for _ in range(_CANDIDATE_COUNT):
            lowest, _, (x, y), _ = cv2.minMaxLoc(cost)
            affine = np.array([[scale, 0, 2 * (x - scale * left)], [0, scale, 2 * (y - scale * top)]])
            candidates.append((float(lowest), affine))
            cv2.circle(cost, (x, y), 3, (1e6,), -1)
    for _, affine in sorted(candidates, key=lambda each: each[0])[:_CANDIDATE_COUNT]:
        yield np.asarray(affine, dtype=np.float64)


def _find_unchanged_part(one: Frame, other: Frame, region: BinaryImage, affine: Matrix) -> BinaryImage:
    """Return the part of a region that looks the same where an affine map leads, in one piece, no holes."""
    left, top, width, height = cv2.boundingRect(region)
    box = slice(top, top + height), slice(left, left + width)
    corner = affine[:, :2] @ (left, top) + affine[:, 2]
    local = np.column_stack([affine[:, :2], corner])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    there = np.asarray(cv2.warpAffine(other, local, (width, height), flags=flags), dtype=np.uint8)
    same = np.zeros_like(region)
    same[box] = 1 - _detect_changes(np.ascontiguousarray(one[box]), there)
    sure = cv2.morphologyEx(same & region, cv2.MORPH_OPEN, _SMALL_KERNEL)
    outlines, _ = cv2.findContours(sure, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole, around = np.zeros_like(region), np.zeros_like(region)
    if outlines:
        largest = max(outlines, key=cv2.contourArea)
        cv2.drawContours(whole, [largest], -1, (1,), -1)
        # Where the object has its background's colour nothing changed: its bays are filled.
        cv2.drawContours(around, [cv2.convexHull(largest)], -1, (1,), -1)
    return np.asarray(whole | around & same, dtype=np.uint8)


def _warp_mask(outline: BinaryImage, affine: Matrix) -> BinaryImage:
    size = outline.shape[1], outline.shape[0]
    return np.asarray(cv2.warpAffine(outline, affine, size, flags=cv2.INTER_NEAREST), dtype=np.uint8)


def _measure_distance(outline: BinaryImage, affine: Matrix) -> float:
    rows, columns = np.nonzero(outline)
    if not rows.size:
        return 0.0
    centre = np.array([columns.mean(), rows.mean()])
    return hypot(*(affine[:, :2] @ centre + affine[:, 2] - centre))


def _has_edges(one: Frame, other: Frame, outline: BinaryImage, ratio: float = _EDGE_RATIO) -> bool:
    """Say whether one image has edges around an outline that the other one lacks: it shows the object."""
    rim = cv2.morphologyEx(outline, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    edges = [
        float(
            np.abs(cv2.Laplacian(cv2.GaussianBlur(each, (0, 0), 1), cv2.CV_32F)).max(axis=2)[rim > 0].mean()
        )
        for each in (one, other)
    ]
    return edges[0] > ratio * edges[1]


def _refine_affine(one: Frame, other: Frame, match: MatchedObject) -> Matrix:
    """Return a match's affine map to a fraction of a pixel, by ECC (Evangelidis and Psarakis 2008)."""
    greys = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (one, other)]
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _ECC_ITERATIONS, 1e-3)
    start = match.affine.astype(np.float32)
    try:
        # The mask lies in the first image, which is the template here.
        _, found = cv2.findTransformECC(
            greys[0], greys[1], start.copy(), cv2.MOTION_AFFINE, stop, match.mask * np.uint8(255), 3
        )
    except cv2.error:
        # It does not converge on objects without texture.
        return match.affine
    shift = abs(
        _measure_distance(match.mask, np.asarray(found, np.float64))
        - _measure_distance(match.mask, match.affine)
    )
    stretched = np.abs(np.asarray(found)[:, :2] - start[:, :2]).max()
    return (
        np.asarray(found, np.float64)
        if shift < _MIN_DISTANCE_PX and stretched < _MAX_STRETCH
        else match.affine
    )
