"""Extending: a shot that goes on from another video's last frame, as fast as that ended.

Its first frame is the one after that. The camera and what moves by itself keep their velocity, and ease into
what the prompt says; where it says nothing of the camera, into a slower one of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.camera.path import Pose
from keyreel.engines.motion.imaging.cropping import read
from keyreel.engines.motion.imaging.pixels import remapped, resized
from keyreel.engines.motion.interpolation.end_velocity import momentum, opacity
from keyreel.engines.motion.layers.layered_image import stage
from keyreel.engines.motion.modes.image_to_video import played, unasked
from keyreel.engines.motion.networks.matting import coverage
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.interpolation.end_velocity import Momentum
    from keyreel.engines.motion.layers.layered_image import Stage
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Order

    Doubles = NDArray[np.float64]
    FloatArray = NDArray[np.float32]

_SQUEEZE: Final = 1.3
"""Beyond the last frame nothing is known: its border zone is compressed rather than the whole enlarged."""

_EASE_SECONDS: Final = 1.4
_SHORTEST_EASE: Final = 0.3
# How far each of a camera's values may go on by itself before something beside the frame must be invented.
_ROOM: Final = np.array((0.45, 0.36, 0.22, 0.36, 0.22, 0.3, 0.2))
_CRUISE: Final = 0.6
"""The part of its speed at which a camera goes on that nobody directs, where there is room for that."""

_SETTLES: Final = 0.6
"""The part of its speed that such a camera loses until the end."""

_MOVING: Final = 0.004 / FPS
"""Below this velocity a camera stands, as good as."""

_OWN_SECONDS: Final = 0.8
"""Until what moves by itself has come to rest: nobody knows where it goes on to."""

_LOOKED_AT: Final = 128
_CLOSE: Final = 0.35
_SOLID: Final = 0.62
"""What an astronaut with outstretched arms still is of its own convex hull (0.70); a pair of eyes is 0.47."""

_PARTS: Final = tuple(part / 10 for part in range(10, -1, -1))


def frames(order: Order, nets: Nets) -> Iterator[Frame]:
    """Yield the shot's frames, the first of them the one after the last frame of the other video.

    Raises:
        RenderFailed: a picture cannot be read.
    """
    shot = order.shots[0]
    assert shot.first is not None
    assert shot.lead is not None
    last, size = read(Path(shot.first)), order.frame_size
    scene = _undivided(stage(last, size, nets))
    view = parallax.view_of(size, scene.background.slack, _SQUEEZE)
    moving = momentum(read(Path(shot.lead)), last, scene, view)
    direction = parse_prompt(shot.prompt)
    poses = _path(order, scene, direction, moving=moving, view=view)
    carried = _Carried(moving) if moving.own is not None or any(moving.subject) else None
    yield from played(order, scene, direction, (poses, view), carried=carried)


def _undivided(scene: Stage) -> Stage:
    """Leave a doubtful subject in one with what is behind it.

    A picture that was sent shows its subject as a whole; a frame in the middle of a move may show half a
    face, of which the matte takes the eyes alone.
    """
    alpha = opacity(scene, _LOOKED_AT, _LOOKED_AT)
    if scene.subject is None or (coverage(alpha) < _CLOSE and _is_whole(alpha)):
        return scene
    return replace(scene, subject=None, ground=scene.whole)


def _is_whole(alpha: FloatArray) -> bool:
    """Say whether an opacity shows one thing, without deep bays."""
    found, _ = cv2.findContours(np.asarray(alpha > 0.5, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if len(found) != 1:
        return False
    return cv2.contourArea(found[0]) > _SOLID * cv2.contourArea(cv2.convexHull(found[0]))


def _path(order: Order, scene: Stage, direction: ParsedPrompt, *, moving: Momentum, view: View) -> list[Pose]:
    """Return the camera's poses: its velocity runs on and gives way to the directed one."""
    count = order.shots[0].frames
    ease = _eased(count, moving.camera)
    on = np.cumsum((1 - ease)[:, None] * moving.camera, axis=0)
    directed = _directed(order, scene, direction)
    if not direction.cues:
        share = _share(moving.camera, on[-1], count)
        settling = 1 - _SETTLES * np.linspace(0, 1, count) ** 2
        directed = share * settling[:, None] * moving.camera + (1 - share / _CRUISE) * directed
    asked = np.cumsum(ease[:, None] * directed, axis=0)
    paths = ([_pose(row) for row in on + part * asked] for part in _PARTS)
    kept = next((poses for poses in paths if parallax.fits(poses, view)), [_pose(row) for row in on])
    return [parallax.confined(pose, view) for pose in kept]


def _directed(order: Order, scene: Stage, direction: ParsedPrompt) -> Doubles:
    """Return the velocities [frames, 7] of the camera that the prompt directs."""
    rig = path.Rig(order.shots[0].frames + 1, order.amplitude, scene.focus, order.seed)
    track = np.array(path.path(direction.cues or unasked(scene, order), rig))
    track[:, 0] = np.log(track[:, 0])
    return np.diff(track, axis=0)


def _share(velocity: Doubles, travelled: Doubles, count: int) -> float:
    """Return the part of its velocity at which a camera goes on undirected: 0 for one that stands."""
    if float(np.abs(velocity).max()) < _MOVING:
        return 0.0
    room = np.maximum(_ROOM - np.abs(travelled), 0.0)
    return min(_CRUISE, float((room / np.maximum(np.abs(velocity) * count, 1e-9)).min()))


def _eased(count: int, velocity: Doubles) -> Doubles:
    """Return how much of the directed velocity each frame has: nothing at first, soon all."""
    fastest = float((np.abs(velocity) * FPS / _ROOM).max())
    seconds = max(min(_EASE_SECONDS, 2 / max(fastest, 1e-9)), _SHORTEST_EASE)
    part = np.clip(np.arange(count) / (seconds * FPS), 0, 1)
    return part * part * (3 - 2 * part)


def _pose(row: Doubles) -> Pose:
    zoom, *travel = (float(value) for value in row)
    return Pose(float(np.exp(zoom)), *travel)


@dataclass(frozen=True, slots=True)
class _Carried:
    """What moved by itself goes on a little, ever slower."""

    moving: Momentum

    def drift(self, index: int) -> tuple[float, float]:
        gone = _gone(index)
        return self.moving.subject[0] * gone, self.moving.subject[1] * gone

    def ground(self, frame: Frame, index: int) -> None:
        if self.moving.own is None:
            return
        height, width = frame.shape[:2]
        back = np.array((-width, -height), np.float32) * np.float32(_gone(index))
        shift = np.asarray(resized(self.moving.own, width, height) * back, np.float32)
        np.copyto(frame, remapped(frame.copy(), shift, cv2.BORDER_REPLICATE, relative=True))


def _gone(index: int) -> float:
    """Return how many frames' way is done at a frame."""
    steps = np.clip(np.arange(index + 1) / (_OWN_SECONDS * FPS), 0, 1)
    return float(((1 - steps) ** 2 * (1 + 2 * steps)).sum())
