"""The few rectangles of a frame in which a layer shows, so that no pixel is sampled that another one hides.

A cell is a square of `GRID_STEP` pixels of the frame. Knows no scenes.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.parallax import GRID_STEP
from keyreel.engines.motion.imaging.pixels import composite_over, resize, sample_image, to_rgb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray, Mask, UInt8Array

    FramePatch = tuple[slice, slice]
    """Rows and columns of the frame, in pixels; multiples of `GRID_STEP`, but at its far borders."""

_BAND_ROWS: Final = 8
_MIN_GAP: Final = 6
"""In cells: the height of a band of patches, and the narrowest gap that is worth two patches: a patch takes
as long by itself as 5,000 pixels do."""

_COARSE_STEP: Final = 8
"""Pixels of a canvas for each entry of an `OpacityGrid`."""

_CELL_FOOTPRINT: Final = 41
"""Pixels of a canvas, along a side, that one cell may show where it is compressed and warped the most."""


class OpacityGrid:
    """Where on its canvas a layer is opaque, and where it is visible at all, for whole cells of the frame.

    `alpha` is the canvas's opacity, uint8 [height, width], 0 … 255.
    """

    def __init__(self, alpha: UInt8Array) -> None:
        cell = np.ones((_CELL_FOOTPRINT, _CELL_FOOTPRINT), np.uint8)
        self._solid = cv2.erode(alpha, cell)[::_COARSE_STEP, ::_COARSE_STEP] == 255
        self._seen = cv2.dilate(alpha, cell)[::_COARSE_STEP, ::_COARSE_STEP] > 0
        # A position beyond the canvas counts as its border, which is taken as neither opaque nor empty.
        for border in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
            self._solid[border] = False
            self._seen[border] = True

    def classify_cells(
        self, points: FloatArray, view: CameraView, origin: tuple[float, float]
    ) -> tuple[Mask, Mask]:
        """Return the masks of the frame's cells that the layer fills, and of those in which it is seen.

        `points` [rows, columns, 2] are where the view's grid lies on the layer, in units; the resting frame
        starts at `origin` on the canvas, in pixels.
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
    """Return a mask [rows, columns] of all the frame's cells."""
    rows, columns = (ceil(side / GRID_STEP) for side in (view.size.height, view.size.width))
    return np.ones((rows, columns), np.bool_)


def sample_patches(
    image: UInt8Array,
    points: FloatArray,
    needed: Mask,
    *,
    view: CameraView,
    origin: tuple[float, float],
) -> Iterator[tuple[FramePatch, UInt8Array]]:
    """Sample a layer patch by patch: the needed cells of the frame, and few others.

    `image` is the layer's canvas [height, width, channels]; `points` [rows, columns, 2] are where the view's
    grid lies on the layer, in units; the resting frame starts at `origin` on the canvas, in pixels.
    """
    patches = find_patches(needed, view)
    if not patches:
        return
    width, height = view.size.width, view.size.height
    centre = np.array(((width - 1) / 2 + origin[0], (height - 1) / 2 + origin[1]), np.float32)
    around = _find_bounds(patches)
    positions = points[_to_cells(around[0]), _to_cells(around[1])] * np.float32(view.pixels_per_unit) + centre
    # One map for all patches: enlarging the grid for each takes twice the time, as patches share their rims.
    coordinate_map = _enlarge_grid(np.ascontiguousarray(positions, np.float32))
    for rows, columns in patches:
        part = coordinate_map[
            rows.start - around[0].start : rows.stop - around[0].start,
            columns.start - around[1].start : columns.stop - around[1].start,
        ]
        yield (rows, columns), sample_image(image, part)


def _find_bounds(patches: list[FramePatch]) -> FramePatch:
    """Return the smallest rectangle of the frame that has all the patches in it."""
    return (
        slice(min(rows.start for rows, _ in patches), max(rows.stop for rows, _ in patches)),
        slice(min(columns.start for _, columns in patches), max(columns.stop for _, columns in patches)),
    )


def _to_cells(pixels: slice) -> slice:
    """Return the cells that have these pixels of the frame, with one more at each side."""
    # The grid's points begin one cell before the frame.
    return slice(pixels.start // GRID_STEP, ceil(pixels.stop / GRID_STEP) + 2)


def _enlarge_grid(grid: FloatArray) -> CoordinateMap:
    """Return the coordinate map of a grid's cells, without the outermost."""
    rows, columns = grid.shape[:2]
    # A cell has its point in its middle, and resize extrapolates half a cell at each side: one is left out.
    enlarged = resize(grid, columns * GRID_STEP, rows * GRID_STEP)
    return enlarged[GRID_STEP:-GRID_STEP, GRID_STEP:-GRID_STEP]


def find_patches(needed: Mask, view: CameraView) -> list[FramePatch]:
    """Return patches of the frame that cover all needed cells [rows, columns], and few others."""
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
    image: UInt8Array,
    frame: UInt8Array,
    patch: FramePatch,
    filled: Mask,
) -> None:
    """Composite a sampled patch, premultiplied RGBA, over the frame, in place.

    Cells that it fills, a mask of the whole frame's, need no blending.
    """
    rows, columns = patch
    solid = filled[
        rows.start // GRID_STEP : ceil(rows.stop / GRID_STEP),
        columns.start // GRID_STEP : ceil(columns.stop / GRID_STEP),
    ]
    first = last = 0
    runs = _find_runs(np.asarray(solid.all(axis=0)), gap=1)
    if runs:
        first, last = (each * GRID_STEP for each in max(runs, key=lambda run: run[1] - run[0]))
        to_rgb(image[:, first:last], frame[rows, columns][:, first:last])
    for part in (slice(0, first), slice(last, columns.stop - columns.start)):
        if part.start < part.stop:
            composite_over(image[:, part], frame[rows, columns][:, part])


def _find_runs(needed: Mask, gap: int = _MIN_GAP) -> tuple[tuple[int, int], ...]:
    """Return the runs (start, end) of needed cells in a row; gaps narrower than `gap` do not part them."""
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
