"""How an image's subject moves as a whole: it walks, drives, sails, flies or jumps a little way.

A little way, because behind it only a band of the background is known, and because legs do not step.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, isinf, sin
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.prompts.vocabulary import Locomotion, SubjectAction
from keyreel.engines.motion.subjects.gestures import Footing, Gesture, compute_gesture
from keyreel.order import FPS

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray, Matrix
    from keyreel.engines.motion.layers.subject_layer import Bounds
    from keyreel.engines.motion.prompts.parser import SubjectInstruction

PERFORMED_ACTIONS: Final = frozenset(
    {
        SubjectAction.WALK,
        SubjectAction.RUN,
        SubjectAction.DRIVE,
        SubjectAction.JUMP,
        SubjectAction.FLY,
        SubjectAction.FLOAT,
        SubjectAction.DANCE,
    }
)
"""What a subject of an image does; it neither waves nor turns about, which would show its other sides."""

_TRAVEL: Final = {
    SubjectAction.WALK: 0.08,
    SubjectAction.RUN: 0.13,
    SubjectAction.DRIVE: 0.15,
    SubjectAction.JUMP: 0.06,
    SubjectAction.FLY: 0.13,
    SubjectAction.FLOAT: 0.08,
}
"""How far a subject with a heading comes in five seconds, in widths of the frame."""

_MAX_TRAVEL: Final = 0.11
"""How far it comes at most: behind it so much of the background is filled in, on each side."""

_GESTURE_STRENGTH: Final = {
    SubjectAction.JUMP: 0.5,
    SubjectAction.DANCE: 0.6,
    SubjectAction.FLY: 0.35,
    SubjectAction.FLOAT: 0.5,
}
_UNTOLD_STRENGTH: Final = 0.6
"""Factors on the movements that a cut-out subject makes over a drawn scene; of one that is told nothing."""

_RISING_STRENGTH: Final = 0.3
"""The same for what rises or sinks: it would bob out of its way."""

_STEPPING_ACTIONS: Final = frozenset({SubjectAction.WALK, SubjectAction.RUN, SubjectAction.DANCE})
"""What a subject does whose lower end is outside the frame."""

_EDGE_BOB: Final = 0.04
"""How far a subject sinks, in its heights, whose lower end is outside: no step must lift that into view."""

_APPROACH: Final = 0.16
_RECESSION: Final = -0.1
"""By how much a subject grows in five seconds that comes nearer or goes away."""

_STILL_SECONDS: Final = 0.34
_START_SECONDS: Final = 0.8
"""For how long it stands still, and how long it takes to be at its speed."""


@dataclass(frozen=True, slots=True)
class SubjectTravel:
    """Where a subject is at each frame: affine maps, float64 [frames, 2, 3], in units of the view.

    Each leads from a point of the frame to where what is seen there was at rest.
    """

    to_rest: Matrix

    def find_rest_points(self, points: FloatArray, seconds: float) -> FloatArray:
        """Return where what is at points [rows, columns, 2] at a time was at rest."""
        affine = self.to_rest[min(round(seconds * FPS), len(self.to_rest) - 1)].astype(np.float32)
        x, y = points[..., 0], points[..., 1]
        moved = np.stack([row[0] * x + row[1] * y + row[2] for row in affine])
        return np.moveaxis(moved, 0, -1)


def can_travel(instruction: SubjectInstruction, bounds: Bounds) -> bool:
    """Say whether an instruction moves a subject within these bounds.

    One that the frame's sides or its upper border cut off does not, because it would show where it ends.
    """
    left, top, right, bottom = bounds
    if isinf(left) or isinf(right) or isinf(top):
        return False
    if instruction.action is None:
        return instruction.locomotion is not None and not isinf(bottom)
    return instruction.action in (_STEPPING_ACTIONS if isinf(bottom) else PERFORMED_ACTIONS)


def plan_travel(
    instruction: SubjectInstruction,
    bounds: Bounds,
    half_size: tuple[float, float],
    *,
    frames: int,
    phase: float,
) -> SubjectTravel:
    """Plan how a subject within `bounds` moves; without an action it breathes and shifts its weight.

    `half_size` is half the frame's width and height; all in units of the view. `phase` is in radians.
    """
    footing = _choose_footing(instruction, is_cut=isinf(bounds[3]))
    left, top = max(bounds[0], -half_size[0]), max(bounds[1], -half_size[1])
    right, bottom = min(bounds[2], half_size[0]), min(bounds[3], half_size[1])
    foot = np.array(((left + right) / 2, bottom))
    pace = _TRAVEL.get(instruction.action or SubjectAction.IDLE, 0.0) * half_size[0] * 2 / 5
    reach = _MAX_TRAVEL * half_size[0] * 2
    maps: list[Matrix] = []
    for index in range(frames):
        seconds = index / FPS
        begun = smoothstep(_STILL_SECONDS, _STILL_SECONDS + _START_SECONDS, seconds)
        strength = begun * _choose_strength(instruction)
        gesture = _weaken(compute_gesture(instruction.action, footing, seconds, phase), strength)
        way = min(pace * max(seconds - _STILL_SECONDS - _START_SECONDS / 2, 0) * begun, reach)
        grown = _grow(instruction) * begun * max(seconds - _STILL_SECONDS, 0) / 5
        rise = way * instruction.vertical_heading if footing is Footing.AIR else 0.0
        shift = np.array((gesture.offset_x, -gesture.offset_up)) * (bottom - top)
        shift += (way * instruction.heading, -rise)
        if footing is Footing.EDGE and instruction.action is not None:
            # What is below the frame stays below it.
            shift[1] = _EDGE_BOB * (bottom - top) * strength - gesture.offset_up * (bottom - top)
        maps.append(_invert(gesture, foot, shift, 1 + grown))
    return SubjectTravel(np.stack(maps))


def _choose_footing(instruction: SubjectInstruction, *, is_cut: bool) -> Footing:
    if is_cut:
        return Footing.EDGE
    if (
        instruction.locomotion is Locomotion.FLIES
        or instruction.is_airborne
        or instruction.action is SubjectAction.FLY
    ):
        return Footing.AIR
    if instruction.locomotion is Locomotion.SWIMS:
        return Footing.WATER
    return Footing.AIR if instruction.action is SubjectAction.FLOAT else Footing.GROUND


def _choose_strength(instruction: SubjectInstruction) -> float:
    if instruction.vertical_heading and instruction.action in {SubjectAction.FLY, SubjectAction.FLOAT}:
        return _RISING_STRENGTH
    if instruction.action is None:
        return _UNTOLD_STRENGTH
    return _GESTURE_STRENGTH.get(instruction.action, 1.0)


def _grow(instruction: SubjectInstruction) -> float:
    return _APPROACH if instruction.approaches else _RECESSION if instruction.recedes else 0.0


def _weaken(gesture: Gesture, strength: float) -> Gesture:
    """Return a gesture of a fraction of its strength: 0.0 is the subject at rest."""
    rest = Gesture()
    return Gesture(*(still + (moved - still) * strength for still, moved in zip(rest, gesture, strict=True)))


def _invert(gesture: Gesture, foot: Matrix, shift: Matrix, scale: float) -> Matrix:
    """Return the map, float64 [2, 3], from where a gesture brings the subject back to where it was."""
    turn = gesture.rotation
    rotation = np.array(((cos(turn), -sin(turn)), (sin(turn), cos(turn))))
    back = np.linalg.inv(rotation @ np.diag((gesture.scale_x * scale, gesture.scale_y * scale)))
    return np.column_stack((back, foot - back @ (foot + shift)))
