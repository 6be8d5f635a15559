"""Start-end and multiframe videos: every shot runs from its own keyframe to the next one's.

Shot k starts exactly on its first keyframe; the next shot's first frame is its last keyframe; the last
shot ends exactly on its own last keyframe. Neighbours of one scene are in-betweened, others are bridged.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.bridge import SEAM_SPEED, Bridge
from keyreel.engines.motion.easing import Leg, Pace, paces
from keyreel.engines.motion.framing import cover
from keyreel.engines.motion.inbetween import InBetween
from keyreel.engines.motion.matching import match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.nets import Nets
    from keyreel.order import Order, Picture

    Way = InBetween | Bridge

_ALIKE: Final = 0.5
"""Structural likeness from which two pictures without matching points still count as one scene."""


_STILLEST: Final = 2e-4
"""The shortest motion of a shot that timing reckons with, in shares of the frame's sides."""


class Reel:
    """The keyframes of one order and the ways between them."""

    def __init__(self, order: Order, nets: Nets) -> None:
        self._order = order
        self._nets = nets
        self._ways: dict[int, Way] = {}

    def frames(self, index: int) -> Iterator[Frame]:
        """Draw a shot, frame by frame: the keyframes' own frames are the keyframes. Shots go in rising order."""
        shot, way, pace = self._order.shots[index], self._way(index), self._pace(index)
        for passed in [each for each in self._ways if each < index - 1]:
            del self._ways[passed]
        steps = self._steps(index)
        for step in range(shot.frames):
            yield way.frame(step) if isinstance(way, Bridge) else way.frame(pace.at(step / steps))

    def _steps(self, index: int) -> int:
        # Within a film the last keyframe is the next shot's first frame; the last one is a frame of its own.
        last = index == len(self._order.shots) - 1
        return self._order.shots[index].frames - (1 if last else 0)

    def _pace(self, index: int) -> Pace:
        near = range(max(index - 1, 0), min(index + 2, len(self._order.shots)))
        legs = [self._leg(each) for each in near]
        coherence = [_coherence(self._way(each), self._way(each + 1)) for each in near[:-1]]
        return paces(legs, coherence)[near.index(index)]

    def _leg(self, index: int) -> Leg:
        way, steps = self._way(index), self._steps(index)
        if isinstance(way, Bridge):
            return Leg(SEAM_SPEED * steps, steps, SEAM_SPEED)
        return Leg(max(way.length, _STILLEST), steps)

    def _way(self, index: int) -> Way:
        if index not in self._ways:
            shot = self._order.shots[index]
            self._ways[index] = self._found_way(self._keyframe(shot.first), self._keyframe(shot.last), index)
        return self._ways[index]

    def _found_way(self, first: Frame, last: Frame, index: int) -> Way:
        common = match(first, last)
        plain = InBetween(self._nets.rife, first, last)
        if common.plane is not None and common.related:
            along = InBetween(self._nets.rife, first, last, common.plane)
            return max(plain, along, key=lambda way: way.likeness)
        if common.related or plain.likeness >= _ALIKE:
            return plain
        return Bridge(first, last, self._steps(index))

    def _keyframe(self, picture: Picture | None) -> Frame:
        assert picture is not None, "a shot between keyframes has both"
        return cover(Path(picture), self._order.frame_size)


def _coherence(before: Way, after: Way) -> float:
    """Compare the directions of two ways: 1 the same everywhere, 0 unrelated, -1 opposite."""
    if isinstance(before, Bridge) or isinstance(after, Bridge):
        return 1.0
    one, other = before.displacement, after.displacement
    power = float((one**2).sum()) * float((other**2).sum())
    return float((one * other).sum()) / max(power**0.5, 1e-9)
