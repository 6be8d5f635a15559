"""A drawn view with depth: a plate larger and finer than the frame, and planes that stand before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax
from keyreel.engines.motion.imaging.pixels import blurred, three_channels
from keyreel.engines.motion.layers.visible_patches import Opacity, everywhere, lay, seen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]

ASIDE: Final = 0.22
BEYOND: Final = 0.16
"""How far a canvas reaches beyond the frame at the sides, and above and below, in parts of the frame's."""
FINER: Final = 1.25
"""Pixels of the plate in one of the frame: a camera that goes in finds more detail, not blur."""
_FAR: Final = 0.10
_RISE: Final = 1.15
_LEVER: Final = 1.6


@dataclass(frozen=True, slots=True)
class Relief:
    """How near each place of a plate is: by how far below the horizon, beside the middle or above it lies.

    `ground`, `side` and `above` are the disparities that these add at the frame's edges.
    """

    horizon: float
    ground: float = 0.85
    side: float = 0.0
    above: float = 0.0

    def at(self, place: FloatArray, view: View) -> FloatArray:
        """Return the disparity at places [rows, columns, 2], in units."""
        half = view.half
        down = place[..., 1] / np.float32(2 * half[1]) + np.float32(0.5)
        below = np.clip((down - self.horizon) / (1 - self.horizon), 0, 1.3) ** np.float32(_RISE)
        near = below * np.float32(self.ground)
        if self.side:
            aside = np.clip(np.abs(place[..., 0]) / np.float32(half[0]), 0, 1.3) ** np.float32(_RISE)
            near = np.maximum(near, aside * np.float32(self.side))
        if self.above:
            over = np.clip((self.horizon - down) / self.horizon, 0, 1.3) ** np.float32(_RISE)
            near = np.maximum(near, over * np.float32(self.above))
        return np.asarray(np.float32(_FAR) + near, np.float32)


@dataclass(frozen=True, slots=True)
class Plane:
    """What stands at one depth: premultiplied RGBA on a canvas of the frame's own fineness.

    `sway` is how far its loose end moves in the air, in units; it is rooted below where `rooted` is 1.0,
    hangs from above at -1.0, floats as a whole at 0.0. `heave` is how high the waves are that run through it.
    `drift` is its own way, in units a second.
    """

    image: Frame
    opacity: Opacity
    disparity: float
    sway: float = 0.0
    rooted: float = 1.0
    drift: tuple[float, float] = (0.0, 0.0)
    phase: float = 0.0
    heave: float = 0.0

    def moved(self, place: FloatArray, view: View, seconds: float) -> FloatArray:
        """Return where on the plane each place is at a time, when the air has moved it."""
        x, y = place[..., 0], place[..., 1]
        lever = np.ones((), np.float32)
        if self.rooted:
            tall = np.float32(2 * view.half[1])
            away = np.float32(0.5) - np.float32(self.rooted) * y / tall
            lever = np.clip(away, 0, 1.3) ** np.float32(_LEVER)
        turn = np.float32(tau * 0.21 * seconds + self.phase)
        gust = np.sin(turn + x * np.float32(1.3)) + np.float32(0.4) * np.sin(
            turn * np.float32(2.7) + y * np.float32(3.1) + x * np.float32(2.0)
        )
        bend = gust * lever * np.float32(self.sway)
        across = x - bend - np.float32(self.drift[0] * seconds)
        down = y - np.float32(0.22) * bend - np.float32(self.drift[1] * seconds)
        if self.heave:
            run = x * np.float32(2.4) - np.float32(tau * 0.17 * seconds) + np.float32(self.phase)
            down = down - np.float32(self.heave) * (
                np.sin(run) + np.float32(0.4) * np.sin(run * np.float32(2.3))
            )
        return np.moveaxis(np.stack((across, down)).astype(np.float32), 0, -1)


@dataclass(frozen=True, slots=True)
class Look:
    """What the camera saw of a plate: colours, what it is made of, and where each grid point lies on it."""

    frame: Frame
    material: NDArray[np.uint8]
    place: FloatArray


@dataclass(frozen=True, slots=True)
class Vista:
    """A plate and its planes, far ones first. The plate's fourth channel tells its materials apart."""

    plate: Frame
    relief: Relief
    planes: tuple[Plane, ...]
    size: Size

    @property
    def view(self) -> View:
        """The camera's window on it."""
        across, down = apron(self.size)
        return parallax.view_of(self.size, (across, down, across, down), 1.0)

    def seen_by(self, pose: Pose) -> Look:
        """Return what the camera sees of the plate."""
        view = self.view
        place = parallax.looked_at(view.points(), pose, view, partial(self.relief.at, view=view))
        frame = np.empty((view.size.height, view.size.width, 3), np.uint8)
        material = np.empty((view.size.height, view.size.width), np.uint8)
        for patch, pixels in seen(
            self.plate, place * np.float32(FINER), everywhere(view), view=view, origin=_origin(self.size)
        ):
            three_channels(pixels, frame[patch])
            cv2.extractChannel(pixels, 3, dst=material[patch])
        return Look(frame, material, place)

    def stand(self, frame: Frame, pose: Pose, seconds: float) -> None:
        """Draw the planes over a frame, in place."""
        view = self.view
        points = view.points()
        across, down = apron(self.size)
        origin = float(across), float(down)
        for plane in self.planes:
            near = np.float32(plane.disparity)
            place = parallax.looked_at(points, pose, view, partial(_level, near))
            place = plane.moved(place, view, seconds)
            filled, shows = plane.opacity.at(place, view, origin)
            for patch, pixels in seen(plane.image, place, shows, view=view, origin=origin):
                lay(pixels, frame, patch, filled)


def apron(size: Size) -> tuple[int, int]:
    """Return how many pixels a canvas reaches beyond the frame: aside, and above or below."""
    return round(size.width * ASIDE), round(size.height * BEYOND)


def canvas_of(size: Size, finer: float = 1.0) -> tuple[int, int]:
    """Return the width and height of a canvas around a frame."""
    across, down = apron(size)
    return round((size.width + 2 * across) * finer), round((size.height + 2 * down) * finer)


def in_frame(row: float, size: Size) -> float:
    """Return a part of a canvas's height as a part of the frame's."""
    _, down = apron(size)
    return (row * (size.height + 2 * down) - down) / size.height


def window_of(plate: Frame, size: Size) -> Frame:
    """Return what the camera sees at rest of a plate, at the frame's own size."""
    across, down = (round(each * FINER) for each in apron(size))
    part = plate[down : plate.shape[0] - down, across : plate.shape[1] - across, :3]
    return np.asarray(
        cv2.resize(np.ascontiguousarray(part), (size.width, size.height), interpolation=cv2.INTER_AREA),
        np.uint8,
    )


def plane_of(image: Frame, disparity: float, soft: float = 0.0) -> tuple[Frame, Opacity, float]:
    """Return a plane's picture, out of focus by `soft` pixels, with its opacity and disparity."""
    image = blurred(image, soft) if soft > 0.3 else image
    return image, Opacity(np.asarray(cv2.extractChannel(image, 3), np.uint8)), disparity


def _level(near: np.float32, place: FloatArray) -> FloatArray:
    return np.full_like(place[..., 0], near)


def _origin(size: Size) -> tuple[float, float]:
    across, down = apron(size)
    # The view counts from the frame's middle in the frame's pixels; the plate has more of them.
    return (
        across * FINER + (FINER - 1) * (size.width - 1) / 2,
        down * FINER + (FINER - 1) * (size.height - 1) / 2,
    )
