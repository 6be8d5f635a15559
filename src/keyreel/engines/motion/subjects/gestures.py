"""How subjects move: walking, running, jumping, flying and the rest, as squash, sway and travel over time."""

from __future__ import annotations

from enum import StrEnum
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion.prompts.vocabulary import SubjectAction

if TYPE_CHECKING:
    from collections.abc import Callable


class Gesture(NamedTuple):
    """A subject's pose at one moment. Offsets are in parts of its height; `rotation` is in radians.

    `offset_up` is the height above the ground; the scales stretch it about its foot; a negative `scale_x`
    mirrors it.
    """

    offset_x: float = 0.0
    offset_up: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    rotation: float = 0.0


TRAVEL_BY_ACTION: Final = {
    SubjectAction.WALK: 0.36,
    SubjectAction.RUN: 0.62,
    SubjectAction.DRIVE: 0.5,
    SubjectAction.JUMP: 0.16,
    SubjectAction.FLY: 0.5,
    SubjectAction.FLOAT: 0.16,
}
"""How much of the frame's width a subject crosses in a shot of five seconds when it has a heading."""


class Footing(StrEnum):
    """What bears a subject: ground, air, water, another subject, or the frame's edge that hides its foot."""

    GROUND = "ground"
    AIR = "air"
    WATER = "water"
    SUBJECT = "subject"
    EDGE = "edge"


def compute_gesture(action: SubjectAction | None, footing: Footing, seconds: float, phase: float) -> Gesture:
    """Return the pose at a time. `phase` (radians) keeps two subjects from moving in step."""
    if footing is Footing.WATER and action not in {
        SubjectAction.JUMP,
        SubjectAction.TURN,
        SubjectAction.DANCE,
        SubjectAction.WAVE,
    }:
        return _bob(seconds, phase)
    if footing is Footing.AIR and action is None:
        action = SubjectAction.FLOAT
    return _GESTURES.get(action or SubjectAction.IDLE, _idle)(seconds, phase)


def _idle(seconds: float, phase: float) -> Gesture:
    breath = sin(2 * pi * 0.33 * seconds + phase)
    sway = sin(2 * pi * 0.21 * seconds + 2 * phase)
    return Gesture(0.010 * sway, 0.0, 1 - 0.007 * breath, 1 + 0.016 * breath, 0.014 * sway)


def _walk(seconds: float, phase: float) -> Gesture:
    stride = 2 * pi * 0.95 * seconds + phase
    bob = sin(stride) ** 2
    return Gesture(0.008 * sin(stride), 0.022 * bob, 1 - 0.012 * bob, 1 + 0.014 * bob, 0.032 * sin(stride))


def _run(seconds: float, phase: float) -> Gesture:
    stride = 2 * pi * 1.5 * seconds + phase
    bob = sin(stride) ** 2
    return Gesture(
        0.012 * sin(stride), 0.04 * bob, 1 + 0.03 * (0.5 - bob), 1 - 0.04 * (0.5 - bob), 0.05 * sin(stride)
    )


def _drive(seconds: float, phase: float) -> Gesture:
    hum = sin(2 * pi * 3.1 * seconds + phase) + 0.6 * sin(2 * pi * 4.7 * seconds)
    return Gesture(0.0, 0.0, 1.0, 1 + 0.004 * hum, 0.006 * sin(2 * pi * 0.7 * seconds + phase))


def _jump(seconds: float, phase: float) -> Gesture:
    """Crouch, leap, land: one jump in 1.25 seconds."""
    beat = (seconds / 1.25 + phase / (2 * pi)) % 1.0
    if beat < 0.25:
        crouch = sin(pi * beat / 0.25)
        return Gesture(scale_x=1 + 0.06 * crouch, scale_y=1 - 0.10 * crouch)
    if beat < 0.8:
        flight = (beat - 0.25) / 0.55
        height = 4 * flight * (1 - flight)
        stretch = abs(cos(pi * flight)) * sin(pi * flight) * 2
        return Gesture(
            0.0, 0.30 * height, 1 - 0.035 * stretch, 1 + 0.06 * stretch, 0.03 * sin(2 * pi * flight)
        )
    landing = sin(pi * (beat - 0.8) / 0.2)
    return Gesture(scale_x=1 + 0.05 * landing, scale_y=1 - 0.07 * landing)


def _fly(seconds: float, phase: float) -> Gesture:
    beat = 2 * pi * 0.55 * seconds + phase
    return Gesture(
        0.05 * sin(0.6 * beat),
        0.09 * sin(beat),
        1.0,
        1 + 0.015 * sin(2 * beat),
        0.06 * sin(0.8 * beat),
    )


def _float(seconds: float, phase: float) -> Gesture:
    drift = 2 * pi * 0.27 * seconds + phase
    return Gesture(0.04 * sin(0.7 * drift), 0.05 * sin(drift), 1.0, 1.0, 0.045 * sin(0.8 * drift + 1))


def _bob(seconds: float, phase: float) -> Gesture:
    """Bob on two waves of different periods, so that the motion does not repeat visibly."""
    long, short = 2 * pi * 0.31 * seconds + phase, 2 * pi * 0.52 * seconds + 2 * phase
    return Gesture(
        0.014 * sin(0.8 * long),
        0.010 * sin(long) + 0.005 * sin(short),
        rotation=0.034 * sin(long + 1.2) + 0.016 * sin(short),
    )


def _dance(seconds: float, phase: float) -> Gesture:
    beat = 2 * pi * 1.0 * seconds + phase
    hop = sin(beat) ** 2
    return Gesture(
        0.05 * sin(beat), 0.03 * hop, 1 + 0.025 * (0.5 - hop), 1 - 0.04 * (0.5 - hop), 0.085 * sin(beat)
    )


def _wave(seconds: float, phase: float) -> Gesture:
    beat = 2 * pi * 0.8 * seconds + phase
    return Gesture(0.0, 0.0, 1.0, 1 + 0.012 * sin(2 * beat), 0.055 * sin(beat))


def _turn(seconds: float, phase: float) -> Gesture:
    """Turn about the vertical once in four seconds, with a least width where it is seen edge-on."""
    facing = cos(2 * pi * 0.25 * seconds + 0.1 * phase)
    wide = max(abs(facing), 0.12) * (1 if facing >= 0 else -1)
    return Gesture(scale_x=wide, scale_y=1 + 0.01 * sin(2 * pi * 0.5 * seconds))


_GESTURES: Final[dict[SubjectAction, Callable[[float, float], Gesture]]] = {
    SubjectAction.IDLE: _idle,
    SubjectAction.WALK: _walk,
    SubjectAction.RUN: _run,
    SubjectAction.DRIVE: _drive,
    SubjectAction.JUMP: _jump,
    SubjectAction.FLY: _fly,
    SubjectAction.FLOAT: _float,
    SubjectAction.DANCE: _dance,
    SubjectAction.WAVE: _wave,
    SubjectAction.TURN: _turn,
}
