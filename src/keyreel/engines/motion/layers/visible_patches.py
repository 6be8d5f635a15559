"""Patches: the few rectangles in which a layer shows, so that no pixel is fetched that another one hides."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.parallax import GRID_STEP
from keyreel.engines.motion.imaging.pixels import composite_over, resize, sample_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask

    FramePatch = tuple[slice, slice]
    """Rows and columns of the frame, in pixels."""

_BAND_ROWS: Final = 4
_MIN_GAP: Final = 4
_COARSE_STEP: Final = 8
_CELL_FOOTPRINT: Final = 41
"""Pixels of a canvas that one cell of the frame may show, where it is squeezed and warped the most."""


class OpacityGrid:
    """Where on its canvas a layer is solid, and where it is anything at all, for whole cells of the frame."""

    def __init__(self, alpha: NDArray[np.uint8]) -> None:
        cell = np.ones((_CELL_FOOTPRINT, _CELL_FOOTPRINT), np.uint8)
        self._solid = cv2.erode(alpha, cell)[::_COARSE_STEP, ::_COARSE_STEP] == 255
        self._seen = cv2.dilate(alpha, cell)[::_COARSE_STEP, ::_COARSE_STEP] > 0
        # A place beyond the canvas counts as its border, of which nothing is sure.
        for border in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
            self._solid[border] = False
            self._seen[border] = True

    def classify_cells(
        self, points: FloatArray, view: CameraView, origin: tuple[float, float]
    ) -> tuple[Mask, Mask]:
        """Return which of the frame's cells the layer fills, and in which it is seen.

        `place` is where the points of the view's grid are on the layer, in units.
        """
        inner = points[1:-1, 1:-1]
        columns = inner[..., 0] * view.pixels_per_unit + (view.size.width / 2 + origin[0])
        rows = inner[..., 1] * view.pixels_per_unit + (view.size.height / 2 + origin[1])
        y, x = (
            np.clip(np.rint(each * (1 / _COARSE_STEP)), 0, most - 1).astype(np.intp)
            for each, most in zip((rows, columns), self._solid.shape, strict=True)
        )
        return self._solid[y, x], self._seen[y, x]


def create_full_mask(view: CameraView) -> Mask:
    """Return all of the frame's cells."""
    rows, columns = (ceil(side / GRID_STEP) for side in (view.size.height, view.size.width))
    return np.ones((rows, columns), np.bool_)


def sample_patches(
    image: NDArray[np.uint8],
    points: FloatArray,
    needed: Mask,
    *,
    view: CameraView,
    origin: tuple[float, float],
) -> Iterator[tuple[FramePatch, NDArray[np.uint8]]]:
    """Fetch a layer patch by patch: the needed cells of the frame, and few others.

    `place` is where the points of the view's grid are on the layer, in units; the resting frame starts at
    `origin` there.
    """
    found = find_patches(needed, view)
    if not found:
        return
    top, left = (min(patch[axis].start for patch in found) for axis in (0, 1))
    end, right = (ceil(max(patch[axis].stop for patch in found) / GRID_STEP) for axis in (0, 1))
    width, height = view.size.width, view.size.height
    centre = np.array(((width - 1) / 2 + origin[0], (height - 1) / 2 + origin[1]), np.float32)
    # A cell has its point in its middle, and resize extrapolates half a cell at each side: leave one out.
    around = points[top // GRID_STEP : end + 2, left // GRID_STEP : right + 2]
    coarse = np.ascontiguousarray(around * np.float32(view.pixels_per_unit) + centre, np.float32)
    coordinate_map = resize(coarse, coarse.shape[1] * GRID_STEP, coarse.shape[0] * GRID_STEP)
    y, x = top - GRID_STEP, left - GRID_STEP
    for down, across in found:
        part = coordinate_map[down.start - y : down.stop - y, across.start - x : across.stop - x]
        yield (down, across), sample_image(image, part)


def find_patches(needed: Mask, view: CameraView) -> list[FramePatch]:
    """Return patches of the frame that hold all needed cells, and few others."""
    bands: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    for top in range(0, needed.shape[0], _BAND_ROWS):
        end = min(top + _BAND_ROWS, needed.shape[0])
        runs = _find_runs(np.asarray(needed[top:end].any(axis=0)))
        if bands and bands[-1][2] == runs:
            bands[-1] = bands[-1][0], end, runs
        else:
            bands.append((top, end, runs))
    height, width = view.size.height, view.size.width
    return [
        (
            slice(top * GRID_STEP, min(end * GRID_STEP, height)),
            slice(left * GRID_STEP, min(right * GRID_STEP, width)),
        )
        for top, end, runs in bands
        for left, right in runs
    ]


def draw_patch(
    image: NDArray[np.uint8],
    frame: NDArray[np.uint8],
    patch: FramePatch,
    filled: Mask,
) -> None:
    """Lay a fetched patch, premultiplied RGBA, over the frame; cells that it fills need no mixing."""
    rows, columns = patch
    solid = filled[
        rows.start // GRID_STEP : ceil(rows.stop / GRID_STEP),
        columns.start // GRID_STEP : ceil(columns.stop / GRID_STEP),
    ]
    first = last = 0
    stretches = _find_runs(np.asarray(solid.all(axis=0)), gap=1)
    if stretches:
        first, last = (each * GRID_STEP for each in max(stretches, key=lambda run: run[1] - run[0]))
        to_rgb(image[:, first:last], frame[rows, columns][:, first:last])
    for part in (slice(0, first), slice(last, columns.stop - columns.start)):
        if part.start < part.stop:
            composite_over(image[:, part], frame[rows, columns][:, part])


def _find_runs(needed: Mask, gap: int = _MIN_GAP) -> tuple[tuple[int, int], ...]:
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
