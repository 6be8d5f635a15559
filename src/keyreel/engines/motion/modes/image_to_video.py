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
from keyreel.engines.motion.camera.motion_blur import list_exposures
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.effects.wind import Wind, detect_foliage, find_breeze
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.imaging.pixels import average_frames
from keyreel.engines.motion.layers.background import BorderReach
from keyreel.engines.motion.layers.layered_image import LayeredImage, separate_layers
from keyreel.engines.motion.modes.anchored_effects import create_anchored_effects
from keyreel.engines.motion.modes.camera_aim import choose_aim
from keyreel.engines.motion.playback import compute_scene_seconds
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Effect, Playback
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


_BORDER_COMPRESSION: Final = 1.02
"""How far the border zone may be compressed."""
_MAX_ENLARGEMENT: Final = 1.15
"""The zoom by which a path may be enlarged in order to stay within the image, before it goes less far."""
_LATERAL_MOVES: Final = (
    {CameraMove.PAN_LEFT, CameraMove.PAN_RIGHT, CameraMove.TRACK_LEFT, CameraMove.TRACK_RIGHT},
    {CameraMove.TILT_UP, CameraMove.TILT_DOWN, CameraMove.RISE, CameraMove.SINK},
)
_PANORAMA_SHARE: Final = 0.95
_MAX_STRETCH: Final = 4.0
"""The part of what a panorama has beyond the frame that a pan shows; the most that its travel grows by."""
_PRESUMED_PIVOT: Final = 0.6
"""The disparity of an orbit's pivot, while the subject's is not known."""
_DEFAULT_CAMERA_STRENGTH: Final = 0.85
"""Factor on the default camera moves where the amplitude is left to the engine."""
_TIMELAPSE_FLOW_STRETCH: Final = 2.4
"""How much farther clouds and water go in each phase of a timelapse, besides that phases are shorter."""
_ANCHORED_FADE_IN_SECONDS: Final = 1.2
"""Until steam or a fire has its full strength: the first frame is the image itself."""
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
    size = order.frame_size
    source_image = load_image(Path(shot.first))
    directed = _extend_pans(parsed.cues, source_image, order)
    layered_image = separate_layers(source_image, size, networks, _measure_reach(order, directed))
    layered_image = add_acting(layered_image, parsed, order, networks)
    cues = directed or choose_default_camera(layered_image, order)
    view = parallax.create_camera_view(size, layered_image.background.margins, _BORDER_COMPRESSION)
    camera_options = path.CameraOptions(
        shot.frames, order.amplitude, layered_image.pivot_disparity, order.seed
    )
    aim = choose_aim(layered_image, view, cues, camera_options)
    camera_options = replace(camera_options, aim=aim)
    yield from render_layers(
        order,
        layered_image,
        parsed,
        (parallax.confine_path(path.plan_camera_path(cues, camera_options), view, _MAX_ENLARGEMENT), view),
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
    layered_image = _hasten_flow(_add_wind(layered_image, parsed), parsed)
    anchored_effects = create_anchored_effects(parsed, order.seed, layered_image)
    effects = ShotEffects(
        parsed, layered_image.background.rest_frame, order.frame_size, order.seed, fade_in=True
    )
    for index, pose in enumerate(poses):
        seconds = compute_scene_seconds(parsed.playback, index, frames, begins_at_rest=True)
        if parsed.playback is Playback.TIMELAPSE:
            seconds /= _TIMELAPSE_FLOW_STRETCH
        draw_behind = partial(_draw_behind_subject, effects, independent_motion, index=index, frames=frames)
        offset = independent_motion.subject_offset(index) if independent_motion else (0.0, 0.0)
        exposures = [
            layered_image.render_view(each, view, draw_behind, seconds=seconds, subject_offset=offset)
            for each in list_exposures(poses, index, view)
        ]
        frame = average_frames(exposures)
        if layered_image.subject and index < _LAYER_FADE_IN_FRAMES and not independent_motion:
            # A matte is never perfect: the shot starts from the undivided image.
            whole = layered_image.render_undivided(pose, view, seconds=seconds)
            part = index / _LAYER_FADE_IN_FRAMES
            np.copyto(frame, cv2.addWeighted(frame, part, whole, 1 - part, 0))
        if anchored_effects:
            fade = min(index / FPS / _ANCHORED_FADE_IN_SECONDS, 1.0)
            anchored_effects.draw(frame, seconds, fade, pose=pose, view=view)
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


def _hasten_flow(layered_image: LayeredImage, parsed: ParsedPrompt) -> LayeredImage:
    """Return the image with clouds and water that go farther in each phase, in a timelapse."""
    flow = layered_image.ambient_flow
    if flow is None or parsed.playback is not Playback.TIMELAPSE:
        return layered_image
    faster = np.asarray(flow.velocity * np.float32(_TIMELAPSE_FLOW_STRETCH), np.float32)
    return replace(layered_image, ambient_flow=replace(flow, velocity=faster))


def _extend_pans(cues: tuple[CameraCue, ...], source_image: Frame, order: Order) -> tuple[CameraCue, ...]:
    """Let a camera that moves aside go on over what an image that is longer than the frame has there."""
    size, (height, width) = order.frame_size, source_image.shape[:2]
    scale = max(size.width / width, size.height / height)
    surplus = width * scale / size.width - 1, height * scale / size.height - 1
    reach = _measure_reach(order, cues)
    planned = max(reach.left, reach.right), max(reach.top, reach.bottom)
    stretch = [
        min(max(_PANORAMA_SHARE * real / max(each, 1e-6), 1.0), _MAX_STRETCH)
        for real, each in zip(surplus, planned, strict=True)
    ]
    axes = {move: axis for axis, moves in enumerate(_LATERAL_MOVES) for move in moves}
    return tuple(
        replace(cue, strength=cue.strength * stretch[axes[cue.move]]) if cue.move in axes else cue
        for cue in cues
    )


def _measure_reach(order: Order, cues: Sequence[CameraCue]) -> BorderReach:
    """Return how far beyond the frame the camera will look, before the image's depths are known."""
    options = path.CameraOptions(order.shots[0].frames, order.amplitude, _PRESUMED_PIVOT, order.seed)
    return BorderReach(*parallax.measure_reach(path.plan_camera_path(cues, options), order.frame_size))


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
