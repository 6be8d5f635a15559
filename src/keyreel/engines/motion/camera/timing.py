"""The timing of shots: how far a shot has come at each of its frames, with continuous speed over the seams.

Knows lengths and speeds only, no images. Places and times of a shot run from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAD_FRAMES: Final = 8
"""Frames from the lead, by which the velocity at a video's end is measured, to the last one: 1/3 second."""

_DEFAULT_END_SPEED: Final = 0.3
"""Speed at the very start and end, of the shot's mean: soft, and still visibly moving."""

_MIN_END_SPEED: Final = 0.12
_MAX_END_SPEED: Final = 2.6
"""A cubic through (0, 0) and (1, 1) runs backwards nowhere while both its slopes stay below 3."""

_REVERSAL_SPEED_SHARE: Final = 0.35
"""What is left of the speed at a seam where the motion turns back on itself."""


@dataclass(frozen=True, slots=True)
class TimingCurve:
    """How a shot runs: its speed at both ends, where 1 is its mean speed."""

    start_speed: float = _DEFAULT_END_SPEED
    end_speed: float = _DEFAULT_END_SPEED

    def evaluate(self, time: float) -> float:
        """Return the place reached at a time, 0 … 1: a cubic, exactly 0 at 0 and 1 at 1."""
        rest = 1 - time
        return (
            time * rest * rest * self.start_speed
            + time * time * (3 - 2 * time)
            - time * time * rest * self.end_speed
        )


@dataclass(frozen=True, slots=True)
class MotionSegment:
    """One shot as a stretch of road: the length of its motion and its duration, in any units.

    `end_speed` is the speed at both its ends where that is not free to choose.
    """

    length: float
    duration: float
    fixed_speed: float | None = None

    @property
    def mean_speed(self) -> float:
        """The mean speed."""
        return self.length / self.duration


def choose_timing_curves(
    segments: Sequence[MotionSegment], coherence: Sequence[float]
) -> tuple[TimingCurve, ...]:
    """Choose every shot's pace so that speed runs on through the seams.

    `coherence` tells for each seam how the motion after it agrees with the motion before: 1 runs on,
    0 turns aside, -1 turns back. The seam's speed is the harmonic mean of its shots', as in a monotone
    spline, and less where the motion turns.
    """
    seams = [
        _compute_seam_speed(before, after)
        * (_REVERSAL_SPEED_SHARE + (1 - _REVERSAL_SPEED_SHARE) * (1 + agreement) / 2)
        for before, after, agreement in zip(segments[:-1], segments[1:], coherence, strict=True)
    ]
    return tuple(
        TimingCurve(
            start_speed=_clamp_speed(seams[index - 1] / leg.mean_speed) if index else _DEFAULT_END_SPEED,
            end_speed=_clamp_speed(seams[index] / leg.mean_speed)
            if index < len(seams)
            else _DEFAULT_END_SPEED,
        )
        for index, leg in enumerate(segments)
    )


def smoothstep(low: float, high: float, value: float) -> float:
    """Rise from 0 at `low` to 1 at `high`, level at both."""
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3 - 2 * part)


def _compute_seam_speed(before: MotionSegment, after: MotionSegment) -> float:
    given = [leg.fixed_speed for leg in (before, after) if leg.fixed_speed is not None]
    return (
        given[0]
        if given
        else 2 * before.mean_speed * after.mean_speed / (before.mean_speed + after.mean_speed)
    )


def _clamp_speed(slope: float) -> float:
    return min(max(slope, _MIN_END_SPEED), _MAX_END_SPEED)
