"""Reference-to-video: subjects cut out of their images act in one scene, seen by a moving camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.acting.living_cutout import enliven_cutouts
from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.subjects import (
    choose_default_place,
    list_instructions,
    list_subject_names,
)
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Locomotion, SubjectAction
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.subjects import cutouts, scene, staging
from keyreel.engines.motion.subjects.drawing import draw_subject
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.parser import ParsedPrompt, SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.order import Order

_PIVOT_DISPARITY: Final = 0.6
"""The disparity around which the camera orbits."""
_DEFAULT_CAMERA_STRENGTH: Final = 0.75
"""Factor on the default camera moves where the amplitude is left to the engine."""


def render_reference_to_video(order: Order, networks: Networks) -> Iterator[Frame]:
    """Yield the shot's frames, uint8 [height, width, 3], RGB.

    Raises:
        RenderFailed: an image cannot be read.
    """
    shot = order.shots[0]
    parsed = parse_prompt(shot.prompt, list_subject_names(order))
    cast, scene_image = _split_references(order, parsed, networks)
    if scene_image is None:
        parsed = _move_to_land(_add_default_place(parsed, cast), cast)
        aerial = bool(cast) and all(_is_flying(instruction) for _, instruction in cast)
        reference_scene = scene.create_scene_from_prompt(parsed, order.frame_size, order.seed, aerial=aerial)
    else:
        reference_scene = scene.create_scene_from_image(scene_image, parsed, order.frame_size)
    staged_subjects = staging.position_subjects(cast, reference_scene, order)
    living_cutouts = enliven_cutouts(staged_subjects, order, networks)
    camera_options = path.CameraOptions(shot.frames, order.amplitude, _PIVOT_DISPARITY, order.seed)
    effects = ShotEffects(
        parsed, reference_scene.canvas.rest_frame, order.frame_size, order.seed, fade_in=False
    )
    for index, pose in enumerate(path.plan_camera_path(_choose_cues(parsed, order), camera_options)):
        pose = parallax.confine_pose(pose, reference_scene.view)  # noqa: PLW2901 - the same pose, within the scene
        frame = reference_scene.render_view(pose, reference_scene.view)
        effects.draw_behind(frame, index, shot.frames)
        for living in living_cutouts:
            living.draw(index / FPS)
        for subject in staged_subjects:
            draw_subject(subject, frame, pose, scene=reference_scene, seconds=index / FPS)
        effects.draw_in_front(frame, index, shot.frames)
        yield frame


def _split_references(
    order: Order, parsed: ParsedPrompt, networks: Networks
) -> tuple[list[tuple[Cutout, SubjectInstruction]], Frame | None]:
    """Split the references into the subjects, cut out, and the scene image.

    The scene is the one that the prompt says, or else the first image in which nothing stands out.
    """
    cast: list[tuple[Cutout, SubjectInstruction]] = []
    scene_image: Frame | None = None
    for subject, instruction in zip(order.subjects, list_instructions(order, parsed), strict=True):
        images = [load_image(Path(image)) for image in subject.images]
        if instruction.is_scene and instruction.name and scene_image is None:
            scene_image = images[0]
            continue
        cutout = _choose_cutout(
            images,
            networks,
            is_place_expected=instruction.contains_others and bool(instruction.name) and scene_image is None,
        )
        if cutout is not None:
            cast.append((cutout, instruction))
        elif scene_image is None:
            scene_image = images[0]
    return cast, scene_image


def _choose_cutout(images: list[Frame], networks: Networks, *, is_place_expected: bool) -> Cutout | None:
    """Return the first cutout that no edge of its image cuts off; else the first at all."""
    first: Cutout | None = None
    for image in images:
        cutout = cutouts.extract_cutout(image, networks, is_place_expected=is_place_expected)
        if cutout and not (cutout.cut_left or cutout.cut_right or cutout.cut_below or cutout.cut_above):
            return cutout
        first = first or cutout
    return first


def _add_default_place(parsed: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    return replace(parsed, place=parsed.place or choose_default_place(instruction for _, instruction in cast))


def _move_to_land(parsed: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    """Move the scene to land where a subject neither swims nor flies: to a beach, or into a street."""
    stands = any(
        not (
            cutout.cut_below
            or _is_flying(instruction)
            or instruction.locomotion is Locomotion.SWIMS
            or instruction.action is SubjectAction.FLOAT
        )
        for cutout, instruction in cast
    )
    place = RECIPES[parsed.place].land_alternative if parsed.place else None
    return replace(parsed, place=place) if place and stands else parsed


def _is_flying(instruction: SubjectInstruction) -> bool:
    return (
        instruction.locomotion is Locomotion.FLIES
        or instruction.is_airborne
        or instruction.action is SubjectAction.FLY
    )


def _choose_cues(parsed: ParsedPrompt, order: Order) -> tuple[CameraCue, ...]:
    if parsed.cues:
        return parsed.cues
    rng = np.random.default_rng([order.seed, 13])
    side = CameraMove.TRACK_LEFT if rng.random() < 0.5 else CameraMove.TRACK_RIGHT
    strength = _DEFAULT_CAMERA_STRENGTH if order.amplitude is Amplitude.AUTO else 1.0
    return tuple(
        replace(cue, strength=cue.strength * strength)
        for cue in (CameraCue(CameraMove.PUSH_IN, 0.7), CameraCue(side, 0.35))
    )
