"""Start-end and multiframe videos: every shot runs from its own keyframe to the next one's.

Shot k starts exactly on its first keyframe; the next shot's first frame is its last keyframe; the last
shot ends exactly on its own last keyframe. Neighbours of one scene are in-betweened, others are bridged.
A shot that goes on from another video begins one frame after its first keyframe, at that video's pace.
"""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera.timing import Leg, Pace, paces
from keyreel.engines.motion.imaging.cropping import cover_frame, read
from keyreel.engines.motion.interpolation.end_velocity import LEAD_FRAMES
from keyreel.engines.motion.interpolation.interpolator import InBetween, in_between
from keyreel.engines.motion.interpolation.registration import landmarks
from keyreel.engines.motion.interpolation.shot_motion import Excursion
from keyreel.engines.motion.interpolation.whip_transition import SEAM_SPEED, Bridge, Still
from keyreel.engines.motion.networks.subject_focus import focus_of, is_cropped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.interpolation.registration import Landmarks
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.order import ImageRef, Order, Shot

    Way = InBetween | Bridge

_HURRY: Final = 0.4
"""Times 1/16: by what part of its time, at most, another seed has a shot pass its middle earlier or later."""

_SWAY: Final = 0.05
"""How far up or down, at most, another seed has the camera go before and after a whip: see Pose."""

_STILLEST: Final = 2e-4
"""The shortest motion of a shot that timing reckons with, in shares of the frame's sides."""


class Reel:
    """The keyframes of one order and the ways between them."""

    def __init__(self, order: Order, nets: Nets) -> None:
        self._order = order
        self._nets = nets
        self._ways: dict[int, Way] = {}
        self._stills: dict[ImageRef, Still] = {}
        self._landmarks: dict[ImageRef, Landmarks] = {}
        self._keyframes: dict[ImageRef, Frame] = {}
        self._focuses: dict[tuple[int, ...], tuple[float, float]] = {}

    def frames(self, index: int) -> Iterator[Frame]:
        """Draw a shot: the keyframes' own frames are the keyframes. Shots go in rising order."""
        shot, way, pace = self._order.shots[index], self._way(index), self._pace(index)
        for passed in [each for each in self._ways if each < index - 1]:
            del self._ways[passed]
            first, _ = _ends(self._order.shots[passed])
            self._keyframes.pop(first, None)
            self._landmarks.pop(first, None)
        excursion = Excursion(self._order, index, self._keyframe(_ends(shot)[0]))
        steps, begun = self._steps(index), 0 if shot.lead is None else 1
        chance = np.random.default_rng([self._order.seed, index, 23])
        hurry, sway = (float(each) for each in chance.uniform(-1, 1, 2))
        for step in range(begun, shot.frames + begun):
            if isinstance(way, Bridge):
                frame = way.frame(step, excursion.heading, _SWAY * sway)
            else:
                time = step / steps
                # Zero, place and speed alike, at both ends: another take of the same shot.
                early = _HURRY * hurry * (time * (1 - time)) ** 2
                frame = way.frame(pace.at(time + early), excursion.look(step, way.net_size))
            yield excursion.weathered(frame, step - begun)

    def _steps(self, index: int) -> int:
        # Within a film the last keyframe is the next shot's first frame; the last one is a frame of its own.
        shot = self._order.shots[index]
        return shot.frames - (1 if self._is_last(index) else 0) + (0 if shot.lead is None else 1)

    def _is_last(self, index: int) -> bool:
        return index == len(self._order.shots) - 1

    def _pace(self, index: int) -> Pace:
        near = range(max(index - 1, 0), min(index + 2, len(self._order.shots)))
        legs = [self._leg(each) for each in near]
        coherence = [_coherence(self._way(each), self._way(each + 1)) for each in near[:-1]]
        before = self._before(self._order.shots[index])
        if before is None:
            return paces(legs, coherence)[near.index(index)]
        # The other video has its speed, which is not for this shot to choose.
        length = max(before.length, _STILLEST)
        lead = Leg(length, LEAD_FRAMES, length / LEAD_FRAMES)
        return paces([lead, *legs], [_coherence(before, self._way(index)), *coherence])[1]

    def _before(self, shot: Shot) -> InBetween | None:
        """Return how another video came to its last frame; None where there is none, or after a cut."""
        if shot.lead is None:
            return None
        return in_between(self._nets.rife, self._covering(shot.lead), self._keyframe(_ends(shot)[0]))

    def _leg(self, index: int) -> Leg:
        way, steps = self._way(index), self._steps(index)
        if isinstance(way, Bridge):
            return Leg(SEAM_SPEED * steps, steps, SEAM_SPEED)
        return Leg(max(way.length, _STILLEST), steps)

    def _way(self, index: int) -> Way:
        if index not in self._ways:
            self._ways[index] = self._found_way(index)
        return self._ways[index]

    def _found_way(self, index: int) -> Way:
        first, last = (self._keyframe(picture) for picture in _ends(self._order.shots[index]))
        marks = [self._landmarks_of(picture) for picture in _ends(self._order.shots[index])]
        found = in_between(self._nets.rife, first, last, seen=(marks[0], marks[1]))
        if found is not None:
            return found
        leaving, arriving = (self._still(picture) for picture in _ends(self._order.shots[index]))
        return Bridge(leaving, arriving, self._steps(index), ends=self._is_last(index))

    def _landmarks_of(self, picture: ImageRef) -> Landmarks:
        if picture not in self._landmarks:
            self._landmarks[picture] = landmarks(self._keyframe(picture))
        return self._landmarks[picture]

    def _still(self, picture: ImageRef) -> Still:
        if picture not in self._stills:
            self._stills[picture] = Still(self._keyframe(picture), self._nets)
        return self._stills[picture]

    def _keyframe(self, picture: ImageRef) -> Frame:
        if picture not in self._keyframes:
            self._keyframes[picture] = self._covering(picture)
        return self._keyframes[picture]

    def _covering(self, picture: ImageRef) -> Frame:
        frame, size = read(Path(picture)), self._order.frame_size
        return cover_frame(frame, size, self._focus(frame) if is_cropped(frame, size) else None)

    def _focus(self, frame: Frame) -> tuple[float, float]:
        """Find the subject in the first keyframe of this shape: crops of one shape stay in one place."""
        if frame.shape not in self._focuses:
            keyframes = (read(Path(picture)) for shot in self._order.shots for picture in _ends(shot))
            first = next(each for each in keyframes if each.shape == frame.shape)
            self._focuses[frame.shape] = focus_of(first, self._nets)
        return self._focuses[frame.shape]


def _ends(shot: Shot) -> tuple[ImageRef, ImageRef]:
    assert shot.first is not None, "a shot between keyframes has both"
    assert shot.last is not None, "a shot between keyframes has both"
    return shot.first, shot.last


def _coherence(before: Way, after: Way) -> float:
    """Compare the directions of two ways: 1 the same everywhere, 0 unrelated, -1 opposite."""
    if isinstance(before, Bridge) or isinstance(after, Bridge):
        return 1.0
    one, other = before.displacement, after.displacement
    power = sqrt(float((one**2).sum()) * float((other**2).sum()))
    return float(np.vdot(one, other)) / max(power, 1e-9)
