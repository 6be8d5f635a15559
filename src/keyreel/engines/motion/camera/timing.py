"""The timing of shots: how far each has come at a time, with continuous speed over the seams between them.

Knows lengths and speeds, and no images. Positions and times of a shot run from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAD_FRAMES: Final = 8
"""Frames from the lead, by which the velocity at a video's end is measured, to the last one: 1/3 second."""

_DEFAULT_END_SPEED: Final = 0.3
"""Speed at the very start and end, in parts of the shot's mean: soft, and still visibly moving."""

_MIN_END_SPEED: Final = 0.12
_MAX_END_SPEED: Final = 2.6
"""In parts of the shot's mean. A cubic from (0, 0) to (1, 1) with slopes below 3 runs backwards nowhere."""

_REVERSAL_SPEED_SHARE: Final = 0.35
"""The part of the speed that is left at a seam where the motion turns back on itself."""


@dataclass(frozen=True, slots=True)
class TimingCurve:
    """How a shot runs: its speed at both ends, where 1 is its mean speed."""

    start_speed: float = _DEFAULT_END_SPEED
    end_speed: float = _DEFAULT_END_SPEED

    def evaluate(self, time: float) -> float:
        """Return the position reached at a time, 0 … 1: a cubic, exactly 0 at 0 and 1 at 1."""
        rest = 1 - time
        return (
            time * rest * rest * self.start_speed
            + time * time * (3 - 2 * time)
            - time * time * rest * self.end_speed
        )


@dataclass(frozen=True, slots=True)
class MotionSegment:
    """One shot's motion: its length and its duration, in any units.

    `fixed_speed` is the speed at both its ends where that is not free to choose.
    """

    length: float
    duration: float
    fixed_speed: float | None = None

    @property
    def mean_speed(self) -> float:
        """Length by duration."""
        return self.length / self.duration


def choose_timing_curves(
    segments: Sequence[MotionSegment], coherence: Sequence[float]
) -> tuple[TimingCurve, ...]:
    """Choose every shot's timing so that speed is continuous over the seams.

    `coherence` is, for each seam, how the motion after it agrees with the motion before: 1 goes on, 0 turns
    aside, -1 turns back. The seam's speed is the harmonic mean of its shots', as in a monotone cubic spline
    (Fritsch and Butland 1984), and less where the motion turns.
    """
    seams = [
        _compute_seam_speed(before, after)
        * (_REVERSAL_SPEED_SHARE + (1 - _REVERSAL_SPEED_SHARE) * (1 + agreement) / 2)
        for before, after, agreement in zip(segments[:-1], segments[1:], coherence, strict=True)
    ]
    return tuple(
        TimingCurve(
            start_speed=_clamp_speed(seams[index - 1] / shot.mean_speed) if index else _DEFAULT_END_SPEED,
            end_speed=_clamp_speed(seams[index] / shot.mean_speed)
            if index < len(seams)
            else _DEFAULT_END_SPEED,
        )
        for index, shot in enumerate(segments)
    )


def smoothstep(low: float, high: float, value: float) -> float:
    """Return 0 up to `low`, 1 from `high`, and a cubic between that is level at both."""
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3 - 2 * part)


def _compute_seam_speed(before: MotionSegment, after: MotionSegment) -> float:
    given = [shot.fixed_speed for shot in (before, after) if shot.fixed_speed is not None]
    return (
        given[0]
        if given
        else 2 * before.mean_speed * after.mean_speed / (before.mean_speed + after.mean_speed)
    )


def _clamp_speed(speed: float) -> float:
    return min(max(speed, _MIN_END_SPEED), _MAX_END_SPEED)
