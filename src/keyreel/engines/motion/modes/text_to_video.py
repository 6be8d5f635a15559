"""Text-to-video: a place drawn for a prompt, seen by a camera that moves through its depth."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.camera.path import CameraPose
from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.playback import compute_scene_seconds
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.setting import is_drawable, split_into_scenes
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Effect
from keyreel.engines.motion.scenery.abstract import compose_abstract_scene
from keyreel.engines.motion.scenery.composition import compose_scene
from keyreel.engines.motion.scenery.landscapes.clouds import SKY_MATERIAL
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.scenery.view import crop_to_frame
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.prompts.setting import ShotScene
    from keyreel.engines.motion.scenery.composition import ComposedScene
    from keyreel.engines.motion.scenery.view import RenderedBackground
    from keyreel.order import Order

_TRAVEL_SCALE: Final = 0.9
"""Factor on the strength of camera moves, which are accompanied by zooms here."""
_COMPANION_ZOOMS: Final = {CameraMove.PUSH_IN: CameraMove.ZOOM_IN, CameraMove.PULL_OUT: CameraMove.ZOOM_OUT}
"""Zooms that accompany moves into the depth, which alone would hardly enlarge what is far."""
_PIVOT_DISPARITY: Final = 0.6
"""The disparity around which the camera orbits."""
_DISSOLVE_SECONDS: Final = 0.7
"""Seconds in which one place dissolves into another."""
_LIGHT_CHANGE_SECONDS: Final = 2.4
"""Seconds in which another time of day or weather comes to the same place: light changes slowly."""
_WEATHER: Final = frozenset(
    {Effect.RAIN, Effect.SNOW, Effect.FOG, Effect.LEAVES, Effect.PETALS, Effect.LIGHTNING}
)
"""Effects that need the open air."""
_MAX_DOLLY: Final = 0.52
"""How far, at most, the camera moves into the depth."""
_MAX_START_SETBACK: Final = 0.15
"""How far behind rest a move into the depth begins: the foreground stays in view for longer."""


def render_text_to_video(order: Order) -> Iterator[Frame]:
    """Yield the shot's frames, uint8 [height, width, 3], RGB."""
    shot = order.shots[0]
    shot_scenes = split_into_scenes(shot.prompt, shot.seconds, order.seed)
    camera_options = path.CameraOptions(shot.frames, order.amplitude, _PIVOT_DISPARITY, order.seed)
    poses = _centre_path(
        path.plan_camera_path(_choose_cues(parse_prompt(shot.prompt), order), camera_options)
    )
    starts = [round(shot_scene.start * shot.frames) for shot_scene in shot_scenes]
    renderers = [_SceneRenderer(shot_scene, order) for shot_scene in shot_scenes]
    transition_seconds = [_choose_transition_seconds(*pair) for pair in pairwise(shot_scenes)]
    for index, pose in enumerate(poses):
        current = bisect_right(starts, index) - 1
        frame = renderers[current].render_frame(pose, index)
        if current + 1 < len(renderers):
            seconds_left = (starts[current + 1] - index) / FPS
            whole = min(transition_seconds[current], (starts[current + 1] - starts[current]) / FPS)
            if seconds_left < whole:
                part = smoothstep(0, 1, 1 - seconds_left / whole)
                cv2.addWeighted(
                    renderers[current + 1].render_frame(pose, index), part, frame, 1 - part, 0, dst=frame
                )
        if index + 1 in starts:
            renderers[current].release()
        yield frame


def _choose_transition_seconds(before: ShotScene, after: ShotScene) -> float:
    """Return the seconds that the dissolve into the next scene takes; 0.0 for a cut."""
    if after.has_cut:
        return 0.0
    return (
        _LIGHT_CHANGE_SECONDS
        if before.parsed_prompt.place is after.parsed_prompt.place
        else _DISSOLVE_SECONDS
    )


class _SceneRenderer:
    """The frames of one scene with its weather; it is composed when its first frame is needed."""

    def __init__(self, shot_scene: ShotScene, order: Order) -> None:
        self._shot_scene, self._order = shot_scene, order
        self._playback = parse_prompt(order.shots[0].prompt).playback
        self._built: tuple[ComposedScene, ShotEffects] | None = None

    def render_frame(self, pose: CameraPose, index: int) -> Frame:
        """Return the shot's frame at an index, uint8 [height, width, 3], RGB, as seen from a pose."""
        self._built = self._built or self._build()
        composed_scene, effects = self._built
        view = composed_scene.backdrop.view
        pose = parallax.confine_pose(pose, view)
        background = composed_scene.backdrop.render_background(pose)
        seconds = compute_scene_seconds(self._playback, index, self._order.frames, begins_at_rest=False)
        composed_scene.draw_moving_parts(background, pose, seconds)
        effects.draw_behind(background.frame, index, self._order.frames)
        if composed_scene.is_indoors:
            effects.draw_in_front(background.frame, index, self._order.frames)
        composed_scene.backdrop.draw_planes(background.frame, pose, seconds)
        if composed_scene.hearth:
            composed_scene.hearth.draw(background.frame, pose, view, seconds)
        if composed_scene.plume:
            composed_scene.plume.draw(background.frame, pose, view, seconds)
        if composed_scene.swarm:
            composed_scene.swarm.draw(background.frame, pose, view, seconds)
        if not composed_scene.is_indoors:
            sky_area = _find_sky_area(background) if composed_scene.clouds else None
            effects.draw_in_front(background.frame, index, self._order.frames, sky_area=sky_area)
        return background.frame

    def release(self) -> None:
        """Free the composed scene, which takes about a hundred megabytes."""
        self._built = None

    def _build(self) -> tuple[ComposedScene, ShotEffects]:
        size, seed = self._order.frame_size, self._order.seed
        parsed = self._shot_scene.parsed_prompt
        if is_drawable(parsed):
            composed_scene = compose_scene(parsed, size, seed, aerial=self._shot_scene.is_aerial)
        else:
            composed_scene = compose_abstract_scene(self._order.shots[0].prompt, size, seed)
        rest_frame = crop_to_frame(composed_scene.backdrop.background, size)
        parsed = replace(parsed, playback=self._playback, effects=_list_painted_effects(parsed))
        return composed_scene, ShotEffects(parsed, rest_frame, size, seed, fade_in=False)


def _list_painted_effects(parsed: ParsedPrompt) -> tuple[tuple[Effect, float], ...]:
    """Return the effects to be painted: no stars, which the sky has, and no weather without a window."""
    recipe = RECIPES[parsed.place] if parsed.place else None
    is_sealed = recipe is not None and recipe.is_indoors and not recipe.window_views
    left_out = _WEATHER | {Effect.STARS} if is_sealed else {Effect.STARS}
    return tuple(each for each in parsed.effects if each[0] not in left_out)


def _find_sky_area(background: RenderedBackground) -> NDArray[np.uint8]:
    """Return where a background shows open sky, uint8 [height, width], 255 there."""
    _, area = cv2.threshold(background.materials, SKY_MATERIAL - 1, 255, cv2.THRESH_BINARY)
    return np.asarray(area, np.uint8)


def _choose_cues(parsed: ParsedPrompt, order: Order) -> tuple[CameraCue, ...]:
    rng = np.random.default_rng([order.seed, 13])
    side = CameraMove.TRACK_LEFT if rng.random() < 0.5 else CameraMove.TRACK_RIGHT
    cues = parsed.cues or (CameraCue(CameraMove.PUSH_IN, 0.8), CameraCue(side, 0.4))
    cues = (
        *cues,
        *(replace(cue, move=_COMPANION_ZOOMS[cue.move]) for cue in cues if cue.move in _COMPANION_ZOOMS),
    )
    return tuple(
        cue if cue.move is CameraMove.HANDHELD else replace(cue, strength=cue.strength * _TRAVEL_SCALE)
        for cue in cues
    )


def _centre_path(poses: Sequence[CameraPose]) -> list[CameraPose]:
    """Shift a path so that it goes as far to one side of the middle as to the other."""
    track = np.array(poses)
    low, high = track.min(axis=0), track.max(axis=0)
    middle = (low + high) / 2
    zoom, dolly = CameraPose._fields.index("zoom"), CameraPose._fields.index("dolly")
    track[:, zoom] /= low[zoom]
    track[:, 1:] -= middle[1:]
    track[:, dolly] += middle[dolly] - low[dolly] - min(high[dolly] - low[dolly], _MAX_START_SETBACK)
    deepest = float(track[:, dolly].max())
    if deepest > _MAX_DOLLY:
        track[:, dolly] *= _MAX_DOLLY / deepest
    return [CameraPose(*(float(value) for value in row)) for row in track]
