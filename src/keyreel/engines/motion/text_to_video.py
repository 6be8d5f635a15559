"""Text-to-video: a place drawn for a prompt's words, filmed by a camera that travels through its depths."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion import camera, layers
from keyreel.engines.motion.abstract import imagined
from keyreel.engines.motion.camera import Pose
from keyreel.engines.motion.composition import compose
from keyreel.engines.motion.effects import Weather
from keyreel.engines.motion.lexicon import Move
from keyreel.engines.motion.prompt import Cue, direct
from keyreel.engines.motion.vista import window_of
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.composition import Composition
    from keyreel.engines.motion.prompt import Direction
    from keyreel.order import Order

_FARTHER: Final = 1.7
"""A drawn place has more to show than a picture: the camera goes this much farther."""
_WITH: Final = {Move.PUSH_IN: Move.ZOOM_IN, Move.PULL_OUT: Move.ZOOM_OUT}
"""The lens helps the camera along: what is far would hardly come nearer."""
_FOCUS: Final = 0.6
_DEEPEST: Final = 0.52
_BACK: Final = 0.15
"""How far a move into the depth begins behind the usual place: what frames the view is seen for longer."""


def frames(order: Order) -> Iterator[Frame]:
    """Yield the shot's frames."""
    shot = order.shots[0]
    direction = direct(shot.prompt)
    scene = _scene(direction, shot.prompt, order)
    rig = camera.Rig(shot.frames, order.amplitude, _FOCUS, order.seed)
    poses = _centred(camera.path(_cues(direction, order), rig))
    weather = Weather(
        direction,
        window_of(scene.vista.plate, order.frame_size),
        order.frame_size,
        order.seed,
        rising=False,
    )
    for index, pose in enumerate(poses):
        yield _filmed(scene, layers.confined(pose, scene.vista.view), weather, index, shot.frames)


def _scene(direction: Direction, prompt: str, order: Order) -> Composition:
    """Compose what a direction names; where it names neither place nor air nor light, something abstract."""
    size, seed = order.frame_size, order.seed
    if direction.place or direction.hour or direction.season or direction.effects:
        return compose(direction, size, seed)
    return imagined(prompt, size, seed)


def _filmed(scene: Composition, pose: Pose, weather: Weather, index: int, frames: int) -> Frame:
    seconds = index / FPS
    look = scene.vista.seen_by(pose)
    view = scene.vista.view
    if scene.clouds:
        scene.clouds.drift(look, view, seconds)
    if scene.ripples:
        scene.ripples.run(look, view, seconds)
    if scene.flock:
        scene.flock.fly(look.frame, pose, view, seconds)
    if scene.traffic:
        scene.traffic.drive(look.frame, pose, scene.vista, seconds)
    weather.behind(look.frame, index, frames)
    if scene.indoors:
        weather.before(look.frame, index, frames)
    scene.vista.stand(look.frame, pose, seconds)
    if scene.swarm:
        scene.swarm.fly(look.frame, pose, view, seconds)
    if not scene.indoors:
        weather.before(look.frame, index, frames)
    return look.frame


def _cues(direction: Direction, order: Order) -> tuple[Cue, ...]:
    rng = np.random.default_rng([order.seed, 13])
    side = Move.TRACK_LEFT if rng.random() < 0.5 else Move.TRACK_RIGHT
    cues = direction.cues or (Cue(Move.PUSH_IN, 0.8), Cue(side, 0.4))
    cues = (*cues, *(replace(cue, move=_WITH[cue.move]) for cue in cues if cue.move in _WITH))
    return tuple(
        cue if cue.move is Move.HANDHELD else replace(cue, strength=cue.strength * _FARTHER) for cue in cues
    )


def _centred(poses: Sequence[Pose]) -> list[Pose]:
    """Lay a path around the middle of what there is to see: as far to one side as to the other, never behind."""
    track = np.array(poses)
    low, high = track.min(axis=0), track.max(axis=0)
    middle = (low + high) / 2
    zoom, dolly = Pose._fields.index("zoom"), Pose._fields.index("dolly")
    track[:, zoom] /= low[zoom]
    track[:, 1:] -= middle[1:]
    track[:, dolly] += middle[dolly] - low[dolly] - min(high[dolly] - low[dolly], _BACK)
    deepest = float(track[:, dolly].max())
    if deepest > _DEEPEST:
        track[:, dolly] *= _DEEPEST / deepest
    return [Pose(*(float(value) for value in row)) for row in track]
