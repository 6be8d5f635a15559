"""A still picture as a stage: the plate behind, the subject before it, each with its depth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.effects.water_and_clouds import currents
from keyreel.engines.motion.imaging.pixels import (
    bytes_of,
    fetched,
    four_channels,
    premultiplied,
    resized,
    step,
    three_channels,
)
from keyreel.engines.motion.layers import background as plate
from keyreel.engines.motion.layers import depth
from keyreel.engines.motion.layers.visible_patches import Opacity, everywhere, lay, seen
from keyreel.engines.motion.networks.matting import coverage, matte
from keyreel.engines.motion.subjects.cutouts import clean_edges

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.engines.motion.effects.water_and_clouds import Currents
    from keyreel.engines.motion.effects.wind import Breeze
    from keyreel.engines.motion.layers.background import Canvas
    from keyreel.engines.motion.layers.visible_patches import Mask
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]

_SMALLEST: Final = 0.004
_LARGEST: Final = 0.82
_CLOSE: Final = 0.35
_BAY: Final = 0.16
_EDGE: Final = 3
_COARSE: Final = 8
_SEEN: Final = 0.01
_HEADROOM: Final = 0.07
_STILL: Final = 0.02
"""Pixels a second below which water stands still."""


@dataclass(frozen=True, slots=True)
class Cutout:
    """The subject on a canvas: its colours, clean of the background's, with opacity, and how near it is."""

    image: Frame
    """Premultiplied, [height, width, 4]."""
    opacity: Opacity
    disparity: float
    relief: FloatArray
    box: tuple[float, float, float, float]
    """In units: left, top, right, bottom."""
    origin: tuple[float, float]
    """Where the resting frame starts on the canvas, in pixels."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture, parted.

    `whole` and `ground` are RGBA (four channels are fetched in half the time of three), with and without the
    subject. `centre` is the subject's, as parts of the frame; `focus` the disparity that an orbit holds.
    """

    background: Canvas
    whole: Frame
    ground: Frame
    subject: Cutout | None
    centre: tuple[float, float]
    focus: float
    currents: Currents | None = None
    breeze: Breeze | None = None

    def seen_by(
        self,
        pose: Pose,
        view: View,
        weather: Callable[[Frame], None] | None = None,
        *,
        seconds: float = 0.0,
        drift: tuple[float, float] = (0.0, 0.0),
    ) -> Frame:
        """Return what the camera sees at a time. `weather` may draw on the plate before the subject.

        `drift` is how far the subject has moved by itself, in units.
        """
        points = view.points()
        if not self.subject:
            frame = self._grounded(self.ground, points, pose, view, seconds=seconds)
            if weather:
                weather(frame)
            return frame
        place = parallax.looked_at(points, pose, view, partial(_nearness, self.subject, view))
        place = np.asarray(place - np.array(drift, np.float32), np.float32)
        if self.breeze:
            place = self.breeze.pushed(place, seconds, _give(self.subject, place, view))
        filled, shows = self.subject.opacity.at(place, view, self.subject.origin)
        frame = self._grounded(self.ground, points, pose, view, seconds=seconds, needed=~filled)
        if weather:
            weather(frame)
        for patch, pixels in seen(self.subject.image, place, shows, view=view, origin=self.subject.origin):
            lay(pixels, frame, patch, filled)
        return frame

    def undivided(self, pose: Pose, view: View, *, seconds: float = 0.0) -> Frame:
        """Return the picture as if all of it lay on the ground: at rest it is the picture, to the pixel."""
        return self._grounded(self.whole, view.points(), pose, view, seconds=seconds)

    def _grounded(  # noqa: PLR0913 - what is seen, from where, when, and how much of it
        self,
        image: Frame,
        points: FloatArray,
        pose: Pose,
        view: View,
        *,
        seconds: float,
        needed: Mask | None = None,
    ) -> Frame:
        """Return the frame of what lies on the ground; cells that are not needed hold anything."""
        place = parallax.looked_at(points, pose, view, partial(ground_under, view=view))
        origin = float(self.background.left), float(self.background.top)
        needed = everywhere(view) if needed is None else needed
        if self.breeze:
            place = self.breeze.pushed(place, seconds, _over(self.breeze.softness, place, view))
        frame = np.empty((view.size.height, view.size.width, 3), np.uint8)
        if self.currents is None:
            for patch, pixels in seen(image, place, needed, view=view, origin=origin):
                three_channels(pixels, frame[patch])
            return frame
        velocity = _over(self.currents.velocity, place, view) * np.float32(view.half[0] * 2)
        (shift, weight), (other, rest) = self.currents.turns(seconds)
        for patch, pixels in seen(image, _moved(place, velocity, shift), needed, view=view, origin=origin):
            three_channels(pixels, frame[patch])
        flowing = needed & (_fastest(velocity) * view.unit > _STILL)
        if rest:
            for patch, pixels in seen(
                image, _moved(place, velocity, other), flowing, view=view, origin=origin
            ):
                here = frame[patch]
                cv2.addWeighted(here, weight, three_channels(pixels), rest, 0, dst=here)
        return frame


def stage(picture: Frame, size: Size, nets: Nets) -> Stage:
    """Part a picture into plate and subject, for frames of this size."""
    picture = _reduced(picture, size)
    alpha = matte(picture, nets)
    centre = _focus_of(alpha, size)
    whole = plate.canvas(picture, size, centre)
    opacity = np.asarray(
        plate.canvas(bytes_of(alpha * 255), size, centre).image / np.float32(255), np.float32
    )
    frame_alpha = opacity[whole.top : whole.top + size.height, whole.left : whole.left + size.width]
    if coverage(frame_alpha) > _CLOSE:
        opacity = _closed(opacity)
    if not _SMALLEST < coverage(frame_alpha) < _LARGEST:
        undivided = four_channels(whole.image)
        return Stage(whole, undivided, undivided, None, (0.5, 0.5), 0.5, currents(whole.window, None))
    near = depth.stands_at(frame_alpha)
    origin = (float(whole.left), float(whole.top))
    image = premultiplied(clean_edges(whole.image, opacity), opacity)
    subject = Cutout(
        image,
        Opacity(np.asarray(cv2.extractChannel(image, 3), np.uint8)),
        near,
        _relief(opacity),
        _box(opacity, whole),
        origin,
    )
    behind = plate.behind(whole, opacity)
    flows = currents(whole.window, frame_alpha)
    return Stage(
        behind,
        four_channels(whole.image),
        four_channels(behind.image),
        subject,
        _centre_of(frame_alpha),
        near,
        flows,
    )


def _closed(opacity: FloatArray) -> FloatArray:
    """Fill the bays and holes of a subject seen close up, where a matte loses what is dim or blurred."""
    height, width = opacity.shape
    small = resized(opacity, width // _COARSE, height // _COARSE)
    reach = max(round(max(small.shape) * _BAY), 3)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    filled = cv2.morphologyEx(small, cv2.MORPH_CLOSE, around, borderType=cv2.BORDER_REPLICATE)
    gap = cv2.dilate(step(filled - small, 0.2, 0.5), np.ones((_EDGE, _EDGE), np.uint8))
    return np.maximum(opacity, resized(np.asarray(gap, np.float32), width, height))


def _fastest(velocity: FloatArray) -> FloatArray:
    """Return the greatest speed in and around each of the frame's cells."""
    speed = np.ascontiguousarray(np.abs(velocity).max(axis=-1), np.float32)
    return np.asarray(cv2.dilate(speed, np.ones((3, 3), np.uint8)), np.float32)[1:-1, 1:-1]


def _moved(place: FloatArray, velocity: FloatArray, seconds: float) -> FloatArray:
    return np.asarray(place - velocity * np.float32(seconds), np.float32)


def _give(subject: Cutout, place: FloatArray, view: View) -> FloatArray:
    """Return how far each place of a subject gives way to wind: its edges and what is high above its foot."""
    top, foot = subject.box[1], subject.box[3]
    high = np.clip((foot - place[..., 1]) / (foot - top), 0, 1)
    inner = (_nearness(subject, view, place) - np.float32(subject.disparity)) / np.float32(depth.RELIEF)
    return np.asarray(high**1.4 * (1 - 0.8 * np.clip(inner, 0, 1)), np.float32)


def _over(found_in: FloatArray, place: FloatArray, view: View) -> FloatArray:
    """Return what a small map of the resting frame says at places in units."""
    height, width = found_in.shape[:2]
    frame = np.array((view.size.width, view.size.height), np.float32) / np.float32(view.unit)
    where = (place / frame + np.float32(0.5)) * np.array((width, height), np.float32) - np.float32(0.5)
    return fetched(found_in, np.asarray(where, np.float32), cv2.BORDER_REPLICATE)


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
    return resized(picture, *target)


def _centre_of(alpha: FloatArray) -> tuple[float, float]:
    total = float(alpha.sum())
    if total < 1:
        return 0.5, 0.5
    height, width = alpha.shape
    x = float((alpha.sum(axis=0) * (np.arange(width) + 0.5)).sum()) / total / width
    y = float((alpha.sum(axis=1) * (np.arange(height) + 0.5)).sum()) / total / height
    return x, y


def _focus_of(alpha: FloatArray, size: Size) -> tuple[float, float]:
    """Return what a crop should centre on: the subject, or its upper part (the head) where it is too tall."""
    x, y = _centre_of(alpha)
    rows = np.flatnonzero((alpha > 0.5).any(axis=1))
    if not rows.size:
        return x, y
    height, width = alpha.shape
    shown = size.height / max(size.width / width, size.height / height) / height
    top, bottom = int(rows[0]) / height, (int(rows[-1]) + 1) / height
    headroom = top - _HEADROOM * shown + shown / 2
    return x, min(headroom, y) if bottom - top > shown else y


def _relief(alpha: FloatArray) -> FloatArray:
    return depth.relief(resized(alpha, alpha.shape[1] // _COARSE, alpha.shape[0] // _COARSE))


def _box(alpha: FloatArray, canvas: Canvas) -> tuple[float, float, float, float]:
    unit = sqrt(canvas.size.width * canvas.size.height) / 2
    rows = np.flatnonzero((alpha > _SEEN).any(axis=1))
    columns = np.flatnonzero((alpha > _SEEN).any(axis=0))
    x0, y0 = canvas.left + canvas.size.width / 2, canvas.top + canvas.size.height / 2
    return (
        (int(columns[0]) - x0) / unit,
        (int(rows[0]) - y0) / unit,
        (int(columns[-1]) + 1 - x0) / unit,
        (int(rows[-1]) + 1 - y0) / unit,
    )


def _nearness(subject: Cutout, view: View, place: FloatArray) -> FloatArray:
    """Return the disparity of the subject's own surface at places given in units."""
    centre = np.array(
        (subject.origin[0] + view.size.width / 2, subject.origin[1] + view.size.height / 2), np.float32
    )
    where = (place * np.float32(view.unit) + centre) / np.float32(_COARSE) - np.float32(0.5)
    dome = fetched(subject.relief, where, cv2.BORDER_REPLICATE)
    return np.asarray(dome + np.float32(subject.disparity), np.float32)
