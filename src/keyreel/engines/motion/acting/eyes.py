"""One eye of an image, whose lid closes and whose iris moves; painted in pixels, so that lids stay sharp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import remap, smoothstep_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array


class EyeLandmarks(NamedTuple):
    """The landmarks of one eye, each row from the left to the right of an upright image."""

    upper_lid: tuple[int, ...]
    lower_lid: tuple[int, ...]
    brow: tuple[int, ...]


RIGHT_EYE: Final = EyeLandmarks(
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (46, 53, 52, 65, 55),
)
LEFT_EYE: Final = EyeLandmarks(
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
    (362, 382, 381, 380, 374, 373, 390, 249, 263),
    (285, 295, 282, 283, 276),
)
"""The person's own right and left."""

MIN_OPENNESS: Final = 0.14
"""Height of an opening, in widths of the eye, below which it counts as closed."""

_MIN_LID_BRIGHTNESS: Final = 0.4
"""Brightness of the skin above a lid, in parts of the cheek's, below which it is taken for dark glass."""

_LASH_SHARE: Final = 0.14
"""Height of the upper lid's dark edge, which moves with it, in heights of the opening."""

_RIM_SHARE: Final = 0.2
"""Height of the skin above the lid's edge that moves with it unstretched, in heights of the opening."""

_LID_TOP_SHARE: Final = 0.2
"""Where the skin that stretches begins, as a part of the way from the brow down to the lid."""

_CLOSED_SHARE: Final = 0.94
"""How much of the opening the upper lid covers when it is shut."""

_SIDE_MARGIN: Final = 0.15
_LOWER_MARGIN: Final = 0.35
"""How far the painted part reaches beyond the eye, in widths of it."""


class Eye:
    """One eye on a canvas.

    `landmarks` is float32 [468, 3] in pixels of the canvas, whose size, width and height, is `canvas_size`.
    """

    def __init__(self, landmarks: FloatArray, indices: EyeLandmarks, canvas_size: tuple[int, int]) -> None:
        upper, lower, brow = (landmarks[list(row), :2] for row in indices)
        self._corner = upper[0]
        across = upper[-1] - upper[0]
        self.width = float(np.linalg.norm(across))
        self._right = across / np.float32(max(self.width, 1e-3))
        self._upper = _fit_lid(*self._to_eye(upper))
        self._lower = _fit_lid(*self._to_eye(lower))
        self._brow = self._to_eye(brow)
        middle = np.float32(0.5)
        self.openness = float(np.polyval(self._lower, middle) - np.polyval(self._upper, middle)) / max(
            self.width, 1e-3
        )
        self.part = self._find_part(np.vstack((upper, lower, brow)), canvas_size)
        self._rows = self._build_rows()

    def is_open(self, canvas: UInt8Array, cheek: NDArray[np.float32]) -> bool:
        """Say whether the eye is seen, open, below a lid of bare skin like that of the cheek at a point."""
        lid = self._corner + self._right * (self.width / 2)
        brow_height = float(self._brow[1].mean())
        top = float(np.polyval(self._upper, 0.5))
        down = np.array((-self._right[1], self._right[0]))
        lid = lid + down * (top + 0.4 * (brow_height - top))
        bright, usual = _read_brightness(canvas, lid), _read_brightness(canvas, cheek)
        return self.openness > MIN_OPENNESS and bright > _MIN_LID_BRIGHTNESS * usual

    def paint(
        self, source: UInt8Array, target: UInt8Array, *, closed: float, gaze: tuple[float, float]
    ) -> None:
        """Paint the eye, closed by 0.0 … 1.0, its iris moved right and down by `gaze`, in widths of the eye.

        Both images are the canvas's part, RGBA, uint8; the source shows the eye as it was given.
        """
        _, down, upper, lower, top = self._rows
        lash = upper + np.float32(_LASH_SHARE) * (lower - upper)
        if any(gaze):
            self._paint_iris(source, target, gaze)
        if closed <= 0:
            return
        edge = lash + (lower - lash) * np.float32(_CLOSED_SHARE * closed)
        # The edge with its lashes and the shadow above it moves as it is; bare skin above them stretches.
        rim = lash - upper + np.float32(_RIM_SHARE) * (lower - upper)
        skin, shift = np.maximum(lash - rim - top, 0.5), edge - lash
        stretched = np.clip((down - top) / (skin + shift), 0, 1) * shift
        move = np.where(down > top, -stretched, 0).astype(np.float32)
        lid = self._sample(source, np.zeros_like(move), move)
        covers = np.where(edge - lash > 0.05, np.clip(edge - down + 0.5, 0, 1), 0)
        _lay_over(lid, target, np.asarray(covers * (down > top), np.float32))

    def _paint_iris(self, source: UInt8Array, target: UInt8Array, gaze: tuple[float, float]) -> None:
        """Move what shows between the lids; it stays in place at the corners."""
        across, down, upper, lower, _ = self._rows
        height = np.maximum(lower - upper, 1e-3)
        inside = np.clip(down - upper - height * np.float32(_LASH_SHARE) + 0.5, 0, 1) * np.clip(
            lower - down + 0.5, 0, 1
        )
        inside = inside * smoothstep_array(height / np.float32(self.width), 0.04, 0.1)
        window = np.clip(1 - (2 * across - 1) ** 4, 0, 1) * np.float32(self.width)
        move_x, move_y = (np.asarray(-window * np.float32(part), np.float32) for part in gaze)
        _lay_over(self._sample(source, move_x, move_y), target, np.asarray(inside, np.float32))

    def _sample(self, source: UInt8Array, across: FloatArray, down: FloatArray) -> UInt8Array:
        """Sample the part at offsets right and down along the eye's axes, in pixels."""
        x, y = self._right
        offsets = np.dstack((across * x - down * y, across * y + down * x)).astype(np.float32)
        return np.asarray(remap(source, offsets, cv2.BORDER_REPLICATE, relative=True), np.uint8)

    def _to_eye(self, points: NDArray[np.float32]) -> tuple[FloatArray, FloatArray]:
        """Return points in the eye's frame: 0.0 … 1.0 from corner to corner, and pixels down."""
        offset = points - self._corner
        across = offset @ self._right / np.float32(max(self.width, 1e-3))
        down = offset @ np.array((-self._right[1], self._right[0]), np.float32)
        return np.asarray(across, np.float32), np.asarray(down, np.float32)

    def _find_part(self, points: NDArray[np.float32], canvas_size: tuple[int, int]) -> tuple[slice, slice]:
        margin = np.array((_SIDE_MARGIN, _LOWER_MARGIN)) * self.width
        low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
        high = np.minimum(np.ceil(points.max(axis=0) + margin), canvas_size).astype(int)
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))

    def _build_rows(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return for each pixel its place across and down, both lids, and the stretching skin's top."""
        rows, columns = self.part
        x, y = np.meshgrid(
            np.arange(columns.start, columns.stop, dtype=np.float32),
            np.arange(rows.start, rows.stop, dtype=np.float32),
        )
        across, down = self._to_eye(np.dstack((x, y)).reshape(-1, 2))
        across, down = across.reshape(x.shape), down.reshape(x.shape)
        inner = np.clip(across, 0, 1)
        upper = np.polyval(self._upper, inner).astype(np.float32)
        lower = np.maximum(np.polyval(self._lower, inner), upper).astype(np.float32)
        brow = np.minimum(np.interp(inner, *self._brow), upper - 1)
        top = brow + (upper - brow) * _LID_TOP_SHARE
        return across, down, upper, lower, np.asarray(top, np.float32)


def _fit_lid(across: FloatArray, down: FloatArray) -> NDArray[np.float64]:
    """Fit a lid's edge: pixels down as a polynomial of the place across, 0.0 … 1.0, 0 at both corners."""
    weights = np.ones(len(across))
    weights[[0, -1]] = 20
    return np.polyfit(across, down, 4, w=weights)


def _read_brightness(canvas: UInt8Array, point: NDArray[np.floating]) -> float:
    """Return the mean brightness, 0 … 255, around a point of the canvas."""
    x, y = (max(round(float(each)), 2) for each in point)
    around = canvas[y - 2 : y + 3, x - 2 : x + 3, :3]
    return float(around.mean()) if around.size else 0.0


def _lay_over(layer: UInt8Array, target: UInt8Array, opacity: FloatArray) -> None:
    """Blend a layer over the target of the same shape, in place."""
    np.copyto(target, cv2.blendLinear(layer, target, opacity, np.float32(1) - opacity))
