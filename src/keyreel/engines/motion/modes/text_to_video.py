"""Text-to-video: a place drawn for a prompt's words, filmed by a camera that travels through its depths."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.camera.path import Pose
from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.effects.weather import Weather
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.setting import is_drawable, split_into_scenes
from keyreel.engines.motion.prompts.vocabulary import CameraMove
from keyreel.engines.motion.scenery.abstract import compose_abstract_scene
from keyreel.engines.motion.scenery.composition import compose_scene
from keyreel.engines.motion.scenery.view import crop_to_frame
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.prompts.setting import ShotScene
    from keyreel.engines.motion.scenery.composition import ComposedScene
    from keyreel.order import Order

_FARTHER: Final = 1.7
"""A drawn place has more to show than a picture: the camera goes this much farther."""
_WITH: Final = {CameraMove.PUSH_IN: CameraMove.ZOOM_IN, CameraMove.PULL_OUT: CameraMove.ZOOM_OUT}
"""The lens helps the camera along: what is far would hardly come nearer."""
_FOCUS: Final = 0.6
_DISSOLVES: Final = 0.7
_TURNS: Final = 2.4
"""Seconds in which another hour or weather comes to the same place: light changes slowly."""
_DEEPEST: Final = 0.52
_BACK: Final = 0.15
"""How far a move into the depth begins behind the usual place: what frames the view is seen for longer."""


def frames(order: Order) -> Iterator[Frame]:
    """Yield the shot's frames."""
    shot = order.shots[0]
    scenes = split_into_scenes(shot.prompt, shot.seconds, order.seed)
    rig = path.Rig(shot.frames, order.amplitude, _FOCUS, order.seed)
    poses = _centred(path.path(_cues(parse_prompt(shot.prompt), order), rig))
    starts = [round(take.start * shot.frames) for take in scenes]
    sets = [_Set(take, order) for take in scenes]
    passing = [_passing(*pair) for pair in pairwise(scenes)]
    for index, pose in enumerate(poses):
        now = bisect_right(starts, index) - 1
        frame = sets[now].filmed(pose, index)
        if now + 1 < len(sets):
            left = (starts[now + 1] - index) / FPS
            whole = min(passing[now], (starts[now + 1] - starts[now]) / FPS)
            if left < whole:
                part = smoothstep(0, 1, 1 - left / whole)
                cv2.addWeighted(sets[now + 1].filmed(pose, index), part, frame, 1 - part, 0, dst=frame)
        if index + 1 in starts:
            sets[now].strike()
        yield frame


def _passing(before: ShotScene, after: ShotScene) -> float:
    """Return how many seconds one scene takes to pass into the next."""
    if after.has_cut:
        return 0.0
    return _TURNS if before.parsed_prompt.place is after.parsed_prompt.place else _DISSOLVES


class _Set:
    """One take's scene and weather, made when it is first filmed."""

    def __init__(self, take: ShotScene, order: Order) -> None:
        self._take, self._order = take, order
        self._built: tuple[ComposedScene, Weather] | None = None

    def filmed(self, pose: Pose, index: int) -> Frame:
        """Return the frame of an index."""
        self._built = self._built or self._build()
        scene, weather = self._built
        view = scene.backdrop.view
        pose = parallax.confined(pose, view)
        look = scene.backdrop.render_background(pose)
        scene.draw_moving_parts(look, pose, index / FPS)
        weather.behind(look.frame, index, self._order.frames)
        if scene.is_indoors:
            weather.before(look.frame, index, self._order.frames)
        scene.backdrop.draw_planes(look.frame, pose, index / FPS)
        if scene.swarm:
            scene.swarm.draw(look.frame, pose, view, index / FPS)
        if not scene.is_indoors:
            weather.before(look.frame, index, self._order.frames)
        return look.frame

    def strike(self) -> None:
        """Let go of what it was built of: a scene weighs a hundred megabytes."""
        self._built = None

    def _build(self) -> tuple[ComposedScene, Weather]:
        size, seed = self._order.frame_size, self._order.seed
        direction = self._take.parsed_prompt
        if is_drawable(direction):
            scene = compose_scene(direction, size, seed, aerial=self._take.is_aerial)
        else:
            scene = compose_abstract_scene(self._order.shots[0].prompt, size, seed)
        window = crop_to_frame(scene.backdrop.background, size)
        return scene, Weather(direction, window, size, seed, rising=False)


def _cues(direction: ParsedPrompt, order: Order) -> tuple[CameraCue, ...]:
    rng = np.random.default_rng([order.seed, 13])
    side = CameraMove.TRACK_LEFT if rng.random() < 0.5 else CameraMove.TRACK_RIGHT
    cues = direction.cues or (CameraCue(CameraMove.PUSH_IN, 0.8), CameraCue(side, 0.4))
    cues = (*cues, *(replace(cue, move=_WITH[cue.move]) for cue in cues if cue.move in _WITH))
    return tuple(
        cue if cue.move is CameraMove.HANDHELD else replace(cue, strength=cue.strength * _FARTHER)
        for cue in cues
    )


def _centred(poses: Sequence[Pose]) -> list[Pose]:
    """Lay a path around the middle of what there is to see: as far to one side as to the other."""
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
