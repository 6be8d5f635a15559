"""A loose flock of birds that crosses the sky, each bird with its own wing beat."""

from __future__ import annotations

from dataclasses import dataclass
from math import sin, tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_MIN_BIRDS: Final = 5
_MAX_BIRDS: Final = 11
"""Birds in a flock: at least the first, fewer than the second."""
_SPEED: Final = 0.10
"""Units of the view a second."""
_DISPARITY: Final = 0.16
"""How near the flock flies."""


@dataclass(frozen=True, slots=True)
class Flock:
    """The birds: `state` is float32 [count, 5], x, y, size in units, beats a second, phase in radians.

    `heading` is -1.0 (left) or 1.0 (right); `colour` is RGB 0 … 255.
    """

    state: FloatArray
    heading: float
    colour: tuple[int, int, int]

    def draw(self, frame: Frame, pose: CameraPose, view: CameraView, seconds: float) -> None:
        """Draw the birds at a time into a frame, uint8 [height, width, 3], in place."""
        for x, y, size, beat, phase in self.state.tolist():
            ahead = x + self.heading * _SPEED * (0.8 + size * 8) * seconds
            bob = 0.006 * sin(tau * 0.3 * seconds + phase)
            left, top, grown = parallax.project_point((ahead, y + bob), pose, _DISPARITY)
            at = (
                view.size.width / 2 + left * view.pixels_per_unit,
                view.size.height / 2 + top * view.pixels_per_unit,
            )
            # Wings go down fast and pause outstretched.
            swing = sin(tau * beat * seconds + phase)
            _draw_bird(
                frame,
                at,
                span=size * grown * view.pixels_per_unit,
                lift=0.5 * swing + 0.25 * abs(swing),
                colour=self.colour,
            )


def create_flock(context: DrawingContext, view: CameraView, horizon: float) -> Flock:
    """Create the birds of a sky. `horizon` is a row as a part of the frame's height."""
    rng = context.rng.spawn(1)[0]
    count = int(rng.integers(_MIN_BIRDS, _MAX_BIRDS))
    state = rng.random((count, 5)).astype(np.float32)
    heading = 1.0 if rng.random() < 0.5 else -1.0
    middle = -heading * view.half_size[0] * 0.45
    top = (horizon * rng.uniform(0.28, 0.6) - 0.5) * 2 * view.half_size[1]
    state[:, 0] = middle + (state[:, 0] - 0.5) * np.float32(0.62)
    state[:, 1] = top + (state[:, 1] - 0.5) * np.float32(0.26)
    state[:, 2] = 0.014 + 0.014 * state[:, 2]
    state[:, 3] = 1.4 + 1.0 * state[:, 3]
    state[:, 4] *= np.float32(tau)
    tone = context.haze_colour((26, 26, 32), 0.25)
    red, green, blue = (int(each) for each in np.clip(tone, 0, 255))
    return Flock(state, heading, (red, green, blue))


def _draw_bird(
    frame: Frame, at: tuple[float, float], *, span: float, lift: float, colour: tuple[int, int, int]
) -> None:
    """Draw two bent wings and a body."""
    x, y = at
    wrist, tip = span * 0.46, span
    up = lift * span
    for side in (-1, 1):
        outline = np.array(
            (
                (x, y - span * 0.06),
                (x + side * wrist, y - up * 0.9 - span * 0.12),
                (x + side * tip, y - up * 0.55),
                (x + side * wrist, y - up * 0.7 + span * 0.02),
                (x, y + span * 0.10),
            )
        )
        cv2.fillPoly(frame, [np.round(outline * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)
