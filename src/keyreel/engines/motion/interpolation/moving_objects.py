"""Travellers: what moved far between two keyframes while the background around it stayed what it is.

Optical flow loses a small thing that jumps, and would dissolve it. Here it is lifted out of both pictures,
and carried from one place to the other as a layer of its own over the background behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.imaging.pixels import blurred, laid, premultiplied, resized, step
from keyreel.engines.motion.imaging.warping import box_of, identity, inside, moved
from keyreel.engines.motion.interpolation.exposure_match import evened
from keyreel.engines.motion.interpolation.object_matching import trips
from keyreel.order import Size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.warping import Box, Chart, Matrix
    from keyreel.engines.motion.interpolation.object_matching import Trip
    from keyreel.engines.motion.networks.models import FloatArray

_PIXELS: Final = 448 * 256
_RIM: Final = 0.02


@dataclass(frozen=True, slots=True)
class _Sprite:
    """A thing cut out of a full-size picture: its premultiplied image, and where its corner lies."""

    image: Frame
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class _Layer:
    """A thing as both pictures show it; `move` [2,3] leads from the first's pixels to the last's."""

    first: _Sprite
    last: _Sprite
    move: Matrix
    centre: tuple[float, float]
    """Where its middle is in the first picture, x and y."""

    def charts(self, grid: Chart, place: float) -> tuple[Chart, Chart]:
        """Return where the first and the last picture show what the frame at a place shows, in pixels."""
        ahead = _partly(self.move, self.centre, place)
        to_first = _inverse(ahead)
        to_last = _whole(self.move) @ to_first
        return moved(grid, to_first), moved(grid, to_last)


class Travellers:
    """The things that travel between two pictures; `first` and `last` are the pictures without them."""

    def __init__(self, first: Frame, last: Frame, layers: Sequence[_Layer]) -> None:
        self.first, self.last = first, last
        self._layers = layers

    def lay(self, frame: Frame, place: float, look: Chart) -> None:
        """Draw them over a frame. `look` [h,w,2] says where its pixels look, in pixels of its own size."""
        enlarged = np.array([frame.shape[1] / look.shape[1], frame.shape[0] / look.shape[0]], np.float32)
        # Pixels are counted from their middles.
        full = np.asarray((look + np.float32(0.5)) * enlarged - np.float32(0.5), np.float32)
        for layer in self._layers:
            to_first, to_last = layer.charts(full, place)
            seen = _over(layer.first, to_first) | _over(layer.last, to_last)
            box = box_of(seen)
            if box is None:
                continue
            one, other = (
                _fetched(sprite, chart, box, frame.shape)
                for sprite, chart in ((layer.first, to_first), (layer.last, to_last))
            )
            part = smoothstep(0.3, 0.7, place)
            over = np.asarray(cv2.addWeighted(one, 1 - part, other, part, 0), dtype=np.uint8)
            inner = box.within(frame.shape)
            under = np.ascontiguousarray(frame[inner])
            laid(over, under)
            frame[inner] = under

    def show_in(self, displacement: FloatArray) -> None:
        """Write their own motion into a field [h,w,2] of motion in shares of the frame's sides."""
        height, width = self.first.shape[:2]
        sides = np.array([width, height], dtype=np.float64)
        for layer in self._layers:
            centre = np.array(layer.centre)
            way = (layer.move[:, :2] @ centre + layer.move[:, 2] - centre) / sides
            place = (centre + way * sides / 2) / sides
            reach = np.array(max(layer.first.image.shape, layer.last.image.shape)[1::-1]) / sides / 2
            across, down = (
                slice(
                    max(int((place[axis] - reach[axis]) * size), 0), ceil((place[axis] + reach[axis]) * size)
                )
                for axis, size in ((0, displacement.shape[1]), (1, displacement.shape[0]))
            )
            displacement[down, across] = way


def travellers(first: Frame, last: Frame, plane: Matrix | None) -> Travellers | None:
    """Find what travels between two pictures of one scene; None where nothing is sure to.

    `plane` leads the background of the first picture to the last's, in units of the frame's sides.
    """
    height, width = first.shape[:2]
    scale = min(sqrt(_PIXELS / (width * height)), 1.0)
    small = round(width * scale), round(height * scale)
    camera = _in_pixels(plane, *small)
    one = resized(first, *small)
    other = _seen_through(resized(evened(last, first), *small), camera)
    common = inside(moved(identity(Size(*small)), camera), _RIM) > 0
    found = list(trips(one, other, np.asarray(common, np.uint8)))
    return _parted(first, last, _in_pixels(plane, width, height), found) if found else None


def _parted(first: Frame, last: Frame, camera: Matrix, trips: Sequence[Trip]) -> Travellers:
    """Cut the travellers out of both full-size pictures, and put the other's background in their place."""
    height, width = first.shape[:2]
    size = trips[0].outline.shape[::-1]
    units = np.diag([width / size[0], height / size[1], 1.0])
    behind_first = _seen_through(evened(last, first), camera)
    behind_last = _seen_through(evened(first, last), _inverse(camera))
    moves = [(camera @ units @ _whole(trip.move) @ np.linalg.inv(units)) for trip in trips]
    outlines = [resized(trip.outline.astype(np.float32), width, height) for trip in trips]
    alphas = [
        _opacity(first, behind_first, outline) * np.float32(trip.shown[0])
        for outline, trip in zip(outlines, trips, strict=True)
    ]
    affine = [_affine_at(move, outline) for move, outline in zip(moves, outlines, strict=True)]
    landed = [
        np.asarray(cv2.warpAffine(outline, move, (width, height)), np.float32)
        for outline, move in zip(outlines, affine, strict=True)
    ]
    alphas_last = [
        _opacity(last, behind_last, outline) * np.float32(trip.shown[1])
        for outline, trip in zip(landed, trips, strict=True)
    ]
    layers = [
        _Layer(_sprite(first, behind_first, alpha), _sprite(last, behind_last, other), move, _middle(outline))
        for alpha, other, move, outline in zip(alphas, alphas_last, affine, outlines, strict=True)
    ]
    return Travellers(_without(first, behind_first, alphas), _without(last, behind_last, alphas_last), layers)


def _opacity(picture: Frame, behind: Frame, outline: FloatArray) -> FloatArray:
    """Return how much of each pixel is the thing's: where the picture differs from what is behind it."""
    reach = max(round(picture.shape[1] / 160), 2) | 1
    near = cv2.dilate(outline, np.ones((2 * reach + 1,) * 2, np.uint8))
    core = cv2.erode(outline, np.ones((2 * reach + 1,) * 2, np.uint8))
    difference = blurred(np.asarray(cv2.absdiff(picture, behind).max(axis=2), np.uint8), 0.7)
    unlike = step(difference.astype(np.float32), 8, 30) * step(np.asarray(near, np.float32), 0.1, 0.6)
    closed = cv2.morphologyEx(unlike, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.maximum(np.asarray(closed, np.float32), step(np.asarray(core, np.float32), 0.3, 0.7))


def _middle(outline: FloatArray) -> tuple[float, float]:
    left, top, width, height = cv2.boundingRect(np.asarray(outline > 0, np.uint8))
    return left + width / 2, top + height / 2


def _sprite(picture: Frame, behind: Frame, alpha: FloatArray) -> _Sprite:
    rows, columns = (np.flatnonzero((alpha > 0).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return _Sprite(np.zeros((1, 1, 4), np.uint8), 0, 0)
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    opacity = alpha[box][..., np.newaxis]
    # What the thing itself adds: the picture without the background's part of it.
    own = (picture[box] - (1 - opacity) * behind[box]) / np.maximum(opacity, 0.05)
    image = premultiplied(np.clip(own, 0, 255).astype(np.uint8), alpha[box])
    return _Sprite(image, int(columns[0]), int(rows[0]))


def _without(picture: Frame, behind: Frame, alphas: Sequence[FloatArray]) -> Frame:
    alpha = np.maximum.reduce(list(alphas))
    wide = blurred(np.asarray(cv2.dilate(alpha, np.ones((7, 7), np.uint8)), np.float32), 2)[..., np.newaxis]
    return np.rint(picture + (behind - picture.astype(np.float32)) * wide).astype(np.uint8)


def _fetched(sprite: _Sprite, chart: Chart, box: Box, shape: tuple[int, ...]) -> Frame:
    """Return the part of a frame of this shape that shows a sprite along a small chart."""
    height, width = shape[:2]
    rows, columns = box.within(shape)
    across, down = (
        np.ascontiguousarray(resized(np.asarray(each, np.float32), width, height)[rows, columns])
        - np.float32(start)
        for each, start in zip(cv2.split(chart), (sprite.left, sprite.top), strict=True)
    )
    return np.asarray(cv2.remap(sprite.image, across, down, cv2.INTER_LINEAR), dtype=np.uint8)


def _over(sprite: _Sprite, chart: Chart) -> NDArray[np.bool_]:
    height, width = sprite.image.shape[:2]
    x, y = chart[..., 0] - sprite.left, chart[..., 1] - sprite.top
    return np.asarray((x > -1) & (x < width) & (y > -1) & (y < height))


def _seen_through(picture: Frame, camera: Matrix) -> Frame:
    """Look a picture up at the places to which a homography leads."""
    size = picture.shape[1], picture.shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(picture, camera, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(seen, dtype=np.uint8)


def _in_pixels(plane: Matrix | None, width: int, height: int) -> Matrix:
    units = np.diag([width, height, 1.0])
    return np.eye(3) if plane is None else np.asarray(units @ plane @ np.linalg.inv(units), np.float64)


def _inverse(move: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(move), np.float64)


def _whole(move: Matrix) -> Matrix:
    return np.vstack([move, [0.0, 0.0, 1.0]])


def _affine_at(move: Matrix, outline: FloatArray) -> Matrix:
    """Return the affine move [2,3] that is nearest to a homography around an outline."""
    left, top, width, height = cv2.boundingRect(np.asarray(outline > 0.5, np.uint8))
    corners = np.array([(left, top), (left + width, top), (left, top + height)], np.float32)
    there = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), move).reshape(-1, 2)
    return np.asarray(cv2.getAffineTransform(corners, there), np.float64)


def _partly(move: Matrix, centre: tuple[float, float], place: float) -> Matrix:
    """Return a part of a move [3,3]: its centre goes straight, and what turns or grows does so evenly."""
    middle = np.array(centre)
    target = middle + place * (move[:, :2] @ middle + move[:, 2] - middle)
    linear = (1 - place) * np.eye(2) + place * move[:, :2]
    return _whole(np.column_stack([linear, target - linear @ middle]))
