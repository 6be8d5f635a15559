"""Reference-to-video: subjects cut out of their images act in one scene, seen by a moving camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.prompts.parser import CameraCue, parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Locomotion, Place, SubjectAction
from keyreel.engines.motion.subjects import cutouts, scene, staging
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.engines.motion.prompts.parser import ParsedPrompt, SubjectInstruction
    from keyreel.engines.motion.subjects.cutouts import Cutout
    from keyreel.order import Order, Subject

_PIVOT_DISPARITY: Final = 0.6
_DEFAULT_CAMERA_STRENGTH: Final = 0.75
_LAND_ALTERNATIVES: Final = {Place.SEA: Place.BEACH, Place.SKYLINE: Place.CITY}


def render_reference_to_video(order: Order, nets: Networks) -> Iterator[Frame]:
    """Yield the shot's frames.

    Raises:
        RenderFailed: an image cannot be read.
    """
    shot = order.shots[0]
    direction = parse_prompt(shot.prompt, list_subject_names(order))
    cast, scene_image = _split_references(order, direction, nets)
    if scene_image is None:
        direction = _move_to_land(_add_default_place(direction, cast), cast)
        aerial = bool(cast) and all(_is_flying(role) for _, role in cast)
        reference_scene = scene.create_scene_from_prompt(
            direction, order.frame_size, order.seed, aerial=aerial
        )
    else:
        reference_scene = scene.create_scene_from_image(scene_image, direction, order.frame_size)
    staged_subjects = staging.position_subjects(cast, reference_scene, order)
    camera_options = path.CameraOptions(shot.frames, order.amplitude, _PIVOT_DISPARITY, order.seed)
    effects = ShotEffects(
        direction, reference_scene.canvas.rest_frame, order.frame_size, order.seed, fade_in=False
    )
    for index, pose in enumerate(path.plan_camera_path(_choose_cues(direction, order), camera_options)):
        pose = parallax.confine_pose(pose, reference_scene.view)  # noqa: PLW2901 - the same pose, within the scene
        frame = reference_scene.render_view(pose, reference_scene.view)
        effects.draw_behind(frame, index, shot.frames)
        for subject in staged_subjects:
            staging.draw_subject(subject, frame, pose, scene=reference_scene, seconds=index / FPS)
        effects.draw_in_front(frame, index, shot.frames)
        yield frame


def list_subject_names(order: Order) -> tuple[str, ...]:
    """List what the prompt may call the subjects: their names, and their numbers."""
    names = tuple(subject.name for subject in order.subjects)
    numbers = (str(number) for number in range(1, len(names) + 1))
    return tuple(name for name in dict.fromkeys((*names, *numbers)) if name)


def find_role(subject: Subject, number: int, direction: ParsedPrompt) -> SubjectInstruction:
    """Return what a subject does: by its name, or else by its number."""
    role = direction.get_instruction(subject.name)
    return role if role.name else direction.get_instruction(str(number))


def _split_references(
    order: Order, direction: ParsedPrompt, nets: Networks
) -> tuple[list[tuple[Cutout, SubjectInstruction]], Frame | None]:
    """Part the references into who acts and where: in what the prompt says, or what has no subject."""
    cast: list[tuple[Cutout, SubjectInstruction]] = []
    scene_image: Frame | None = None
    for number, subject in enumerate(order.subjects, start=1):
        role = find_role(subject, number, direction)
        images = [load_image(Path(image)) for image in subject.images]
        if role.is_scene and role.name and scene_image is None:
            scene_image = images[0]
            continue
        cutout = _choose_cutout(
            images, nets, around=role.is_around and bool(role.name) and scene_image is None
        )
        if cutout is not None:
            cast.append((cutout, role))
        elif scene_image is None:
            scene_image = images[0]
    return cast, scene_image


def _choose_cutout(images: list[Frame], nets: Networks, *, around: bool) -> Cutout | None:
    """Return the first image's subject that is whole; else the first at all."""
    first: Cutout | None = None
    for image in images:
        cutout = cutouts.extract_cutout(image, nets, is_place_expected=around)
        if cutout and not (cutout.cut_left or cutout.cut_right or cutout.cut_below or cutout.cut_above):
            return cutout
        first = first or cutout
    return first


def choose_default_place(roles: Iterable[SubjectInstruction]) -> Place:
    """Return where the shot plays when the prompt names no place."""
    return Place.LAKE if any(role.nature is Locomotion.SWIMS for role in roles) else Place.MEADOW


def _add_default_place(
    direction: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]
) -> ParsedPrompt:
    return replace(direction, place=direction.place or choose_default_place(role for _, role in cast))


def _move_to_land(direction: ParsedPrompt, cast: list[tuple[Cutout, SubjectInstruction]]) -> ParsedPrompt:
    """Put on land who neither swims nor flies: on the beach of a sea, in the streets of a skyline."""
    stands = any(
        not (
            cutout.cut_below
            or _is_flying(role)
            or role.nature is Locomotion.SWIMS
            or role.action is SubjectAction.FLOAT
        )
        for cutout, role in cast
    )
    place = _LAND_ALTERNATIVES.get(direction.place) if direction.place else None
    return replace(direction, place=place) if place and stands else direction


def _is_flying(role: SubjectInstruction) -> bool:
    return role.nature is Locomotion.FLIES or role.is_aloft or role.action is SubjectAction.FLY


def _choose_cues(direction: ParsedPrompt, order: Order) -> tuple[CameraCue, ...]:
    if direction.cues:
        return direction.cues
    rng = np.random.default_rng([order.seed, 13])
    side = CameraMove.TRACK_LEFT if rng.random() < 0.5 else CameraMove.TRACK_RIGHT
    strength = _DEFAULT_CAMERA_STRENGTH if order.amplitude is Amplitude.AUTO else 1.0
    return tuple(
        replace(cue, strength=cue.strength * strength)
        for cue in (CameraCue(CameraMove.PUSH_IN, 0.7), CameraCue(side, 0.35))
    )
