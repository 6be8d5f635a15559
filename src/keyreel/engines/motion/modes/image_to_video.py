"""Image-to-video: a still picture becomes a shot with depth, seen by a moving camera.

The picture is parted into its subject and the plate behind it; both are moved by their own depth. The first
frame is the picture itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.effects.steam import Steam, steam
from keyreel.engines.motion.effects.weather import Weather
from keyreel.engines.motion.effects.wind import Breeze, foliage
from keyreel.engines.motion.imaging.cropping import read
from keyreel.engines.motion.layers.layered_image import Stage, stage
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Effect
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.camera.path import Pose
    from keyreel.engines.motion.networks.models import Nets
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Order


class Carried(Protocol):
    """What moves beside the camera."""

    def drift(self, index: int) -> tuple[float, float]:
        """Return how far the subject has gone at a frame, in units."""
        ...

    def ground(self, frame: Frame, index: int) -> None:
        """Move what is behind the subject, in place."""
        ...


_OUTWARDS: Final = frozenset({CameraMove.ZOOM_OUT, CameraMove.PULL_OUT})
_OUTWARD_SQUEEZE: Final = 1.3
_SQUEEZE: Final = 1.05
_UNASKED: Final = 0.85
_MOUTH: Final = 0.4
_PLUME: Final = 0.75
_LEAST_PLUME: Final = 0.5
_NOWHERE: Final = (-0.4, -0.2, 0.4, 0.8)
_STEAM_GATHERS: Final = 1.2
_PARTED_AFTER: Final = 8
"""Frames until the subject is quite parted from the plate."""


def frames(order: Order, nets: Nets) -> Iterator[Frame]:
    """Yield the shot's frames, the first of them the picture cropped to cover the frame.

    Raises:
        RenderFailed: the picture cannot be read.
    """
    shot = order.shots[0]
    assert shot.first is not None
    direction = parse_prompt(shot.prompt)
    scene = stage(read(Path(shot.first)), order.frame_size, nets)
    cues = direction.cues or unasked(scene, order)
    view = parallax.view_of(order.frame_size, scene.background.slack, _squeeze(direction))
    rig = path.Rig(shot.frames, order.amplitude, scene.focus, order.seed)
    yield from played(order, scene, direction, (parallax.within(path.path(cues, rig), view), view))


def played(
    order: Order,
    scene: Stage,
    direction: ParsedPrompt,
    seen_from: tuple[Sequence[Pose], View],
    *,
    carried: Carried | None = None,
) -> Iterator[Frame]:
    """Yield what the camera sees from each of its poses, with all that the direction has happen.

    `carried` moves the subject and what is behind it, beside the camera.
    """
    frames, (poses, view) = order.shots[0].frames, seen_from
    if direction.get_effect_strength(Effect.WIND):
        softness = foliage(scene.background.window)
        scene = replace(scene, breeze=Breeze(direction.get_effect_strength(Effect.WIND), softness))
    plume = _plume(direction, order.seed)
    weather = Weather(direction, scene.background.window, order.frame_size, order.seed, rising=True)
    for index, pose in enumerate(poses):
        behind = partial(_behind, weather, carried, index=index, frames=frames)
        drift = carried.drift(index) if carried else (0.0, 0.0)
        frame = scene.seen_by(pose, view, behind, seconds=index / FPS, drift=drift)
        if scene.subject and index < _PARTED_AFTER and not carried:
            # A matte is never perfect: the shot starts from the undivided picture.
            whole = scene.undivided(pose, view, seconds=index / FPS)
            np.copyto(
                frame, cv2.addWeighted(frame, index / _PARTED_AFTER, whole, 1 - index / _PARTED_AFTER, 0)
            )
        if plume:
            risen = replace(plume, strength=plume.strength * min(index / FPS / _STEAM_GATHERS, 1.0))
            at, height = _mouth(scene, pose, view)
            risen.rise(frame, index / FPS, at=at, height=height)
        weather.before(frame, index, frames)
        yield frame


def _behind(weather: Weather, carried: Carried | None, frame: Frame, *, index: int, frames: int) -> None:
    if carried:
        carried.ground(frame, index)
    weather.behind(frame, index, frames)


def _plume(direction: ParsedPrompt, seed: int) -> Steam | None:
    strength = direction.get_effect_strength(Effect.STEAM)
    return steam(np.random.default_rng([seed, 41]), strength) if strength else None


def _mouth(scene: Stage, pose: Pose, view: View) -> tuple[tuple[float, float], float]:
    """Return where steam rises, in the subject's upper part as from a cup, and how high, in pixels."""
    left, top, right, foot = scene.subject.box if scene.subject else _NOWHERE
    place = ((left + right) / 2, top + (foot - top) * _MOUTH)
    x, y, enlarged = parallax.shown_at(place, pose, scene.focus)
    at = x * view.unit + view.size.width / 2, y * view.unit + view.size.height / 2
    high = max((foot - top) * _PLUME, _LEAST_PLUME) * view.unit * enlarged
    return at, high


def _squeeze(direction: ParsedPrompt) -> float:
    """Return how far borders may be compressed: a camera that moves out has nothing else to show."""
    return _OUTWARD_SQUEEZE if _OUTWARDS.intersection(direction.moves) else _SQUEEZE


def unasked(scene: Stage, order: Order) -> tuple[CameraCue, ...]:
    """Choose the camera's move where the prompt says nothing: a push that drifts by the composition."""
    rng = np.random.default_rng([order.seed, 11])
    strength = _UNASKED if order.amplitude is Amplitude.AUTO else 1.0
    left = scene.centre[0] < 0.45 or (scene.centre[0] <= 0.55 and rng.random() < 0.5)
    if scene.subject is not None:
        drift = CameraCue(CameraMove.ORBIT_RIGHT if left else CameraMove.ORBIT_LEFT, 0.4)
    elif order.frame_size.width >= order.frame_size.height:
        drift = CameraCue(CameraMove.TRACK_RIGHT if left else CameraMove.TRACK_LEFT, 0.5)
    else:
        drift = CameraCue(CameraMove.RISE, 0.6)
    return tuple(
        replace(cue, strength=cue.strength * strength) for cue in (CameraCue(CameraMove.PUSH_IN, 0.9), drift)
    )
