"""Extend: a shot that continues from another video's last frame, at the velocity with which that ended.

Its first frame is the one after that. The camera and what moves by itself keep their velocity and ease into
what the prompt says; where it does not mention the camera, into a slower motion of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.acting.cast import add_acting
from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.camera.path import CameraPose
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.imaging.pixels import remap, resize
from keyreel.engines.motion.interpolation.end_velocity import get_subject_alpha, measure_end_velocity
from keyreel.engines.motion.layers.layered_image import separate_layers
from keyreel.engines.motion.modes.image_to_video import choose_default_camera, render_layers
from keyreel.engines.motion.networks.matting import measure_coverage
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import Float64Array, FloatArray
    from keyreel.engines.motion.interpolation.end_velocity import EndVelocity
    from keyreel.engines.motion.layers.layered_image import LayeredImage
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Order


_BORDER_COMPRESSION: Final = 1.3
"""Beyond the last frame nothing is known: its border zone is compressed rather than the whole enlarged."""

_EASE_SECONDS: Final = 1.4
_MIN_EASE_SECONDS: Final = 0.3
"""Seconds in which the directed velocity takes over, at most and at least."""
# How far each value of a pose may coast before content outside the frame would have to be invented.
_COASTING_LIMITS: Final = np.array((0.45, 0.36, 0.22, 0.36, 0.22, 0.3, 0.2))
_COASTING_SPEED: Final = 0.6
"""The part of its velocity at which a camera coasts that no prompt directs, where there is room."""

_COASTING_LOSS: Final = 0.6
"""The part of its velocity that a coasting camera loses until the end."""

_MIN_VELOCITY: Final = 0.004 / FPS
"""Below this velocity, per frame, a camera counts as still."""

_INDEPENDENT_MOTION_SECONDS: Final = 0.8
"""Until what moves by itself has come to rest: its further path is unknown."""

_ALPHA_SIDE: Final = 128
"""Pixels a side at which the matte is judged."""
_CLOSE_UP_COVERAGE: Final = 0.35
"""The part of the frame from which a subject is a close-up, perhaps cut off."""
_MIN_SOLIDITY: Final = 0.62
"""Least share of its convex hull: an astronaut with outstretched arms has 0.70, a pair of eyes 0.47."""

_TRAVEL_FRACTIONS: Final = tuple(part / 10 for part in range(10, -1, -1))
"""Parts of the directed path, tried from the whole down to none until one stays within the view."""


def render_extension(order: Order, networks: Networks) -> Iterator[Frame]:
    """Yield the shot's frames, uint8 [height, width, 3], RGB, from the one after the other video's last.

    Raises:
        RenderFailed: an image cannot be read.
    """
    shot = order.shots[0]
    assert shot.first is not None
    assert shot.lead is not None
    last, size = load_image(Path(shot.first)), order.frame_size
    layered_image = _merge_doubtful_subject(separate_layers(last, size, networks))
    view = parallax.create_camera_view(size, layered_image.background.margins, _BORDER_COMPRESSION)
    end_velocity = measure_end_velocity(load_image(Path(shot.lead)), last, layered_image, view)
    parsed = parse_prompt(shot.prompt)
    layered_image = add_acting(layered_image, parsed, order, networks)
    poses = _plan_camera_path(order, layered_image, parsed, end_velocity=end_velocity, view=view)
    independent_motion = (
        _DecayingMotion(end_velocity)
        if end_velocity.residual_velocity is not None or any(end_velocity.subject_velocity)
        else None
    )
    yield from render_layers(
        order, layered_image, parsed, (poses, view), independent_motion=independent_motion
    )


def _merge_doubtful_subject(layered_image: LayeredImage) -> LayeredImage:
    """Merge a doubtful subject with the background.

    An uploaded image shows its subject as a whole; a frame in the middle of a move may show half a face, of
    which the matte finds the eyes alone.
    """
    alpha = get_subject_alpha(layered_image, _ALPHA_SIDE, _ALPHA_SIDE)
    if layered_image.subject is None or (measure_coverage(alpha) < _CLOSE_UP_COVERAGE and _is_solid(alpha)):
        return layered_image
    return replace(layered_image, subject=None, background_rgba=layered_image.image_rgba)


def _is_solid(alpha: FloatArray) -> bool:
    """Say whether a matte, float32 [height, width], shows one object without deep concavities."""
    found, _ = cv2.findContours(np.asarray(alpha > 0.5, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if len(found) != 1:
        return False
    return cv2.contourArea(found[0]) > _MIN_SOLIDITY * cv2.contourArea(cv2.convexHull(found[0]))


def _plan_camera_path(
    order: Order,
    layered_image: LayeredImage,
    parsed: ParsedPrompt,
    *,
    end_velocity: EndVelocity,
    view: CameraView,
) -> list[CameraPose]:
    """Return the camera's poses: its velocity coasts and gives way to the directed one."""
    count = order.shots[0].frames
    ease = _compute_ease_in(count, end_velocity.camera_velocity)
    coasted = np.cumsum((1 - ease)[:, None] * end_velocity.camera_velocity, axis=0)
    directed = _plan_directed_velocities(order, layered_image, parsed)
    if not parsed.cues:
        share = _choose_coasting_share(end_velocity.camera_velocity, coasted[-1], count)
        settling = 1 - _COASTING_LOSS * np.linspace(0, 1, count) ** 2
        directed = (
            share * settling[:, None] * end_velocity.camera_velocity
            + (1 - share / _COASTING_SPEED) * directed
        )
    directed_travel = np.cumsum(ease[:, None] * directed, axis=0)
    paths = ([_to_pose(row) for row in coasted + part * directed_travel] for part in _TRAVEL_FRACTIONS)
    kept = next(
        (poses for poses in paths if parallax.is_path_within_view(poses, view)),
        [_to_pose(row) for row in coasted],
    )
    return [parallax.confine_pose(pose, view) for pose in kept]


def _plan_directed_velocities(
    order: Order, layered_image: LayeredImage, parsed: ParsedPrompt
) -> Float64Array:
    """Return the velocities that the prompt directs, float64 [frames, 7], per frame, zoom as logarithm."""
    camera_options = path.CameraOptions(
        order.shots[0].frames + 1, order.amplitude, layered_image.pivot_disparity, order.seed
    )
    track = np.array(
        path.plan_camera_path(parsed.cues or choose_default_camera(layered_image, order), camera_options)
    )
    track[:, 0] = np.log(track[:, 0])
    return np.diff(track, axis=0)


def _choose_coasting_share(velocity: Float64Array, travelled: Float64Array, count: int) -> float:
    """Return the part of its velocity at which an undirected camera coasts: 0 for one that is still."""
    if float(np.abs(velocity).max()) < _MIN_VELOCITY:
        return 0.0
    room = np.maximum(_COASTING_LIMITS - np.abs(travelled), 0.0)
    return min(_COASTING_SPEED, float((room / np.maximum(np.abs(velocity) * count, 1e-9)).min()))


def _compute_ease_in(count: int, velocity: Float64Array) -> Float64Array:
    """Return the share of the directed velocity at each frame, float64 [frames], from 0.0 to 1.0."""
    fastest = float((np.abs(velocity) * FPS / _COASTING_LIMITS).max())
    seconds = max(min(_EASE_SECONDS, 2 / max(fastest, 1e-9)), _MIN_EASE_SECONDS)
    part = np.clip(np.arange(count) / (seconds * FPS), 0, 1)
    return part * part * (3 - 2 * part)


def _to_pose(row: Float64Array) -> CameraPose:
    zoom, *travel = (float(value) for value in row)
    return CameraPose(float(np.exp(zoom)), *travel)


@dataclass(frozen=True, slots=True)
class _DecayingMotion:
    """What moved by itself goes on for a while, decelerating to rest."""

    end_velocity: EndVelocity

    def subject_offset(self, index: int) -> tuple[float, float]:
        elapsed = _integrate_decay(index)
        return self.end_velocity.subject_velocity[0] * elapsed, self.end_velocity.subject_velocity[
            1
        ] * elapsed

    def warp_background(self, frame: Frame, index: int) -> None:
        if self.end_velocity.residual_velocity is None:
            return
        height, width = frame.shape[:2]
        back = np.array((-width, -height), np.float32) * np.float32(_integrate_decay(index))
        shift = np.asarray(resize(self.end_velocity.residual_velocity, width, height) * back, np.float32)
        np.copyto(frame, remap(frame.copy(), shift, cv2.BORDER_REPLICATE, relative=True))


def _integrate_decay(index: int) -> float:
    """Return the frames of undecayed motion that equal the motion up to a frame."""
    steps = np.clip(np.arange(index + 1) / (_INDEPENDENT_MOTION_SECONDS * FPS), 0, 1)
    return float(((1 - steps) ** 2 * (1 + 2 * steps)).sum())
