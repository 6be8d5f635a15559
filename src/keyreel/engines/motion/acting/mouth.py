"""The mouth of a face, which smiles and speaks: the lower face bends, and the jaw opens a dark gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import remap, resize, smoothstep_array
from keyreel.engines.motion.networks.faces import CHIN, LEFT_CHEEK, RIGHT_CHEEK

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array
    from keyreel.engines.motion.networks.faces import Face

_RIGHT_CORNER, _LEFT_CORNER = 61, 291
_INNER_LOWER_LIP: Final = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_CHEEKS: Final = (50, 280)
_NOSE_BASE: Final = 2
_LIPS: Final = (0, 17, 37, 267, 84, 314)
"""Landmarks."""

_GRID_STEP: Final = 4
"""Pixels of the canvas between the points at which the smile's bend is computed."""

_CORNER_RISE: Final = 0.035
_CORNER_SPREAD: Final = 0.032
_CHEEK_RISE: Final = 0.016
_SMILE_REACH: Final = 0.15
"""How far a full smile moves the mouth's corners and the cheeks, and how far around; in face widths."""

_JAW_DROP: Final = 0.052
"""How far the jaw drops at its widest, in widths of the face: people who speak open less than half of it."""

_DARK_GAP: Final = 0.025
"""Height of the gap from which it is fully dark, in widths of the face."""

_NECK_REACH: Final = 0.3
"""How far below the chin the jaw's movement dies away, in widths of the face."""


class Mouth:
    """The mouth of a face whose landmarks are in pixels of a canvas of this size, width and height."""

    def __init__(self, face: Face, canvas_size: tuple[int, int]) -> None:
        self._points = np.asarray(face.landmarks[:, :2], np.float32)
        self._face_width = face.width
        self._corners = self._points[[_RIGHT_CORNER, _LEFT_CORNER]]
        across = self._corners[1] - self._corners[0]
        self._width = float(np.linalg.norm(across))
        self._right = across / np.float32(max(self._width, 1e-3))
        self._down = np.array((-self._right[1], self._right[0]), np.float32)
        self.part = self._find_part(canvas_size)
        self._smile = self._build_smile()
        self._drop, self._below, self._gap = self._build_jaw()

    def paint(self, source: UInt8Array, target: UInt8Array, *, smile: float, jaw: float) -> None:
        """Paint the lower face with a smile and an open jaw, each 0.0 … 1.0.

        Both images are the canvas's part, RGBA, uint8; the source shows the face as it was given.
        """
        offsets = self._smile * np.float32(smile)
        if jaw > 0:
            opening = self._gap * np.float32(jaw)
            moved = self._below >= opening
            offsets = offsets - np.where(moved, self._drop * np.float32(jaw), 0)[..., None] * self._down
        bent = remap(source, np.asarray(offsets, np.float32), cv2.BORDER_REPLICATE, relative=True)
        np.copyto(target, np.asarray(bent, np.uint8))
        if jaw > 0:
            self._paint_gap(source, target, np.asarray(opening, np.float32))

    def _paint_gap(self, source: UInt8Array, target: UInt8Array, opening: FloatArray) -> None:
        """Darken what opens between the lips."""
        inside = np.clip(self._below + 0.5, 0, 1) * np.clip(opening - self._below + 0.5, 0, 1)
        inside = (inside * np.clip(opening / np.float32(_DARK_GAP * self._face_width), 0, 1)).astype(
            np.float32
        )
        rows, columns = self.part
        spots = (self._points[list(_LIPS)] - (columns.start, rows.start)).round().astype(int)
        colours = [
            source[y, x, :3] for x, y in spots if 0 <= y < source.shape[0] and 0 <= x < source.shape[1]
        ]
        lips = np.mean(colours, axis=0) if colours else np.array((110.0, 70.0, 70.0))
        dark = np.zeros_like(target)
        dark[..., :3] = np.clip(lips * (0.30, 0.20, 0.20), 0, 255).astype(np.uint8)
        dark[..., 3] = 255
        np.copyto(target, cv2.blendLinear(dark, target, inside, np.float32(1) - inside))

    def _find_part(self, canvas_size: tuple[int, int]) -> tuple[slice, slice]:
        points = self._points[[RIGHT_CHEEK, LEFT_CHEEK, CHIN, _NOSE_BASE]]
        chin = self._points[CHIN] + self._down * np.float32(_NECK_REACH * self._face_width)
        low, high = np.minimum(points.min(axis=0), chin), np.maximum(points.max(axis=0), chin)
        low[1] = min(self._points[_NOSE_BASE, 1], self._corners[:, 1].min() - 0.22 * self._face_width)
        low, high = np.maximum(low, 0).astype(int), np.minimum(high, canvas_size).astype(int)
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def _list_pixels(self, step: int) -> FloatArray:
        """Return every `step`-th pixel of the part, float32 [rows, columns, 2], x and y on the canvas."""
        rows, columns = self.part
        centre = (step - 1) / 2
        x, y = np.meshgrid(
            np.arange(columns.start, columns.stop, step, dtype=np.float32) + np.float32(centre),
            np.arange(rows.start, rows.stop, step, dtype=np.float32) + np.float32(centre),
        )
        return np.dstack((x, y))

    def _build_smile(self) -> FloatArray:
        """Return where a full smile takes its pixels from, as offsets [rows, columns, 2], 0 at the border."""
        pixels = self._list_pixels(_GRID_STEP)
        bend = np.zeros_like(pixels)
        size = np.float32(self._face_width)
        for corner, outwards in zip(self._corners, (-1, 1), strict=True):
            push = self._right * np.float32(outwards * _CORNER_SPREAD) - self._down * np.float32(_CORNER_RISE)
            bend -= _fall_off(pixels, corner, self._face_width * _SMILE_REACH)[..., None] * push * size
        for cheek in self._points[list(_CHEEKS)]:
            bend += (
                _fall_off(pixels, cheek, self._face_width * _SMILE_REACH)[..., None]
                * self._down
                * size
                * np.float32(_CHEEK_RISE)
            )
        bend *= _fade_border(pixels.shape[:2])[..., None]
        rows, columns = self.part
        grown = resize(bend, pixels.shape[1] * _GRID_STEP, pixels.shape[0] * _GRID_STEP)
        return grown[: rows.stop - rows.start, : columns.stop - columns.start]

    def _build_jaw(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return maps [rows, columns], in pixels: how far each drops, its depth below the lips, the gap."""
        offset = self._list_pixels(1) - self._corners[0]
        across, down = offset @ self._right / np.float32(self._width), offset @ self._down
        lip = self._points[list(_INNER_LOWER_LIP)] - self._corners[0]
        along = np.asarray(lip @ self._right / self._width, np.float64)
        seam = np.interp(across, along, lip @ self._down)
        chin = float((self._points[CHIN] - self._corners[0]) @ self._down)
        part = np.clip((down - seam) / max(chin - float(np.mean(lip @ self._down)), 1), 0, 2)
        drop = np.float32(_JAW_DROP * self._face_width)
        narrow = np.clip(1 - (2 * across - 1) ** 2, 0, 1)
        wide = np.exp(-(((across - 0.5) / 0.85) ** 2) * 1.2)
        spread = smoothstep_array(part, 0.0, 0.7)
        below_chin = smoothstep_array(
            np.asarray(down - chin, np.float32), 0.0, _NECK_REACH * self._face_width
        )
        moves = ((1 - spread) * narrow + spread * wide) * (1 - below_chin) * drop
        moves = moves * _fade_border(moves.shape)
        return (
            np.asarray(moves, np.float32),
            np.asarray(down - seam, np.float32),
            np.asarray(narrow * drop, np.float32),
        )


def _fall_off(pixels: FloatArray, centre: FloatArray, reach: float) -> FloatArray:
    """Return 1.0 at a point and less around it, as a Gaussian of this reach in pixels."""
    distance = ((pixels - centre) ** 2).sum(axis=-1)
    return np.asarray(np.exp(-distance / np.float32(2 * reach**2)), np.float32)


def _fade_border(shape: tuple[int, ...]) -> FloatArray:
    """Return a window [rows, columns] of 1.0 that falls to 0.0 at the border, so that no seam is seen."""
    sides = [np.clip(np.minimum(np.arange(n), n - 1 - np.arange(n)) / max(n * 0.14, 1), 0, 1) for n in shape]
    rows, columns = (smoothstep_array(side, 0.0, 1.0) for side in sides)
    return np.asarray(rows[:, None] * columns[None, :], np.float32)
