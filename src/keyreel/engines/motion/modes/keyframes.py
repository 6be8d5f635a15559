"""Start-end and multiframe videos: every shot runs from its own keyframe to the next one's.

Shot k starts exactly on its first keyframe; the next shot's first frame is its last keyframe; the last shot
ends exactly on its own last keyframe. Keyframes of one scene are interpolated, others joined by a whip
transition. A shot that continues another video begins one frame after its first keyframe, at that video's
velocity.
"""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera.timing import LEAD_FRAMES, MotionSegment, TimingCurve, choose_timing_curves
from keyreel.engines.motion.imaging.cropping import crop_to_cover, load_image
from keyreel.engines.motion.interpolation.interpolator import KeyframeInterpolator, create_interpolator
from keyreel.engines.motion.interpolation.registration import detect_features
from keyreel.engines.motion.interpolation.shot_motion import ShotMotion
from keyreel.engines.motion.interpolation.whip_transition import SEAM_SPEED, LayeredKeyframe, WhipTransition
from keyreel.engines.motion.networks.subject_focus import find_subject_centre, is_cropped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.interpolation.registration import ImageFeatures
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import ImageRef, Order, Shot

    KeyframeTransition = KeyframeInterpolator | WhipTransition

_TIMING_JITTER: Final = 0.4
"""Times 1/16: the most by which the seed shifts the middle of a shot, as a part of its time."""

_MAX_WHIP_SWAY: Final = 0.05
"""How far up or down, at most, the seed moves the camera before and after a whip: see `CameraPose`."""

_MIN_MOTION_LENGTH: Final = 2e-4
"""The shortest motion of a shot that timing assumes, as a part of the frame's sides."""


class KeyframeSequence:
    """The keyframes of one order and the transitions between them."""

    def __init__(self, order: Order, networks: Networks) -> None:
        self._order = order
        self._networks = networks
        self._transitions: dict[int, KeyframeTransition] = {}
        self._layered_keyframes: dict[ImageRef, LayeredKeyframe] = {}
        self._features: dict[ImageRef, ImageFeatures] = {}
        self._keyframes: dict[ImageRef, Frame] = {}
        self._crop_focuses: dict[tuple[int, ...], tuple[float, float]] = {}

    def render_shot(self, index: int) -> Iterator[Frame]:
        """Yield a shot's frames, uint8 [height, width, 3], RGB; at keyframes these are the keyframes.

        Shots must be rendered in rising order: what earlier ones needed is freed.
        """
        shot, transition, timing = (
            self._order.shots[index],
            self._get_transition(index),
            self._choose_timing(index),
        )
        for finished in [each for each in self._transitions if each < index - 1]:
            del self._transitions[finished]
            first, _ = _get_end_images(self._order.shots[finished])
            self._keyframes.pop(first, None)
            self._features.pop(first, None)
        mean_motion = 0.0 if isinstance(transition, WhipTransition) else transition.mean_motion
        first_keyframe = self._get_keyframe(_get_end_images(shot)[0])
        shot_motion = ShotMotion(self._order, index, first_keyframe, mean_motion)
        steps, first_step = self._count_steps(index), 0 if shot.lead is None else 1
        rng = np.random.default_rng([self._order.seed, index, 23])
        jitter, sway = (float(each) for each in rng.uniform(-1, 1, 2))
        for step in range(first_step, shot.frames + first_step):
            if isinstance(transition, WhipTransition):
                frame = transition.render_frame(step, shot_motion.whip_direction, _MAX_WHIP_SWAY * sway)
            else:
                time = step / steps
                # Zero at both ends, in position and velocity: a variation of the same shot.
                time_shift = _TIMING_JITTER * jitter * (time * (1 - time)) ** 2
                frame = transition.render_frame(
                    timing.evaluate(time + time_shift),
                    shot_motion.compute_view_map(step, transition.network_size),
                )
            yield shot_motion.apply_effects(frame, step - first_step)
        if isinstance(transition, KeyframeInterpolator):
            transition.release_images()

    def _count_steps(self, index: int) -> int:
        # Within a video the last keyframe is the next shot's first frame; the last one is a frame of its own.
        shot = self._order.shots[index]
        return shot.frames - (1 if self._is_last(index) else 0) + (0 if shot.lead is None else 1)

    def _is_last(self, index: int) -> bool:
        return index == len(self._order.shots) - 1

    def _choose_timing(self, index: int) -> TimingCurve:
        neighbours = range(max(index - 1, 0), min(index + 2, len(self._order.shots)))
        segments = [self._create_segment(each) for each in neighbours]
        coherence = [
            _measure_coherence(self._get_transition(each), self._get_transition(each + 1))
            for each in neighbours[:-1]
        ]
        lead_in = self._create_lead_in(self._order.shots[index])
        if lead_in is None:
            return choose_timing_curves(segments, coherence)[neighbours.index(index)]
        # The other video's velocity is given; this shot cannot choose it.
        length = max(lead_in.mean_motion, _MIN_MOTION_LENGTH)
        lead_segment = MotionSegment(length, LEAD_FRAMES, length / LEAD_FRAMES)
        return choose_timing_curves(
            [lead_segment, *segments], [_measure_coherence(lead_in, self._get_transition(index)), *coherence]
        )[1]

    def _create_lead_in(self, shot: Shot) -> KeyframeInterpolator | None:
        """Return the motion with which another video ended; None where there is none, or after a cut."""
        if shot.lead is None:
            return None
        return create_interpolator(
            self._networks.rife, self._load_keyframe(shot.lead), self._get_keyframe(_get_end_images(shot)[0])
        )

    def _create_segment(self, index: int) -> MotionSegment:
        transition, steps = self._get_transition(index), self._count_steps(index)
        if isinstance(transition, WhipTransition):
            return MotionSegment(SEAM_SPEED * steps, steps, SEAM_SPEED)
        return MotionSegment(max(transition.mean_motion, _MIN_MOTION_LENGTH), steps)

    def _get_transition(self, index: int) -> KeyframeTransition:
        if index not in self._transitions:
            self._transitions[index] = self._create_transition(index)
        return self._transitions[index]

    def _create_transition(self, index: int) -> KeyframeTransition:
        first, last = (self._get_keyframe(image) for image in _get_end_images(self._order.shots[index]))
        features = [self._get_features(image) for image in _get_end_images(self._order.shots[index])]
        found = create_interpolator(self._networks.rife, first, last, features=(features[0], features[1]))
        if found is not None:
            return found
        leaving, arriving = (
            self._get_layered_keyframe(image) for image in _get_end_images(self._order.shots[index])
        )
        return WhipTransition(leaving, arriving, self._count_steps(index), is_final=self._is_last(index))

    def _get_features(self, image: ImageRef) -> ImageFeatures:
        if image not in self._features:
            self._features[image] = detect_features(self._get_keyframe(image))
        return self._features[image]

    def _get_layered_keyframe(self, image: ImageRef) -> LayeredKeyframe:
        if image not in self._layered_keyframes:
            self._layered_keyframes[image] = LayeredKeyframe(self._get_keyframe(image), self._networks)
        return self._layered_keyframes[image]

    def _get_keyframe(self, image: ImageRef) -> Frame:
        if image not in self._keyframes:
            self._keyframes[image] = self._load_keyframe(image)
        return self._keyframes[image]

    def _load_keyframe(self, image: ImageRef) -> Frame:
        frame, size = load_image(Path(image)), self._order.frame_size
        return crop_to_cover(frame, size, self._find_crop_focus(frame) if is_cropped(frame, size) else None)

    def _find_crop_focus(self, frame: Frame) -> tuple[float, float]:
        """Find the subject in the first keyframe of this shape: crops of one shape stay in one position."""
        if frame.shape not in self._crop_focuses:
            keyframes = (
                load_image(Path(image)) for shot in self._order.shots for image in _get_end_images(shot)
            )
            first = next(each for each in keyframes if each.shape == frame.shape)
            self._crop_focuses[frame.shape] = find_subject_centre(first, self._networks)
        return self._crop_focuses[frame.shape]


def _get_end_images(shot: Shot) -> tuple[ImageRef, ImageRef]:
    assert shot.first is not None, "a shot between keyframes has both"
    assert shot.last is not None, "a shot between keyframes has both"
    return shot.first, shot.last


def _measure_coherence(before: KeyframeTransition, after: KeyframeTransition) -> float:
    """Return the cosine between two motions: 1 the same everywhere, 0 unrelated, -1 opposite."""
    if isinstance(before, WhipTransition) or isinstance(after, WhipTransition):
        return 1.0
    one, other = before.displacement, after.displacement
    power = sqrt(float((one**2).sum()) * float((other**2).sum()))
    return float(np.vdot(one, other)) / max(power, 1e-9)
