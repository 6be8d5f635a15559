"""The timing of shots: how far a shot has come at each of its frames, with continuous speed over the seams.

Knows lengths and speeds only, no pictures. Places and times of a shot run from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SOFT: Final = 0.3
"""Speed at the very start and end, of the shot's mean: soft, and still visibly moving."""

_SLOWEST: Final = 0.12
_FASTEST: Final = 2.6
"""A cubic through (0, 0) and (1, 1) runs backwards nowhere while both its slopes stay below 3."""

_TURNING: Final = 0.35
"""What is left of the speed at a seam where the motion turns back on itself."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a shot runs: its speed at both ends, where 1 is its mean speed."""

    start: float = _SOFT
    end: float = _SOFT

    def at(self, time: float) -> float:
        """Return the place reached at a time, 0 … 1: a cubic, exactly 0 at 0 and 1 at 1."""
        rest = 1 - time
        return time * rest * rest * self.start + time * time * (3 - 2 * time) - time * time * rest * self.end


@dataclass(frozen=True, slots=True)
class Leg:
    """One shot as a stretch of road: the length of its motion and its duration, in any units.

    `end_speed` is the speed at both its ends where that is not free to choose.
    """

    length: float
    duration: float
    end_speed: float | None = None

    @property
    def speed(self) -> float:
        """The mean speed."""
        return self.length / self.duration


def paces(legs: Sequence[Leg], coherence: Sequence[float]) -> tuple[Pace, ...]:
    """Choose every shot's pace so that speed runs on through the seams.

    `coherence` tells for each seam how the motion after it agrees with the motion before: 1 runs on,
    0 turns aside, -1 turns back. The seam's speed is the harmonic mean of its shots', as in a monotone
    spline, and less where the motion turns.
    """
    seams = [
        _seam_speed(before, after) * (_TURNING + (1 - _TURNING) * (1 + agreement) / 2)
        for before, after, agreement in zip(legs[:-1], legs[1:], coherence, strict=True)
    ]
    return tuple(
        Pace(
            start=_clamped(seams[index - 1] / leg.speed) if index else _SOFT,
            end=_clamped(seams[index] / leg.speed) if index < len(seams) else _SOFT,
        )
        for index, leg in enumerate(legs)
    )


def smoothstep(low: float, high: float, value: float) -> float:
    """Rise from 0 at `low` to 1 at `high`, level at both."""
    place = min(max((value - low) / (high - low), 0.0), 1.0)
    return place * place * (3 - 2 * place)


def _seam_speed(before: Leg, after: Leg) -> float:
    given = [leg.end_speed for leg in (before, after) if leg.end_speed is not None]
    return given[0] if given else 2 * before.speed * after.speed / (before.speed + after.speed)


def _clamped(slope: float) -> float:
    return min(max(slope, _SLOWEST), _FASTEST)
