"""Image-to-video: a still image becomes a shot with depth, seen by a moving camera.

The image is separated into its subject and the background behind it; each is moved by its own depth. The
first frame is the image itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np

from keyreel.engines.motion.acting.cast import add_acting
from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.effects.steam import Steam, create_steam
from keyreel.engines.motion.effects.wind import Wind, detect_foliage, find_breeze
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.layers.layered_image import LayeredImage, separate_layers
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Effect
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Order


class IndependentMotion(Protocol):
    """What moves in the image besides the camera."""

    def subject_offset(self, index: int) -> tuple[float, float]:
        """Return how far the subject has moved at a frame (x, y), in units of the view."""
        ...

    def warp_background(self, frame: Frame, index: int) -> None:
        """Warp the background at a frame, uint8 [height, width, 3], in place."""
        ...


_OUTWARD_MOVES: Final = frozenset({CameraMove.ZOOM_OUT, CameraMove.PULL_OUT})
_OUTWARD_BORDER_COMPRESSION: Final = 1.3
_BORDER_COMPRESSION: Final = 1.05
"""How far the border zone may be compressed, by cameras that move outwards and by others."""
_DEFAULT_CAMERA_STRENGTH: Final = 0.85
"""Factor on the default camera moves where the amplitude is left to the engine."""
_STEAM_SOURCE_HEIGHT: Final = 0.4
"""How far below the subject's top steam rises, as a part of its height."""
_STEAM_HEIGHT: Final = 0.75
"""How high steam rises, in heights of the subject."""
_MIN_STEAM_HEIGHT: Final = 0.5
"""How high steam rises at least, in units of the view."""
_DEFAULT_SUBJECT_BOX: Final = (-0.4, -0.2, 0.4, 0.8)
"""Left, top, right and bottom in units of the view, where no subject was found."""
_STEAM_FADE_IN_SECONDS: Final = 1.2
"""Until steam has its full strength: the first frame is the image itself."""
_LAYER_FADE_IN_FRAMES: Final = 8
"""Frames until the subject is fully separated from the background."""


def render_image_to_video(order: Order, networks: Networks) -> Iterator[Frame]:
    """Yield the shot's frames, uint8 [height, width, 3], RGB, the first of them the image itself, cropped.

    Raises:
        RenderFailed: the image cannot be read.
    """
    shot = order.shots[0]
    assert shot.first is not None
    parsed = parse_prompt(shot.prompt)
    layered_image = separate_layers(load_image(Path(shot.first)), order.frame_size, networks)
    layered_image = add_acting(layered_image, parsed, order, networks)
    cues = parsed.cues or choose_default_camera(layered_image, order)
    view = parallax.create_camera_view(
        order.frame_size, layered_image.background.margins, _choose_border_compression(parsed)
    )
    camera_options = path.CameraOptions(
        shot.frames, order.amplitude, layered_image.pivot_disparity, order.seed
    )
    yield from render_layers(
        order,
        layered_image,
        parsed,
        (parallax.confine_path(path.plan_camera_path(cues, camera_options), view), view),
    )


def render_layers(
    order: Order,
    layered_image: LayeredImage,
    parsed: ParsedPrompt,
    camera_path: tuple[Sequence[CameraPose], CameraView],
    *,
    independent_motion: IndependentMotion | None = None,
) -> Iterator[Frame]:
    """Yield what the camera sees from each pose, uint8 [height, width, 3], RGB, with the prompt's effects.

    `independent_motion` moves the subject and what is behind it, besides the camera.
    """
    frames, (poses, view) = order.shots[0].frames, camera_path
    layered_image = _add_wind(layered_image, parsed)
    steam = _create_steam(parsed, order.seed)
    effects = ShotEffects(
        parsed, layered_image.background.rest_frame, order.frame_size, order.seed, fade_in=True
    )
    for index, pose in enumerate(poses):
        draw_behind = partial(_draw_behind_subject, effects, independent_motion, index=index, frames=frames)
        offset = independent_motion.subject_offset(index) if independent_motion else (0.0, 0.0)
        frame = layered_image.render_view(pose, view, draw_behind, seconds=index / FPS, subject_offset=offset)
        if layered_image.subject and index < _LAYER_FADE_IN_FRAMES and not independent_motion:
            # A matte is never perfect: the shot starts from the undivided image.
            whole = layered_image.render_undivided(pose, view, seconds=index / FPS)
            part = index / _LAYER_FADE_IN_FRAMES
            np.copyto(frame, cv2.addWeighted(frame, part, whole, 1 - part, 0))
        if steam:
            at, height = _locate_steam_source(layered_image, pose, view)
            _fade_in_steam(steam, index).draw(frame, index / FPS, source=at, height=height)
        effects.draw_in_front(frame, index, frames)
        yield frame


def _add_wind(layered_image: LayeredImage, parsed: ParsedPrompt) -> LayeredImage:
    """Return the image with its foliage in the prompt's wind, or else in a breeze that only that feels."""
    strength, rest_frame = parsed.get_effect_strength(Effect.WIND), layered_image.background.rest_frame
    if strength:
        return replace(layered_image, wind=Wind(strength, detect_foliage(rest_frame)))
    if Effect.WIND in parsed.denied_effects:
        return layered_image
    return replace(layered_image, wind=find_breeze(rest_frame))


def _fade_in_steam(steam: Steam, index: int) -> Steam:
    return replace(steam, strength=steam.strength * min(index / FPS / _STEAM_FADE_IN_SECONDS, 1.0))


def _draw_behind_subject(
    effects: ShotEffects,
    independent_motion: IndependentMotion | None,
    frame: Frame,
    *,
    index: int,
    frames: int,
) -> None:
    if independent_motion:
        independent_motion.warp_background(frame, index)
    effects.draw_behind(frame, index, frames)


def _create_steam(parsed: ParsedPrompt, seed: int) -> Steam | None:
    strength = parsed.get_effect_strength(Effect.STEAM)
    return create_steam(np.random.default_rng([seed, 41]), strength) if strength else None


def _locate_steam_source(
    layered_image: LayeredImage, pose: CameraPose, view: CameraView
) -> tuple[tuple[float, float], float]:
    """Return where steam rises, in the subject's upper part as from a cup, and how high, in pixels."""
    left, top, right, foot = layered_image.subject.bounds if layered_image.subject else _DEFAULT_SUBJECT_BOX
    source = ((left + right) / 2, top + (foot - top) * _STEAM_SOURCE_HEIGHT)
    x, y, enlarged = parallax.project_point(source, pose, layered_image.pivot_disparity)
    at = x * view.pixels_per_unit + view.size.width / 2, y * view.pixels_per_unit + view.size.height / 2
    high = max((foot - top) * _STEAM_HEIGHT, _MIN_STEAM_HEIGHT) * view.pixels_per_unit * enlarged
    return at, high


def _choose_border_compression(parsed: ParsedPrompt) -> float:
    """Return how far borders may be compressed: a camera that moves outwards has nothing else to show."""
    return _OUTWARD_BORDER_COMPRESSION if _OUTWARD_MOVES.intersection(parsed.moves) else _BORDER_COMPRESSION


def choose_default_camera(layered_image: LayeredImage, order: Order) -> tuple[CameraCue, ...]:
    """Choose the camera's moves where the prompt has none: a push in, with a drift that suits the image."""
    rng = np.random.default_rng([order.seed, 11])
    strength = _DEFAULT_CAMERA_STRENGTH if order.amplitude is Amplitude.AUTO else 1.0
    left = layered_image.subject_centre[0] < 0.45 or (
        layered_image.subject_centre[0] <= 0.55 and rng.random() < 0.5
    )
    if layered_image.subject is not None:
        drift = CameraCue(CameraMove.ORBIT_RIGHT if left else CameraMove.ORBIT_LEFT, 0.4)
    elif order.frame_size.width >= order.frame_size.height:
        drift = CameraCue(CameraMove.TRACK_RIGHT if left else CameraMove.TRACK_LEFT, 0.5)
    else:
        drift = CameraCue(CameraMove.RISE, 0.6)
    return tuple(
        replace(cue, strength=cue.strength * strength) for cue in (CameraCue(CameraMove.PUSH_IN, 0.9), drift)
    )
