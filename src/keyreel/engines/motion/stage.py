"""A still picture as a stage: the plate behind, the subject before it, each with its depth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion import depth, layers, plate
from keyreel.engines.motion.matte import coverage, matte

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera import Pose
    from keyreel.engines.motion.layers import View
    from keyreel.engines.motion.nets import Nets
    from keyreel.engines.motion.plate import Canvas
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]

_SMALLEST: Final = 0.004
_LARGEST: Final = 0.82
_COARSE: Final = 8


@dataclass(frozen=True, slots=True)
class Cutout:
    """The subject on a canvas: its colours, clean of the background's, its opacity, and how near it is."""

    image: Frame
    alpha: FloatArray
    disparity: float
    relief: FloatArray
    box: tuple[float, float, float, float]
    """In units: left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture, parted. `centre` is the subject's, as parts of the frame; `focus` the disparity to hold on to."""

    background: Canvas
    subject: Cutout | None
    centre: tuple[float, float]
    focus: float

    def seen_by(self, pose: Pose, view: View, weather: Callable[[Frame], None] | None = None) -> Frame:
        """Return what the camera sees. `weather` may draw on the plate before the subject covers it."""
        origin = (float(self.background.left), float(self.background.top))
        ground = partial(ground_under, view=view)
        place = layers.looked_at(view.points(), pose, view, ground)
        frame = layers.seen(self.background.image, layers.pixels(place, view, origin))
        if weather:
            weather(frame)
        if self.subject:
            _lay(self.subject, frame, pose, view, origin)
        return frame


def stage(picture: Frame, size: Size, nets: Nets) -> Stage:
    """Part a picture into plate and subject, for frames of this size."""
    picture = _reduced(picture, size)
    alpha = matte(picture, nets)
    centre = _centre_of(alpha)
    whole = plate.canvas(picture, size, centre)
    opacity = plate.canvas(np.asarray(alpha * 255, np.uint8), size, centre).image.astype(np.float32) / 255
    frame_alpha = opacity[whole.top : whole.top + size.height, whole.left : whole.left + size.width]
    if not _SMALLEST < coverage(frame_alpha) < _LARGEST:
        return Stage(whole, None, (0.5, 0.5), 0.5)
    near = depth.stands_at(frame_alpha)
    subject = Cutout(
        _own_colours(whole.image, opacity), opacity, near, _relief(opacity), _box(opacity, whole)
    )
    behind = plate.Canvas(plate.behind(whole.image, opacity), whole.left, whole.top, size, whole.slack)
    return Stage(behind, subject, _centre_of(frame_alpha), near)


def ground_under(place: FloatArray, view: View) -> FloatArray:
    """Return the ground's disparity at places given in units."""
    height = view.size.height
    return depth.ground(np.asarray(place[..., 1] * (view.unit / height) + 0.5, np.float32))


def _reduced(picture: Frame, size: Size) -> Frame:
    """Bring a large picture down to the scale at which it covers the frame: no more of it can be seen."""
    height, width = picture.shape[:2]
    scale = max(size.width / width, size.height / height)
    if scale >= 1:
        return picture
    target = (max(round(width * scale), size.width), max(round(height * scale), size.height))
    return np.asarray(cv2.resize(picture, target, interpolation=cv2.INTER_AREA), np.uint8)


def _centre_of(alpha: FloatArray) -> tuple[float, float]:
    total = float(alpha.sum())
    if total < 1:
        return 0.5, 0.5
    height, width = alpha.shape
    x = float((alpha.sum(axis=0) * (np.arange(width) + 0.5)).sum()) / total / width
    y = float((alpha.sum(axis=1) * (np.arange(height) + 0.5)).sum()) / total / height
    return x, y


def _own_colours(picture: Frame, alpha: FloatArray) -> Frame:
    """Continue the subject's inner colours over its soft edge, which else carries the background along."""
    sure = np.clip((alpha - 0.9) * 10, 0, 1)
    spread = max(picture.shape[1] / 400, 1.5)
    weight = cv2.GaussianBlur(sure, (0, 0), spread) + 1e-3
    inner = cv2.GaussianBlur(picture * sure[..., None], (0, 0), spread) / weight[..., None]
    known = np.clip(cv2.GaussianBlur(sure, (0, 0), spread) * 8, 0, 1) * (1 - sure)
    own = picture * (1 - known[..., None]) + inner * known[..., None]
    return np.asarray(np.clip(own, 0, 255), np.uint8)


def _relief(alpha: FloatArray) -> FloatArray:
    small = cv2.resize(alpha, None, fx=1 / _COARSE, fy=1 / _COARSE, interpolation=cv2.INTER_AREA)
    return depth.relief(np.asarray(small, np.float32))


def _box(alpha: FloatArray, canvas: Canvas) -> tuple[float, float, float, float]:
    unit = float(np.sqrt(canvas.size.width * canvas.size.height)) / 2
    rows = np.flatnonzero((alpha > 0.01).any(axis=1))
    columns = np.flatnonzero((alpha > 0.01).any(axis=0))
    x0, y0 = canvas.left + canvas.size.width / 2, canvas.top + canvas.size.height / 2
    return (
        (int(columns[0]) - x0) / unit,
        (int(rows[0]) - y0) / unit,
        (int(columns[-1]) + 1 - x0) / unit,
        (int(rows[-1]) + 1 - y0) / unit,
    )


def _lay(subject: Cutout, frame: Frame, pose: Pose, view: View, origin: tuple[float, float]) -> None:
    """Draw the subject over the frame, only where it is seen."""

    def nearness(place: FloatArray) -> FloatArray:
        centre = np.array((origin[0] + view.size.width / 2, origin[1] + view.size.height / 2), np.float32)
        where = (place * np.float32(view.unit) + centre) / np.float32(_COARSE) - np.float32(0.5)
        dome = cv2.remap(subject.relief, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(dome + np.float32(subject.disparity), np.float32)

    place = layers.looked_at(view.points(), pose, view, nearness)
    cells = layers.covered_cells(place, subject.box)
    if cells is None:
        return
    where, rows, columns = layers.pixels_of(place, cells, view, origin)
    alpha = np.asarray(cv2.remap(subject.alpha, where, None, cv2.INTER_LINEAR), np.float32)
    over = layers.seen(subject.image, where)
    frame[rows, columns] = plate.blended(over, np.ascontiguousarray(frame[rows, columns]), alpha)
