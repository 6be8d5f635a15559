"""Patches: the few rectangles in which a layer shows, so that no pixel is fetched that another one hides."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.parallax import STEP
from keyreel.engines.motion.imaging.pixels import fetched, laid, resized, three_channels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from keyreel.engines.motion.camera.parallax import View

    FloatArray = NDArray[np.float32]
    Mask = NDArray[np.bool_]
    Patch = tuple[slice, slice]
    """Rows and columns of the frame, in pixels."""

_BAND: Final = 4
_GAP: Final = 4
_COARSE: Final = 8
_AROUND: Final = 41
"""Pixels of a canvas that one cell of the frame may show, where it is squeezed and warped the most."""


class Opacity:
    """Where on its canvas a layer is solid, and where it is anything at all, for whole cells of the frame."""

    def __init__(self, alpha: NDArray[np.uint8]) -> None:
        cell = np.ones((_AROUND, _AROUND), np.uint8)
        self._solid = cv2.erode(alpha, cell)[::_COARSE, ::_COARSE] == 255
        self._seen = cv2.dilate(alpha, cell)[::_COARSE, ::_COARSE] > 0
        # A place beyond the canvas counts as its border, of which nothing is sure.
        for border in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
            self._solid[border] = False
            self._seen[border] = True

    def at(self, place: FloatArray, view: View, origin: tuple[float, float]) -> tuple[Mask, Mask]:
        """Return which of the frame's cells the layer fills, and in which it is seen.

        `place` is where the points of the view's grid are on the layer, in units.
        """
        inner = place[1:-1, 1:-1]
        columns = inner[..., 0] * view.unit + (view.size.width / 2 + origin[0])
        rows = inner[..., 1] * view.unit + (view.size.height / 2 + origin[1])
        y, x = (
            np.clip(np.rint(each * (1 / _COARSE)), 0, most - 1).astype(np.intp)
            for each, most in zip((rows, columns), self._solid.shape, strict=True)
        )
        return self._solid[y, x], self._seen[y, x]


def everywhere(view: View) -> Mask:
    """Return all of the frame's cells."""
    rows, columns = (ceil(side / STEP) for side in (view.size.height, view.size.width))
    return np.ones((rows, columns), np.bool_)


def seen(
    image: NDArray[np.uint8], place: FloatArray, needed: Mask, *, view: View, origin: tuple[float, float]
) -> Iterator[tuple[Patch, NDArray[np.uint8]]]:
    """Fetch a layer patch by patch: the needed cells of the frame, and few others.

    `place` is where the points of the view's grid are on the layer, in units; the resting frame starts at
    `origin` there.
    """
    found = patches(needed, view)
    if not found:
        return
    top, left = (min(patch[axis].start for patch in found) for axis in (0, 1))
    end, right = (ceil(max(patch[axis].stop for patch in found) / STEP) for axis in (0, 1))
    width, height = view.size.width, view.size.height
    centre = np.array(((width - 1) / 2 + origin[0], (height - 1) / 2 + origin[1]), np.float32)
    # A cell has its point in its middle, and resize extrapolates half a cell at each side: leave one out.
    around = place[top // STEP : end + 2, left // STEP : right + 2]
    coarse = np.ascontiguousarray(around * np.float32(view.unit) + centre, np.float32)
    where = resized(coarse, coarse.shape[1] * STEP, coarse.shape[0] * STEP)
    y, x = top - STEP, left - STEP
    for down, across in found:
        part = where[down.start - y : down.stop - y, across.start - x : across.stop - x]
        yield (down, across), fetched(image, part)


def patches(needed: Mask, view: View) -> list[Patch]:
    """Return patches of the frame that hold all needed cells, and few others."""
    bands: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    for top in range(0, needed.shape[0], _BAND):
        end = min(top + _BAND, needed.shape[0])
        runs = _runs(np.asarray(needed[top:end].any(axis=0)))
        if bands and bands[-1][2] == runs:
            bands[-1] = bands[-1][0], end, runs
        else:
            bands.append((top, end, runs))
    height, width = view.size.height, view.size.width
    return [
        (slice(top * STEP, min(end * STEP, height)), slice(left * STEP, min(right * STEP, width)))
        for top, end, runs in bands
        for left, right in runs
    ]


def lay(
    image: NDArray[np.uint8],
    frame: NDArray[np.uint8],
    patch: Patch,
    filled: Mask,
) -> None:
    """Lay a fetched patch, premultiplied RGBA, over the frame; cells that it fills need no mixing."""
    rows, columns = patch
    solid = filled[
        rows.start // STEP : ceil(rows.stop / STEP), columns.start // STEP : ceil(columns.stop / STEP)
    ]
    first = last = 0
    stretches = _runs(np.asarray(solid.all(axis=0)), gap=1)
    if stretches:
        first, last = (each * STEP for each in max(stretches, key=lambda run: run[1] - run[0]))
        three_channels(image[:, first:last], frame[rows, columns][:, first:last])
    for part in (slice(0, first), slice(last, columns.stop - columns.start)):
        if part.start < part.stop:
            laid(image[:, part], frame[rows, columns][:, part])


def _runs(needed: Mask, gap: int = _GAP) -> tuple[tuple[int, int], ...]:
    """Return the stretches of needed cells; gaps narrower than `gap` are not worth another stretch."""
    cells = needed.tobytes()
    found: list[tuple[int, int]] = []
    start = cells.find(1)
    while start >= 0:
        end = cells.find(0, start)
        end = end if end >= 0 else len(cells)
        if found and start - found[-1][1] < gap:
            start = found.pop()[0]
        found.append((start, end))
        start = cells.find(1, end)
    return tuple(found)
