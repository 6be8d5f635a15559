"""How a head turns and a body breathes and sways: displacements of the resting frame, coarse and smooth.

A displacement tells, for each place of the frame, how far away what is seen there was at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import smoothstep_array
from keyreel.engines.motion.networks.faces import CHIN, FOREHEAD, LEFT_CHEEK, RIGHT_CHEEK
from keyreel.order import FPS

if TYPE_CHECKING:
    from keyreel.engines.motion.acting.curves import FaceCurves
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.faces import Face
    from keyreel.order import Size

_STEP: Final = 16
"""Pixels of the frame between the points at which displacements are computed."""

_HEAD_WIDTH: Final = 1.35
_HEAD_HEIGHT: Final = 1.4
"""Half the sides of a head with its hair, in half widths and half heights of its face."""

_SKULL_DEPTH: Final = 0.5
_NOSE_DEPTH: Final = 0.14
"""How far a face's middle, and its nose beyond that, are before the head's axis, in widths of the face."""

_BREATH_RISE: Final = 0.016
_SWAY_REACH: Final = 0.035
"""How far shoulders rise with a breath and a standing person sways, in widths of the face."""


@dataclass(frozen=True, slots=True)
class CoarseMotion:
    """Displacements of the resting frame that are added up frame by frame.

    `shapes` is float32 [count, rows, columns, 2], in units of the view for a weight of 1.0; `weights` is
    float32 [frames, count].
    """

    shapes: FloatArray
    weights: FloatArray

    def compute_field(self, seconds: float) -> FloatArray:
        """Return the displacement at a time, float32 [rows, columns, 2], in units of the view."""
        index = min(round(seconds * FPS), len(self.weights) - 1)
        return np.asarray(np.tensordot(self.weights[index], self.shapes, axes=1), np.float32)


def join_motions(motions: list[CoarseMotion]) -> CoarseMotion | None:
    """Return several motions as one, None for none."""
    if not motions:
        return None
    return CoarseMotion(
        np.concatenate([each.shapes for each in motions]),
        np.concatenate([each.weights for each in motions], axis=1),
    )


def create_head_motion(
    face: Face, curves: FaceCurves, size: Size, *, is_free: bool, is_whole: bool = True
) -> CoarseMotion:
    """Return the motion of a person whose face's landmarks are in pixels of a frame of this size.

    `is_free` says that the person is a layer of its own; without it the background moves along, and so
    nothing but the head moves, half as far. The body below it moves only if it `is_whole`.
    """
    body = _Body(face, size, sideways=1.6 if is_free and is_whole else 1.15)
    weights = [curves.yaw, curves.pitch, curves.roll]
    shapes = [body.shape_yaw(), body.shape_pitch(), body.shape_roll()]
    if is_free and is_whole:
        weights += [curves.breath, curves.sway]
        shapes += [body.shape_breath(), body.shape_sway()]
    part = np.float32(1.0 if is_free else 0.5)
    unit = np.float32(sqrt(size.width * size.height) / 2)
    return CoarseMotion(np.stack(shapes) * (part / unit), np.stack(weights, axis=1))


class _Body:
    """A head and the body below it, on a coarse grid of the frame; all lengths in pixels."""

    def __init__(self, face: Face, size: Size, *, sideways: float) -> None:
        points = face.landmarks[:, :2]
        self._width = face.width
        down = points[CHIN] - points[FOREHEAD]
        self._height = float(np.linalg.norm(down))
        self._down = down / np.float32(self._height)
        self._right = np.array((self._down[1], -self._down[0]), np.float32)
        middle = (points[CHIN] + points[FOREHEAD] + points[LEFT_CHEEK] + points[RIGHT_CHEEK]) / 4
        rows, columns = -(-size.height // _STEP), -(-size.width // _STEP)
        x, y = np.meshgrid(
            (np.arange(columns, dtype=np.float32) + np.float32(0.5)) * np.float32(size.width / columns),
            (np.arange(rows, dtype=np.float32) + np.float32(0.5)) * np.float32(size.height / rows),
        )
        offset = np.dstack((x, y)) - middle
        self._across, self._below = offset @ self._right, offset @ self._down
        self._foot = np.float32(size.height - middle[1]) - (y - middle[1])
        self._foot_height = max(float(size.height - middle[1]), 1.0)
        half_width, half_height = self._width / 2 * _HEAD_WIDTH, self._height / 2 * _HEAD_HEIGHT
        # The head with its hair reaches farther above the face than below it.
        high = (self._below + np.float32(0.16 * self._height)) / np.float32(half_height)
        wide = self._across / np.float32(half_width)
        self._inside = np.clip(1 - wide**2 - high**2, 0, 1)
        beside = 1 - smoothstep_array(np.abs(wide), 0.9, sideways)
        above_chest = 1 - smoothstep_array(self._below / np.float32(self._height), 0.45, 1.1)
        self._head = beside * above_chest

    def shape_yaw(self) -> FloatArray:
        """Return the displacement of a turn to the right by one radian, at small angles."""
        return np.asarray(-self._compute_depth()[..., None] * self._right, np.float32)

    def shape_pitch(self) -> FloatArray:
        """Return the displacement of a nod by one radian, at small angles; the head also sinks a little."""
        sinking = np.float32(0.25 * self._height) * self._head
        return np.asarray(-(self._compute_depth() + sinking)[..., None] * self._down, np.float32)

    def shape_roll(self) -> FloatArray:
        """Return the displacement of a tilt by one radian about the neck, clockwise, at small angles."""
        neck = np.float32(0.75 * self._height)
        up, across = neck - self._below, self._across
        turned = up[..., None] * self._right + across[..., None] * self._down
        return np.asarray(-turned * self._head[..., None], np.float32)

    def shape_breath(self) -> FloatArray:
        """Return the displacement of a breath: shoulders rise and the head with them, the waist stays."""
        part = self._below / np.float32(self._height)
        rise = 1 - smoothstep_array(part, 0.9, 3.2)
        rise = rise * (0.45 + 0.55 * smoothstep_array(part, 0.3, 1.0))
        lift = np.zeros((*part.shape, 2), np.float32)
        lift[..., 1] = rise * np.float32(_BREATH_RISE * self._width)
        return lift

    def shape_sway(self) -> FloatArray:
        """Return the displacement of a weight shift to the right: more, the higher above the lower border."""
        part = np.clip(self._foot / np.float32(self._foot_height), 0, 1)
        aside = np.zeros((*part.shape, 2), np.float32)
        aside[..., 0] = -part * np.float32(_SWAY_REACH * self._width)
        return aside

    def _compute_depth(self) -> FloatArray:
        """Return how far before its axis each place of the head is, smooth to its outline."""
        nose = np.exp(
            -((self._across / (0.16 * self._width)) ** 2 + (self._below / (0.2 * self._height)) ** 2)
        )
        depth = _SKULL_DEPTH * np.sqrt(self._inside) * smoothstep_array(self._inside, 0.0, 0.35)
        return np.asarray((depth + _NOSE_DEPTH * nose) * self._width, np.float32)
