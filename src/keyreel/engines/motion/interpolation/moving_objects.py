"""Objects that moved far between two keyframes, while the background around them stayed what it is.

Optical flow loses a small object that jumps, and would dissolve it. Here it is cut out of both images, and
moved from one place to the other as a layer of its own over the background behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.imaging.pixels import (
    BORDER_MIRROR,
    blur_image,
    composite_over,
    premultiply,
    resize,
    smoothstep_array,
)
from keyreel.engines.motion.imaging.warping import (
    compute_border_weight,
    create_identity_map,
    find_bounding_box,
    to_pixel_homography,
    transform_map,
)
from keyreel.engines.motion.interpolation.exposure_match import match_exposure
from keyreel.engines.motion.interpolation.object_matching import match_objects
from keyreel.order import Size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray, Mask, Matrix
    from keyreel.engines.motion.imaging.warping import RelativeBox
    from keyreel.engines.motion.interpolation.object_matching import MatchedObject

_DETECTION_PIXELS: Final = 448 * 256
"""Pixels of the size at which objects are looked for."""

_BORDER_RIM: Final = 0.02


@dataclass(frozen=True, slots=True)
class _ObjectSprite:
    """An object cut out of a full-size image: premultiplied RGBA, and its upper left corner in pixels."""

    image: Frame
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class _MovingObject:
    """An object as both images show it; `affine` [2, 3] leads from the first's pixels to the last's."""

    first: _ObjectSprite
    last: _ObjectSprite
    affine: Matrix
    centre: tuple[float, float]
    """Its middle in the first image, x and y in pixels."""

    def compute_maps(self, grid: CoordinateMap, position: float) -> tuple[CoordinateMap, CoordinateMap]:
        """Return where the first and the last image show each pixel of the frame at a position, 0 … 1."""
        ahead = _interpolate_affine(self.affine, self.centre, position)
        to_first = _invert(ahead)
        to_last = _to_homography(self.affine) @ to_first
        return transform_map(grid, to_first), transform_map(grid, to_last)


class MovingObjects:
    """The objects that move between two images; `first` and `last` are the images without them."""

    def __init__(self, first: Frame, last: Frame, objects: Sequence[_MovingObject]) -> None:
        self.first, self.last = first, last
        self._objects = objects

    def draw(self, frame: Frame, position: float, view_map: CoordinateMap) -> None:
        """Draw them over a frame, in place, at a position, 0 … 1.

        `view_map` [h, w, 2] is where each pixel looks, in pixels of its own size.
        """
        enlarged = np.array(
            [frame.shape[1] / view_map.shape[1], frame.shape[0] / view_map.shape[0]], np.float32
        )
        # Coordinates count from the middles of pixels.
        full = np.asarray((view_map + np.float32(0.5)) * enlarged - np.float32(0.5), np.float32)
        for moving_object in self._objects:
            to_first, to_last = moving_object.compute_maps(full, position)
            covered = _find_covered(moving_object.first, to_first) | _find_covered(
                moving_object.last, to_last
            )
            box = find_bounding_box(covered)
            if box is None:
                continue
            one, other = (
                _sample_sprite(sprite, sprite_map, box, frame.shape)
                for sprite, sprite_map in ((moving_object.first, to_first), (moving_object.last, to_last))
            )
            part = smoothstep(0.3, 0.7, position)
            over = np.asarray(cv2.addWeighted(one, 1 - part, other, part, 0), dtype=np.uint8)
            inner = box.to_slices(frame.shape)
            under = np.ascontiguousarray(frame[inner])
            composite_over(over, under)
            frame[inner] = under

    def write_motion(self, displacement: FloatArray) -> None:
        """Write their own motion into a field [h, w, 2], in place, in fractions of the frame's sides."""
        height, width = self.first.shape[:2]
        sides = np.array([width, height], dtype=np.float64)
        for moving_object in self._objects:
            centre = np.array(moving_object.centre)
            motion = (moving_object.affine[:, :2] @ centre + moving_object.affine[:, 2] - centre) / sides
            position = (centre + motion * sides / 2) / sides
            reach = (
                np.array(max(moving_object.first.image.shape, moving_object.last.image.shape)[1::-1])
                / sides
                / 2
            )
            across, down = (
                slice(
                    max(int((position[axis] - reach[axis]) * size), 0),
                    ceil((position[axis] + reach[axis]) * size),
                )
                for axis, size in ((0, displacement.shape[1]), (1, displacement.shape[0]))
            )
            displacement[down, across] = motion


def find_moving_objects(first: Frame, last: Frame, homography: Matrix | None) -> MovingObjects | None:
    """Find what moves between two images, uint8 [h, w, 3], of one scene; None where nothing surely does.

    `homography` [3, 3] leads from the first image's background to the last's, in units of the sides.
    """
    height, width = first.shape[:2]
    scale = min(sqrt(_DETECTION_PIXELS / (width * height)), 1.0)
    small = round(width * scale), round(height * scale)
    camera = _get_pixel_homography(homography, *small)
    one = resize(first, *small)
    other = _warp_by_homography(resize(match_exposure(last, first), *small), camera)
    common = compute_border_weight(transform_map(create_identity_map(Size(*small)), camera), _BORDER_RIM) > 0
    matches = list(match_objects(one, other, np.asarray(common, np.uint8)))
    return (
        _separate_objects(first, last, _get_pixel_homography(homography, width, height), matches)
        if matches
        else None
    )


def _separate_objects(
    first: Frame, last: Frame, homography: Matrix, matches: Sequence[MatchedObject]
) -> MovingObjects:
    """Cut the objects out of both full-size images, and fill their place with the other's background."""
    height, width = first.shape[:2]
    size = matches[0].mask.shape[::-1]
    units = np.diag([width / size[0], height / size[1], 1.0])
    behind_first = _warp_by_homography(match_exposure(last, first), homography)
    behind_last = _warp_by_homography(match_exposure(first, last), _invert(homography))
    homographies = [
        (homography @ units @ _to_homography(match.affine) @ np.linalg.inv(units)) for match in matches
    ]
    outlines = [resize(match.mask.astype(np.float32), width, height) for match in matches]
    alphas = [
        _compute_matte(first, behind_first, outline) * np.float32(match.visible_in[0])
        for outline, match in zip(outlines, matches, strict=True)
    ]
    affines = [
        _approximate_affine(each, outline) for each, outline in zip(homographies, outlines, strict=True)
    ]
    landed = [
        np.asarray(cv2.warpAffine(outline, affine, (width, height)), np.float32)
        for outline, affine in zip(outlines, affines, strict=True)
    ]
    alphas_last = [
        _compute_matte(last, behind_last, outline) * np.float32(match.visible_in[1])
        for outline, match in zip(landed, matches, strict=True)
    ]
    layers = [
        _MovingObject(
            _extract_sprite(first, behind_first, alpha),
            _extract_sprite(last, behind_last, other),
            affine,
            _find_centre(outline),
        )
        for alpha, other, affine, outline in zip(alphas, alphas_last, affines, outlines, strict=True)
    ]
    return MovingObjects(
        _remove_objects(first, behind_first, alphas), _remove_objects(last, behind_last, alphas_last), layers
    )


def _compute_matte(image: Frame, behind: Frame, outline: FloatArray) -> FloatArray:
    """Return an object's opacity [h, w], 0 … 1: where the image differs from what is behind it."""
    reach = max(round(image.shape[1] / 160), 2) | 1
    near = cv2.dilate(outline, np.ones((2 * reach + 1,) * 2, np.uint8))
    core = cv2.erode(outline, np.ones((2 * reach + 1,) * 2, np.uint8))
    difference = blur_image(np.asarray(cv2.absdiff(image, behind).max(axis=2), np.uint8), 0.7)
    unlike = smoothstep_array(difference.astype(np.float32), 8, 30) * smoothstep_array(
        np.asarray(near, np.float32), 0.1, 0.6
    )
    closed = cv2.morphologyEx(unlike, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.maximum(
        np.asarray(closed, np.float32), smoothstep_array(np.asarray(core, np.float32), 0.3, 0.7)
    )


def _find_centre(outline: FloatArray) -> tuple[float, float]:
    left, top, width, height = cv2.boundingRect(np.asarray(outline > 0, np.uint8))
    return left + width / 2, top + height / 2


def _extract_sprite(source_image: Frame, behind: Frame, alpha: FloatArray) -> _ObjectSprite:
    rows, columns = (np.flatnonzero((alpha > 0).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return _ObjectSprite(np.zeros((1, 1, 4), np.uint8), 0, 0)
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    opacity = alpha[box][..., np.newaxis]
    # The object's own colours: the image without the background's part of it.
    own = (source_image[box] - (1 - opacity) * behind[box]) / np.maximum(opacity, 0.05)
    image = premultiply(np.clip(own, 0, 255).astype(np.uint8), alpha[box])
    return _ObjectSprite(image, int(columns[0]), int(rows[0]))


def _remove_objects(image: Frame, behind: Frame, alphas: Sequence[FloatArray]) -> Frame:
    alpha = np.maximum.reduce(list(alphas))
    wide = blur_image(np.asarray(cv2.dilate(alpha, np.ones((7, 7), np.uint8)), np.float32), 2)[
        ..., np.newaxis
    ]
    return np.rint(image + (behind - image.astype(np.float32)) * wide).astype(np.uint8)


def _sample_sprite(
    sprite: _ObjectSprite, sprite_map: CoordinateMap, box: RelativeBox, shape: tuple[int, ...]
) -> Frame:
    """Return a box of a frame of this shape as it shows a sprite along a small map."""
    height, width = shape[:2]
    rows, columns = box.to_slices(shape)
    across, down = (
        np.ascontiguousarray(resize(np.asarray(each, np.float32), width, height)[rows, columns])
        - np.float32(start)
        for each, start in zip(cv2.split(sprite_map), (sprite.left, sprite.top), strict=True)
    )
    return np.asarray(cv2.remap(sprite.image, across, down, cv2.INTER_LINEAR), dtype=np.uint8)


def _find_covered(sprite: _ObjectSprite, sprite_map: CoordinateMap) -> Mask:
    height, width = sprite.image.shape[:2]
    x, y = sprite_map[..., 0] - sprite.left, sprite_map[..., 1] - sprite.top
    return np.asarray((x > -1) & (x < width) & (y > -1) & (y < height))


def _warp_by_homography(image: Frame, homography: Matrix) -> Frame:
    """Return an image sampled at the positions to which a homography of pixels leads; mirrored outside."""
    size = image.shape[1], image.shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(image, homography, size, flags=flags, borderMode=BORDER_MIRROR)
    return np.asarray(warped, dtype=np.uint8)


def _get_pixel_homography(homography: Matrix | None, width: int, height: int) -> Matrix:
    return np.eye(3) if homography is None else to_pixel_homography(homography, width, height)


def _invert(homography: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(homography), np.float64)


def _to_homography(affine: Matrix) -> Matrix:
    return np.vstack([affine, [0.0, 0.0, 1.0]])


def _approximate_affine(homography: Matrix, outline: FloatArray) -> Matrix:
    """Return the affine map [2, 3] that agrees with a homography at three corners of an outline's box."""
    left, top, width, height = cv2.boundingRect(np.asarray(outline > 0.5, np.uint8))
    corners = np.array([(left, top), (left + width, top), (left, top + height)], np.float32)
    targets = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), homography).reshape(-1, 2)
    return np.asarray(cv2.getAffineTransform(corners, targets), np.float64)


def _interpolate_affine(affine: Matrix, centre: tuple[float, float], position: float) -> Matrix:
    """Return the part of an affine map up to a position [3, 3]: the centre goes straight, the rest evenly."""
    middle = np.array(centre)
    target = middle + position * (affine[:, :2] @ middle + affine[:, 2] - middle)
    linear = (1 - position) * np.eye(2) + position * affine[:, :2]
    return _to_homography(np.column_stack([linear, target - linear @ middle]))
